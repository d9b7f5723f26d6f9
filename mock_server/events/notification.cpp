#include "mock_server/events/notification.hpp"

#include <cstdint>
#include <stdexcept>

#include "contracts/contract.hpp"
#include "mock_server/runs/run_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

Json tree_of(const Run &run, const Sandbox &sandbox, const contract::Reading &reading) {
  std::string json;
  append_run(json, run, sandbox, reading);
  return Json::parse(json);
}

/// Turns the ms of an object's durationSummary into seconds. A client may have put anything in its place.
void show_seconds(Json &holder) {
  if (!holder.is_object() || !holder.contains("durationSummary")) {
    return;
  }
  Json &durations = holder["durationSummary"];
  for (const char *name : {"startedAtUTC", "completedAtUTC"}) {
    if (durations.is_object() && durations.contains(name) && durations[name].is_number_unsigned()) {
      constexpr std::uint64_t kSecond = 1000;
      durations[name] = durations[name].get<std::uint64_t>() / kSecond;
    }
  }
}

Json of_success(std::string_view event_id, const Run &run, const Sandbox &sandbox,
                const contract::Reading &reading) {
  Json event = tree_of(run, sandbox, reading);
  show_seconds(event["metrics"]);
  for (Json &activity : event[std::string(reading.choice("activities-field"))]) {
    show_seconds(activity);
  }
  event["slaCreatedAt"] = run.updated_at_ms;
  event["processStartTime"] = run.updated_at_ms;
  event["header"] = {{"_adobeio",
                      {{"imsOrgId", sandbox.organisation},
                       {"providerMetadata", "aep_observability_catalog_events"},
                       {"eventCode", event_code(run.state)}}}};
  event["transformedTime"] = run.updated_at_ms;
  return {{"event_id", event_id}, {"event", std::move(event)}};
}

Json of_failure(const Run &run, const Sandbox &sandbox, const contract::Reading &reading) {
  Json message = {
      {"msgType", "eventNotification"},
      {"version", "1.0"},
      {"timestamp", run.updated_at_ms},
      {"imsOrgId", sandbox.organisation},
      {"schema", {{"name", "run-notification"}, {"version", "1.0"}}},
      {"provider", "FlowService"},
      {"_eventNotificationMeta", {{"category", "Platform Notifications"}, {"type", event_code(run.state)}}},
      {"value", tree_of(run, sandbox, reading)}};
  Json messages = Json::array();
  messages.push_back(std::move(message));
  Json notification = Json::array();
  notification.push_back({{"messages", std::move(messages)}});
  return notification;
}

} // namespace

std::string_view event_code(RunState state) {
  if (!has_ended(state)) {
    throw std::invalid_argument("a run in progress has no notification: wait until it has ended");
  }
  return state == RunState::failed ? "sources_flow_run_failed" : "sources_flow_run_success";
}

std::string notification(std::string_view event_id, const std::string &client_id, const Run &run,
                         const Sandbox &sandbox, const contract::Reading &reading) {
  const bool has_failed = event_code(run.state) == event_code(RunState::failed);
  Json json = has_failed ? of_failure(run, sandbox, reading) : of_success(event_id, run, sandbox, reading);
  if (!has_failed && !client_id.empty()) {
    json["recipient_client_id"] = client_id;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace); // an organisation may be no UTF-8
}

} // namespace flow::mock
