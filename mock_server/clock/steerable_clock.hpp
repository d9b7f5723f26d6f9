#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/clock/clock.hpp"
#include "mock_server/clock/revision.hpp"

namespace flow::mock {

/// A time that follows another one until it is held or moved. It goes forward only: what has happened stays
/// past. Safe to use from several threads; reading it takes no lock.
class SteerableClock final : public Clock {
public:
  /// `base` has to outlive it.
  explicit SteerableClock(const Clock &base) : base_(base) {}

  [[nodiscard]] std::int64_t now_ms() const override;
  [[nodiscard]] bool stands_still() const override { return frozen() || base_.stands_still(); }

  /// What shall become of it, all at once; what is not given stays as it is.
  struct Change {
    std::optional<bool> frozen{};
    std::optional<std::int64_t> to_ms{};
    std::optional<std::int64_t> by_ms{}; ///< without `to_ms`
  };

  /// Freezes it, lets it go on from where it stands, moves it. False, and nothing done, where it would go
  /// back.
  bool change(const Change &wanted);

  /// As it was made: follows `base`; or stands still at a time, which may be earlier.
  void start_over(std::optional<std::int64_t> frozen_at_ms = std::nullopt);

  /// How it has been steered, for a store: {"frozenAtMs","offsetMs"}.
  [[nodiscard]] contract::Json kept() const;
  /// Steers it likewise. Throws contract::Json::exception where it is another JSON.
  void put_kept(const contract::Json &kept);

  /// Likewise, for one that others who share it have steered since.
  void follow(const contract::Json &kept);

  /// Changes with every change().
  [[nodiscard]] std::uint64_t revision() const;

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

  /// With `mutex_` held: notes that it has been moved on.
  void note_move(std::int64_t by_ms);

  const Clock &base_;
  std::atomic<std::int64_t> offset_ms_ = 0;
  std::atomic<std::int64_t> frozen_at_ms_ = kRunning;
  mutable std::mutex mutex_; ///< of those who change it
  Revision revision_;
  std::vector<Move> moves_; ///< oldest first; those of long ago are summed up in the first
};

} // namespace flow::mock
