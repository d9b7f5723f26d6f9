#include "client/flowctl/output.hpp"

#include <string_view>

#include "client/flowctl/text_table.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

struct Count {
  std::optional<std::int64_t> value;
  std::string_view what;
};

/// "100 in, 99 out, 1 failed", or no line where nothing was counted.
std::string line_of_counts(std::string_view name, const std::vector<Count> &counts) {
  std::string text;
  for (const auto &[value, what] : counts) {
    if (value) {
      text += (text.empty() ? "" : ", ") + std::to_string(*value) + " " + std::string(what);
    }
  }
  return text.empty() ? "" : line(name, text);
}

} // namespace

std::string instant(Time time) {
  return utc(time) + " UTC";
}

std::string instant_or_dash(const std::optional<Time> &time) {
  return time ? utc(*time) : "-";
}

std::string state_text(RunState state, const std::string &status) {
  return state == RunState::other ? status : std::string(to_string(state));
}

std::string schedule_text(const Flow &flow) {
  if (!flow.schedule) {
    return "";
  }
  const auto &interval = flow.schedule->interval;
  return (interval && *interval != 1 ? std::to_string(*interval) + " " : "") + flow.schedule->frequency;
}

std::string readable(const Run &run) {
  std::string text = line("run", run.id);
  text += line("flow", run.flow_id);
  text += line("state", state_text(run.state, run.status));
  if (run.created_at) {
    text += line("created", instant(*run.created_at));
  }
  if (run.updated_at) {
    text += line("updated", instant(*run.updated_at));
  }
  if (run.window) {
    text += line("window", instant(run.window->start) + " to " + instant(run.window->end));
  }
  const RunMetrics &metrics = run.metrics;
  text += line_of_counts("records", {{metrics.input_records, "in"},
                                     {metrics.created_records, "created"},
                                     {metrics.output_records, "out"},
                                     {metrics.failed_records, "failed"}});
  text += line_of_counts("files", {{metrics.input_files, "in"}, {metrics.output_files, "out"}});
  text += line_of_counts("bytes", {{metrics.input_bytes, "in"}, {metrics.output_bytes, "out"}});
  for (const RunError &error : run.errors) {
    text += line("error", error.code + " " + error.message);
  }
  return text + line("etag", run.etag);
}

std::string readable(const NewRun &run) {
  return line("new run", run.id) + line("etag", run.etag);
}

std::string readable(const Error &error, const std::string &advice) {
  std::string text = "flowctl: " + printable(error.what()) + "\n";
  if (!advice.empty()) {
    text += "  " + printable(advice) + "\n";
  }
  if (!error.request_id.empty()) {
    text += "  request id: " + printable(error.request_id) + "\n";
  }
  return text;
}

std::string readable(const std::vector<Run> &runs) {
  std::vector<Row> rows{{"RUN", "STATE", "STARTED (UTC)", "FLOW"}};
  for (const Run &run : runs) {
    rows.push_back(
        {run.id, state_text(run.state, run.status), instant_or_dash(run.metrics.started_at), run.flow_id});
  }
  return table(rows);
}

Json document_of(const NewRun &run) {
  return {{"id", run.id}, {"etag", run.etag}};
}

Json document_of(const Error &error, const std::string &advice) {
  return {{"kind", to_string(error.kind)},  {"status", error.status}, {"code", error.code},
          {"title", error.title},           {"detail", error.detail}, {"message", error.what()},
          {"request_id", error.request_id}, {"advice", advice}};
}

std::string json_text(const Json &document) {
  // Bytes of the server that are no UTF-8 must not keep the rest from being told.
  return printable_json(document.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string json(const NewRun &run) {
  return json_text(document_of(run));
}

std::string json(const Error &error, const std::string &advice) {
  return json_text({{"error", document_of(error, advice)}});
}

std::string json_as_sent(const std::string &entity) {
  return json_text(Json::parse(entity));
}

} // namespace flow::client
