#include "mock_server/admin/guard.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include <openssl/crypto.h>

#include "common/text.hpp"
#include "mock_server/admin/call.hpp"

namespace flow::mock::admin {

namespace {

/// The digits of a number up to `most`, written as a browser writes it.
bool is_number(std::string_view text, std::int64_t most) {
  const bool is_plain = is_digits(text) && (text == "0" || text.front() != '0');
  const auto number = integer_in(text);
  return is_plain && number && *number <= most;
}

/// The host of "localhost:8080" and of "[::1]:8080", with the brackets. Nothing where the text is no host
/// with at most a port: "[::1].example", "localhost:example".
std::optional<std::string_view> host_in(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t end = bracket > 0 ? bracket + 1 : std::min(authority.find(':'), authority.size());
  const std::string_view port = authority.substr(end);
  const bool is_authority = port.empty() || (port.starts_with(':') && port != ":0" &&
                                             is_number(port.substr(1), std::int64_t{65535}));
  return end > 0 && is_authority ? std::optional(authority.substr(0, end)) : std::nullopt;
}

bool is_own_name(std::string_view authority, const ControlAccess &access) {
  const auto host = host_in(authority);
  if (!host) {
    return false;
  }
  if (host->starts_with('[')) {
    const std::string_view address = host->substr(1, host->size() - 2);
    return address == "::1" ||
           (access.host.find(':') != std::string::npos && equal_ignoring_case(address, access.host));
  }
  return is_loopback(*host) || equal_ignoring_case(*host, access.host);
}

/// Whether a page of that origin came from where it sends its request to: one port speaks either http or
/// https.
bool is_own_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) {
      return host_in(host) && equal_ignoring_case(origin.substr(scheme.size()), host);
    }
  }
  return false;
}

/// Browsers say of each request where it comes from (Fetch Metadata): "none" is the address bar. Other
/// programs do not send the header.
void check_site(std::string_view site) {
  if (site.data() != nullptr && site != "same-origin" && site != "none") {
    throw Refusal{403, "Foreign page", "",
                  "A web page of another site may not control the mock (Sec-Fetch-Site: '" +
                      std::string(site) + "')."};
  }
}

bool is_equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace

bool is_loopback(std::string_view host) {
  if (equal_ignoring_case(host, "localhost") || host == "::1") {
    return true;
  }
  if (!host.starts_with("127.")) {
    return false;
  }
  for (int i = 0; i < 4; ++i) {
    const std::size_t end = std::min(host.find('.'), host.size());
    if (!is_number(host.substr(0, end), std::int64_t{255})) {
      return false;
    }
    if (end == host.size()) {
      return i == 3;
    }
    host.remove_prefix(end + 1);
  }
  return false;
}

void check_access(const Request &request, const ControlAccess &access) {
  if (!access.enabled) {
    throw Refusal{
        403, "The control API is off", "",
        "The mock does not listen on loopback only: start it with --admin-token TOKEN, or with --host "
        "127.0.0.1."};
  }
  // Who has the token is no web page, by whatever name it reaches the mock.
  const std::string_view host = header(request, "Host");
  if (access.token.empty() && !is_own_name(host, access)) {
    throw Refusal{403, "Foreign Host", "",
                  "The control API answers to localhost and loopback addresses only, not to Host '" +
                      std::string(host) + "'."};
  }
  const std::string_view origin = header(request, "Origin");
  if (origin.data() != nullptr && !is_own_origin(origin, host)) {
    throw Refusal{403, "Foreign Origin", "",
                  "A web page of another origin, '" + std::string(origin) + "', may not control the mock."};
  }
  check_site(header(request, "Sec-Fetch-Site"));
  if (!access.token.empty() &&
      !is_equal_in_constant_time(header(request, "Authorization"), "Bearer " + access.token)) {
    throw Refusal{401, "Token needed", "", "Send the --admin-token as Authorization: Bearer TOKEN."};
  }
}

} // namespace flow::mock::admin
