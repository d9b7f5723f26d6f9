#include "common/http_url.hpp"

#include <algorithm>

#include "common/host.hpp"
#include "common/text.hpp"

namespace flow {

namespace {

/// A name, or an IPv4 address; an IPv6 address in its brackets.
bool is_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
  }
  return !host.empty() &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") == std::string_view::npos;
}

bool is_port(std::string_view port) {
  const auto number = integer_in(port);
  return number && *number >= 1 && *number <= 65535;
}

} // namespace

std::optional<HttpUrl> split_http_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  HttpUrl parts;
  parts.scheme = lower_case(url.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (parts.scheme != "http" && parts.scheme != "https") {
    return std::nullopt;
  }
  parts.target = url.substr(colon + 3);
  const std::size_t end = std::min(parts.target.find_first_of("/?#"), parts.target.size());
  const std::string_view authority = parts.target.substr(0, end);
  parts.target.remove_prefix(end);
  const std::size_t port = authority.ends_with(']') ? authority.size() : authority.rfind(':');
  parts.host = lower_case(authority.substr(0, port));
  parts.port = authority.substr(std::min(port, authority.size()));
  return parts;
}

std::string problem_with_origin(const HttpUrl &url) {
  if (url.host.size() > kLongestHost) {
    return "has a host of " + std::to_string(url.host.size()) + " letters; a name has at most " +
           std::to_string(kLongestHost);
  }
  if (!is_host(url.host)) {
    return "names no host that can be called; write it as http://host:port/path";
  }
  if (!url.port.empty() && !is_port(std::string_view(url.port).substr(1))) {
    return "has a port that is not a number from 1 to 65535";
  }
  return "";
}

} // namespace flow
