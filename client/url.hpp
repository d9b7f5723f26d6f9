#pragma once

#include <string>
#include <string_view>

#include "contracts/model/contract.hpp"

namespace flow::client {

/// A base URL in its parts.
struct BaseUrl {
  std::string scheme; ///< "http" or "https"
  std::string host;   ///< lower case; an IPv6 address without its brackets
  std::string origin; ///< scheme, host and port, e.g. "http://[::1]:8080"
  std::string path;   ///< without a trailing slash; the documented path where the URL had none
};

/// `default_path` is for a URL without one. Throws std::invalid_argument, which says what to change and calls
/// the URL by its `name`.
BaseUrl parse_base_url(const std::string &url, std::string_view default_path = contract::kBasePath,
                       const std::string &name = "base URL");

/// Whether the host is this machine, whatever its network.
bool is_loopback(const BaseUrl &url);

} // namespace flow::client
