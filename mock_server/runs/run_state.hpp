#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The state machine of a run: pure, no I/O.
namespace flow::mock {

/// in_progress -> one of the others; an ended run never changes its state.
enum class RunState {
  in_progress,
  failed,
  success_without_records, ///< "success", zero ingested records
  success_with_records,
};

enum class SourceKind { batch, streaming };

enum class RetryRefusal {
  source, ///< only runs of batch sources can be retried (retry-flows)
  state,  ///< neither failed nor a success without ingested records (retry-flows, newer edition)
};

/// Which edition of the retry page counts: the one of 2022 knows only failed runs.
enum class Edition { newest, of_2022 };

/// Why a run may not be re-triggered, or nothing if it may.
std::optional<RetryRefusal> retry_refusal(RunState state, SourceKind source, Edition edition);

bool has_ended(RunState state);

/// What `metrics.statusSummary.status` says: "inProgress", "failed" or "success".
std::string_view status(RunState state);

/// The state that documented metrics describe. A success ingested nothing when `output_records` is 0, or
/// absent with `created_records` 0 or absent (facts: assumed). Nothing for an unknown status; case does not
/// matter.
std::optional<RunState> state_of(std::string_view status, std::optional<std::int64_t> output_records,
                                 std::optional<std::int64_t> created_records);

/// A state by its name in seeds and scripts: "in-progress", "failed", "success-without-records", "success".
std::optional<RunState> state_named(std::string_view name);

/// Its name there.
std::string_view name_of(RunState state);

/// When and how a run in progress ends.
struct Ending {
  std::int64_t at_ms;
  RunState state;
};

/// The state at `now_ms` of a run that was in progress and ends as `ending` says; without one it never ends.
RunState state_at(const std::optional<Ending> &ending, std::int64_t now_ms);

} // namespace flow::mock
