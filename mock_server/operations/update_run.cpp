#include "mock_server/operations/operation.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "mock_server/operations/json_body.hpp"
#include "mock_server/query/filter.hpp"
#include "mock_server/runs/run_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// What UpdateFlowRunRequest names and the mock keeps as it comes (openapi).
struct Kept {
  std::string_view name;
  Json::value_t type;
  Json::value_t item; ///< of an array
};
constexpr std::array<Kept, 5> kKept = {{
    {"providerRefId", Json::value_t::string, {}},
    {"parentFlowRunId", Json::value_t::string, {}},
    {"childFlowRunIds", Json::value_t::array, Json::value_t::string},
    {"predecessors", Json::value_t::array, Json::value_t::object},
    {"recordTypes", Json::value_t::array, Json::value_t::string},
}};
constexpr std::array<std::string_view, 5> kSummaries = {"durationSummary", "sizeSummary", "recordSummary",
                                                        "fileSummary", "statusSummary"};
/// Where the mock itself counts with what is given.
constexpr std::array kNumbers = {"/durationSummary/startedAtUTC", "/durationSummary/completedAtUTC",
                                 "/recordSummary/outputRecordCount", "/recordSummary/createdRecordCount"};
// What a client sends back that has read the run and changed it: the service's own, not the client's to set.
constexpr std::array<std::string_view, 14> kReadOnly = {
    "id",        "createdAt",   "updatedAt", "createdBy", "updatedBy", "createdClient", "updatedClient",
    "sandboxId", "sandboxName", "imsOrgId",  "etag",      "eTag",      "flowSpec",      "state"};

/// A body that has been checked: what of the run it replaces.
struct Update {
  std::optional<RunStatus> state;
  std::optional<std::int64_t> started_at_ms;
  std::optional<std::int64_t> ended_at_ms;
  std::shared_ptr<const std::string> metrics;
  std::shared_ptr<const std::string> activities;
  std::shared_ptr<const std::string> params;
  Json extras = Json::object();
};

Error invalid(std::string_view field, std::string_view reason) {
  return Error("param-invalid").with("value", "given").with("field", field).with("reason", reason);
}

std::optional<std::int64_t> number_at(const Json &metrics, const char *place) {
  const Json::json_pointer at(place);
  return metrics.contains(at) ? integer_of(metrics.at(at)) : std::nullopt;
}

bool is_array_of(const Json &value, Json::value_t item) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [&](const Json &each) { return each.type() == item; });
}

std::optional<Error> check_kept(const Kept &kept, const Json &value) {
  const bool is_array = kept.type == Json::value_t::array;
  if (is_array ? is_array_of(value, kept.item) : value.type() == kept.type) {
    return std::nullopt;
  }
  return invalid(kept.name, is_array
                                ? std::string("it must be an array of ") + Json(kept.item).type_name() + "s"
                                : std::string("it must be of type ") + Json(kept.type).type_name());
}

std::optional<Error> read_metrics(Json metrics, const Run &run, Update &update) {
  if (!metrics.is_object()) {
    return invalid("metrics", "it must be an object");
  }
  for (const std::string_view summary : kSummaries) {
    if (const auto given = metrics.find(summary); given != metrics.end() && !given->is_object()) {
      return invalid("metrics." + std::string(summary), "it must be an object");
    }
  }
  for (const char *place : kNumbers) {
    const Json::json_pointer at(place);
    if (metrics.contains(at) && !integer_of(metrics.at(at))) {
      std::string field = "metrics" + std::string(place);
      std::replace(field.begin(), field.end(), '/', '.');
      return invalid(field, "it must be an integer");
    }
  }
  const Json::json_pointer place("/statusSummary/status");
  if (metrics.contains(place)) {
    const Json &status = metrics.at(place);
    update.state = status.is_string() ? state_of(status.get_ref<const std::string &>(),
                                                 number_at(metrics, "/recordSummary/outputRecordCount"),
                                                 number_at(metrics, "/recordSummary/createdRecordCount"))
                                      : std::nullopt;
    if (!update.state) {
      return invalid("metrics.statusSummary.status", "it must be one of " + known_statuses());
    }
  } else {
    metrics["statusSummary"]["status"] = text_of(run.state); // every run says how it stands
  }
  update.started_at_ms = number_at(metrics, "/durationSummary/startedAtUTC");
  update.ended_at_ms = number_at(metrics, "/durationSummary/completedAtUTC");
  update.metrics = std::make_shared<const std::string>(metrics.dump());
  return std::nullopt;
}

