#pragma once

#include <chrono>
#include <functional>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// How long to wait after 429 and 503, which say that nothing was done.
struct Patience {
  int attempts = 4;                              ///< of one request, in all
  std::chrono::milliseconds first{500};          ///< before the second attempt; then twice as long each time
  std::chrono::milliseconds longest{60'000};     ///< a longer Retry-After is not waited for
  std::chrono::milliseconds altogether{600'000}; ///< over all requests
};

/// Returns when the time has passed; a test's at once.
using Sleep = std::function<void(std::chrono::milliseconds)>;

/// Asks like `ask`, and again where the answer is 429 or 503, after what Retry-After names in seconds, or
/// ever longer. The last answer is given as it is.
Ask patiently(Ask ask, Sleep sleep, Patience patience = {});

/// Asks like `ask`, and lets a moment pass after each request that may make a run: which run of a flow is the
/// last is told by milliseconds, and two clauses that share a sandbox must not make theirs in the same one.
Ask spaced(Ask ask, Sleep sleep);

} // namespace flow::contract
