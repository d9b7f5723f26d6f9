#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contracts/model/reading.hpp"
#include "mock_server/resources/source_kind.hpp"

/// The state machine of a run: pure, no I/O. One table says of each state whether it has ended and whether it
/// may be retried.
namespace flow::mock {

/// The states behind the documented statuses. Statuses are compared without regard to case, so those that
/// openapi's StatusDTO spells with an underscore are statuses of their own. A run that has ended never
/// changes its state.
enum class RunState : std::uint8_t {
  in_progress,
  failed,
  success_with_records,
  success_without_records, ///< "success", zero ingested records
  partial_success,
  partial_failure,
  completed,
  processing,
  waiting,
  queued,
  scheduled,
  dto_in_progress,
  dto_partial_success,
  dto_partial_failure,
};
inline constexpr std::size_t kRunStates = 14;

/// A state and the case of the letters in which its status was given.
struct RunStatus {
  constexpr RunStatus(RunState its_state = RunState::in_progress, std::uint16_t its_other_case = 0)
      : state(its_state), other_case(its_other_case) {}
  constexpr operator RunState() const { return state; }

  RunState state;
  std::uint16_t other_case; ///< bit i: letter i is not in the case that status() has it in
};

enum class RetryRefusal {
  source, ///< only runs of batch sources can be retried (retry-flows); a destination's: inferred
  state,  ///< neither failed nor a success without ingested records (retry-flows, newer edition)
};

/// Why a run may not be re-triggered, or nothing if it may.
std::optional<RetryRefusal> retry_refusal(RunState state, SourceKind source,
                                          const contract::Reading &reading);

/// How much of what it should do a run has done.
enum class Result { none_yet, success, partial_success, partial_failure, failure };
Result result_of(RunState state);

bool has_ended(RunState state);

/// What `metrics.statusSummary.status` says, in its documented spelling: "inProgress", "failed", "success", …
std::string_view status(RunState state);

/// The same, as it was given.
std::string text_of(RunStatus status);

/// The state that documented metrics describe. A success ingested nothing when `output_records` is 0, or
/// absent with `created_records` 0 or absent (facts: assumed). Nothing for an unknown status; case does not
/// matter.
std::optional<RunStatus> state_of(std::string_view status, std::optional<std::int64_t> output_records,
                                  std::optional<std::int64_t> created_records);

/// A state by its name in seeds and scripts: "in-progress", "success-without-records", or a documented status
/// in any case.
std::optional<RunStatus> state_named(std::string_view name);

/// Its name there.
std::string name_of(RunStatus status);

/// The documented statuses, for error messages: "inProgress, failed, …"; and the names that a state can have
/// besides.
std::string known_statuses();
std::string known_states();

/// When and how a run that has not ended ends.
struct Ending {
  std::int64_t at_ms;
  RunStatus state;
};

/// The state at `now_ms` of a run that is in `before` until it ends as `ending` says; without one it never
/// ends.
RunStatus state_at(const std::optional<Ending> &ending, std::int64_t now_ms, RunStatus before = {});

} // namespace flow::mock
