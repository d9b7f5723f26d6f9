#pragma once

#include <memory>
#include <string>
#include <vector>

#include "contracts/model/contract.hpp"

namespace flow::contract {

/// Where and how a document breaks a JSON Schema.
struct SchemaViolation {
  std::string pointer; ///< JSON Pointer into the document, "" for the whole
  std::string reason;
};

/// Judges `document` by `schema` (draft 7; no `format`, no remote `$ref`).
/// No violations mean that it is valid. No document is valid by a schema that is not one, e.g. with a string
/// as a bound: a clause may take its schema from a server's answer, which may be anything.
std::vector<SchemaViolation> validate(const Json &document, const Json &schema);

/// The same schema for many documents: it is read once.
class CompiledSchema {
public:
  explicit CompiledSchema(const Json &schema);
  ~CompiledSchema();
  CompiledSchema(CompiledSchema &&other) noexcept;
  CompiledSchema &operator=(CompiledSchema &&other) noexcept;

  [[nodiscard]] std::vector<SchemaViolation> violations(const Json &document) const;

private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

} // namespace flow::contract
