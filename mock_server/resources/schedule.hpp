#pragma once

#include <cstdint>
#include <optional>

#include "contracts/model/contract.hpp"

namespace flow::mock {

/// When a flow is to run: at its start and, unless once, every `step_ms` from then on, until its end. Times
/// in epoch ms.
struct Schedule {
  std::int64_t first_ms = 0;
  std::int64_t step_ms = 0; ///< 0: once
  std::optional<std::int64_t> last_ms;
  bool backfill = true;

  bool operator==(const Schedule &) const = default;
};

/// The one that scheduleParams say, those of sources ({startTime, frequency, interval, backfill, endTime}:
/// cloud-storage, database) or of data sets' flows to destinations ({interval, timeUnit, startTime, endTime}:
/// export-datasets); nothing where they say none.
std::optional<Schedule> schedule_in(const contract::Json &params);

/// The first time of the schedule after that moment; nothing where there is none.
std::optional<std::int64_t> next_after(const Schedule &schedule, std::int64_t moment_ms);

/// The last time of the schedule that is not after that moment; nothing before its first.
std::optional<std::int64_t> last_until(const Schedule &schedule, std::int64_t moment_ms);

/// How many times it has from `first_ms`, which is one of them, until that moment, both included.
std::uint64_t count_until(const Schedule &schedule, std::int64_t first_ms, std::int64_t moment_ms);

} // namespace flow::mock
