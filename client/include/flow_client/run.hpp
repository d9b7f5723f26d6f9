#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flow::client {

/// Instants of the API are UTC; it writes them as milliseconds since 1970.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class RunState {
  in_progress, ///< also for a run that has no status yet
  success,     ///< may still have failed records, see `Run::errors`
  failed,
  other, ///< a status no page documents: neither ended nor known to be running
};

std::string_view to_string(RunState state);

/// The counts and times of a run. A count is absent if the run has none yet, or if it is the -1 of a failed
/// run (notifications).
struct RunMetrics {
  std::optional<Time> started_at;
  std::optional<Time> completed_at; ///< absent for a failed run
  std::optional<std::int64_t> input_bytes;
  std::optional<std::int64_t> output_bytes;
  std::optional<std::int64_t> input_records;
  std::optional<std::int64_t> created_records;
  std::optional<std::int64_t> output_records; ///< ingested
  std::optional<std::int64_t> failed_records;
  std::optional<std::int64_t> input_files;
  std::optional<std::int64_t> output_files;
};

/// One entry of `metrics.statusSummary.errors`, e.g. CONNECTOR-2001-500.
struct RunError {
  std::string code;
  std::string message;
};

/// Which of the source's files a run reads: those whose timestamps fall in it (on-demand-ingestion).
struct RunWindow {
  Time start;
  Time end;
};

/// A run of a flow, as `GET /runs/{id}` returns it (monitor, openapi). What the answer leaves out, or has as
/// another type than documented, is empty here; `json` has the whole answer.
struct Run {
  std::string id;
  std::string flow_id;
  RunState state = RunState::in_progress;
  std::string status; ///< as written by the service, e.g. "inProgress"; empty if it wrote none
  std::string etag;   ///< with its own double quotes, as If-Match wants it
  std::optional<Time> created_at;
  std::optional<Time> updated_at;
  RunMetrics metrics;
  std::vector<RunError> errors;
  std::optional<RunWindow> window;
  std::string json; ///< the run's JSON object, UTF-8

  bool ended() const { return state == RunState::success || state == RunState::failed; }
};

/// A run to create on demand, of a flow with a batch source that is scheduled once (on-demand-ingestion).
/// Times are sent in whole seconds.
struct NewRunRequest {
  std::string flow_id;
  RunWindow window;
  std::optional<Time> start = {}; ///< empty: now
  std::string delta_column = {};  ///< for a table-based source; later runs of the flow cannot use another
};

/// A run that was just created: the answer to a re-trigger (retry-flows) or a creation (on-demand-ingestion).
struct NewRun {
  std::string id;
  std::string etag; ///< with its own double quotes
};

} // namespace flow::client
