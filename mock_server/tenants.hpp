#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mock_server/events/webhook_sender.hpp"
#include "mock_server/reading.hpp"
#include "mock_server/runs/sandbox.hpp"
#include "mock_server/steerable_clock.hpp"

namespace flow::mock {

/// What one (organisation, sandbox) has: its runs, and what steers and watches them. Nothing of it is shared
/// with another.
struct Tenant {
  /// Its time follows `clock`.
  Tenant(std::string_view organisation, std::string_view name, std::uint64_t id_seed, const Clock &clock)
      : clock(clock), sandbox(organisation, name, id_seed) {}

  /// As it was when it was first asked for: runs, flows and time.
  void reset(const Seed &seed);

  /// Tells ends of runs to `sender` from now on, instead of whom it told them before; to nobody if null.
  void tell(std::shared_ptr<WebhookSender> sender, Reading reading);

  /// Whom it tells them, or null.
  std::shared_ptr<WebhookSender> webhook();

  SteerableClock clock;
  Sandbox sandbox;

private:
  std::shared_ptr<WebhookSender> webhook_; ///< guarded by the sandbox's mutex
};

/// Every tenant there is. Each starts as a copy of the seed when it is first asked for. Safe to use from
/// several threads.
class Tenants {
public:
  /// `deterministic` as in Settings; tenants' times follow `clock`.
  Tenants(const Seed &seed, std::optional<std::uint64_t> deterministic, const Clock &clock);

  /// The tenant of that organisation and sandbox. Valid as long as the mock is.
  Tenant &of(std::string_view organisation, std::string_view sandbox);

  /// Null where nobody has asked for it yet.
  Tenant *find(std::string_view organisation, std::string_view sandbox);

  /// All there are, by organisation and name.
  std::vector<Tenant *> all();

private:
  std::unique_ptr<Tenant> make(std::string_view organisation, std::string_view sandbox,
                               const std::string &key) const;

  const Seed &seed_;
  const std::optional<std::uint64_t> deterministic_;
  const Clock &clock_;
  std::shared_mutex mutex_; ///< of the map, not of what is in it
  std::unordered_map<std::string, std::unique_ptr<Tenant>, TextHash, std::equal_to<>> tenants_;
};

} // namespace flow::mock
