#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "mock_server/clock.hpp"
#include "mock_server/reading.hpp"
#include "mock_server/runs/seed.hpp"

namespace flow::mock {

/// What decides how the mock answers. As it stands: the built-in seed, the system's time, random ids,
/// and everyone let in.
struct Settings {
  Seed seed = built_in_seed();
  std::shared_ptr<const Clock> clock = system_clock();
  Reading reading = Reading::tutorial;
  Edition edition = Edition::newest;
  std::optional<std::uint64_t> deterministic{}; ///< seed of reproducible ids and etags; none: random ones
  bool strict = false;                          ///< nobody is let in but whom the seed's `allow` names
};

} // namespace flow::mock
