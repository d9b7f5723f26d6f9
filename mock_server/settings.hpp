#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mock_server/clock.hpp"
#include "mock_server/reading.hpp"
#include "mock_server/runs/seed.hpp"

namespace flow::mock {

/// Who may use the control API.
struct ControlAccess {
  bool enabled = true;
  std::string token;              ///< that it asks for; empty: none
  std::string host = "127.0.0.1"; ///< that the mock was told to listen on
};

/// What decides how the mock answers. As it stands: the built-in seed, the system's time, random ids,
/// and everyone let in.
struct Settings {
  Seed seed = built_in_seed();
  std::shared_ptr<const Clock> clock = system_clock();
  std::optional<std::int64_t> frozen_at_ms{}; ///< where time stands until the control API lets it go
  ControlAccess control{};
  Reading reading = Reading::tutorial;
  Edition edition = Edition::newest;
  std::optional<std::uint64_t> deterministic{}; ///< seed of reproducible ids and etags; none: random ones
  std::size_t journal_size = 1000;              ///< exchanges that are kept of each sandbox; 0: none
  bool strict = false;                          ///< nobody is let in but whom the seed's `allow` names
};

} // namespace flow::mock
