#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
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
/// several threads: none that asks for one waits for another, nor for a lock.
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
  /// A tenant in its slot, before those that came there earlier. None is ever taken away.
  struct Place {
    Place(std::string_view organisation, std::string_view sandbox, const Tenants &of, Place *next);

    Tenant tenant;
    std::once_flag first_touch;
    std::atomic<bool> is_ready = false; ///< it is as the seed says
    Place *const next;
  };
  static constexpr std::size_t kSlots = 4096;

  static std::size_t slot_of(std::string_view organisation, std::string_view sandbox);
  static Place *find_from(Place *place, std::string_view organisation, std::string_view sandbox);
  Place &place_of(std::string_view organisation, std::string_view sandbox);

  const Settings &settings_;
  const Clock &clock_;
  std::atomic<std::uint64_t> &exchanges_;
  std::array<std::atomic<Place *>, kSlots> slots_{};
  std::mutex mutex_; ///< of who adds a place
  std::deque<Place> places_;
};

} // namespace flow::mock
