#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <flow_mock/server.hpp>

#include "contracts/model/reading.hpp"
#include "mock_server/clock/clock.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/seed/seed.hpp"
#include "mock_server/store/shared_store.hpp"

namespace flow::mock {

/// Who may use the control API.
struct ControlAccess {
  bool enabled = true;
  std::string token;              ///< that it asks for; empty: none
  std::string host = "127.0.0.1"; ///< that the mock was told to listen on
};

/// How much the mock keeps at most. What is beyond is refused, with the name of the option that raises it.
struct Limits {
  std::size_t sandboxes = 20'000;
  std::uint64_t runs = kMostRuns; ///< of a sandbox since its last reset, deleted ones included
  std::size_t webhooks = 1'000;   ///< each has a thread
  std::size_t tokens = 100'000;   ///< that still hold
};

/// What decides how the mock answers. As it stands: the built-in seed, the system's time, random ids,
/// and everyone let in.
struct Settings {
  Seed seed = built_in_seed();
  std::shared_ptr<const Clock> clock = system_clock();
  std::optional<std::int64_t> frozen_at_ms{}; ///< where time stands until the control API lets it go
  ControlAccess control{};
  Limits limits{};
  contract::Reading reading{};
  std::optional<std::uint64_t> deterministic{}; ///< seed of reproducible ids and etags; none: random ones
  JournalSize journal_size{};                   ///< of each sandbox
  std::string ca_file{};                        ///< authorities of webhooks' receivers; empty: see HttpSender
  bool schedules = false;                       ///< flows made through the API run by their schedules
  std::string store = "memory";                 ///< of which kind: memory, sqlite, postgresql
  std::string token_key{}; ///< tokens that it makes hold at all mocks with the same one; empty: here alone
  bool is_journal_durable =
      false;           ///< where there is a store, also a read is in its journal when it is answered
  bool strict = false; ///< nobody is let in but whom the seed's `allow` names
};

/// Reads the files that they name, and checks them. Throws flow_mock::Error.
Settings settings_of(const flow_mock::Settings &given);

/// The store that they name, if it is one that mocks share; else null. Throws flow_mock::Error.
std::unique_ptr<SharedStore> shared_store_of(const flow_mock::Settings &given);

/// The store that they name, if it is for one mock; null: memory. Throws flow_mock::Error.
std::unique_ptr<Store> store_of(const flow_mock::Settings &given);

} // namespace flow::mock
