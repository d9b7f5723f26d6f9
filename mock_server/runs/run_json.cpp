#include "mock_server/runs/run_json.hpp"

#include <cstdint>
#include <string_view>

namespace flow::mock {

namespace {

// Sizes and counts of a success the mock ends itself: any would do, these are those of the monitor page.
constexpr std::int64_t kBytes = 24012;
constexpr std::int64_t kRecords = 100;

constexpr std::string_view kErrorsOfFailure =
    R"([{"code":"CONNECTOR-2001-500","message":"The copied data could not be processed."}])";

/// Writes one JSON object into a text. Keys and texts are the mock's own or checked before: nothing to
/// escape.
class Object {
public:
  explicit Object(std::string &json) : json_(json) { json_ += '{'; }
  ~Object() { json_ += '}'; }
  Object(const Object &) = delete;
  Object &operator=(const Object &) = delete;

  std::string &key(std::string_view name) {
    json_ += json_.back() == '{' ? "\"" : ",\"";
    json_ += name;
    json_ += "\":";
    return json_;
  }
  void raw(std::string_view name, std::string_view value) { key(name) += value; }
  void number(std::string_view name, std::int64_t value) { key(name) += std::to_string(value); }
  void text(std::string_view name, std::string_view value) {
    key(name) += '"';
    json_ += value;
    json_ += '"';
  }

private:
  std::string &json_;
};

void append_durations(std::string &json, const Run &run, bool with_window) {
  Object summary(json);
  summary.number("startedAtUTC", run.started_at_ms);
  if (has_ended(run.state) && run.state != RunState::failed) {
    summary.number("completedAtUTC", run.ended_at_ms);
  }
  if (with_window && run.window) {
    Object extensions(summary.key("extensions"));
    extensions.number("windowStart", run.window->start_ms);
    extensions.number("windowEnd", run.window->end_ms);
  }
}

void append_status(std::string &json, RunState state) {
  Object summary(json);
  summary.text("status", status(state));
  if (state == RunState::failed) {
    summary.raw("errors", kErrorsOfFailure);
  }
}

void append_counts(Object &metrics, RunState state) {
  const auto choose = [state](std::int64_t of_success) {
    return state == RunState::failed ? -1 : state == RunState::success_with_records ? of_success : 0;
  };
  {
    Object summary(metrics.key("sizeSummary"));
    summary.number("inputBytes", choose(kBytes));
    summary.number("outputBytes", choose(kBytes));
  }
  {
    Object summary(metrics.key("recordSummary"));
    summary.number("inputRecordCount", choose(kRecords));
    summary.number("outputRecordCount", choose(kRecords));
    summary.number("failedRecordCount", state == RunState::failed ? -1 : 0);
  }
  Object summary(metrics.key("fileSummary"));
  summary.number("inputFileCount", choose(1));
  summary.number("outputFileCount", choose(1));
}

void append_metrics(std::string &json, const Run &run) {
  Object metrics(json);
  append_durations(metrics.key("durationSummary"), run, false);
  if (has_ended(run.state)) {
    append_counts(metrics, run.state);
  }
  append_status(metrics.key("statusSummary"), run.state);
}

void append_activities(std::string &json, const Run &run) {
  json += '[';
  {
    Object activity(json);
    activity.text("id", "copyActivity");
    activity.number("updatedAtUTC", run.updated_at_ms);
    append_durations(activity.key("durationSummary"), run, true);
    append_status(activity.key("statusSummary"), run.state);
  }
  json += ']';
}

} // namespace

void append_run(std::string &json, const Run &run, const Sandbox &sandbox, Reading reading) {
  const bool openapi = reading == Reading::openapi;
  Object object(json);
  object.number("createdAt", run.created_at_ms);
  object.number("updatedAt", run.updated_at_ms);
  object.raw("createdBy", run.actors->created_by);
  object.raw("updatedBy", run.actors->updated_by);
  object.raw("createdClient", run.actors->created_client);
  object.raw("updatedClient", run.actors->updated_client);
  object.raw("sandboxId", sandbox.id_text);
  object.raw("sandboxName", sandbox.name_text);
  object.raw("imsOrgId", sandbox.organisation_text);
  object.text("id", run.id);
  object.text("flowId", run.flow->id);
  if (!run.flow->spec_id.empty()) {
    Object spec(object.key("flowSpec"));
    spec.text("id", run.flow->spec_id);
    spec.text("version", run.flow->spec_version);
  }
  if (run.params) {
    object.raw("params", *run.params);
  }
  object.raw(openapi ? "eTag" : "etag", "\"\\\"" + run.etag.substr(1, run.etag.size() - 2) + "\\\"\"");
  if (run.metrics) {
    object.raw("metrics", *run.metrics);
  } else {
    append_metrics(object.key("metrics"), run);
  }
  const std::string_view activities = openapi ? "activites" : "activities";
  if (run.activities) {
    object.raw(activities, *run.activities);
  } else {
    append_activities(object.key(activities), run);
  }
  if (run.extras) {
    json += ',';
    json += std::string_view(*run.extras).substr(1, run.extras->size() - 2); // without its braces
  }
}

} // namespace flow::mock
