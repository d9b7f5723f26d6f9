#pragma once

#include <cstddef>
#include <string_view>

namespace flow {

/// The longest name in the DNS, without a dot at its end (RFC 1035, 2.3.4).
inline constexpr std::size_t kLongestHost = 253;

/// Whether a URL's host, in whatever spelling (localhost., 127.1, 0x7f000001, ::ffff:127.0.0.1), is this
/// machine by its loopback interface. An IPv6 address has no brackets. Looks no name up.
bool is_this_machine(std::string_view host);

} // namespace flow
