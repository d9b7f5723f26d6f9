#include "client/flowctl/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <regex>
#include <stdexcept>
#include <string_view>

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

int integer(const std::string &digits) {
  return std::stoi(digits);
}

[[noreturn]] void refuse(const std::string &text) {
  throw std::invalid_argument("\"" + text +
                              "\" is not a time; write epoch seconds, epoch milliseconds, or "
                              "2022-05-03T14:00:00Z");
}

Time parse_number(const std::string &text) {
  constexpr std::int64_t kSecondsBelow = 100'000'000'000;
  constexpr std::int64_t kLatestMs = 253'402'300'799'999; // the end of the year 9999
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > kLatestMs) {
    refuse(text);
  }
  return number < kSecondsBelow ? Time(seconds(number)) : Time(milliseconds(number));
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};

/// The largest first.
constexpr std::array kUnits{Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};

} // namespace

Time parse_time(const std::string &text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
    return parse_number(text);
  }
  static const std::regex form(
      R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|[+-]00:00))");
  std::smatch parts;
  if (!std::regex_match(text, parts, form)) {
    refuse(text);
  }
  const std::chrono::year_month_day day{std::chrono::year(integer(parts[1])),
                                        std::chrono::month(static_cast<unsigned>(integer(parts[2]))),
                                        std::chrono::day(static_cast<unsigned>(integer(parts[3])))};
  const int hour = integer(parts[4]);
  const int minute = integer(parts[5]);
  const int second = integer(parts[6]);
  if (!day.ok() || day.year() < std::chrono::year(1970) || hour > 23 || minute > 59 || second > 59) {
    refuse(text);
  }
  std::string fraction = parts[7];
  fraction.resize(3, '0');
  return std::chrono::sys_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         seconds(second) + milliseconds(integer(fraction));
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
  std::int64_t number = 0;
  const char *end_of_text = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), end_of_text, number);
  const std::string_view name(end, static_cast<std::size_t>(end_of_text - end));
  const auto *const unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit &each) { return each.name == name; });
  if (error != std::errc() || unit == kUnits.end() || number < 0 || number > kLongestMs / unit->ms) {
    throw std::invalid_argument("\"" + text +
                                "\" is not a duration; write 500ms, 30s, 5m or 1h, up to ten years");
  }
  return milliseconds(number * unit->ms);
}

std::string duration_text(milliseconds duration) {
  const auto fits = [&](const Unit &unit) { return duration.count() % unit.ms == 0; };
  const Unit unit =
      duration.count() == 0 ? Unit{"s", 1'000} : *std::find_if(kUnits.begin(), kUnits.end(), fits);
  return std::to_string(duration.count() / unit.ms) + std::string(unit.name);
}

} // namespace flow::client
