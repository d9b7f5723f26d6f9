#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The errors of the service, as errors.json has them: the only list of codes, and of what to do about each.
namespace flow::contract {

/// The shape of an error's body.
enum class ErrorForm {
  gateway, ///< {"error_code","message"}
  service, ///< {"type","title","status","report",…}, the service's own
  problem, ///< {"type","status","title","detail"}
  token,   ///< {"error","error_description"}, the token service's
  message, ///< {"errorMessage","errorDetails"}, the service's as destinations shows it
};

/// One entry of errors.json.
struct ErrorEntry {
  std::string name;
  ErrorForm form;
  int status;
  std::string code;  ///< "403010" (gateway), "1439-404" (service), "invalid_scope" (token); of others empty
  std::string type;  ///< of a problem; of a service error the URI made from its code
  std::string title; ///< of service errors and problems, else empty
  std::string resource; ///< "runs" where a service error is about one resource, else empty
  std::string message;  ///< with {parameters}
  bool verbatim;        ///< the message is documented word for word
  std::string standing; ///< how sure its use is: "documented", "inferred", "assumed"
  std::string source;   ///< where the code stands
  std::string place;    ///< the part of the request that the advice is about, "header x-api-key"; or empty
  std::string advice;   ///< what an application can do about it, one sentence
};

/// Every entry of errors.json, in its order.
const std::vector<ErrorEntry> &errors();

/// The entry of that name; throws std::out_of_range where there is none.
const ErrorEntry &error(std::string_view name);

/// The entry that an answer matches, by its status, code or type, title, and the kind of resource it is
/// about, or by the beginning of its message where that is all it has; null: none of them. If two reasons
/// have the same answer, the first. Allocates nothing.
const ErrorEntry *error_in(int status, std::string_view body);

/// Whether the answers of the two differ in nothing but the message.
bool is_alike(const ErrorEntry &a, const ErrorEntry &b);

/// `text` with each `{name}` replaced by its value; an unknown name stays as it is.
std::string fill(std::string_view text,
                 const std::vector<std::pair<std::string_view, std::string_view>> &parameters);

} // namespace flow::contract
