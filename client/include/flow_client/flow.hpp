#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <flow_client/run.hpp>

namespace flow::client {

/// What kind of flow it is.
struct FlowSpec {
  std::string id;
  std::string version;
};

/// When a flow runs by itself.
struct Schedule {
  std::string frequency;                ///< "once", "minute", "hour", "day", "week"
  std::optional<std::int64_t> interval; ///< number of these between two runs
  std::optional<Time> start;
  std::optional<bool> backfill; ///< whether the first run reads all existing data
};

/// The state of the flow's last run.
struct LastRun {
  std::string id;
  RunState state = RunState::in_progress;
  std::string status; ///< as written by the service
  std::optional<Time> started_at;
  std::optional<Time> completed_at;
};

/// A flow, as `GET /flows/{id}` returns it (openapi). What the answer leaves out, or has as another type than
/// documented, is empty here; `json` has the whole answer. Its runs: `Client::runs({.flow_id = flow.id})`.
struct Flow {
  std::string id;
  std::string name;
  std::string description;
  std::string state; ///< e.g. "enabled"
  std::string etag;  ///< with its own double quotes
  FlowSpec spec;
  std::vector<std::string> source_connection_ids;
  std::vector<std::string> target_connection_ids;
  std::optional<Time> created_at;
  std::optional<Time> updated_at;
  std::optional<Schedule> schedule;
  std::optional<LastRun> last_run; ///< empty: it has not run yet
  std::string json;                ///< the flow's JSON object, UTF-8
};

} // namespace flow::client
