#include "mock_server/admin/routes.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "mock_server/journal/kept_text.hpp"
#include "mock_server/webhooks/events_json.hpp"

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

/// The same, and what came of each post is counted.
Post counted(Post post, Metrics &metrics) {
  return [post = std::move(post), &metrics](const std::string &url, const HttpHeaders &headers,
                                            const std::string &body, std::chrono::milliseconds timeout,
                                            const std::stop_token &stop) {
    PostResult result = post(url, headers, body, timeout, stop);
    ++(is_delivery(result) ? metrics.delivered : metrics.undelivered);
    return result;
  };
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
  const Settings &settings = call.state.settings;
  const auto make_sender = [&] {
    return std::make_shared<WebhookSender>(webhook, call.sandbox->clock.now_ms(),
                                           counted(HttpPost(settings.ca_file), call.state.metrics));
  };
  if (!call.state.ends.watch(*call.sandbox, make_sender, settings.reading, settings.limits.webhooks)) {
    throw Refusal{
        409, "Too many webhooks", "",
        std::to_string(settings.limits.webhooks) +
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
