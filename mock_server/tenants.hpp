#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mock_server/events/webhook_sender.hpp"
#include "mock_server/faults/fault_set.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/ledger.hpp"
#include "mock_server/reading.hpp"
#include "mock_server/runs/sandbox.hpp"
#include "mock_server/settings.hpp"
#include "mock_server/steerable_clock.hpp"

namespace flow::mock {

/// What one (organisation, sandbox) has: its runs, and what steers and watches them. Nothing of it is shared
/// with another.
struct Tenant {
  /// Its time follows `clock`; its journal keeps `journal_size` exchanges, numbered from `exchanges`.
  Tenant(std::string_view organisation, std::string_view name, std::uint64_t id_seed, const Clock &clock,
         std::size_t journal_size, std::atomic<std::uint64_t> &exchanges)
      : clock(clock), sandbox(organisation, name, id_seed), journal(journal_size, exchanges) {}

  /// As it was when it was first asked for: runs, flows and time; nothing in the journal.
  void reset(const Seed &seed);

  /// Tells ends of runs to `sender` from now on, instead of whom it told them before; to nobody if null.
  void tell(std::shared_ptr<WebhookSender> sender, Reading reading);

  /// Whom it tells them, or null.
  std::shared_ptr<WebhookSender> webhook();

  SteerableClock clock;
  Sandbox sandbox;
  FaultSet faults;
  Journal journal;
  Ledger violations; ///< as the mock's own, of this sandbox

private:
  std::shared_ptr<WebhookSender> webhook_; ///< guarded by the sandbox's mutex
};

/// Every tenant there is. Each starts as a copy of the seed when it is first asked for. Safe to use from
/// several threads.
class Tenants {
public:
  /// Tenants' times follow `clock`; their exchanges are numbered from `exchanges`. All have to outlive it.
  Tenants(const Settings &settings, const Clock &clock, std::atomic<std::uint64_t> &exchanges);

  /// The tenant of that organisation and sandbox. Valid as long as the mock is.
  Tenant &of(std::string_view organisation, std::string_view sandbox);

  /// Null where nobody has asked for it yet.
  Tenant *find(std::string_view organisation, std::string_view sandbox);

  /// All there are, by organisation and name.
  std::vector<Tenant *> all();

private:
  std::unique_ptr<Tenant> make(std::string_view organisation, std::string_view sandbox,
                               const std::string &key) const;

  const Settings &settings_;
  const Clock &clock_;
  std::atomic<std::uint64_t> &exchanges_;
  std::shared_mutex mutex_; ///< of the map, not of what is in it
  std::unordered_map<std::string, std::unique_ptr<Tenant>, TextHash, std::equal_to<>> tenants_;
};

} // namespace flow::mock
