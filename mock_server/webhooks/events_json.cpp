#include "mock_server/webhooks/events_json.hpp"

#include <utility>

#include "common/json_text.hpp"
#include "mock_server/journal/kept_text.hpp"

namespace flow::mock {

namespace {

using contract::Json;

Json to_json(const Attempt &attempt) {
  Json json = {{"atMs", attempt.at_ms}};
  if (attempt.result.error.empty()) {
    json["status"] = attempt.result.status;
  } else {
    json["error"] = attempt.result.error;
  }
  json["durationMs"] = attempt.duration_ms;
  return json;
}

Json to_json(const EventRecord &record, const KnownSecrets &known) {
  const Json body = json_or_discarded(record.event.body);
  Json attempts = Json::array();
  for (const Attempt &attempt : record.attempts) {
    attempts.push_back(to_json(attempt));
  }
  return {{"id", record.event.id},
          {"code", record.event.code},
          {"runId", record.event.run_id},
          {"atMs", record.event.at_ms},
          {"body", without_secrets(body.is_discarded() ? Json(record.event.body) : body, known)},
          {"state", to_string(record.state)},
          {"attempts", std::move(attempts)}};
}

} // namespace

Json events_json(const WebhookSender &sender, const KnownSecrets &known) {
  const EventLog log = sender.log();
  Json events = Json::array();
  for (const EventRecord &record : log.events) {
    events.push_back(to_json(record, known));
  }
  return {{"events", std::move(events)}, {"dropped", log.dropped}, {"due", log.due}};
}

} // namespace flow::mock
