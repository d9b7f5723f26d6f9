#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "mock_server/clock.hpp"

namespace flow::mock {

/// A time that follows another one until it is held or moved. It goes forward only: what has happened stays
/// past. Safe to use from several threads; reading it takes no lock.
class SteerableClock final : public Clock {
public:
  /// `base` has to outlive it.
  explicit SteerableClock(const Clock &base) : base_(base) {}

  [[nodiscard]] std::int64_t now_ms() const override;

  void freeze();                       ///< at the present time
  void freeze_at(std::int64_t now_ms); ///< at any time, also an earlier one: for the start
  void resume();                       ///< goes on from where it stands
  /// Moves to `now_ms`, frozen or not. False, and nothing done, where that is in the past.
  bool move_to(std::int64_t now_ms);
  void start_over(); ///< as it was made: follows `base`

  [[nodiscard]] bool frozen() const { return frozen_at_ms_.load() != kRunning; }

  /// A moment, for `moved_since`.
  static std::uint64_t mark();
  /// By how many milliseconds the clock has been moved since the moment of `mark`.
  [[nodiscard]] std::int64_t moved_since(std::uint64_t mark) const;

private:
  static constexpr std::int64_t kRunning = -1;

  struct Move {
    std::uint64_t mark;
    std::int64_t by_ms;
  };

  const Clock &base_;
  std::atomic<std::int64_t> offset_ms_ = 0;
  std::atomic<std::int64_t> frozen_at_ms_ = kRunning;
  mutable std::mutex mutex_; ///< of those who change it
  std::vector<Move> moves_;  ///< oldest first; those of long ago are summed up in the first
};

} // namespace flow::mock
