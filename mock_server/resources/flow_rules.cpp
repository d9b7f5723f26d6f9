#include "mock_server/resources/flow_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/text.hpp"
#include "mock_server/resources/document_rules.hpp"
#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/source_flow_rules.hpp"

namespace flow::mock {

namespace {

using contract::Json;

const Json *document(Transaction &transaction, const char *resource, std::string_view id) {
  const Document *found =
      transaction->documents(contract::resource(resource), transaction.sandbox()).find(id);
  return found == nullptr ? nullptr : found->json.get();
}

std::string first_id(const Json &flow, const char *field) {
  const std::vector<std::string> ids = ids_in(flow, field);
  return ids.empty() ? std::string() : ids.front();
}

// --- its connections
// ----------------------------------------------------------------------------------------

std::optional<Error> check_ids(const Json &flow, const Json *before) {
  for (const char *field : {"sourceConnectionIds", "targetConnectionIds"}) {
    if (!is_changed(flow, before, field)) {
      continue;
    }
    const Json ids = flow.value(field, Json::array());
    if (ids.empty() || is_left_out(ids.front())) {
      return Error("ids-empty").with("field", field);
    }
    if (ids.size() > 1) {
      return Error("ids-several").with("field", field).with("size", std::to_string(ids.size()));
    }
  }
  return std::nullopt;
}

/// The shipped specifications do not list all connection specs that they go with: they refuse none.
std::optional<Error> check_fit(Transaction &transaction, const Json &flow) {
  const std::string spec_id = text_at(&flow, "/flowSpec/id");
  const Document *spec =
      transaction->documents(contract::resource("flowSpecs"), transaction.sandbox()).find(spec_id);
  if (spec == nullptr || spec->is_shipped) {
    return std::nullopt;
  }
  constexpr std::array<std::array<const char *, 3>, 2> kSides = {
      {{"sourceConnectionIds", "sourceConnections", "sourceConnectionSpecIds"},
       {"targetConnectionIds", "targetConnections", "targetConnectionSpecIds"}}};
  for (const auto &[field, resource, allowed] : kSides) {
    const std::string its =
        text_at(document(transaction, resource, first_id(flow, field)), "/connectionSpec/id");
    const auto ids = spec->json->find(allowed);
    if (ids != spec->json->end() && ids->is_array() &&
        std::find(ids->begin(), ids->end(), its) == ids->end()) {
      return Error("spec-invalid")
          .with("field", "flowSpec")
          .with("id", spec_id)
          .with("reason", "its " + std::string(allowed) + " do not have " + its);
    }
  }
  return std::nullopt;
}

Json inherited(Transaction &transaction, const Json &flow, const char *field, const char *resource) {
  Json shown = Json::array();
  for (const std::string &id : ids_in(flow, field)) {
    Json connection = {{"id", id}};
    if (const Json *its = document(transaction, resource, id)) {
      if (const auto spec = its->find("connectionSpec"); spec != its->end()) {
        connection["connectionSpec"] = *spec;
      }
      // One that the service has made is not shown here (destinations, datasets).
      if (const auto base = its->find("inheritedAttributes");
          base != its->end() && its->contains("baseConnectionId")) {
        connection.update(*base);
      }
    }
    shown.push_back(std::move(connection));
  }
  return shown;
}

// --- its schedule (sources-errors; cloud-storage, database)
// -------------------------------------------------

Error missing(std::string_view field) {
  return Error("field-missing").with("field", field);
}

Error invalid(const Json &value, std::string_view field, std::string_view reason) {
  return Error("param-invalid")
      .with("value", value.dump(-1, ' ', false, Json::error_handler_t::replace))
      .with("field", field)
      .with("reason", reason);
}

bool is_absent(const Json &object, const char *member) {
  const auto found = object.find(member);
  return found == object.end() || is_left_out(*found);
}

constexpr std::int64_t kMsPerSecond = 1000;

/// An integer, or a text of digits (the tutorials'); nothing for anything else.
std::optional<std::int64_t> number_in(const Json &value) {
  return value.is_string() ? integer_in(value.get_ref<const std::string &>()) : integer_of(value);
}

std::optional<Error> check_interval(const Json &schedule, const std::string &frequency,
                                    const contract::Reading &reading) {
  if (is_absent(schedule, "interval")) {
    return missing("scheduleParams.interval");
  }
  const Json &given = schedule["interval"];
  const auto interval = number_in(given);
  if (!interval || *interval > std::int64_t{1'000'000}) {
    return invalid(given, "scheduleParams.interval", "it must be an integer, or one as a string");
  }
  constexpr std::int64_t kLeastMinutes = 15;
  const std::int64_t least = frequency == "minute" || reading.is("least-interval", "15") ? kLeastMinutes : 1;
  if (*interval < least) {
    return Error("schedule-interval-minimum")
        .with("interval", std::to_string(*interval))
        .with("least", std::to_string(least))
        .with("frequency", frequency);
  }
  return std::nullopt;
}

std::optional<Error> check_start(const Json &schedule) {
  if (is_absent(schedule, "startTime")) {
    return missing("scheduleParams.startTime");
  }
  constexpr std::int64_t kLatest = 253402300799; // the end of the year 9999, in seconds
  const auto start = number_in(schedule["startTime"]);
  if (!start || *start < 0 || *start > kLatest) {
    return invalid(schedule["startTime"], "scheduleParams.startTime",
                   "it must be an epoch time in seconds, as an integer or a string of digits");
  }
  return std::nullopt;
}

/// Error 1397.
std::optional<Error> check_frequency(const Json &schedule) {
  constexpr std::array<std::string_view, 5> kFrequencies = {"once", "minute", "hour", "day", "week"};
  const Json &given = schedule["frequency"];
  const std::string frequency = given.is_string() ? given.get<std::string>() : given.dump();
  return std::find(kFrequencies.begin(), kFrequencies.end(), frequency) == kFrequencies.end()
             ? std::optional(Error("schedule-frequency").with("frequency", frequency))
             : std::nullopt;
}

/// The intervals that go with each unit of time of a data set's flow to a destination (datasets).
bool is_interval_of(std::string_view unit, std::int64_t interval) {
  constexpr std::array<std::int64_t, 5> kHours = {3, 6, 9, 12, 24};
  if (unit == "hour") {
    return std::find(kHours.begin(), kHours.end(), interval) != kHours.end();
  }
  return unit != "day" || interval == 1;
}

/// Of a data set's flow to a destination (export-datasets).
std::optional<Error> check_export_schedule(const Json &schedule) {
  if (auto error = schedule.contains("frequency") ? check_frequency(schedule) : std::nullopt) {
    return error;
  }
  if (is_absent(schedule, "interval")) {
    return missing("scheduleParams.interval");
  }
  const auto interval = number_in(schedule["interval"]);
  if (!interval) {
    return invalid(schedule["interval"], "scheduleParams.interval", "it must be an integer");
  }
  if (const std::string unit = text_at(&schedule, "/timeUnit"); !is_interval_of(unit, *interval)) {
    return Error("schedule-interval-refused")
        .with("interval", std::to_string(*interval))
        .with("frequency", unit);
  }
  return check_start(schedule);
}

std::optional<Error> check_schedule(const Json &schedule, const contract::Reading &reading) {
  if (schedule.empty()) {
    return Error("schedule-empty");
  }
  if (schedule.contains("timeUnit")) {
    return check_export_schedule(schedule);
  }
  if (auto error = check_start(schedule)) {
    return error;
  }
  if (is_absent(schedule, "frequency")) {
    return missing("scheduleParams.frequency");
  }
  if (auto error = check_frequency(schedule)) {
    return error;
  }
  const auto frequency = schedule["frequency"].get<std::string>();
  if (frequency != "once") {
    return check_interval(schedule, frequency, reading);
  }
  if (!is_absent(schedule, "interval")) {
    return Error("schedule-interval-once");
  }
  if (!is_absent(schedule, "backfill")) {
    return Error("schedule-backfill-once");
  }
  return std::nullopt;
}

bool has_started(const Json &schedule, std::int64_t now_ms) {
  const auto start = is_absent(schedule, "startTime") ? std::nullopt : number_in(schedule["startTime"]);
  return start && *start <= now_ms / kMsPerSecond;
}

/// A backfill is true where it is not given (cloud).
bool has_backfill(const Json &schedule) {
  const Json backfill = schedule.value("backfill", Json());
  return is_left_out(backfill) || backfill == true || backfill == "true";
}

/// What stays as it is once the start has passed. Errors: 1403 and 1404 of sources-errors.
std::optional<Error> check_change_after_start(const Json &after, const Json &before) {
  const std::string frequency = text_at(&after, "/frequency");
  if (frequency == "once" && text_at(&before, "/frequency") != frequency) {
    return Error("schedule-once-too-late");
  }
  return frequency != "once" && has_backfill(after) != has_backfill(before)
             ? std::optional(Error("schedule-backfill-too-late"))
             : std::nullopt;
}

/// Of a schedule whose start has passed. Error 1366.
std::optional<Error> check_same_start(const Json &after, const Json &before) {
  const bool is_same = number_in(after["startTime"]) == number_in(before["startTime"]);
  return is_same ? std::nullopt : std::optional(Error("schedule-start-passed"));
}

/// A start that is set, and has passed by the sandbox's clock.
std::optional<Error> check_start_is_ahead(const Json &after, const Json &before, std::int64_t now_ms) {
  const auto start = number_in(after["startTime"]);
  const bool is_same = !is_absent(before, "startTime") && number_in(before["startTime"]) == start;
  return start && !is_same && *start < now_ms / kMsPerSecond ? std::optional(Error("schedule-start-past"))
                                                             : std::nullopt;
}

/// `before` is null for a flow that is made.
std::optional<Error> check_schedule_of(Transaction &transaction, const Json &flow, const Json *before) {
  const auto found = flow.find("scheduleParams");
  const bool is_draft = text_at(&flow, "/state") == "draft";
  if (found == flow.end()) {
    const bool needs_one = is_changed(flow, before, "scheduleParams") && !is_draft &&
                           source_of_flow(transaction, flow).kind == SourceKind::batch;
    return needs_one ? std::optional(Error("schedule-empty")) : std::nullopt;
  }
  const Json old = before == nullptr ? Json::object() : before->value("scheduleParams", Json::object());
  if (before != nullptr && *found == old) {
    return std::nullopt;
  }
  const bool is_late = !is_draft && has_started(old, transaction.now_ms());
  if (auto error = is_late ? check_change_after_start(*found, old) : std::nullopt) {
    return error;
  }
  if (auto error = check_schedule(*found, transaction.reading())) {
    return error;
  }
  if (auto error = is_late ? check_same_start(*found, old) : std::nullopt) {
    return error;
  }
  return transaction.reading().is("past-start", "1360-400")
             ? check_start_is_ahead(*found, old, transaction.now_ms())
             : std::nullopt;
}

} // namespace

FlowSource source_of_flow(Transaction &transaction, const Json &flow) {
  FlowSource source;
  const Json *connection = document(transaction, "sourceConnections", first_id(flow, "sourceConnectionIds"));
  source.spec_id = text_at(connection, "/connectionSpec/id");
  source.format = text_at(connection, "/data/format");
  const Json *spec = document(transaction, "flowSpecs", text_at(&flow, "/flowSpec/id"));
  const Json::json_pointer destination("/attributes/isDestinationFlow");
  if (spec != nullptr && spec->contains(destination) && spec->at(destination) == true) {
    source.kind = SourceKind::destination;
  } else if (text_at(spec, "/attributes/frequency") == "streaming") {
    source.kind = SourceKind::streaming;
  }
  return source;
}

std::string delta_column_of(const Json &transformations) {
  const Json::json_pointer name("/params/deltaColumn/name");
  for (const Json &transformation : transformations) {
    if (transformation.contains(name) && transformation.at(name).is_string()) {
      return transformation.at(name);
    }
  }
  return {};
}

std::vector<std::string> entities_of(const Json &transformations) {
  std::vector<std::string> entities;
  const Json::json_pointer selectors("/params/segmentSelectors/selectors");
  for (const Json &transformation : transformations) {
    if (!transformation.contains(selectors) || !transformation.at(selectors).is_array()) {
      continue;
    }
    for (const Json &selector : transformation.at(selectors)) {
      if (const std::string id = text_at(&selector, "/value/id"); !id.empty()) {
        entities.push_back("segment:" + id);
      }
    }
  }
  return entities;
}

std::vector<std::string> data_sets_of(Transaction &transaction, const Json &flow) {
  std::vector<std::string> entities;
  const Json *source = document(transaction, "sourceConnections", first_id(flow, "sourceConnectionIds"));
  const Json::json_pointer data_sets("/params/datasets");
  if (source != nullptr && source->contains(data_sets) && source->at(data_sets).is_array()) {
    for (const Json &data_set : source->at(data_sets)) {
      if (const std::string id = text_at(&data_set, "/dataSetId"); !id.empty()) {
        entities.push_back("dataset:" + id);
      }
    }
  }
  return entities;
}

std::optional<Error> check_flow_document(Transaction &transaction, const Json &flow, const Json *before) {
  if (auto error = check_ids(flow, before)) {
    return error;
  }
  const bool is_draft = text_at(&flow, "/state") == "draft";
  const Json *flow_spec = document(transaction, "flowSpecs", text_at(&flow, "/flowSpec/id"));
  const bool has_other_target = is_changed(flow, before, "targetConnectionIds");
  if (is_changed(flow, before, "sourceConnectionIds") || has_other_target) {
    if (auto error = check_fit(transaction, flow)) {
      return error;
    }
  }
  if (has_other_target && !is_draft) {
    if (auto error = check_target_of_flow(transaction, flow)) {
      return error;
    }
  }
  if (auto error = check_schedule_of(transaction, flow, before)) {
    return error;
  }
  const bool has_other_transformations = is_changed(flow, before, "transformations");
  if (auto error = has_other_transformations ? check_transformations(flow) : std::nullopt) {
    return error;
  }
  const bool has_other_params = has_other_transformations || is_changed(flow, before, "scheduleParams");
  return has_other_params && !is_draft ? check_required_params(flow_spec, flow, before) : std::nullopt;
}

std::optional<Error> check_target_of_flow(Transaction &transaction, const Json &flow) {
  const Json *target = document(transaction, "targetConnections", first_id(flow, "targetConnectionIds"));
  const SandboxFlow *seeded = transaction->find_flow(text_at(&flow, "/id"));
  if (target == nullptr && seeded != nullptr && !seeded->flow->document.contains("targetConnectionIds")) {
    return std::nullopt; // the seed names none, and what is shown is made up
  }
  return check_target(document(transaction, "flowSpecs", text_at(&flow, "/flowSpec/id")), target);
}

void complete_flow(Transaction &transaction, Json &flow) {
  const bool is_destination = source_of_flow(transaction, flow).kind == SourceKind::destination;
  Json &attributes = flow["inheritedAttributes"];
  attributes = {{"properties", {{is_destination ? "isDestinationFlow" : "isSourceFlow", true}}}};
  attributes["sourceConnections"] = inherited(transaction, flow, "sourceConnectionIds", "sourceConnections");
  attributes["targetConnections"] = inherited(transaction, flow, "targetConnectionIds", "targetConnections");
}

} // namespace flow::mock
