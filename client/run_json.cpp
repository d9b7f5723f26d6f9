#include "client/run_json.hpp"

#include <utility>

namespace flow::client {

namespace {

std::optional<RunWindow> window(const Json &run) {
  const Json &params = at(run, "params");
  const auto start = time_in_seconds(at(params, "windowStartTime"));
  const auto end = time_in_seconds(at(params, "windowEndTime"));
  if (start && end) {
    return RunWindow{*start, *end};
  }
  for (const Json &activity : at(run, "activities")) {
    const Json &extensions = at(at(activity, "durationSummary"), "extensions");
    const auto read_from = time(at(extensions, "windowStart"));
    const auto read_to = time(at(extensions, "windowEnd"));
    if (read_from && read_to) {
      return RunWindow{*read_from, *read_to};
    }
  }
  return std::nullopt;
}

RunMetrics metrics(const Json &summaries) {
  const Json &duration = at(summaries, "durationSummary");
  const Json &size = at(summaries, "sizeSummary");
  const Json &records = at(summaries, "recordSummary");
  const Json &files = at(summaries, "fileSummary");
  return {.started_at = time(at(duration, "startedAtUTC")),
          .completed_at = time(at(duration, "completedAtUTC")),
          .input_bytes = count(at(size, "inputBytes")),
          .output_bytes = count(at(size, "outputBytes")),
          .input_records = count(at(records, "inputRecordCount")),
          .created_records = count(at(records, "createdRecordCount")),
          .output_records = count(at(records, "outputRecordCount")),
          .failed_records = count(at(records, "failedRecordCount")),
          .input_files = count(at(files, "inputFileCount")),
          .output_files = count(at(files, "outputFileCount"))};
}

std::vector<RunError> errors(const Json &status_summary) {
  std::vector<RunError> read;
  const Json &listed = at(status_summary, "errors");
  if (!listed.is_array()) {
    return read;
  }
  for (const Json &error : listed) {
    read.push_back({.code = text(at(error, "code")), .message = text(at(error, "message"))});
  }
  return read;
}

} // namespace

Run run_of(const Json &entity) {
  const Json &summaries = at(entity, "metrics");
  const Json &status_summary = at(summaries, "statusSummary");
  const std::string status = text(at(status_summary, "status"));
  return Run{.id = text(at(entity, "id")),
             .flow_id = text(at(entity, "flowId")),
             .state = state(status),
             .status = status,
             .etag = etag(entity),
             .created_at = time(at(entity, "createdAt")),
             .updated_at = time(at(entity, "updatedAt")),
             .metrics = metrics(summaries),
             .errors = errors(status_summary),
             .window = window(entity),
             .json = entity.dump()};
}

std::optional<Run> read_run(const std::string &answer) {
  Run run = run_of(entity_of(answer));
  return run.id.empty() ? std::nullopt : std::optional(std::move(run));
}

std::optional<NewRun> read_new_run(const std::string &answer) {
  const Json entity = entity_of(answer);
  const NewRun run{.id = text(at(entity, "id")), .etag = etag(entity)};
  return run.id.empty() ? std::nullopt : std::optional(run);
}

} // namespace flow::client
