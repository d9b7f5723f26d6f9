#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contracts/model/contract.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/http/error.hpp"

namespace flow::mock {

/// What is wrong with a value for a field, as "it must be …"; empty: nothing.
std::string_view wrong_kind(contract::ValueKind kind, const contract::Json &value);

/// Whether what is given counts as not given: null, or an empty text.
bool is_left_out(const contract::Json &value);

/// The text at that place; empty where there is none. Null has none.
std::string text_at(const contract::Json *json, const char *place);

/// A field of a document that it cannot have, or not with that value.
struct WrongField {
  std::string field;
  std::string reason;
};

/// The first such field of a document, if there is one.
std::optional<WrongField> wrong_field(const contract::Resource &resource, const contract::Json &document);

/// Error 1312 for a value that a field cannot have.
Error field_invalid(std::string_view field, std::string_view reason, std::string_view value = "given");

} // namespace flow::mock
