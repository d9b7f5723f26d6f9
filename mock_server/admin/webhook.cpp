#include "mock_server/admin/routes.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "mock_server/journal/kept_text.hpp"
#include "mock_server/webhooks/events_json.hpp"
#include "mock_server/webhooks/set_webhook.hpp"

namespace flow::mock::admin {

namespace {

std::shared_ptr<WebhookSender> webhook_of(const Call &call) {
  auto sender = call.sandbox->webhook();
  if (!sender) {
    throw Refusal{404, "No webhook", "", "The sandbox has none; PUT one to …/webhook."};
  }
  return sender;
}

/// Receivers take their keys from the query ("?code=…", "?sig=…"): of its parameters the names are shown.
Response shown(Webhook webhook) {
  std::size_t at = webhook.url.find('?');
  while (at != std::string::npos) {
    const std::size_t end = std::min(webhook.url.find('&', at + 1), webhook.url.size());
    const std::size_t equals = webhook.url.find('=', at);
    const std::size_t value = equals < end ? equals + 1 : at + 1;
    webhook.url.replace(value, end - value, kNotKept);
    at = webhook.url.find('&', value);
  }
  return json_response(to_json(webhook));
}

} // namespace

Response get_webhook(const Call &call) {
  return shown(webhook_of(call)->webhook());
}

Response put_webhook(const Call &call) {
  Webhook webhook;
  try {
    webhook = mock::webhook_of(body_of(call));
  } catch (const WebhookError &error) {
    throw Refusal{400, "Bad webhook", error.pointer, error.reason};
  }
  if (!set_webhook(call.state, *call.sandbox, webhook)) {
    throw Refusal{
        409, "Too many webhooks", "",
        std::to_string(call.state.settings.limits.webhooks) +
            " sandboxes have one, the most there can be. Delete those that are not needed, or start "
            "flow-mock with a higher --max-webhooks."};
  }
  return shown(webhook);
}

Response delete_webhook(const Call &call) {
  webhook_of(call);
  call.sandbox->tell(nullptr, call.state.settings.reading);
  return json_response(Json::object());
}

Response list_events(const Call &call) {
  check_parameters(call, {"offset", "limit"});
  const ListPage page = list_page_of(call);
  call.sandbox->settle();
  Json json = events_json(*webhook_of(call), call.state.secrets);
  json.update(page_json("events", json["events"], page));
  return json_response(json);
}

Response redeliver_event(const Call &call) {
  call.sandbox->settle();
  if (!webhook_of(call)->redeliver(call.ids.front())) {
    throw not_found("event", call.ids.front());
  }
  return json_response(Json::object(), 202);
}

} // namespace flow::mock::admin
