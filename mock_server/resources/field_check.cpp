#include "mock_server/resources/field_check.hpp"

#include <algorithm>

#include "mock_server/query/filter.hpp"

namespace flow::mock {

namespace {

using contract::Json;
using contract::ValueKind;

bool is_array_of(const Json &value, Json::value_t item) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [&](const Json &each) { return each.type() == item; });
}

} // namespace

std::string_view wrong_kind(ValueKind kind, const Json &value) {
  switch (kind) {
  case ValueKind::object:
    return value.is_object() ? "" : "it must be an object";
  case ValueKind::objects:
    return is_array_of(value, Json::value_t::object) ? "" : "it must be an array of objects";
  case ValueKind::texts:
    return is_array_of(value, Json::value_t::string) ? "" : "it must be an array of strings";
  case ValueKind::number:
  case ValueKind::time:
    return integer_of(value) ? "" : "it must be an integer";
  case ValueKind::text:
  case ValueKind::status:
    return value.is_string() ? "" : "it must be of type string";
  case ValueKind::any:
    return "";
  }
  return "";
}

bool is_left_out(const Json &value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string &>().empty());
}

std::string text_at(const Json *json, const char *place) {
  const Json::json_pointer at(place);
  return json != nullptr && json->contains(at) && json->at(at).is_string() ? json->at(at).get<std::string>()
                                                                           : std::string();
}

std::optional<WrongField> wrong_field(const contract::Resource &resource, const Json &document) {
  for (const auto &member : document.items()) {
    const contract::ResourceField *field = resource.field(member.key());
    if (field == nullptr) {
      return WrongField{member.key(), "a " + resource.singular + " has no such field"};
    }
    if (const std::string_view wrong = wrong_kind(field->kind, member.value()); !wrong.empty()) {
      return WrongField{member.key(), std::string(wrong)};
    }
  }
  return std::nullopt;
}

Error field_invalid(std::string_view field, std::string_view reason, std::string_view value) {
  return Error("param-invalid").with("value", value).with("field", field).with("reason", reason);
}

} // namespace flow::mock
