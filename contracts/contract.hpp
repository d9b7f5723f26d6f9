#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

/// The documented contract of Flow Service runs, as data: what every other floor stands on.
namespace flow::contract {

/// Objects keep the order of the documented examples.
using Json = nlohmann::ordered_json;

/// How sure a rule is: a page says it, documented facts leave no better way, or we chose.
enum class Standing { documented, inferred, assumed };

std::string_view to_string(Standing standing);

/// The shape of an error's body.
enum class ErrorForm {
  gateway, ///< {"error_code","message"}
  service, ///< {"type","title","status","report",…}, the service's own
  problem, ///< {"type","status","title","detail"}
};

/// One entry of errors.json.
struct ErrorEntry {
  std::string name;
  ErrorForm form;
  int status;
  std::string code;     ///< "403010" (gateway) or "1439-404" (service); empty for a problem
  std::string type;     ///< of a problem; of a service error the URI made from its code
  std::string title;    ///< empty for a gateway error
  std::string resource; ///< "runs" where a service error is about one resource, else empty
  std::string message;  ///< with {parameters}
  bool verbatim;        ///< the message is documented word for word
};

/// Every entry of errors.json, in its order.
const std::vector<ErrorEntry> &errors();

/// The entry of that name; throws std::out_of_range where there is none.
const ErrorEntry &error(std::string_view name);

/// The entry that an answer shows, by its status, code or type, title, and the kind of resource it is about;
/// null: none of them. Where two reasons are answered alike, the first. Allocates nothing.
const ErrorEntry *error_in(int status, std::string_view body);

/// Whether the two are answered alike: nothing that a client sees tells one from the other but the message.
bool is_alike(const ErrorEntry &a, const ErrorEntry &b);

/// A documented example, e.g. `example("retry-answer")` from examples/retry-answer.json;
/// throws std::out_of_range where there is none.
const Json &example(std::string_view name);

/// A JSON Schema, e.g. `schema("run")` from schemas/run.schema.json; throws std::out_of_range where there is
/// none.
const Json &schema(std::string_view name);

/// `text` with each `{name}` replaced by its value; an unknown name stays as it is.
std::string fill(std::string_view text,
                 const std::vector<std::pair<std::string_view, std::string_view>> &parameters);

/// The OpenAPI description of the mock's control API, JSON text.
std::string_view control_api_text();

/// The address all operations stand under.
inline constexpr std::string_view kBasePath = "/data/foundation/flowservice";

} // namespace flow::contract
