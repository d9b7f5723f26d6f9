#include "client/url.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "common/host.hpp"

namespace flow::client {

namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  });
}

bool is_bracketed_address(std::string_view host) {
  return host.size() > 4 && host.front() == '[' && host.back() == ']' &&
         host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
}

bool is_port(std::string_view port) {
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
}

bool is_path(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// A password before the host, a key in the query; also a token in the place of a URL.
bool may_hold_secret(const std::string &url) {
  return url.find("://") == std::string::npos || url.find_first_of("?#@") != std::string::npos;
}

} // namespace

BaseUrl parse_base_url(const std::string &url, std::string_view default_path, const std::string &name) {
  const auto refuse = [&](const std::string &reason) {
    throw std::invalid_argument("the " + name + (may_hold_secret(url) ? " " : " \"" + url + "\" ") + reason);
  };
  const std::size_t colon = url.find("://");
  if (colon == std::string::npos) {
    refuse("does not begin with http:// or https://");
  }
  BaseUrl parts{.scheme = lower(url.substr(0, colon)), .host = "", .origin = "", .path = ""};
  if (parts.scheme != "http" && parts.scheme != "https") {
    refuse("does not begin with http:// or https://");
  }
  const std::string_view rest = std::string_view(url).substr(colon + 3);
  if (rest.find_first_of("?#@") != std::string_view::npos) {
    refuse("has a user, a query or a fragment; give scheme, host, port and path only");
  }
  const std::string_view authority = rest.substr(0, rest.find('/'));
  parts.path = rest.substr(authority.size());
  if (!is_path(parts.path)) {
    refuse("has characters in its path that must be percent-encoded");
  }
  while (parts.path.ends_with('/')) {
    parts.path.pop_back();
  }
  if (parts.path.empty()) {
    parts.path = default_path;
  }

  const std::size_t port_colon = authority.rfind(':');
  const bool has_port = port_colon != std::string_view::npos && !authority.ends_with(']');
  const std::string host = lower(authority.substr(0, has_port ? port_colon : authority.size()));
  if (host.size() > kLongestHost) {
    refuse("has a host of " + std::to_string(host.size()) + " letters; a name has at most " +
           std::to_string(kLongestHost));
  }
  if (!is_host(host) && !is_bracketed_address(host)) {
    refuse("names no host that can be called");
  }
  if (has_port && !is_port(authority.substr(port_colon + 1))) {
    refuse("has a port that is not a number from 1 to 65535");
  }
  parts.host = host.front() == '[' ? host.substr(1, host.size() - 2) : host;
  parts.origin = parts.scheme + "://" + host;
  if (has_port) {
    parts.origin += authority.substr(port_colon);
  }
  return parts;
}

bool is_loopback(const BaseUrl &url) {
  return url.host == "localhost" || url.host == "::1" ||
         (url.host.starts_with("127.") && url.host.find_first_not_of("0123456789.") == std::string::npos);
}

} // namespace flow::client
