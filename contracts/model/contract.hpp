#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/model/errors.hpp"

/// The documented contract of Flow Service runs, as data: what every other layer stands on.
namespace flow::contract {

/// Objects keep the order of the documented examples.
using Json = nlohmann::ordered_json;

/// How sure a rule is: a page says it, documented facts leave no better way, or we chose.
enum class Standing { documented, inferred, assumed };

std::string_view to_string(Standing standing);

/// A documented example, e.g. `example("retry-answer")` from examples/retry-answer.json;
/// throws std::out_of_range where there is none.
const Json &example(std::string_view name);

/// A JSON Schema, e.g. `schema("run")` from schemas/run.schema.json; throws std::out_of_range where there is
/// none.
const Json &schema(std::string_view name);

/// The OpenAPI description of the mock's control API, JSON text.
std::string_view control_api_text();

/// The OpenAPI description of the service and of the token service, JSON text: what contracts/openapi.py
/// derives from the other data.
std::string_view service_api_text();

/// The address all operations stand under.
inline constexpr std::string_view kBasePath = "/data/foundation/flowservice";

} // namespace flow::contract