std::variant<Update, Error> read_update(const Json &document, const Run &run) {
  Update update;
  for (const auto &member : document.items()) {
    const std::string &name = member.key();
    const Json &value = member.value();
    const auto kept = std::find_if(kKept.begin(), kKept.end(),
                                   [&](const Kept &candidate) { return candidate.name == name; });
    if (name == "flowId") {
      if (value != run.flow->id) {
        return invalid("flowId", "a run stays with its flow, " + run.flow->id);
      }
    } else if (name == "metrics") {
      if (auto error = read_metrics(value, run, update)) {
        return *std::move(error);
      }
    } else if (name == "activities" || name == "activites") {
      if (!is_array_of(value, Json::value_t::object)) {
        return invalid(name, "it must be an array of objects");
      }
      update.activities = std::make_shared<const std::string>(value.dump());
    } else if (name == "params") {
      if (!value.is_object()) {
        return invalid(name, "it must be an object");
      }
      update.params = std::make_shared<const std::string>(value.dump());
    } else if (kept != kKept.end()) {
      if (auto error = check_kept(*kept, value)) {
        return *std::move(error);
      }
      update.extras[name] = value;
    } else if (std::find(kReadOnly.begin(), kReadOnly.end(), name) == kReadOnly.end()) {
      return Error("bad-request").with("reason", "a run has no field " + name);
    }
  }
  return update;
}

void apply(Update update, Run &run, const Call &call) {
  if (!has_ended(run.state)) {
    run.ended_at_ms = call.now_ms; // where the update ends it
  }
  run.ended_at_ms = update.ended_at_ms.value_or(run.ended_at_ms);
  if (update.state) {
    run.state = *update.state;
  }
  if (has_ended(run.state)) {
    run.ending.reset();
  }
  run.started_at_ms = update.started_at_ms.value_or(run.started_at_ms);
  if (update.metrics) {
    run.metrics = std::move(update.metrics);
  }
  if (update.activities) {
    run.activities = std::move(update.activities);
  }
  if (update.params) {
    run.params = std::move(update.params);
  }
  if (!update.extras.empty()) {
    Json extras = run.extras ? Json::parse(*run.extras) : Json::object();
    extras.update(update.extras);
    run.extras = std::make_shared<const std::string>(extras.dump());
  }
  run.updated_at_ms = call.now_ms;
  run.etag = call.sandbox.ids.etag(call.now_ms);
  Actors actors = *run.actors;
  actors.updated_by = actor_text(call.credentials);
  actors.updated_client = actors.updated_by;
  run.actors = std::make_shared<const Actors>(std::move(actors));
}

} // namespace

// PUT /runs/{id} with If-Match: the updated run (openapi)
Answer update_run(const Call &call) {
  auto body = json_object_in(call.request.body);
  if (Error *error = std::get_if<Error>(&body)) {
    return std::move(*error);
  }
  Sandbox &sandbox = call.sandbox;
  const std::lock_guard lock(sandbox.mutex);
  const Run *run = sandbox.find_run(call.id, call.now_ms);
  if (run == nullptr) {
    return not_found(call);
  }
  if (auto error = check_if_match(call.request, *run, true)) {
    return *std::move(error);
  }
  auto update = read_update(std::get<Json>(body), *run);
  if (Error *error = std::get_if<Error>(&update)) {
    return std::move(*error);
  }
  const auto &state = std::get<Update>(update).state;
  if (state && has_ended(run->state) && status(*state) != status(run->state)) {
    return Error("param-invalid")
        .with("value", status(*state))
        .with("field", "metrics.statusSummary.status")
        .with("reason", "the run has ended, with the status " + std::string(status(run->state)));
  }
  const bool was_in_progress = !has_ended(run->state);
  sandbox.runs.change(*run, [&](Run &its) { apply(std::get<Update>(std::move(update)), its, call); });
  if (was_in_progress && has_ended(run->state)) {
    sandbox.tell_end(*run);
  }
  Response response;
  append_run(response.body, *run, sandbox, call.settings.reading);
  return response;
}

} // namespace flow::mock
