#include "mock_server/clock/given_time.hpp"

#include <algorithm>

#include "common/text.hpp"
#include "common/time_text.hpp"

namespace flow::mock {

namespace {

using contract::Json;

std::optional<GivenTime> time_in_text(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) {
    const auto ms = duration_ms(text.substr(1));
    return ms ? std::optional(GivenTime{.ms = text.front() == '-' ? -*ms : *ms, .from_now = true})
              : std::nullopt;
  }
  const auto ms = rfc3339_ms(text);
  return ms ? std::optional(GivenTime{.ms = *ms}) : std::nullopt;
}

std::optional<GivenTime> epoch_time(std::int64_t ms) {
  return ms < 0 || ms > kLatestMs ? std::nullopt : std::optional(GivenTime{.ms = ms});
}

} // namespace

std::int64_t GivenTime::at(std::int64_t now_ms) const {
  return from_now ? std::clamp<std::int64_t>(now_ms + ms, 0, kLatestMs) : ms;
}

std::optional<GivenTime> given_time(const Json &value) {
  if (value.is_string()) {
    return time_in_text(value.get_ref<const std::string &>());
  }
  // Unsigned ones may be beyond what an int64_t holds.
  if (!value.is_number_integer() || value.get<double>() > static_cast<double>(kLatestMs)) {
    return std::nullopt;
  }
  return epoch_time(value.get<std::int64_t>());
}

std::optional<GivenTime> given_time_in(std::string_view text) {
  const auto number = integer_in(text);
  return number ? epoch_time(*number) : time_in_text(text);
}

std::string not_a_time(const Json &value) {
  constexpr std::size_t kLongest = 100;
  return "is " + shortened(value.dump(-1, ' ', true, Json::error_handler_t::replace), kLongest) +
         "; a time is epoch milliseconds, \"-90s\", \"-15m\", \"-1h\" or \"-2d\" (or with \"+\") from now, "
         "or RFC 3339 with a zone, \"2026-01-01T00:00:00Z\", from 1970 to 9999";
}

} // namespace flow::mock
