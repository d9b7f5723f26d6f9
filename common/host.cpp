#include "common/host.hpp"

#include <cstdint>
#include <string>

#include <netdb.h>
#include <netinet/in.h>

#include "common/text.hpp"

namespace flow {

namespace {

bool is_local_name(std::string_view host) {
  constexpr std::string_view kLocal = "localhost"; // and every name below it (RFC 6761, 6.3)
  if (host.size() < kLocal.size()) {
    return false;
  }
  const std::size_t begin = host.size() - kLocal.size();
  return equal_ignoring_case(host.substr(begin), kLocal) && (begin == 0 || host[begin - 1] == '.');
}

/// 127.0.0.0/8; also 0.0.0.0, which connects to this machine.
bool is_local_v4(std::uint32_t address) {
  return address >> 24 == IN_LOOPBACKNET || address == INADDR_ANY;
}

bool is_local_v6(const in6_addr &address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    std::uint32_t last = 0;
    for (int i = 12; i < 16; ++i) {
      last = last << 8 | address.s6_addr[i];
    }
    return is_local_v4(last);
  }
  return IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_UNSPECIFIED(&address);
}

} // namespace

bool is_this_machine(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  if (is_local_name(host)) {
    return true;
  }
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo *found = nullptr;
  if (getaddrinfo(std::string(host).c_str(), nullptr, &hints, &found) != 0) {
    return false;
  }
  bool local = false;
  if (found->ai_family == AF_INET) {
    local = is_local_v4(ntohl(reinterpret_cast<const sockaddr_in *>(found->ai_addr)->sin_addr.s_addr));
  } else if (found->ai_family == AF_INET6) {
    local = is_local_v6(reinterpret_cast<const sockaddr_in6 *>(found->ai_addr)->sin6_addr);
  }
  freeaddrinfo(found);
  return local;
}

} // namespace flow
