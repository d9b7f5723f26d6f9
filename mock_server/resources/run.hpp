#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/clock/given_time.hpp"
#include "mock_server/resources/run_state.hpp"

namespace flow::mock {

/// Who made and who last changed a run, as JSON string texts (quoted and escaped).
struct Actors {
  std::string created_by;
  std::string updated_by;
  std::string created_client;
  std::string updated_client;

  bool operator==(const Actors &) const = default;
};

/// The time window a run takes its files from, epoch ms (on-demand-ingestion).
struct Window {
  std::int64_t start_ms;
  std::int64_t end_ms;
};

/// What becomes of a retry that no script speaks of.
struct RetryDefaults {
  RunStatus outcome = RunState::success_with_records;
  std::int64_t duration_ms = 0; ///< also of scripted retries without a duration of their own
};

/// What the next retry of a run shall come to.
struct ScriptedRetry {
  RunStatus outcome = RunState::success_with_records;
  std::optional<std::int64_t>
      duration_ms;  ///< none: RetryDefaults'; without meaning where the outcome is no end
  std::string id;   ///< of the new run; empty: a fresh one
  std::string etag; ///< with its quotes; empty: a fresh one
};

/// A dataflow: what runs.
struct Flow {
  std::string id;
  std::string spec_id; ///< flowSpec.id
  std::string spec_version;
  std::string source_spec_id; ///< of the connection spec of its source
  std::string source_format;  ///< of its source's data, "tabular" of a table-based source; empty: any
  SourceKind source = SourceKind::batch;
  std::string state = "enabled";      ///< one of those in seed.schema.json; its runs can be retried in this
  bool scheduled_once = true;         ///< scheduleParams.frequency is "once": it can be run on demand
  std::vector<std::string> entities;  ///< what goes to a destination: "segment:ID" or "dataset:ID" of each
  std::string delta_column;           ///< of its copy transformation; empty: none yet
  std::string delta_column_of_runs;   ///< that a run has named since; empty: none yet
  std::vector<ScriptedRetry> retries; ///< what its new runs come to, where their own scripts are silent
  GivenTime created_at{.from_now = true};
  GivenTime updated_at{.from_now = true};
  bool runs_by_schedule = false; ///< it makes runs as the sandbox's clock passes its scheduleParams' times
  bool is_deleted = false;       ///< it is known only for the runs that it has left
  contract::Json document; ///< its documented fields, without its times and those that a sandbox gives it
};

/// The outcomes of a run's retries and of their retries in turn: each takes the next. A retry loop meets them
/// in order, whether it retries the first run again and again or always the newest.
struct RetryScript {
  std::vector<ScriptedRetry> retries;
  std::size_t next = 0;
  bool is_of_test = false;  ///< given through the control API
  std::uint64_t number = 0; ///< in a store; 0: it has not been kept yet
  bool is_kept = false;     ///< as it stands
};

/// One execution of a flow.
struct Run {
  std::string id;
  std::shared_ptr<const Flow> flow;
  RunStatus state;
  std::uint32_t number = 0; ///< in its RunStore, which gives it
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::int64_t started_at_ms = 0;
  std::int64_t ended_at_ms = 0; ///< of a run that has ended; updates do not move it
  std::string etag;             ///< with its double quotes
  std::shared_ptr<const Actors> actors;
  std::optional<Window> window;
  /// As the seed gave them, JSON texts. Null for the mock's own: they follow from the rest (own_metrics.hpp).
  std::shared_ptr<const std::string> metrics;
  std::shared_ptr<const std::string> activities;
  std::shared_ptr<const std::string> params; ///< of a run on demand, JSON text; null: none
  /// Further members that a client gave (providerRefId, predecessors, …), as JSON text without braces; null:
  /// none.
  std::shared_ptr<const std::string> extras;
  std::optional<Ending> ending;
  std::shared_ptr<RetryScript> script; ///< null: every retry has the default outcome
};

/// Whether a run shows when it was completed: a source run that has failed does not (notifications).
bool shows_completion(const Run &run);

/// Lets a run in progress end if its time has come: its state and `updatedAt`, a fresh etag from
/// `fresh_etag`, dated with the ending's time, and metrics of the mock's own. Returns whether it ended now.
bool settle(Run &run, std::int64_t now_ms, const std::function<std::string(std::int64_t)> &fresh_etag);

/// What a new run has of its own.
struct NewRun {
  std::string id;
  std::string etag;
  std::int64_t now_ms;
  std::shared_ptr<const Actors> actors;
  std::optional<Ending> ending;
  RunStatus state{}; ///< until it ends
};

/// A new run of `flow`; one that ends at once has ended when it is returned, and keeps its etag.
Run new_run(std::shared_ptr<const Flow> flow, std::optional<Window> window, NewRun fresh);

/// The run that a re-trigger of `original` makes: same flow, same window; `original` stays as it is. One that
/// ends at once has ended when it is returned, and keeps its etag.
Run retry_of(const Run &original, NewRun fresh);

} // namespace flow::mock
