#include "common/time_text.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace flow {

namespace {

constexpr std::string_view kDigits = "0123456789";

/// Takes a text apart from its beginning; once something is not there, nothing is.
class Parts {
public:
  explicit Parts(std::string_view text) : text_(text) {}

  /// So many digits, as a number.
  int digits(std::size_t count) {
    const std::string_view taken = text_.substr(0, count);
    int number = 0;
    if (taken.size() < count || taken.find_first_not_of(kDigits) != std::string_view::npos) {
      is_whole_ = false;
      return 0;
    }
    std::from_chars(taken.data(), taken.data() + taken.size(), number);
    text_.remove_prefix(count);
    return number;
  }

  /// One of those characters; 0 where none of them stands there.
  char one_of(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) {
      is_whole_ = false;
      return 0;
    }
    const char taken = text_.front();
    text_.remove_prefix(1);
    return taken;
  }

  /// The milliseconds of a fraction of a second, which may be absent.
  int fraction_ms() {
    if (!text_.starts_with('.')) {
      return 0;
    }
    const std::size_t end = std::min(text_.find_first_not_of(kDigits, 1), text_.size());
    constexpr std::size_t kFinest = 9; // digits
    is_whole_ = is_whole_ && end > 1 && end <= kFinest + 1;
    int ms = 0;
    for (std::size_t at = 1; at <= 3; ++at) {
      ms = ms * 10 + (at < end ? text_[at] - '0' : 0);
    }
    text_.remove_prefix(end);
    return ms;
  }

  bool are_all() const { return is_whole_ && text_.empty(); }

private:
  std::string_view text_;
  bool is_whole_ = true;
};

} // namespace

std::optional<std::int64_t> rfc3339_ms(std::string_view text) {
  using namespace std::chrono;
  Parts parts(text);
  const auto number_before = [&parts](std::size_t count, std::string_view characters) {
    const int number = parts.digits(count);
    parts.one_of(characters);
    return number;
  };
  const int its_year = number_before(4, "-");
  const int its_month = number_before(2, "-");
  const int its_day = number_before(2, "Tt ");
  const int hour = number_before(2, ":");
  const int minute = number_before(2, ":");
  const int second = parts.digits(2);
  const int ms = parts.fraction_ms();
  const char zone = parts.one_of("Zz+-");
  int zone_hours = 0;
  int zone_minutes = 0;
  if (zone == '+' || zone == '-') {
    zone_hours = number_before(2, ":");
    zone_minutes = parts.digits(2);
  }
  const year_month_day date{year(its_year), month(static_cast<unsigned>(its_month)),
                            day(static_cast<unsigned>(its_day))};
  if (!parts.are_all() || !date.ok() || hour > 23 || minute > 59 || second > 59 || zone_hours > 23 ||
      zone_minutes > 59) {
    return std::nullopt;
  }
  const minutes ahead = (zone == '-' ? -1 : 1) * (hours(zone_hours) + minutes(zone_minutes));
  const sys_time<milliseconds> time =
      sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(ms) - ahead;
  const std::int64_t since_epoch_ms = time.time_since_epoch().count();
  return since_epoch_ms < 0 || since_epoch_ms > kLatestMs ? std::nullopt : std::optional(since_epoch_ms);
}

std::optional<std::int64_t> duration_ms(std::string_view text) {
  const std::size_t behind = std::min(text.find_first_not_of(kDigits), text.size());
  const std::string_view name = text.substr(behind);
  const auto *const unit = std::find_if(kTimeUnits.begin(), kTimeUnits.end(),
                                        [&](const TimeUnit &each) { return each.name == name; });
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + behind, number);
  if (unit == kTimeUnits.end() || error != std::errc() || number > kLatestMs / unit->ms) {
    return std::nullopt;
  }
  return number * unit->ms;
}

} // namespace flow
