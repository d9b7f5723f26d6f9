#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace flow::client {

/// How long a Retry-After header asks to wait, seen from `today`: seconds, or an HTTP-date in any of its
/// three forms (RFC 9110, 10.2.3 and 5.6.7). A date in the past is no wait; what is neither form is nothing.
std::optional<std::chrono::milliseconds> parse_retry_after(const std::string &value,
                                                           std::chrono::system_clock::time_point today);

} // namespace flow::client
