#include "mock_server/webhooks/set_webhook.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "mock_server/service_state.hpp"

namespace flow::mock {

namespace {

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

bool set_webhook(ServiceState &state, Sandbox &sandbox, const Webhook &webhook,
                 const std::shared_ptr<WebhookSender> &going_on) {
  const auto make_sender = [&] {
    return going_on
               ? going_on
               : std::make_shared<WebhookSender>(webhook, sandbox.clock.now_ms(),
                                                 counted(HttpPost(state.settings.ca_file), state.metrics));
  };
  return state.ends.watch(sandbox, make_sender, state.settings.reading, state.settings.limits.webhooks);
}

} // namespace flow::mock
