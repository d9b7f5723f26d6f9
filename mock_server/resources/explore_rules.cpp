#include "mock_server/resources/explore_rules.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "common/text.hpp"
#include "mock_server/resources/field_check.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::string_view kDataSets = "23598e46-f560-407b-88d5-ea6207e49db0"; // datasets

/// The parameter of that name in any case, as the OpenAPI file writes FileType; null: it is not given.
const std::string *parameter_in_any_case(const Call &call, std::string_view name) {
  const auto found = std::find_if(call.target.query.begin(), call.target.query.end(),
                                  [&](const auto &given) { return equal_ignoring_case(given.first, name); });
  return found == call.target.query.end() ? nullptr : &found->second;
}

bool is_given(const Call &call, std::string_view name) {
  const std::string *value = parameter_in_any_case(call, name);
  return value != nullptr && !value->empty();
}

bool asks_for_properties(const Call &call) {
  const std::string *value = parameter_in_any_case(call, "determineProperties");
  return value != nullptr && equal_ignoring_case(*value, "true");
}

/// How a file is to be read: as the caller says, or as the service finds out, not both and not neither (dlz).
std::optional<Error> check_file_properties(const Call &call) {
  constexpr std::array<std::string_view, 4> kProperties = {"fileType", "compressionType", "columnDelimiter",
                                                           "queryParams"};
  const bool has_own = std::any_of(kProperties.begin(), kProperties.end(),
                                   [&](std::string_view name) { return is_given(call, name); });
  if (asks_for_properties(call)) {
    return has_own ? std::optional(Error("explore-properties-twice")) : std::nullopt;
  }
  return has_own ? std::nullopt : std::optional(Error("query-param-missing").with("param", "fileType"));
}

} // namespace

std::optional<Error> check_explored(const Call &call) {
  constexpr std::array<std::string_view, 5> kTypes = {"root", "folder", "file", "table", "rest"};
  const std::string type = lower_case(parameter(call, "objectType"));
  if (type.empty()) {
    return std::nullopt; // Adobe's collection sends none; assumed to be the root
  }
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    return Error("explore-type-invalid").with("objectType", parameter(call, "objectType"));
  }
  if (type != "root" && parameter(call, "object").empty()) {
    return Error("explore-object-empty").with("objectType", type);
  }
  return type == "file" ? check_file_properties(call) : std::nullopt;
}

std::optional<Error> check_explored_spec(const Call &call, const Json *spec, bool has_answers) {
  if (spec == nullptr) {
    return std::nullopt;
  }
  const Json auth = spec->value("authSpec", Json());
  const bool needs_connection = auth.is_array() && !auth.empty();
  if (call.operation.resource->name == "connectionSpecs" && needs_connection && !has_answers) {
    return Error("explore-by-spec-refused").with("connectionSpecId", text_at(spec, "/id"));
  }
  const std::string category = text_at(spec, "/attributes/category");
  const bool has_files = category.empty() || category == "Cloud Storage";
  return asks_for_properties(call) && !has_files
             ? std::optional(
                   Error("explore-properties-unsupported").with("connectionSpecId", text_at(spec, "/id")))
             : std::nullopt;
}

std::string nothing_explored(const Call &call) {
  const std::string type = lower_case(parameter(call, "objectType"));
  if (type != "file" && type != "table" && type != "rest") {
    return "[]";
  }
  Json found = type == "rest" ? Json({{"format", "hierarchical"},
                                      {"schema", {{"type", "object"}, {"properties", Json::object()}}}})
                              : Json({{"format", "flat"}, {"schema", {{"columns", Json::array()}}}});
  if (const std::string *preview = parameter_in_any_case(call, "preview");
      preview != nullptr && equal_ignoring_case(*preview, "true")) {
    found["data"] = Json::array();
  }
  return found.dump();
}

std::optional<Error> check_configs(const Call &call) {
  if (call.id != kDataSets) {
    return std::nullopt;
  }
  for (const char *name : {"outputType", "outputField"}) {
    const std::string *value = parameter_in_any_case(call, name);
    if (value == nullptr || value->empty()) {
      return Error(value == nullptr ? "query-param-missing" : "query-param-empty").with("param", name);
    }
  }
  return std::nullopt;
}

} // namespace flow::mock
