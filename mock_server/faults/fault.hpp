#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/http/http_message.hpp"

namespace flow::mock {

/// A type of fault, its attributes as members: what it makes of an answer.
class FaultEffect {
public:
  virtual ~FaultEffect() = default;
  virtual void spoil(Response &response, std::string_view request_id) const = 0;
};

/// Which requests a fault falls on; what is empty matches anything.
struct FaultMatch {
  std::string method{};
  std::string operation{}; ///< "retry_run", as in operations.json
  std::string path{};      ///< a glob (fnmatch(3), a '*' stays within a segment)
  std::vector<std::pair<std::string, std::string>> headers{}; ///< names in any case, values exactly

  /// `path` is that of the request's target, still percent-encoded, `operation` what it asks for; the glob
  /// may also match what comes below contract::kBasePath in it.
  [[nodiscard]] bool holds(const Request &request, std::string_view its_operation,
                           const std::string &path) const;
};

/// What goes wrong with the requests it matches: an entry of the control API, read.
struct Fault {
  std::string id;
  std::string_view type{}; ///< as in contracts/data/faults.json
  FaultMatch match;
  bool at_request = false; ///< the operation is not carried out; else its answer is spoiled
  std::unique_ptr<const FaultEffect> effect;
};

/// An entry that is no fault: where it is wrong, and what to change.
struct FaultError : std::runtime_error {
  FaultError(std::string where, const std::string &what) : runtime_error(what), pointer(std::move(where)) {}
  std::string pointer; ///< JSON Pointer into the entry
};

/// Throws FaultError where `entry` is not a fault as contracts/data/faults.json describes them.
void check_fault(const contract::Json &entry);

/// The fault that an entry, checked and with "id", "at" and "seed", stands for.
Fault fault_in(const contract::Json &entry);

/// The faults that fall on one request, in the order they were added.
using Faults = std::vector<std::shared_ptr<const Fault>>;

/// What is answered instead of carrying out the operation; nothing where it is to be carried out.
/// Faults of the answer spoil this one too: see spoil().
std::optional<Response> answer_instead(const Faults &faults, std::string_view request_id);

/// Lets the faults of the answer spoil it. To be called before x-request-id is added: a status replaces the
/// answer with all of its headers.
void spoil(const Faults &faults, Response &response, std::string_view request_id);

/// Their ids, e.g. "f1,f2".
std::string names(const Faults &faults);

} // namespace flow::mock
