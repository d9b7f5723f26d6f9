#include "client/flowctl/time_text.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <stdexcept>

#include "common/text.hpp"
#include "common/time_text.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

[[noreturn]] void refuse(const std::string &text) {
  throw std::invalid_argument("\"" + text +
                              "\" is not a time; write epoch seconds, epoch milliseconds, or "
                              "2022-05-03T14:00:00Z");
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

Time parse_time(const std::string &text) {
  if (is_digits(text)) {
    return parse_number(text);
  }
  const auto ms = rfc3339_ms(text);
  if (!ms) {
    refuse(text);
  }
  return Time(milliseconds(*ms));
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

std::string duration_text(milliseconds duration) {
  const auto fits = [&](const TimeUnit &unit) {
    return unit.name != "d" && duration.count() % unit.ms == 0; // hours are read more easily
  };
  const TimeUnit unit = duration.count() == 0 ? TimeUnit{"s", 1'000}
                                              : *std::find_if(kTimeUnits.begin(), kTimeUnits.end(), fits);
  return std::to_string(duration.count() / unit.ms) + std::string(unit.name);
}

} // namespace flow::client
