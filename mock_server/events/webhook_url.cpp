#include "mock_server/events/webhook_url.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/host.hpp"
#include "common/text.hpp"

namespace flow::mock {

namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

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

WebhookUrl parse_webhook_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  const std::string scheme = lower(url.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (scheme != "http" && scheme != "https") {
    throw std::invalid_argument("must begin with http:// or https://");
  }
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    throw std::invalid_argument("has characters that must be percent-encoded");
  }
  const std::string_view rest = url.substr(colon + 3);
  if (rest.find('#') != std::string_view::npos) {
    throw std::invalid_argument("has a fragment, which is never sent; leave out # and what follows");
  }
  const std::string authority = lower(rest.substr(0, rest.find_first_of("/?")));
  if (authority.find('@') != std::string::npos) {
    throw std::invalid_argument("has a user before its host, which is not sent; leave it out");
  }
  const std::size_t port_colon = authority.ends_with(']') ? std::string::npos : authority.rfind(':');
  const std::string_view host = std::string_view(authority).substr(0, port_colon);
  if (host.size() > kLongestHost) {
    throw std::invalid_argument("has a host of " + std::to_string(host.size()) +
                                " letters; a name has at most " + std::to_string(kLongestHost));
  }
  if (!is_host(host)) {
    throw std::invalid_argument("names no host that can be called; write it as http://host:port/path");
  }
  if (port_colon != std::string::npos && !is_port(std::string_view(authority).substr(port_colon + 1))) {
    throw std::invalid_argument("has a port that is not a number from 1 to 65535");
  }
  const std::string_view target = rest.substr(authority.size());
  return {.origin = scheme + "://" + authority,
          .target = (target.starts_with('/') ? "" : "/") + std::string(target)};
}

} // namespace flow::mock
