#include "client/url.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/http_url.hpp"

namespace flow::client {

namespace {

bool is_path(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// A password before the host, a key in the query; also a token in the place of a URL.
bool may_hold_secret(const std::string &url) {
  return url.find("://") == std::string::npos || url.find_first_of("?#@") != std::string::npos;
}

/// "[::]" is an address to listen on; nothing shorter is an address.
bool is_too_short(std::string_view host) {
  return host.starts_with('[') && host.size() <= 4;
}

} // namespace

BaseUrl parse_base_url(const std::string &url, std::string_view default_path, const std::string &name) {
  const auto refuse = [&](const std::string &reason) {
    throw std::invalid_argument("the " + name + (may_hold_secret(url) ? " " : " \"" + url + "\" ") + reason);
  };
  const auto parts = split_http_url(url);
  if (!parts) {
    refuse("does not begin with http:// or https://");
  }
  if (url.find_first_of("?#@") != std::string::npos) {
    refuse("has a user, a query or a fragment; give scheme, host, port and path only");
  }
  std::string_view path = parts->target;
  if (!is_path(path)) {
    refuse("has characters in its path that must be percent-encoded");
  }
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const std::string problem = is_too_short(parts->host)
                                  ? "names no host that can be called; write it as http://host:port/path"
                                  : problem_with_origin(*parts);
  if (!problem.empty()) {
    refuse(problem);
  }
  const std::string &host = parts->host;
  return {.scheme = parts->scheme,
          .host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host,
          .origin = parts->origin(),
          .path = std::string(path.empty() ? default_path : path)};
}

bool is_loopback(const BaseUrl &url) {
  return url.host == "localhost" || url.host == "::1" ||
         (url.host.starts_with("127.") && url.host.find_first_not_of("0123456789.") == std::string::npos);
}

} // namespace flow::client
