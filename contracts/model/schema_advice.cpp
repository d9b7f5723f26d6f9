#include "contracts/model/schema_advice.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "common/json_text.hpp"
#include "common/text.hpp"

namespace flow::contract {

namespace {

constexpr std::size_t kShownNameBytes = 100;

/// What a "$ref" stands for; that which stands beside it is left to the caller.
const Json &resolved(const Json &place, const Json &schema) {
  const Json *at = &place;
  while (at->contains("$ref")) {
    at = &schema.at(Json::json_pointer(at->at("$ref").get<std::string>().substr(1)));
  }
  return *at;
}

/// What the schema says of the member or element of that name; null where it does not know it.
const Json *below(const Json &place, const std::string &name) {
  if (place.contains("properties") && place.at("properties").contains(name)) {
    return &place.at("properties").at(name);
  }
  if (place.contains("patternProperties")) {
    return &place.at("patternProperties").front(); // each has one
  }
  return place.contains("items") ? &place.at("items") : nullptr;
}

/// What the schema says of the place in a document; null where it does not say it in one way.
const Json *place_of(const std::string &pointer, const Json &schema) {
  const Json *place = &schema;
  Json::json_pointer rest(pointer);
  std::vector<std::string> names;
  for (; !rest.empty(); rest.pop_back()) {
    names.push_back(rest.back());
  }
  for (auto name = names.rbegin(); name != names.rend() && place != nullptr; ++name) {
    place = below(resolved(*place, schema), *name);
  }
  return place;
}

std::string names_of(const Json &object) {
  Json names = Json::array();
  for (const auto &member : object.items()) {
    names.push_back(member.key());
  }
  return listed(names);
}

std::string_view name_of_type(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNames = {
      {{"string", "a string"},
       {"integer", "an integer"},
       {"number", "a number"},
       {"boolean", "true or false"},
       {"object", "an object"},
       {"array", "a list"},
       {"null", "null"}}};
  const auto *const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto &each) { return each.first == type; });
  return found == kNames.end() ? type : found->second;
}

/// "a string or an integer"
std::string names_of_types(const Json &types) {
  if (types.is_string()) {
    return std::string(name_of_type(types.get_ref<const std::string &>()));
  }
  std::string names;
  for (const Json &type : types) {
    names += (names.empty() ? "" : " or ") + std::string(name_of_type(type.get_ref<const std::string &>()));
  }
  return names;
}

bool is_of_type(const Json &value, const Json &type) {
  return validate(value, {{"type", type}}).empty();
}

/// What an object lacks or has too much; "" where that is not what is wrong with it.
std::string about_members(const Json &object, const Json &place) {
  for (const Json &name : place.value("required", Json::array())) {
    if (!object.contains(name.get_ref<const std::string &>())) {
      return "needs the member '" + name.get<std::string>() + "'";
    }
  }
  const Json known = place.value("properties", Json::object());
  if (place.value("additionalProperties", Json(true)) == false && !place.contains("patternProperties")) {
    for (const auto &member : object.items()) {
      if (!known.contains(member.key())) {
        return "has a member '" + shortened(member.key(), kShownNameBytes) +
               "' that is not known here; known: " + (known.empty() ? "none" : names_of(known));
      }
    }
  }
  return "";
}

std::string about_number(const Json &number, const Json &place) {
  if (place.contains("minimum") && number < place.at("minimum")) {
    return "must not be below " + place.at("minimum").dump();
  }
  if (place.contains("maximum") && number > place.at("maximum")) {
    return "must not be above " + place.at("maximum").dump();
  }
  return "";
}

/// What is wrong with a value and what the schema wants instead; "" where that cannot be told.
std::string wanted(const Json &value, const Json &place) {
  if (place.contains("const") && place.at("const") != value) {
    return "must be " + place.at("const").dump();
  }
  if (place.contains("enum")) {
    return "must be one of " + listed(place.at("enum"));
  }
  if (place.contains("type") && !is_of_type(value, place.at("type"))) {
    return "must be " + names_of_types(place.at("type"));
  }
  if (value.is_object()) {
    return about_members(value, place);
  }
  if (value.is_number()) {
    return about_number(value, place);
  }
  if (value.empty() && (place.contains("minItems") || place.contains("minLength"))) {
    return "must not be empty";
  }
  return place.contains("pattern") ? "must match " + place.at("pattern").get<std::string>() : "";
}

} // namespace

std::optional<SchemaViolation> first_to_fix(const Json &document, const Json &schema) {
  std::vector<SchemaViolation> violations = validate(document, schema);
  if (violations.empty()) {
    return std::nullopt;
  }
  SchemaViolation deepest =
      *std::max_element(violations.begin(), violations.end(),
                        [](const auto &a, const auto &b) { return a.pointer.size() < b.pointer.size(); });
  const Json *said = place_of(deepest.pointer, schema);
  const Json::json_pointer in_document(deepest.pointer);
  if (said == nullptr || !document.contains(in_document)) {
    return deepest;
  }
  const Json &place = resolved(*said, schema);
  if (const std::string advice = wanted(document.at(in_document), place); !advice.empty()) {
    deepest.reason = advice + ".";
  }
  const std::string description = said->value("description", place.value("description", ""));
  if (!description.empty() && !deepest.pointer.empty()) {
    deepest.reason += " About it: " + description + (description.ends_with('.') ? "" : ".");
  }
  return deepest;
}

} // namespace flow::contract
