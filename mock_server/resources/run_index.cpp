#include "mock_server/resources/run_index.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace flow::mock {

namespace {

/// Both successes have one status.
std::size_t status_number(RunState state) {
  return static_cast<std::size_t>(state == RunState::success_without_records ? RunState::success_with_records
                                                                             : state);
}

constexpr std::uint32_t kFirstPlace = 0;
constexpr std::uint32_t kBehindAll = std::numeric_limits<std::uint32_t>::max();

} // namespace

RunKeys::RunKeys(const Run &run)
    : flow(run.flow),
      status(status_number(run.state)), times_ms{run.created_at_ms, run.updated_at_ms, run.started_at_ms} {}

std::array<RunIndex::Entry, RunIndex::kEntries> RunIndex::entries_of(const RunKeys &keys,
                                                                     std::uint32_t number) {
  const Place created = {keys.times_ms.at(static_cast<std::size_t>(TimeField::created)), number};
  std::array<Entry, kEntries> entries{
      {{&by_flow_[keys.flow->id], created}, {&by_status_.at(keys.status), created}}};
  for (std::size_t field = 0; field < kTimeFields; ++field) {
    entries.at(2 + field) = {&by_time_.at(field), {keys.times_ms.at(field), number}};
  }
  return entries;
}

void RunIndex::drop_if_empty(std::string_view flow_id) {
  const auto flow = by_flow_.find(flow_id);
  if (flow != by_flow_.end() && flow->second.size() == 0) {
    by_flow_.erase(flow);
  }
}

void RunIndex::add(const RunKeys &keys, std::uint32_t number) {
  const auto entries = entries_of(keys, number);
  try {
    for (const Entry &entry : entries) {
      entry.places->insert(entry.place);
    }
  } catch (...) {
    remove(keys, number);
    throw;
  }
}

void RunIndex::remove(const RunKeys &keys, std::uint32_t number) {
  for (const Entry &entry : entries_of(keys, number)) {
    entry.places->erase(entry.place);
  }
  drop_if_empty(keys.flow->id);
}

void RunIndex::change(const RunKeys &before, const RunKeys &after, std::uint32_t number) {
  const auto old_entries = entries_of(before, number);
  const auto new_entries = entries_of(after, number);
  // Takes out of `entries` what `staying` does not have as well.
  const auto take_out = [](const auto &entries, const auto &staying) {
    for (std::size_t i = 0; i < kEntries; ++i) {
      if (!(entries.at(i) == staying.at(i))) {
        entries.at(i).places->erase(entries.at(i).place);
      }
    }
  };
  // What is new is added first, as only that can fail.
  try {
    for (std::size_t i = 0; i < kEntries; ++i) {
      if (!(new_entries.at(i) == old_entries.at(i))) {
        new_entries.at(i).places->insert(new_entries.at(i).place);
      }
    }
  } catch (...) {
    take_out(new_entries, old_entries);
    drop_if_empty(after.flow->id);
    throw;
  }
  take_out(old_entries, new_entries);
  drop_if_empty(before.flow->id);
}

const RunIndex::Places *RunIndex::of_flow(std::string_view flow_id) const {
  const auto found = by_flow_.find(flow_id);
  return found == by_flow_.end() ? nullptr : &found->second;
}

const RunIndex::Places *RunIndex::of_status(std::string_view status) const {
  const auto state = state_named(status);
  return state && equal_ignoring_case(mock::status(*state), status) ? &by_status_.at(status_number(*state))
                                                                    : nullptr;
}

const RunIndex::Places &RunIndex::by_time(TimeField field) const {
  return by_time_.at(static_cast<std::size_t>(field));
}

std::uint64_t RunIndex::count(const Places &places, const TimeSpan &span) {
  if (span.is_empty()) {
    return 0;
  }
  const bool is_open = span.last_ms == std::numeric_limits<std::int64_t>::max();
  const std::uint64_t end = is_open ? places.size() : places.rank({span.last_ms + 1, kFirstPlace});
  return end - places.rank({span.first_ms, kFirstPlace});
}

std::optional<RunIndex::Place> RunIndex::next(const Places &places, const TimeSpan &span, bool descending,
                                              const std::optional<Place> &after) {
  std::optional<Place> found;
  if (descending) {
    const Place end = {span.last_ms, kBehindAll};
    found = places.before(after ? std::min(*after, end) : end);
  } else {
    const Place begin = {span.first_ms, kFirstPlace};
    // A number may be the last there is: behind it the next time begins, not the number after it.
    found = places.at_least(after ? std::max({after->time_ms, after->number + 1}, begin) : begin);
  }
  return found && found->time_ms >= span.first_ms && found->time_ms <= span.last_ms ? found : std::nullopt;
}

} // namespace flow::mock
