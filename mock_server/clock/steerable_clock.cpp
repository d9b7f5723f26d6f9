#include "mock_server/clock/steerable_clock.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kMovesKept = 1000;

} // namespace

std::int64_t SteerableClock::now_ms() const {
  const std::int64_t frozen_at_ms = frozen_at_ms_.load();
  return frozen_at_ms != kRunning ? frozen_at_ms : base_.now_ms() + offset_ms_.load();
}

bool SteerableClock::change(const Change &wanted) {
  const std::lock_guard lock(mutex_);
  const std::int64_t base_ms = base_.now_ms();
  const std::int64_t now_ms = frozen() ? frozen_at_ms_.load() : base_ms + offset_ms_;
  const std::int64_t to_ms = wanted.to_ms.value_or(now_ms + wanted.by_ms.value_or(0));
  if (to_ms < now_ms) {
    return false;
  }
  if (to_ms > now_ms) {
    note_move(to_ms - now_ms);
  }
  // Who reads it meanwhile finds the old time or the new one.
  if (wanted.frozen.value_or(frozen())) {
    frozen_at_ms_ = to_ms;
  } else {
    offset_ms_ = to_ms - base_ms;
    frozen_at_ms_ = kRunning;
  }
  revision_.change();
  return true;
}

void SteerableClock::note_move(std::int64_t by_ms) {
  moves_.push_back({.mark = mark(), .by_ms = by_ms});
  if (moves_.size() > kMovesKept) {
    moves_[1].by_ms += moves_[0].by_ms;
    moves_.erase(moves_.begin());
  }
}

void SteerableClock::start_over(std::optional<std::int64_t> frozen_at_ms) {
  const std::lock_guard lock(mutex_);
  frozen_at_ms_ = frozen_at_ms.value_or(base_.now_ms());
  offset_ms_ = 0;
  if (!frozen_at_ms) {
    frozen_at_ms_ = kRunning;
  }
  moves_.clear();
  revision_.change();
}

contract::Json SteerableClock::kept() const {
  const std::lock_guard lock(mutex_);
  return {{"frozenAtMs", frozen() ? contract::Json(frozen_at_ms_.load()) : contract::Json()},
          {"offsetMs", offset_ms_.load()}};
}

void SteerableClock::put_kept(const contract::Json &kept) {
  const contract::Json &frozen_at_ms = kept.at("frozenAtMs");
  const auto offset_ms = kept.at("offsetMs").get<std::int64_t>();
  const std::lock_guard lock(mutex_);
  offset_ms_ = offset_ms;
  frozen_at_ms_ = frozen_at_ms.is_null() ? kRunning : frozen_at_ms.get<std::int64_t>();
  revision_.change();
}

void SteerableClock::follow(const contract::Json &kept) {
  const contract::Json &frozen_at_ms = kept.at("frozenAtMs");
  const auto offset_ms = kept.at("offsetMs").get<std::int64_t>();
  const std::lock_guard lock(mutex_);
  const std::int64_t base_ms = base_.now_ms();
  const std::int64_t before_ms = frozen() ? frozen_at_ms_.load() : base_ms + offset_ms_;
  const std::int64_t now_ms = frozen_at_ms.is_null() ? base_ms + offset_ms : frozen_at_ms.get<std::int64_t>();
  if (now_ms > before_ms) {
    note_move(now_ms - before_ms);
  } else if (now_ms < before_ms) {
    moves_.clear(); // it has started over
  }
  offset_ms_ = offset_ms;
  frozen_at_ms_ = frozen_at_ms.is_null() ? kRunning : now_ms;
  revision_.change();
}

std::uint64_t SteerableClock::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_.value();
}

std::uint64_t SteerableClock::mark() {
  static std::atomic<std::uint64_t> next = 0;
  return next.fetch_add(1);
}

std::int64_t SteerableClock::moved_since(std::uint64_t mark) const {
  const std::lock_guard lock(mutex_);
  std::int64_t moved_ms = 0;
  for (auto move = moves_.rbegin(); move != moves_.rend() && move->mark > mark; ++move) {
    moved_ms += move->by_ms;
  }
  return moved_ms;
}

} // namespace flow::mock
