#include "client/flowctl/output.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/flowctl/text_table.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

using Json = nlohmann::ordered_json;

std::string instant(Time time) {
  return utc(time) + " UTC";
}

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

std::string state_text(RunState state, const std::string &status) {
  return state == RunState::other ? status : std::string(to_string(state));
}

std::string instant_or_dash(const std::optional<Time> &time) {
  return time ? utc(*time) : "-";
}

std::string dump(const Json &document) {
  // Bytes of the server that are no UTF-8 must not keep the rest from being told.
  return printable_json(document.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

Json document_of(const NewRun &run) {
  return {{"id", run.id}, {"etag", run.etag}};
}

Json document_of(const Error &error, const std::string &advice) {
  return {{"kind", to_string(error.kind)},  {"status", error.status}, {"code", error.code},
          {"title", error.title},           {"detail", error.detail}, {"message", error.what()},
          {"request_id", error.request_id}, {"advice", advice}};
}

template <typename Item> std::string dump_items(const Shown<Item> &shown) {
  Json documents = Json::array();
  for (const Item &item : shown.items) {
    documents.push_back(Json::parse(item.json));
  }
  return dump({{"items", std::move(documents)}, {"more", shown.more}});
}

/// "hour", "15 minute", "once"
std::string schedule_text(const Flow &flow) {
  if (!flow.schedule) {
    return "";
  }
  const auto &interval = flow.schedule->interval;
  return (interval && *interval != 1 ? std::to_string(*interval) + " " : "") + flow.schedule->frequency;
}

} // namespace

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

std::string readable(const Flow &flow) {
  std::string text = line("flow", flow.id) + line("name", flow.name) + line("state", flow.state);
  text += line("spec", flow.spec.id + " " + flow.spec.version);
  if (flow.created_at) {
    text += line("created", instant(*flow.created_at));
  }
  if (flow.updated_at) {
    text += line("updated", instant(*flow.updated_at));
  }
  if (flow.schedule) {
    text += line("schedule", schedule_text(flow));
  }
  if (flow.last_run) {
    text += line("last run", flow.last_run->id) +
            line("", state_text(flow.last_run->state, flow.last_run->status) + ", started " +
                         instant_or_dash(flow.last_run->started_at));
  }
  return text + line("etag", flow.etag);
}

std::string readable(const Shown<Run> &runs) {
  std::vector<Row> rows{{"RUN", "STATE", "STARTED (UTC)", "FLOW"}};
  for (const Run &run : runs.items) {
    rows.push_back(
        {run.id, state_text(run.state, run.status), instant_or_dash(run.metrics.started_at), run.flow_id});
  }
  return table(rows);
}

std::string readable(const Shown<Flow> &flows) {
  std::vector<Row> rows{{"FLOW", "STATE", "SCHEDULE", "LAST RUN (UTC)", "NAME"}};
  for (const Flow &flow : flows.items) {
    const auto &last = flow.last_run;
    rows.push_back(
        {flow.id, flow.state, schedule_text(flow),
         last ? instant_or_dash(last->started_at) + " " + state_text(last->state, last->status) : "-",
         flow.name});
  }
  return table(rows);
}

std::string readable(const Retried &retried) {
  return printable(retried.run_id + "  " +
                   (retried.made ? "new run " + retried.made->id : std::string(retried.error->what()))) +
         "\n";
}

std::string readable(const RetryReport &report) {
  const auto made = std::count_if(report.retried.begin(), report.retried.end(),
                                  [](const Retried &retried) { return retried.made.has_value(); });
  return std::to_string(made) + " retried, " +
         std::to_string(static_cast<std::ptrdiff_t>(report.retried.size()) - made) + " not" +
         (report.not_tried == 0 ? "" : ", " + std::to_string(report.not_tried) + " not tried") + "\n";
}

std::string json(const NewRun &run) {
  return dump(document_of(run));
}

std::string json(const Flow &flow) {
  return dump(Json::parse(flow.json));
}

std::string json(const Shown<Run> &runs) {
  return dump_items(runs);
}

std::string json(const Shown<Flow> &flows) {
  return dump_items(flows);
}

std::string json(const RetryReport &report) {
  Json retried = Json::array();
  for (const Retried &one : report.retried) {
    Json entry = {{"id", one.run_id}};
    if (one.made) {
      entry["new"] = document_of(*one.made);
    } else {
      entry["error"] = document_of(*one.error, one.advice);
    }
    retried.push_back(std::move(entry));
  }
  return dump({{"retried", std::move(retried)}, {"not_tried", report.not_tried}});
}

std::string json(const Run &run) {
  return dump(Json::parse(run.json));
}

std::string json(const Error &error, const std::string &advice) {
  return dump({{"error", document_of(error, advice)}});
}

} // namespace flow::client
