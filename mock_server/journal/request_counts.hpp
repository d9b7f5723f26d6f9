#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mock_server/journal/counters.hpp"
#include "mock_server/journal/coverage.hpp"

namespace flow::mock {

/// How many requests of the service there were since the start, of which kind, and how long their answers
/// took. No reset touches it. Safe to use from several threads.
class RequestCounts {
public:
  /// `operation` as in operations.json; empty: none.
  void add(std::string_view operation, int status, Footing footing, std::int64_t took_us);

  struct Kind {
    std::string_view operation; ///< "none" for requests that ask for none
    int status;                 ///< 0: of the kinds that there was no room for
    Footing footing;
    std::uint64_t requests;
  };
  /// Those there were, by operation, status and footing.
  std::vector<Kind> kinds() const;

  /// Upper bounds of the times that are told apart, in microseconds.
  static constexpr std::array<std::int64_t, 15> kBoundsUs = {
      10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10'000, 50'000, 100'000, 500'000, 1'000'000, 5'000'000};
  /// How many answers took no longer than that bound, and how many there were on all for its size.
  std::uint64_t within(std::size_t bound) const;
  std::uint64_t took_us() const; ///< all together

private:
  static constexpr std::size_t kKinds = 512; ///< that are told apart; the last is of all others
  static constexpr std::size_t kFirstBound = kKinds;
  static constexpr std::size_t kTook = kFirstBound + kBoundsUs.size() + 1;
  static constexpr std::size_t kColumns = kTook + 1;

  std::size_t place_of(std::uint32_t kind);

  std::array<std::atomic<std::uint32_t>, kKinds> kinds_{}; ///< by column; 0: free
  Counters counts_{kColumns}; ///< of each kind, then of each bound and of what is above all, then the time
};

} // namespace flow::mock
