#include "mock_server/admin/guard.hpp"

#include <algorithm>
#include <string>

#include <openssl/crypto.h>

#include "common/text.hpp"
#include "mock_server/admin/call.hpp"

namespace flow::mock::admin {

namespace {

/// The field's value; empty where it is absent. Refused where it is given twice.
std::string_view header(const Request &request, std::string_view name) {
  std::string_view value;
  for (const HeaderField &field : request.headers) {
    if (!equal_ignoring_case(field.name, name)) {
      continue;
    }
    if (value.data() != nullptr) {
      throw Refusal{400, "Bad header", "", "The header " + std::string(name) + " is given more than once."};
    }
    value = field.value;
  }
  return value;
}

/// "localhost:8080" and "[::1]:8080" without the port and the brackets.
std::string_view host_name(std::string_view authority) {
  if (authority.starts_with('[')) {
    return authority.substr(1, authority.find(']') - 1);
  }
  return authority.substr(0, authority.rfind(':'));
}

bool is_own_name(std::string_view name, const ControlAccess &access) {
  return is_loopback(name) || equal_ignoring_case(name, access.host);
}

bool is_equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace

bool is_loopback(std::string_view host) {
  return equal_ignoring_case(host, "localhost") || host == "::1" ||
         (host.starts_with("127.") &&
          std::all_of(host.begin(), host.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
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
  if (access.token.empty() && !is_own_name(host_name(host), access)) {
    throw Refusal{403, "Foreign Host", "",
                  "The control API answers to localhost and loopback addresses only, not to Host '" +
                      std::string(host) + "'."};
  }
  const std::string_view origin = header(request, "Origin");
  if (origin.data() != nullptr && origin != "http://" + std::string(host)) {
    throw Refusal{403, "Foreign Origin", "",
                  "A web page of another origin, '" + std::string(origin) + "', may not steer the mock."};
  }
  if (!access.token.empty() &&
      !is_equal_in_constant_time(header(request, "Authorization"), "Bearer " + access.token)) {
    throw Refusal{401, "Token needed", "", "Send the --admin-token as Authorization: Bearer TOKEN."};
  }
}

} // namespace flow::mock::admin
