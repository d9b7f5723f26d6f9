#pragma once

#include <string>
#include <string_view>

namespace flow::mock {

/// Where a webhook listens, in the parts a connection and a request need.
struct WebhookUrl {
  std::string origin; ///< scheme, host and port, e.g. "http://[::1]:8080"; scheme and host in lower case
  std::string target; ///< path and query, as they were written; "/" where the URL had none
};

/// Takes apart an http or https URL. Throws std::invalid_argument, which says what to change.
WebhookUrl parse_webhook_url(std::string_view url);

} // namespace flow::mock
