#include "mock_server/resources/run_store.hpp"

#include <algorithm>
#include <utility>

#include "mock_server/http/memory_reserve.hpp"

namespace flow::mock {

const Run *RunStore::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : *found;
}

const Run *RunStore::add(Run run) {
  MemoryReserve::require();
  if (by_id_.contains(std::string_view(run.id))) {
    return nullptr;
  }
  run.number = static_cast<std::uint32_t>(runs_.size());
  touch(run.number);
  Run &added = runs_.emplace_back(std::move(run));
  try {
    by_id_.insert(&added);
    index_.add(RunKeys(added), added.number);
  } catch (...) {
    by_id_.erase(&added);
    runs_.pop_back();
    throw;
  }
  revision_.change();
  return &added;
}

const Run *RunStore::replace(Run run) {
  Run &place = **by_id_.find(std::string_view(run.id));
  run.number = place.number;
  change(place, [&](Run &replaced) { replaced = std::move(run); });
  return &place;
}

bool RunStore::remove(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return false;
  }
  Run &place = **found;
  touch(place.number);
  by_id_.erase(found);
  index_.remove(RunKeys(place), place.number);
  place = Run();
  revision_.change();
  return true;
}

void RunStore::add_numbered(Run run) {
  while (runs_.size() < run.number) {
    runs_.emplace_back();
  }
  add(std::move(run));
}

const Run &RunStore::put_numbered(Run run) {
  while (runs_.size() <= run.number) {
    runs_.emplace_back();
  }
  Run &place = runs_[run.number];
  touch(run.number);
  place = std::move(run);
  try {
    by_id_.insert(&place);
    index_.add(RunKeys(place), place.number);
  } catch (...) {
    by_id_.erase(&place);
    place = Run();
    throw;
  }
  revision_.change();
  return place;
}

std::vector<std::uint64_t> RunStore::take_touched() {
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  return std::exchange(touched_, {});
}

} // namespace flow::mock
