#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "contracts/judge/judge.hpp"
#include "mock_server/auth/token_service.hpp"
#include "mock_server/clock/steerable_clock.hpp"
#include "mock_server/faults/fault_set.hpp"
#include "mock_server/journal/arrivals.hpp"
#include "mock_server/journal/coverage.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/metrics.hpp"
#include "mock_server/journal/violation_log.hpp"
#include "mock_server/keeping/keeper.hpp"
#include "mock_server/keeping/replica.hpp"
#include "mock_server/pipeline/failure.hpp"
#include "mock_server/query/token_seal.hpp"
#include "mock_server/resources/id_source.hpp"
#include "mock_server/sandbox/leases.hpp"
#include "mock_server/sandbox/sandboxes.hpp"
#include "mock_server/sandbox/unused.hpp"
#include "mock_server/settings.hpp"
#include "mock_server/webhooks/end_watch.hpp"

namespace flow::mock {

/// All that a mock is made of: what the service answers from, and what the control API steers.
struct ServiceState {
  explicit ServiceState(Settings given, FailureLog log = {});

  /// Time as it is at the start.
  void start_clock();

  const Settings settings;
  const FailureLog failure_log;
  const KnownSecrets secrets;               ///< of the settings
  SteerableClock clock;                     ///< that of tokens; the sandboxes' follow it
  const contract::Rules &rules;             ///< that traffic is judged by
  std::atomic<std::uint64_t> exchanges = 0; ///< numbers them
  Journal journal;                          ///< of requests that reached no sandbox
  Arrivals arrivals;                        ///< of requests, once the journals have them
  ViolationLog violations;
  ViolationLog expected; ///< violations that a test has announced
  Coverage coverage;
  Metrics metrics;
  UnusedLog unused; ///< of tests that have ended
  Sandboxes sandboxes;
  Leases leases; ///< of some of them
  IdSource ids;  ///< of requests and tokens; runs have those of their sandbox
  TokenSeal seal;
  TokenService tokens;
  EndWatch ends;
  FaultSet faults{'g'};                 ///< of any sandbox, and of requests that reach none
  std::atomic<int> streams = 0;         ///< that are being read
  std::atomic<bool> has_faults = false; ///< whether one was ever added: spares all others looking for them
  std::unique_ptr<Keeper> keeper;       ///< null: what happens does not last, or in a store that is shared
  std::unique_ptr<Replica> replica;     ///< null: it shares no store with others
};

} // namespace flow::mock
