#include "mock_server/journal/arrivals.hpp"

#include <utility>

namespace flow::mock {

Arrivals::Watch::Watch(Arrivals &arrivals, std::string_view organisation, std::string_view sandbox,
                       std::function<void()> wake)
    : arrivals_(arrivals) {
  const std::lock_guard lock(arrivals_.mutex_);
  place_ = arrivals_.watches_.insert(
      arrivals_.watches_.end(),
      {.organisation = std::string(organisation), .sandbox = std::string(sandbox), .wake = std::move(wake)});
  arrivals_.are_awaited_ = true;
}

Arrivals::Watch::~Watch() {
  const std::lock_guard lock(arrivals_.mutex_);
  arrivals_.watches_.erase(place_);
  arrivals_.are_awaited_ = !arrivals_.watches_.empty();
}

void Arrivals::tell(std::string_view organisation, std::string_view sandbox) {
  const std::lock_guard lock(mutex_);
  for (const Watch::Entry &watch : watches_) {
    const bool is_of_all = watch.organisation.empty() && watch.sandbox.empty();
    if (is_of_all || (watch.organisation == organisation && watch.sandbox == sandbox)) {
      watch.wake();
    }
  }
}

} // namespace flow::mock
