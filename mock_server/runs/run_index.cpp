#include "mock_server/runs/run_index.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace flow::mock {

namespace {

/// Both successes have one status.
std::size_t status_number(RunState state) {
  return static_cast<std::size_t>(state == RunState::success_without_records ? RunState::success_with_records
                                                                             : state);
}

constexpr std::uint32_t kFirst = 0;

} // namespace

RunKeys::RunKeys(const Run &run)
    : flow(run.flow),
      status(status_number(run.state)), times_ms{run.created_at_ms, run.updated_at_ms, run.started_at_ms} {}

void RunIndex::add(const RunKeys &keys, std::uint32_t number) {
  try {
    by_flow_[keys.flow->id].insert(number);
    by_status_.at(keys.status).insert(number);
    for (std::size_t field = 0; field < kTimeFields; ++field) {
      add_time(field, keys.times_ms.at(field), number);
    }
  } catch (...) {
    remove(keys, number);
    throw;
  }
}

void RunIndex::remove(const RunKeys &keys, std::uint32_t number) {
  const auto flow = by_flow_.find(keys.flow->id);
  if (flow != by_flow_.end()) {
    flow->second.erase(number);
    if (flow->second.size() == 0) {
      by_flow_.erase(flow);
    }
  }
  by_status_.at(keys.status).erase(number);
  for (std::size_t field = 0; field < kTimeFields; ++field) {
    by_time_.at(field).erase({keys.times_ms.at(field), number});
  }
}

void RunIndex::change(const RunKeys &before, const RunKeys &after, std::uint32_t number) {
  if (before.flow->id != after.flow->id) {
    // Each number stands once in what it is found by: the old one goes first, and comes back if need be.
    remove(before, number);
    try {
      add(after, number);
    } catch (...) {
      add(before, number);
      throw;
    }
    return;
  }
  // What is new is added first, as only that can fail.
  const auto differs = [&](std::size_t field) {
    return before.times_ms.at(field) != after.times_ms.at(field);
  };
  try {
    if (before.status != after.status) {
      by_status_.at(after.status).insert(number);
    }
    for (std::size_t field = 0; field < kTimeFields; ++field) {
      if (differs(field)) {
        add_time(field, after.times_ms.at(field), number);
      }
    }
  } catch (...) {
    take_back(before, after, number);
    throw;
  }
  take_back(after, before, number);
}

/// Takes out where `going` differs from `staying`.
void RunIndex::take_back(const RunKeys &staying, const RunKeys &going, std::uint32_t number) {
  if (staying.status != going.status) {
    by_status_.at(going.status).erase(number);
  }
  for (std::size_t field = 0; field < kTimeFields; ++field) {
    if (staying.times_ms.at(field) != going.times_ms.at(field)) {
      by_time_.at(field).erase({going.times_ms.at(field), number});
    }
  }
}

const RunIndex::Numbers *RunIndex::of_flow(std::string_view flow_id) const {
  const auto found = by_flow_.find(flow_id);
  return found == by_flow_.end() ? nullptr : &found->second;
}

const RunIndex::Numbers *RunIndex::of_status(std::string_view status) const {
  const auto state = state_named(status);
  return state && equal_ignoring_case(mock::status(*state), status) ? &by_status_.at(status_number(*state))
                                                                    : nullptr;
}

std::uint64_t RunIndex::count(TimeField field, const TimeSpan &span) const {
  if (span.is_empty()) {
    return 0;
  }
  const auto &places = by_time_.at(static_cast<std::size_t>(field));
  const bool is_open = span.last_ms == std::numeric_limits<std::int64_t>::max();
  const std::uint64_t end = is_open ? places.size() : places.rank({span.last_ms + 1, kFirst});
  return end - places.rank({span.first_ms, kFirst});
}

std::optional<RunIndex::Place> RunIndex::next(TimeField field, const TimeSpan &span, bool descending,
                                              const std::optional<Place> &after) const {
  const auto &places = by_time_.at(static_cast<std::size_t>(field));
  const auto within = [&](const std::optional<Place> &found) {
    return found && found->time_ms >= span.first_ms && found->time_ms <= span.last_ms ? found : std::nullopt;
  };
  // A number may be the last there is: behind it the next time begins, not the number after it.
  const auto behind = [&](const Place &place) { return places.at_least({place.time_ms, place.number + 1}); };
  if (!descending) {
    if (after && after->time_ms >= span.first_ms) {
      return within(behind(*after));
    }
    return within(places.at_least({span.first_ms, kFirst}));
  }
  std::optional<Place> last_of_earlier;
  if (after && after->time_ms <= span.last_ms) {
    const auto tied = behind(*after);
    if (tied && tied->time_ms == after->time_ms) {
      return within(tied);
    }
    last_of_earlier = places.before({after->time_ms, kFirst});
  } else {
    constexpr std::uint32_t kBehindAll = std::numeric_limits<std::uint32_t>::max();
    last_of_earlier = places.before({span.last_ms, kBehindAll});
  }
  return last_of_earlier ? within(places.at_least({last_of_earlier->time_ms, kFirst})) : std::nullopt;
}

std::uint64_t RunIndex::leap(std::uint64_t number, TimeField field, const TimeSpan &span) const {
  for (std::uint64_t stretch = number / kStretch; stretch < stretches_.size(); ++stretch) {
    const TimeSpan &its = stretches_[stretch].at(static_cast<std::size_t>(field));
    if (its.first_ms <= span.last_ms && its.last_ms >= span.first_ms) {
      return std::max(number, stretch * kStretch);
    }
  }
  return std::max(number, stretches_.size() * kStretch);
}

void RunIndex::add_time(std::size_t field, std::int64_t time_ms, std::uint32_t number) {
  constexpr TimeSpan kNone{.first_ms = std::numeric_limits<std::int64_t>::max(),
                           .last_ms = std::numeric_limits<std::int64_t>::min()};
  if (stretches_.size() <= number / kStretch) {
    stretches_.resize(number / kStretch + 1, Stretch{kNone, kNone, kNone});
  }
  by_time_.at(field).insert({time_ms, number});
  TimeSpan &span = stretches_[number / kStretch].at(field);
  span.first_ms = std::min(span.first_ms, time_ms);
  span.last_ms = std::max(span.last_ms, time_ms);
}

} // namespace flow::mock
