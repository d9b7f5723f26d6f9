#include "mock_server/webhooks/notification.hpp"

#include <cstdint>
#include <stdexcept>

#include "contracts/model/contract.hpp"
#include "mock_server/resources/run_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

bool has_failed(const Run &run) {
  const Result result = result_of(run.state);
  return result == Result::failure || result == Result::partial_failure;
}

Json tree_of(const Run &run, const SandboxObjects &sandbox, const contract::Reading &reading) {
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

Json of_success(std::string_view code, std::string_view event_id, const Run &run,
                const SandboxObjects &sandbox, const contract::Reading &reading) {
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
                       {"eventCode", code}}}};
  event["transformedTime"] = run.updated_at_ms;
  return {{"event_id", event_id}, {"event", std::move(event)}};
}

Json of_failure(std::string_view code, const Run &run, const SandboxObjects &sandbox,
                const contract::Reading &reading) {
  Json message = {{"msgType", "eventNotification"},
                  {"version", "1.0"},
                  {"timestamp", run.updated_at_ms},
                  {"imsOrgId", sandbox.organisation},
                  {"schema", {{"name", "run-notification"}, {"version", "1.0"}}},
                  {"provider", "FlowService"},
                  {"_eventNotificationMeta", {{"category", "Platform Notifications"}, {"type", code}}},
                  {"value", tree_of(run, sandbox, reading)}};
  Json messages = Json::array();
  messages.push_back(std::move(message));
  Json notification = Json::array();
  notification.push_back({{"messages", std::move(messages)}});
  return notification;
}

} // namespace

std::optional<std::string_view> event_code(const Run &run, const contract::Reading &reading) {
  if (!has_ended(run.state) || run.flow->source == SourceKind::destination) {
    return std::nullopt;
  }
  return has_failed(run) ? reading.choice("failure-event") : "sources_flow_run_success";
}

std::string notification(std::string_view event_id, const std::string &client_id, const Run &run,
                         const SandboxObjects &sandbox, const contract::Reading &reading) {
  const auto code = event_code(run, reading);
  if (!code) {
    throw std::invalid_argument("the run has no notification: it has not ended, or is of a destination");
  }
  Json json = has_failed(run) ? of_failure(*code, run, sandbox, reading)
                              : of_success(*code, event_id, run, sandbox, reading);
  if (!has_failed(run) && !client_id.empty()) {
    json["recipient_client_id"] = client_id;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace); // an organisation may be no UTF-8
}

} // namespace flow::mock
