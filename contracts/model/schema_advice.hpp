#pragma once

#include <optional>

#include "contracts/model/contract.hpp"
#include "contracts/model/json_schema.hpp"

namespace flow::contract {

/// The violation that the author of the document should fix first, if any: the deepest place that breaks the
/// schema, because those above only say that something below is wrong. Says what the schema requires there.
std::optional<SchemaViolation> first_to_fix(const Json &document, const Json &schema);

} // namespace flow::contract
