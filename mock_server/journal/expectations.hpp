#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "contracts/judge/judge.hpp"

namespace flow::mock {

/// What a test expects the next requests in one sandbox to break, as it told the control API: each clause at
/// least once within so many requests. Safe to use from several threads; where nothing is expected, a request
/// waits for nobody.
class Expectations {
public:
  static constexpr std::size_t kMost = 100; ///< at the same time
  static constexpr std::int64_t kMostRequests = 1'000'000;

  using Clauses = std::vector<contract::ClauseNumber>;

  /// `clauses` are expected from now on. False, and nothing done, where there is no room.
  bool add(Clauses clauses, std::int64_t requests);

  /// What a request means to them.
  struct Taken {
    Clauses expected; ///< of the clauses that it is a case of
    Clauses missing;  ///< did not come by the last request of their expectation, which this was
  };
  /// Notes a request that was judged as a case of the clauses `seen`.
  Taken take(std::span<const contract::ClauseNumber> seen);

  /// All of them, for a store: [{"clauses":[ID,…],"missing","left"}].
  contract::Json kept() const;
  /// Makes it the same; clauses that there are no more are left out. Throws contract::Json::exception where
  /// it is another JSON.
  void put_kept(const contract::Json &kept);

  bool empty() const { return !has_some_; }

  /// What has not come so far.
  Clauses missing() const;

  /// The same, of expectations that end now: all.
  Clauses end();

private:
  struct Expectation {
    Clauses clauses;
    Clauses missing;   ///< of them
    std::int64_t left; ///< requests
  };

  static Clauses missing_in(const std::vector<Expectation> &expectations);

  std::atomic<bool> has_some_ = false;
  mutable std::mutex mutex_;
  std::vector<Expectation> expectations_; ///< oldest first
};

} // namespace flow::mock
