#pragma once

#include <optional>

#include "contracts/contract.hpp"
#include "contracts/json_schema.hpp"

namespace flow::contract {

/// What somebody who wrote the document has to mend first to keep the schema, if anything: the deepest place
/// that breaks it, as those above only say that something below is wrong; and what the schema wants there.
std::optional<SchemaViolation> first_to_mend(const Json &document, const Json &schema);

} // namespace flow::contract
