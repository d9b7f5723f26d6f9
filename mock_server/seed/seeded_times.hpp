#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "contracts/model/contract.hpp"
#include "mock_server/clock/given_time.hpp"
#include "mock_server/resources/run.hpp"

namespace flow::mock {

/// The times of a run as a seed gives them: what now is, is known when a sandbox is made of it.
struct SeededTimes {
  GivenTime created_at;
  GivenTime updated_at;
  GivenTime started_at;
  GivenTime ended_at;
  std::optional<std::pair<GivenTime, GivenTime>> window; ///< start and end
  contract::Json metrics; ///< whose durationSummary has times that are texts; null: it has none

  [[nodiscard]] bool depend_on_now() const;
  void set(Run &run, std::int64_t now_ms) const;
};

/// The times of a run's entry, which follows the schema and stands at `pointer` in `file`. Throws SeedError.
SeededTimes read_times(const contract::Json &entry, std::string_view file, const std::string &pointer);

/// The time of that name in a part of an entry; nothing where there is none. Throws SeedError.
std::optional<GivenTime> read_time(const contract::Json &part, const char *name, std::string_view file,
                                   const std::string &pointer);

/// Whether a time stands there in seeds.
bool is_place_of_time(std::string_view pointer);

} // namespace flow::mock
