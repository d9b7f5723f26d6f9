#pragma once

#include <string>
#include <vector>

#include "contracts/contract.hpp"

namespace flow::contract {

/// Where and how a document breaks a JSON Schema.
struct SchemaViolation {
  std::string pointer; ///< JSON Pointer into the document, "" for the whole
  std::string reason;
};

/// Judges `document` by `schema` (draft 7; no `format`, no remote `$ref`).
/// No violation means it holds. No document keeps a schema that is none, such as a bound that is a text: a
/// clause may take it from what a server answered, which may be anything.
std::vector<SchemaViolation> validate(const Json &document, const Json &schema);

} // namespace flow::contract
