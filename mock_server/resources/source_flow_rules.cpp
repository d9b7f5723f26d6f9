#include "mock_server/resources/source_flow_rules.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/flow_rules.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::string_view kDataLake = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"; // sources-errors, 1307

bool is_of_a_source(const Json *flow_spec) {
  const Json::json_pointer place("/attributes/isSourceFlow");
  return flow_spec != nullptr && flow_spec->contains(place) && flow_spec->at(place) == true;
}

bool takes_the_data_lake_alone(const Json &flow_spec) {
  return flow_spec.value("targetConnectionSpecIds", Json()) == Json::array({kDataLake});
}

/// The first of the list with that name; null: there is none.
const Json *with_name(const Json &list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Json &each) { return text_at(&each, "/name") == name; });
  return found == list.end() ? nullptr : &*found;
}

/// Whether the JSON Schema of the flow spec's transformation requires that parameter.
bool requires_param(const Json &flow_spec, std::string_view transformation, std::string_view param) {
  const Json specs = flow_spec.value("transformationSpec", Json::array());
  const Json *spec = specs.is_array() ? with_name(specs, transformation) : nullptr;
  const Json::json_pointer place("/spec/required");
  if (spec == nullptr || !spec->contains(place) || !spec->at(place).is_array()) {
    return false;
  }
  const Json &required = spec->at(place);
  return std::find(required.begin(), required.end(), param) != required.end();
}

std::optional<Error> check_mapping(const Json &transformations) {
  const Json *mapping = with_name(transformations, "Mapping");
  if (mapping == nullptr) {
    return Error("mapping-missing").with("param", "mappingId");
  }
  return text_at(mapping, "/params/mappingId").empty()
             ? std::optional(Error("mapping-param-empty").with("param", "mappingId"))
             : std::nullopt;
}

} // namespace

std::optional<Error> check_target(const Json *flow_spec, const Json *target) {
  if (!is_of_a_source(flow_spec)) {
    return std::nullopt;
  }
  if (target == nullptr) {
    return Error("target-missing");
  }
  const std::string spec = text_at(target, "/connectionSpec/id");
  if (spec.empty()) {
    return std::nullopt; // a seed has left it out
  }
  if (spec != kDataLake) {
    return takes_the_data_lake_alone(*flow_spec)
               ? std::optional(Error("target-spec-invalid").with("targetConnectionSpecId", spec))
               : std::nullopt;
  }
  return text_at(target, "/params/dataSetId").empty()
             ? std::optional(Error("data-set-missing").with("targetConnection", text_at(target, "/id")))
             : std::nullopt;
}

std::optional<Error> check_transformations(const Json &flow) {
  std::size_t number = 0;
  for (const Json &transformation : flow.value("transformations", Json::array())) {
    const std::string place = "transformations[" + std::to_string(number++) + "]";
    const bool has_name = !text_at(&transformation, "/name").empty();
    if (!has_name || !transformation.value("params", Json()).is_object()) {
      return Error("transformations-unreadable")
          .with("flowId", flow.value("id", "(new)"))
          .with("reason", place + (has_name ? " has no params that are an object" : " has no name"));
    }
  }
  return std::nullopt;
}

std::optional<Error> check_required_params(const Json *flow_spec, const Json &flow, const Json *before) {
  if (!is_of_a_source(flow_spec)) {
    return std::nullopt;
  }
  const Json transformations = flow.value("transformations", Json::array());
  if (requires_param(*flow_spec, "Mapping", "mappingId")) {
    if (auto error = check_mapping(transformations)) {
      return error;
    }
  }
  const std::string frequency = text_at(&flow, "/scheduleParams/frequency");
  const std::string column = delta_column_of(transformations);
  if (frequency != "once") {
    const bool needs_column =
        !frequency.empty() && requires_param(*flow_spec, "Copy", "deltaColumn") && column.empty();
    return needs_column ? std::optional(Error("delta-column-required")) : std::nullopt;
  }
  // A flow that runs once has the column of its first run (on-demand-ingestion), which is no fault of a
  // change.
  const bool had_it = before != nullptr && text_at(before, "/scheduleParams/frequency") == frequency &&
                      delta_column_of(before->value("transformations", Json::array())) == column;
  return column.empty() || had_it ? std::nullopt : std::optional(Error("delta-column-once"));
}

} // namespace flow::mock
