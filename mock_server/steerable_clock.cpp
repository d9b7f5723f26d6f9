#include "mock_server/steerable_clock.hpp"

#include <algorithm>

namespace flow::mock {

namespace {

constexpr std::size_t kMovesKept = 1000;

} // namespace

std::int64_t SteerableClock::now_ms() const {
  const std::int64_t frozen_at_ms = frozen_at_ms_.load();
  return frozen_at_ms != kRunning ? frozen_at_ms : base_.now_ms() + offset_ms_.load();
}

void SteerableClock::freeze() {
  const std::lock_guard lock(mutex_);
  frozen_at_ms_ = now_ms();
}

void SteerableClock::freeze_at(std::int64_t at_ms) {
  const std::lock_guard lock(mutex_);
  frozen_at_ms_ = at_ms;
}

void SteerableClock::resume() {
  const std::lock_guard lock(mutex_);
  if (frozen()) {
    offset_ms_ = frozen_at_ms_ - base_.now_ms();
    frozen_at_ms_ = kRunning;
  }
}

bool SteerableClock::move_to(std::int64_t to_ms) {
  const std::lock_guard lock(mutex_);
  const std::int64_t by_ms = to_ms - now_ms();
  if (by_ms < 0) {
    return false;
  }
  if (frozen()) {
    frozen_at_ms_ = to_ms;
  } else {
    offset_ms_ += by_ms;
  }
  moves_.push_back({.mark = mark(), .by_ms = by_ms});
  if (moves_.size() > kMovesKept) {
    moves_[1].by_ms += moves_[0].by_ms;
    moves_.erase(moves_.begin());
  }
  return true;
}

void SteerableClock::start_over() {
  const std::lock_guard lock(mutex_);
  offset_ms_ = 0;
  frozen_at_ms_ = kRunning;
  moves_.clear();
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
