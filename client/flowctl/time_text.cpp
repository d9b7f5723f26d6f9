#include "client/flowctl/time_text.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <stdexcept>

#include "common/text.hpp"
#include "common/time_text.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

[[noreturn]] void refuse(const std::string &text) {
  throw std::invalid_argument("\"" + text + "\" is not a time; write " + kTimeForms);
}

constexpr milliseconds kDay{86'400'000};

/// Midnight, UTC.
Time day_of(Time time) {
  return time - time.time_since_epoch() % kDay;
}

/// "-1d", "+2h": from now.
std::optional<Time> offset_time(std::string_view text, Time now) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) {
    return std::nullopt;
  }
  const auto ms = duration_ms(text.substr(1));
  const std::int64_t now_ms = now.time_since_epoch().count();
  if (!ms || (text.front() == '-' ? *ms > now_ms : *ms > kLatestMs - now_ms)) {
    return std::nullopt;
  }
  return now + (text.front() == '-' ? -milliseconds(*ms) : milliseconds(*ms));
}

Time parse_number(const std::string &text) {
  constexpr std::int64_t kSecondsBelow = 100'000'000'000;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > kLatestMs) {
    refuse(text);
  }
  return number < kSecondsBelow ? Time(seconds(number)) : Time(milliseconds(number));
}

} // namespace

Time parse_time(const std::string &text, Time now) {
  if (is_digits(text)) {
    return parse_number(text);
  }
  if (text == "today" || text == "yesterday") {
    return day_of(now) - (text == "today" ? milliseconds(0) : kDay);
  }
  if (const auto time = offset_time(text, now)) {
    return *time;
  }
  constexpr std::size_t kDateLength = sizeof("2022-05-03") - 1;
  const auto ms = rfc3339_ms(text.size() == kDateLength ? text + "T00:00:00Z" : text);
  if (!ms) {
    refuse(text);
  }
  return Time(milliseconds(*ms));
}

Time parse_time(const std::string &text) {
  return parse_time(text, std::chrono::floor<milliseconds>(std::chrono::system_clock::now()));
}

std::string utc(Time time) {
  const std::time_t since_epoch = std::chrono::floor<seconds>(time).time_since_epoch().count();
  std::tm parts{};
  char text[64];
  if (!gmtime_r(&since_epoch, &parts)) {
    return std::to_string(time.time_since_epoch().count()) + " ms since 1970";
  }
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts));
}

std::string utc_with_ms(Time time) {
  const auto ms = time - std::chrono::floor<seconds>(time);
  std::string fraction = std::to_string(ms.count());
  fraction.insert(0, 3 - fraction.size(), '0');
  return utc(time) + "." + fraction;
}

milliseconds parse_duration(const std::string &text) {
  constexpr std::int64_t kLongestMs = 315'576'000'000;
  const auto ms = duration_ms(text);
  if (!ms || *ms > kLongestMs) {
    throw std::invalid_argument("\"" + text +
                                "\" is not a duration; write 500ms, 30s, 5m, 1h or 2d, up to ten years");
  }
  return milliseconds(*ms);
}

milliseconds parse_duration_or_seconds(const std::string &text) {
  constexpr double kLongestS = 315'576'000;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && number >= 0 && number <= kLongestS) {
    return milliseconds(static_cast<std::int64_t>(number * 1000));
  }
  return parse_duration(text);
}

std::string duration_text(milliseconds duration) {
  const auto fits = [&](const TimeUnit &unit) {
    return unit.name != "d" && duration.count() % unit.ms == 0; // hours are read more easily
  };
  const TimeUnit unit = duration.count() == 0 ? TimeUnit{"s", 1'000}
                                              : *std::find_if(kTimeUnits.begin(), kTimeUnits.end(), fits);
  return std::to_string(duration.count() / unit.ms) + std::string(unit.name);
}

} // namespace flow::client
