#include "mock_server/webhooks/webhook_url.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/http_url.hpp"

namespace flow::mock {

WebhookUrl parse_webhook_url(std::string_view url) {
  const auto parts = split_http_url(url);
  if (!parts) {
    throw std::invalid_argument("must begin with http:// or https://");
  }
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    throw std::invalid_argument("has characters that must be percent-encoded");
  }
  if (parts->target.find('#') != std::string_view::npos) {
    throw std::invalid_argument("has a fragment, which is never sent; leave out # and what follows");
  }
  if ((parts->host + parts->port).find('@') != std::string::npos) {
    throw std::invalid_argument("has a user before its host, which is not sent; leave it out");
  }
  if (const std::string problem = problem_with_origin(*parts); !problem.empty()) {
    throw std::invalid_argument(problem);
  }
  return {.origin = parts->origin(),
          .target = (parts->target.starts_with('/') ? "" : "/") + std::string(parts->target)};
}

} // namespace flow::mock
