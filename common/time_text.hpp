#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// Times and durations as users write them.
namespace flow {

/// A unit of durations.
struct TimeUnit {
  std::string_view name;
  std::int64_t ms;
};

/// The largest first.
inline constexpr std::array kTimeUnits{TimeUnit{"d", 86'400'000}, TimeUnit{"h", 3'600'000},
                                       TimeUnit{"m", 60'000}, TimeUnit{"s", 1'000}, TimeUnit{"ms", 1}};

inline constexpr std::int64_t kLatestMs = 253'402'300'799'999; ///< the end of the year 9999

/// The milliseconds since 1970 of an RFC 3339 time, "2022-05-03T14:00:00Z" or "2022-05-03T16:00:00.5+02:00",
/// without what is finer. Nothing for any other text, a leap second, and times before 1970 or after 9999.
std::optional<std::int64_t> rfc3339_ms(std::string_view text);

/// The milliseconds of a duration, "500ms", "30s", "5m", "1h" or "2d"; whole numbers without a sign. Nothing
/// for any other text, and for one that is longer than from 1970 to 9999.
std::optional<std::int64_t> duration_ms(std::string_view text);

} // namespace flow
