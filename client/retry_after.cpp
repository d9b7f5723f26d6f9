#include "client/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include "common/text.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// More than anyone waits; keeps sums of times from overflowing.
constexpr seconds kForever{std::chrono::hours(24 * 365)};

std::optional<std::time_t> parse_http_date(const std::string &value) {
  for (const char *form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%a, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    std::tm parts{};
    std::istringstream text(value);
    text.imbue(std::locale::classic());
    text >> std::get_time(&parts, form);
    if (!text.fail() && text.peek() == std::istringstream::traits_type::eof()) {
      return timegm(&parts);
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<milliseconds> parse_retry_after(const std::string &value,
                                              std::chrono::system_clock::time_point today) {
  if (value.empty()) {
    return std::nullopt;
  }
  if (is_digits(value)) {
    long long count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    const bool huge = error == std::errc::result_out_of_range || count > kForever.count();
    return huge ? kForever : seconds(count);
  }
  const auto date = parse_http_date(value);
  if (!date) {
    return std::nullopt;
  }
  // Counted in seconds: the year 9999 is too far away for the clock's nanoseconds.
  const seconds wait = seconds(*date) - std::chrono::floor<seconds>(today.time_since_epoch());
  return std::clamp(wait, seconds(0), kForever);
}

} // namespace flow::client
