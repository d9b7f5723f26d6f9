#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contracts/model/contract.hpp"

namespace flow::mock {

/// A time as seeds and the control API take it: an instant, or so much before or after now, the clock of the
/// sandbox that it is for.
struct GivenTime {
  std::int64_t ms = 0;   ///< since 1970, or after now
  bool from_now = false; ///< the latter

  /// The instant, since 1970; one that would be earlier or after the year 9999 is moved to these ends.
  [[nodiscard]] std::int64_t at(std::int64_t now_ms) const;
};

/// Epoch ms as an integer, "-90s", "-15m", "-1h", "-2d" (or with "+"), or an RFC 3339 text. Nothing for
/// anything else.
std::optional<GivenTime> given_time(const contract::Json &value);

/// The same of the text of a query parameter, where epoch ms are digits.
std::optional<GivenTime> given_time_in(std::string_view text);

/// What is wrong with a value that is none of these: "is "noon"; a time is …".
std::string not_a_time(const contract::Json &value);

} // namespace flow::mock
