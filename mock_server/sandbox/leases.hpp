#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/clock/clock.hpp"
#include "mock_server/resources/id_source.hpp"

namespace flow::mock {

/// A sandbox that one test has for itself, and all that a client needs to be let in to it.
struct Lease {
  std::string id;
  std::string organisation;
  std::string sandbox;
  std::string token;
  std::string api_key;
  std::int64_t expires_at_ms = 0;            ///< in real time, whatever the mock's clock says
  std::optional<contract::Json> left_over{}; ///< of one that has expired
};

/// The sandboxes that tests have leased. Safe to use from several threads.
class Leases {
public:
  /// One that has expired stays readable for so long.
  static constexpr std::int64_t kReadableMs = 600'000;

  /// They expire on `clock`, which has to outlive this; there are `most` at the same time.
  Leases(const Clock &clock, std::size_t most) : clock_(clock), most_(most) {}

  /// One for so long, with names that nobody else has; nothing where there are too many.
  std::optional<Lease> add(IdSource &ids, std::int64_t ttl_ms);
  /// Also one that has expired.
  std::optional<Lease> find(std::string_view id) const;
  std::vector<Lease> all() const;
  /// False where there is none of that id.
  bool remove(std::string_view id);

  /// All of them, for a store: records by their ids.
  std::map<std::string, std::string> kept() const;
  /// Adds what such a record says. Throws BadRecord.
  void put_kept(std::string_view bytes);
  /// Changes with them.
  std::uint64_t revision() const { return revision_; }

  /// Those whose time has come since they were last asked for; forgets those that are no longer readable.
  std::vector<Lease> expire();
  /// What was left over of one that has expired.
  void set_left_over(std::string_view id, contract::Json left_over);

  /// Whether one that holds has that name of its kind.
  bool has_token(std::string_view token) const { return has(&Lease::token, token); }
  bool has_api_key(std::string_view api_key) const { return has(&Lease::api_key, api_key); }
  bool has_organisation(std::string_view name) const { return has(&Lease::organisation, name); }
  bool has_sandbox(std::string_view name) const { return has(&Lease::sandbox, name); }

private:
  bool has(std::string Lease::*member, std::string_view name) const;

  const Clock &clock_;
  const std::size_t most_;
  std::atomic<std::uint64_t> revision_ = 0;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Lease, std::less<>> leases_; ///< by id
};

} // namespace flow::mock
