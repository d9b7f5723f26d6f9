#include "mock_server/resources/own_metrics.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "mock_server/resources/flow_json.hpp"
#include "mock_server/resources/json_object.hpp"

namespace flow::mock {

namespace {

/// An activity of every run of a kind: its id is the kind's, as in the two runs of destinations.
struct Activity {
  std::string_view id;
  std::string_view name;
};
constexpr Activity kCopy = {"4f008a00-3a04-11eb-adc1-0242ac120002", "Copy Activity"};
constexpr Activity kPromotion = {"37b34f84-1ada-11eb-adc1-0242ac120002", "Promotion Activity"};
constexpr Activity kProcessor = {"c4f238e3-7334-4933-8b56-64d7ea43ea54",
                                 "Activation Batch XdmProcessor Activity"};
constexpr Activity kPublisher = {"51d82b36-6b8f-11eb-9439-0242ac130002",
                                 "Activation Batch Publisher Activity"};

// Sizes and counts of a success the mock ends itself: any would do, these are those of the monitor page.
constexpr std::int64_t kBytes = 24012;
constexpr std::int64_t kRecords = 100;

constexpr std::string_view kSourceErrors =
    R"([{"code":"CONNECTOR-2001-500","message":"The copied data could not be processed."}])";
constexpr std::string_view kDestinationErrors =
    R"([{"code":"ACTIVATION_BATCH-0000-FAILED","message":"The job was aborted."}])";

/// Ids that a client gave: they may hold what has to be escaped.
void append_escaped_text(JsonObject &object, JsonKey name, const std::string &text) {
  object.raw(name, nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string first_connection(const contract::Json &ids) {
  return ids.empty() || !ids.front().is_string() ? std::string() : ids.front().get<std::string>();
}

bool is_of_destination(const Run &run) {
  return run.flow->source == SourceKind::destination;
}

bool has_failed(const Run &run) {
  return result_of(run.state) == Result::failure;
}

bool has_failed_in_part(const Run &run) {
  const Result result = result_of(run.state);
  return result == Result::partial_success || result == Result::partial_failure;
}

/// How much went in and came out.
struct Counts {
  explicit Counts(const Run &run) {
    if (run.state != RunState::success_without_records) {
      bytes = kBytes;
      input = kRecords;
      failed = has_failed_in_part(run) ? 1 : 0;
      files = 1;
    }
  }
  std::int64_t bytes = 0;
  std::int64_t input = 0;
  std::int64_t failed = 0;
  std::int64_t files = 0;
};

void append_reference(JsonObject &parent, const Activity &activity) {
  std::string &json = parent.key("activityRefs"_key);
  json += "[\"";
  json += activity.id;
  json += "\"]";
}

/// The copy takes the first half of a run's time, the promotion the second; likewise the others.
std::int64_t halfway(const Run &run) {
  return run.started_at_ms + (run.ended_at_ms - run.started_at_ms) / 2;
}

void append_durations(JsonObject &parent, std::int64_t started_at_ms, const std::int64_t *completed_at_ms,
                      const std::optional<Window> &window = std::nullopt) {
  JsonObject summary(parent.key("durationSummary"_key));
  summary.number("startedAtUTC"_key, started_at_ms);
  if (completed_at_ms != nullptr) {
    summary.number("completedAtUTC"_key, *completed_at_ms);
  }
  if (window) {
    JsonObject extensions(summary.key("extensions"_key));
    extensions.number("windowStart"_key, window->start_ms);
    extensions.number("windowEnd"_key, window->end_ms);
  }
}

void append_sizes(JsonObject &parent, const Counts &counts) {
  JsonObject summary(parent.key("sizeSummary"_key));
  summary.number("inputBytes"_key, counts.bytes);
  summary.number("outputBytes"_key, counts.bytes);
}

void append_files(JsonObject &summary, const Counts &counts) {
  summary.number("inputFileCount"_key, counts.files);
  summary.number("outputFileCount"_key, counts.files);
}

void append_status(JsonObject &parent, const Run &run, bool with_reference) {
  JsonObject summary(parent.key("statusSummary"_key));
  summary.text("status"_key, text_of(run.state));
  if (has_failed(run) || has_failed_in_part(run)) {
    summary.raw("errors"_key, is_of_destination(run) ? kDestinationErrors : kSourceErrors);
  }
  if (with_reference) {
    append_reference(summary, kProcessor);
  }
}

void append_name(JsonObject &activity, const Activity &which, const Run &run) {
  activity.text("id"_key, which.id);
  activity.text("name"_key, which.name);
  activity.number("updatedAtUTC"_key, run.updated_at_ms);
}

/// The first activity of a run that has not ended.
void append_beginning(std::string &json, const Activity &which, const Run &run) {
  JsonObject activity(json);
  append_name(activity, which, run);
  append_durations(activity, run.started_at_ms, nullptr, run.window);
  append_status(activity, run, false);
}

// Of source runs.

void append_source_records(JsonObject &parent, const Counts &counts) {
  JsonObject summary(parent.key("recordSummary"_key));
  summary.number("inputRecordCount"_key, counts.input);
  summary.number("outputRecordCount"_key, counts.input - counts.failed);
  summary.number("failedRecordCount"_key, counts.failed);
}

void append_source_counts(JsonObject &metrics, const Run &run) {
  if (has_failed(run)) {
    metrics.raw("sizeSummary"_key, R"({"inputBytes":-1})");
    metrics.raw("fileSummary"_key, R"({"inputFileCount":-1})");
    return;
  }
  const Counts counts(run);
  append_sizes(metrics, counts);
  append_source_records(metrics, counts);
  JsonObject files(metrics.key("fileSummary"_key));
  append_files(files, counts);
  append_reference(files, kPromotion);
}

void append_copy(std::string &json, const Run &run) {
  JsonObject activity(json);
  append_name(activity, kCopy, run);
  const std::int64_t completed_at_ms = halfway(run);
  append_durations(activity, run.started_at_ms, &completed_at_ms, run.window);
  if (has_failed(run)) { // of what was copied then, the documented failure shows nothing
    activity.raw("sizeSummary"_key, "{}");
    activity.raw("recordSummary"_key, "{}");
    activity.raw("fileSummary"_key, "{}");
  } else {
    const Counts counts(run);
    append_sizes(activity, counts);
    {
      JsonObject records(activity.key("recordSummary"_key));
      records.number("inputRecordCount"_key, counts.input);
      records.number("outputRecordCount"_key, counts.input);
    }
    JsonObject files(activity.key("fileSummary"_key));
    append_files(files, counts);
  }
  activity.raw("statusSummary"_key, R"({"status":"success"})");
}

void append_promotion(std::string &json, const Run &run) {
  JsonObject activity(json);
  append_name(activity, kPromotion, run);
  append_durations(activity, halfway(run), &run.ended_at_ms);
  const Counts counts(run);
  if (has_failed(run)) {
    activity.raw("sizeSummary"_key, R"({"inputBytes":-1})");
    activity.raw("recordSummary"_key, "{}");
  } else {
    append_sizes(activity, counts);
    append_source_records(activity, counts);
  }
  {
    JsonObject files(activity.key("fileSummary"_key));
    if (has_failed(run)) {
      files.number("inputFileCount"_key, -1);
    } else {
      append_files(files, counts);
    }
    JsonObject extensions(files.key("extensions"_key));
    JsonObject manifest(extensions.key("manifest"_key));
    std::string &info = manifest.key("fileInfo"_key);
    info += "\"https://platform.adobe.io/data/foundation/export/batches/";
    info += run.id;
    info += "/meta?path=input_files\"";
    manifest.text("pathPrefix"_key, "bucket1/csv_test/");
  }
  append_status(activity, run, false);
}

// Of destination runs.

/// The counts of one side of a run, of all that it exports and of each: as the counts of a segment's run are
/// all its own (destinations), each is given an equal part of them here.
void append_side(JsonObject &summary, JsonKey side, const std::string &connection_id, const Run &run,
                 const std::function<void(JsonObject &, std::int64_t parts)> &append_counts) {
  JsonList sides(summary.key(side));
  JsonObject whole(sides.next());
  append_escaped_text(whole, "id"_key, connection_id);
  append_counts(whole, 1);
  JsonList entities(whole.key("entitySummaries"_key));
  for (const std::string &id : run.flow->entities) {
    JsonObject entity(entities.next());
    append_escaped_text(entity, "id"_key, id);
    append_counts(entity, static_cast<std::int64_t>(run.flow->entities.size()));
  }
}

void append_sides(JsonObject &summary, const Run &run) {
  if (run.flow->entities.empty()) {
    return;
  }
  const Counts counts(run);
  append_side(summary, "sourceSummaries"_key, first_connection(source_connection_ids(*run.flow)), run,
              [&](JsonObject &part, std::int64_t parts) {
                part.number("inputRecordCount"_key, has_failed(run) ? 0 : counts.input / parts);
                part.number("skippedRecordCount"_key, 0);
              });
  if (has_failed(run)) {
    return;
  }
  append_side(summary, "targetSummaries"_key, first_connection(target_connection_ids(*run.flow)), run,
              [&](JsonObject &part, std::int64_t parts) {
                part.number("createdRecordCount"_key, (counts.input - counts.failed) / parts);
                part.number("outputRecordCount"_key, (counts.input - counts.failed) / parts);
              });
}

void append_destination_records(JsonObject &parent, const Run &run, bool with_sides = false) {
  JsonObject summary(parent.key("recordSummary"_key));
  if (with_sides && has_failed(run)) {
    append_sides(summary, run);
  }
  if (has_failed(run)) {
    summary.raw("failedInfo"_key, kDestinationErrors);
    return;
  }
  const Counts counts(run);
  summary.number("inputRecordCount"_key, counts.input);
  summary.number("createdRecordCount"_key, counts.input - counts.failed);
  summary.number("outputRecordCount"_key, counts.input - counts.failed);
  summary.number("skippedRecordCount"_key, 0);
  if (with_sides) {
    append_sides(summary, run);
  }
  if (counts.failed > 0) {
    summary.raw("failedInfo"_key, kDestinationErrors);
  }
}

void append_destination_counts(JsonObject &metrics, const Run &run, bool with_sides) {
  if (has_failed(run)) {
    append_destination_records(metrics, run, with_sides);
    return;
  }
  const Counts counts(run);
  append_sizes(metrics, counts);
  append_destination_records(metrics, run, with_sides);
  JsonObject files(metrics.key("fileSummary"_key));
  append_files(files, counts);
}

void append_activation(std::string &json, const Activity &which, const Run &run, std::int64_t started_at_ms,
                       std::int64_t completed_at_ms) {
  JsonObject activity(json);
  append_name(activity, which, run);
  append_durations(activity, started_at_ms, &completed_at_ms);
  activity.raw("latencySummary"_key, "{}");
  if (has_failed(run)) {
    activity.raw("sizeSummary"_key, "{}");
    append_destination_records(activity, run);
    activity.raw("fileSummary"_key, "{}");
  } else {
    append_destination_counts(activity, run, false);
  }
  append_status(activity, run, false);
}

void append_destination_activities(std::string &json, const Run &run) {
  if (has_failed(run)) { // nothing was there to be published
    append_activation(json, kProcessor, run, run.started_at_ms, run.ended_at_ms);
    return;
  }
  append_activation(json, kProcessor, run, run.started_at_ms, halfway(run));
  json += ',';
  append_activation(json, kPublisher, run, halfway(run), run.ended_at_ms);
}

} // namespace

void append_own_metrics(std::string &json, const Run &run) {
  JsonObject metrics(json);
  append_durations(metrics, run.started_at_ms, shows_completion(run) ? &run.ended_at_ms : nullptr);
  if (has_ended(run.state)) {
    if (is_of_destination(run)) {
      append_destination_counts(metrics, run, true);
    } else {
      append_source_counts(metrics, run);
    }
  }
  append_status(metrics, run, has_ended(run.state) && is_of_destination(run));
}

void append_own_activities(std::string &json, const Run &run) {
  json += '[';
  if (!has_ended(run.state)) {
    append_beginning(json, is_of_destination(run) ? kProcessor : kCopy, run);
  } else if (is_of_destination(run)) {
    append_destination_activities(json, run);
  } else {
    append_copy(json, run);
    json += ',';
    append_promotion(json, run);
  }
  json += ']';
}

} // namespace flow::mock
