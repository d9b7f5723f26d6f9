#include "mock_server/webhooks/http_post.hpp"

#include "mock_server/webhooks/webhook_url.hpp"

namespace flow::mock {

PostResult HttpPost::operator()(const std::string &url, const HttpHeaders &headers, const std::string &body,
                                std::chrono::milliseconds timeout, const std::stop_token &stop) const {
  const WebhookUrl parts = parse_webhook_url(url);
  HttpRequest request{.method = "POST",
                      .url = parts.origin + parts.target,
                      .headers = {{"Content-Type", "application/json"}},
                      .body = body,
                      .keep_alive = false};
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  constexpr std::size_t kLongestAnswer = 1'048'576; // only its status matters
  const HttpLimits limits{.connect = timeout, .silence = timeout, .whole = timeout, .body = kLongestAnswer};
  try {
    return {.status = sender_->send(request, limits, stop).status, .error = {}};
  } catch (const HttpFailure &failure) {
    return {.status = 0,
            .error = stop.stop_requested() ? "the mock stopped before an answer came" : failure.what()};
  }
}

} // namespace flow::mock
