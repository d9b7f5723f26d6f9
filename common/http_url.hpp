#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flow {

/// The parts of an absolute http or https URL. Only the scheme has been checked.
struct HttpUrl {
  std::string scheme; ///< "http" or "https"
  std::string host;   ///< in lower case, an IPv6 address in its brackets; with a user, if the URL has one
  std::string port;   ///< as written, with its colon: ":8080"; "" where there is none
  std::string_view target; ///< path, query and fragment, as written in the text that was split; may be ""

  /// Scheme, host and port: "http://[::1]:8080".
  [[nodiscard]] std::string origin() const { return scheme + "://" + host + port; }
};

/// Nothing where the text begins with neither http:// nor https://, in any case.
std::optional<HttpUrl> split_http_url(std::string_view url);

/// What is wrong with the host or the port, to follow the URL in a sentence: "has a port that is not a number
/// from 1 to 65535". "" where a connection can be tried.
std::string problem_with_origin(const HttpUrl &url);

} // namespace flow
