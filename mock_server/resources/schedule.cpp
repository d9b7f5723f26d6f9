#include "mock_server/resources/schedule.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "common/text.hpp"
#include "mock_server/query/filter.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::int64_t kMsPerS = 1000;
constexpr std::int64_t kLatestSecond = 253402300799; // the end of the year 9999
constexpr std::int64_t kMostSteps = 1'000'000;

// A week is seven days of 24 hours (inferred).
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
    {{"minute", 60'000}, {"hour", 3'600'000}, {"day", 86'400'000}, {"week", 604'800'000}}};

std::string member_text(const Json &params, const char *member) {
  const auto found = params.find(member);
  return found != params.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// An integer, or a text of digits (the tutorials'), from `least` to `most`.
std::optional<std::int64_t> number_in(const Json &params, const char *member, std::int64_t least,
                                      std::int64_t most) {
  const auto found = params.find(member);
  if (found == params.end()) {
    return std::nullopt;
  }
  const auto number =
      found->is_string() ? integer_in(found->get_ref<const std::string &>()) : integer_of(*found);
  return number && *number >= least && *number <= most ? number : std::nullopt;
}

std::optional<std::int64_t> step_in(const Json &params) {
  const std::string frequency = member_text(params, params.contains("timeUnit") ? "timeUnit" : "frequency");
  if (frequency == "once") {
    return 0;
  }
  const auto unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const auto &each) { return each.first == frequency; });
  const auto interval = number_in(params, "interval", 1, kMostSteps);
  return unit == kUnits.end() || !interval ? std::nullopt : std::optional(*interval * unit->second);
}

} // namespace

std::optional<Schedule> schedule_in(const Json &params) {
  if (!params.is_object()) {
    return std::nullopt;
  }
  const auto start = number_in(params, "startTime", 0, kLatestSecond);
  const auto step = step_in(params);
  if (!start || !step) {
    return std::nullopt;
  }
  Schedule schedule{.first_ms = *start * kMsPerS, .step_ms = *step, .last_ms = std::nullopt};
  if (const auto end = number_in(params, "endTime", 0, kLatestSecond)) {
    schedule.last_ms = *end * kMsPerS;
  }
  const auto backfill = params.find("backfill");
  schedule.backfill = backfill == params.end() || (*backfill != false && *backfill != "false");
  return schedule;
}

std::optional<std::int64_t> next_after(const Schedule &schedule, std::int64_t moment_ms) {
  std::int64_t next = schedule.first_ms;
  if (next <= moment_ms) {
    if (schedule.step_ms == 0) {
      return std::nullopt;
    }
    next += ((moment_ms - next) / schedule.step_ms + 1) * schedule.step_ms;
  }
  return schedule.last_ms && next > *schedule.last_ms ? std::nullopt : std::optional(next);
}

std::optional<std::int64_t> last_until(const Schedule &schedule, std::int64_t moment_ms) {
  const std::int64_t until = std::min(moment_ms, schedule.last_ms.value_or(moment_ms));
  if (schedule.first_ms > until) {
    return std::nullopt;
  }
  return schedule.step_ms == 0 ? schedule.first_ms : until - (until - schedule.first_ms) % schedule.step_ms;
}

std::uint64_t count_until(const Schedule &schedule, std::int64_t first_ms, std::int64_t moment_ms) {
  const std::int64_t until = std::min(moment_ms, schedule.last_ms.value_or(moment_ms));
  if (first_ms > until) {
    return first_ms <= moment_ms ? 1 : 0; // one that is due is made
  }
  return schedule.step_ms == 0 ? 1 : static_cast<std::uint64_t>((until - first_ms) / schedule.step_ms) + 1;
}

} // namespace flow::mock
