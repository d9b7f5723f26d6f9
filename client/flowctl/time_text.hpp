#pragma once

#include <string>

#include <flow_client/run.hpp>

namespace flow::client {

/// What TIME stands for in help texts.
inline constexpr const char *kTimeForms =
    "-1d (a day ago), +2h, yesterday, today, 2022-05-03, 2022-05-03T14:00:00Z, epoch seconds or epoch ms";

/// An instant as users write it: kTimeForms; RFC 3339 with a zone; days begin at midnight UTC. A number is
/// taken for seconds below 100,000,000,000, the year 5138. Throws std::invalid_argument, which says how to
/// write it.
Time parse_time(const std::string &text, Time now);
Time parse_time(const std::string &text); ///< now is now

/// "2022-05-03 14:00:00"
std::string utc(Time time);

/// "2022-05-03 14:00:00.123"
std::string utc_with_ms(Time time);

/// A duration as users write it: "500ms", "30s", "5m", "1h", "2d"; whole numbers, up to ten years.
/// Throws std::invalid_argument, which says how to write it.
std::chrono::milliseconds parse_duration(const std::string &text);

/// Likewise; a number alone, which may have a fraction, is in seconds.
std::chrono::milliseconds parse_duration_or_seconds(const std::string &text);

/// The same, in the largest unit up to hours that leaves a whole number: "90s", "48h", "0s".
std::string duration_text(std::chrono::milliseconds duration);

} // namespace flow::client
