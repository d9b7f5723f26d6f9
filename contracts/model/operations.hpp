#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The operations of the service, and of the token service: those of operations.json, and for each resource
/// one for each of its verbs (resources.hpp). The only list of what a method and a path mean.
namespace flow::contract {

struct Resource;

/// What happens when the same request is sent again.
enum class Repeat {
  safe,        ///< it never changes anything
  idempotent,  ///< the state is the same as after the first request
  another_run, ///< each request makes a run
  changes,     ///< the state changes again
};

/// When a request that may have a body needs Content-Type.
enum class ContentTypeNeed {
  by_reading, ///< with a body; without one, where the reading says so
  always,
  with_body,
};

struct OperationEntry {
  std::string name; ///< "retry_run"; the two paths of the token service are one operation
  std::string method;
  std::vector<std::string> path;       ///< its segments, below the service's path; "{id}" is any one
  bool at_origin;                      ///< the path is not below the service's
  bool is_token;                       ///< of the token service, which asks for none of the usual headers
  bool id_is_of_run;                   ///< the "{id}" of its path
  std::vector<std::string> parameters; ///< of its query (a token: of its form), that a page documents
  std::string body;                    ///< "json", "form"; empty: none
  ContentTypeNeed content_type;
  bool is_secret; ///< all that is sent and answered
  Repeat repeat;
  const Resource *resource; ///< it is a verb of; null: one of its own
  std::string verb;         ///< "list": it is carried out as for every resource; empty where there is none

  [[nodiscard]] bool has_parameter(std::string_view parameter) const;
};

/// Every operation: first those of operations.json.
const std::vector<OperationEntry> &operations();

/// The entry of that name, the first where there are two; throws std::out_of_range where there is none.
const OperationEntry &operation(std::string_view name);

/// The operation that a verb of a resource is; null: it has no such verb.
const OperationEntry *operation_of(const Resource &resource, std::string_view verb);

/// What a request asks for.
struct Identified {
  const OperationEntry *operation = nullptr; ///< null: none has this method at this path
  std::string_view id{};                     ///< what stands for "{id}"; points into the segments
  bool is_path_known = false;                ///< an operation has this path, with any method
  bool is_token = false;                     ///< and it is one of the token service
};

/// `segments`: of the whole path, decoded, without an empty one for a slash at its end. HEAD is treated as
/// GET. Allocates nothing.
Identified identify(std::string_view method, std::span<const std::string> segments);

/// The methods that the operations at a path have: "GET, PUT"; empty for an unknown path.
std::string allowed_methods(std::span<const std::string> segments);

} // namespace flow::contract
