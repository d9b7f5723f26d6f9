#include "mock_server/sandbox/object_records.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "contracts/model/resources.hpp"
#include "mock_server/store/record.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::uint64_t kMostNumbers = 100'000'000; // --max-runs takes no more

std::string text_of(const Json &json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw BadRecord("a document is damaged");
  }
  return json;
}

void write(RecordWriter &record, RunStatus status) {
  record.number(static_cast<std::uint64_t>(status.state)).number(status.other_case);
}

RunStatus read_status(RecordReader &record) {
  const auto state = static_cast<RunState>(record.number_below(kRunStates));
  return {state, static_cast<std::uint16_t>(record.number_below(std::uint64_t{1} << 16U))};
}

void write(RecordWriter &record, const RetryScript &script) {
  record.number(script.retries.size());
  for (const ScriptedRetry &retry : script.retries) {
    write(record, retry.outcome);
    record.optional(retry.duration_ms, [](RecordWriter &to, std::int64_t ms) { to.signed_number(ms); })
        .text(retry.id)
        .text(retry.etag);
  }
  record.number(script.next).flag(script.is_of_test);
}

RetryScript read_script(RecordReader &record) {
  RetryScript script;
  for (std::uint64_t left = record.number(); left > 0; --left) {
    ScriptedRetry retry;
    retry.outcome = read_status(record);
    retry.duration_ms = record.optional([](RecordReader &from) { return from.signed_number(); });
    retry.id = record.text();
    retry.etag = record.text();
    script.retries.push_back(std::move(retry));
  }
  script.next = static_cast<std::size_t>(record.number_below(script.retries.size() + 1));
  script.is_of_test = record.flag();
  return script;
}

/// The four are mostly one.
void write(RecordWriter &record, const Actors &actors) {
  const bool is_one = actors.updated_by == actors.created_by && actors.created_client == actors.created_by &&
                      actors.updated_client == actors.created_by;
  record.flag(is_one).text(actors.created_by);
  if (!is_one) {
    record.text(actors.updated_by).text(actors.created_client).text(actors.updated_client);
  }
}

Actors read_actors(RecordReader &record) {
  const bool is_one = record.flag();
  const std::string one(record.text());
  Actors actors{one, one, one, one};
  if (!is_one) {
    actors.updated_by = record.text();
    actors.created_client = record.text();
    actors.updated_client = record.text();
  }
  return actors;
}

void write(RecordWriter &record, const Schedule &schedule) {
  record.signed_number(schedule.first_ms)
      .signed_number(schedule.step_ms)
      .optional(schedule.last_ms, [](RecordWriter &to, std::int64_t ms) { to.signed_number(ms); })
      .flag(schedule.backfill);
}

Schedule read_schedule(RecordReader &record) {
  Schedule schedule;
  schedule.first_ms = record.signed_number();
  schedule.step_ms = record.signed_number();
  schedule.last_ms = record.optional([](RecordReader &from) { return from.signed_number(); });
  schedule.backfill = record.flag();
  return schedule;
}

void write(RecordWriter &record, const RunTimes &times) {
  write(record, times.schedule);
  write(record, times.given);
  record.optional(times.next_ms, [](RecordWriter &to, std::int64_t ms) { to.signed_number(ms); })
      .signed_number(times.window_from_ms)
      .flag(times.has_run);
}

RunTimes read_times(RecordReader &record) {
  RunTimes times;
  times.schedule = read_schedule(record);
  times.given = read_schedule(record);
  times.next_ms = record.optional([](RecordReader &from) { return from.signed_number(); });
  times.window_from_ms = record.signed_number();
  times.has_run = record.flag();
  return times;
}

void write(RecordWriter &record, const Flow &flow) {
  record.text(flow.id)
      .text(flow.spec_id)
      .text(flow.spec_version)
      .text(flow.source_spec_id)
      .text(flow.source_format)
      .text(traits_of(flow.source).name)
      .text(flow.state)
      .flag(flow.scheduled_once)
      .number(flow.entities.size());
  for (const std::string &entity : flow.entities) {
    record.text(entity);
  }
  record.text(flow.delta_column)
      .text(flow.delta_column_of_runs)
      .flag(flow.runs_by_schedule)
      .text(text_of(flow.document));
}

Flow read_flow(RecordReader &record) {
  Flow flow;
  for (std::string *text :
       {&flow.id, &flow.spec_id, &flow.spec_version, &flow.source_spec_id, &flow.source_format}) {
    *text = record.text();
  }
  const auto source = source_named(record.text());
  if (!source) {
    throw BadRecord("a flow has a source of no known kind");
  }
  flow.source = *source;
  flow.state = record.text();
  flow.scheduled_once = record.flag();
  for (std::uint64_t left = record.number(); left > 0; --left) {
    flow.entities.emplace_back(record.text());
  }
  flow.delta_column = record.text();
  flow.delta_column_of_runs = record.text();
  flow.runs_by_schedule = record.flag();
  flow.document = json_of(record.text());
  return flow;
}

} // namespace

std::string own_record(const KeptOwn &own) {
  RecordWriter record;
  write(record, own.defaults.outcome);
  record.signed_number(own.defaults.duration_ms)
      .number(own.seeded_runs)
      .number(own.next_flow)
      .number(own.next_script)
      .flag(own.has_documents)
      .number(own.seed_of_ids);
  return record.take();
}

KeptOwn own_of_record(std::string_view bytes) {
  RecordReader record(bytes);
  KeptOwn own;
  own.defaults.outcome = read_status(record);
  own.defaults.duration_ms = record.signed_number();
  own.seeded_runs = record.number();
  own.next_flow = record.number();
  own.next_script = record.number();
  own.has_documents = record.flag();
  own.seed_of_ids = record.number();
  record.end();
  return own;
}

std::string script_record(const RetryScript &script) {
  RecordWriter record;
  write(record, script);
  return record.take();
}

RetryScript script_of_record(std::string_view bytes) {
  RecordReader record(bytes);
  RetryScript script = read_script(record);
  record.end();
  return script;
}

std::string flow_record(const SandboxFlow &flow, bool is_deleted, std::uint64_t number) {
  RecordWriter record;
  record.flag(is_deleted).number(number);
  write(record, *flow.flow);
  record.signed_number(flow.created_at_ms)
      .signed_number(flow.updated_at_ms)
      .text(flow.etag)
      .text(flow.delta_column);
  write(record, flow.script);
  record.optional(flow.runs_at, [](RecordWriter &to, const RunTimes &times) { write(to, times); });
  return record.take();
}

KeptFlow flow_of_record(std::string_view bytes) {
  RecordReader record(bytes);
  KeptFlow kept;
  kept.is_deleted = record.flag();
  kept.number = record.number();
  Flow flow = read_flow(record);
  flow.is_deleted = kept.is_deleted;
  SandboxFlow &its = kept.flow;
  its.flow = std::make_shared<const Flow>(std::move(flow));
  its.created_at_ms = record.signed_number();
  its.updated_at_ms = record.signed_number();
  its.etag = record.text();
  its.delta_column = record.text();
  its.script = read_script(record);
  its.runs_at = record.optional([](RecordReader &from) { return read_times(from); });
  record.end();
  return kept;
}

bool is_same_in_records(const Flow &one, const Flow &other) {
  const auto bytes = [](const Flow &flow) {
    RecordWriter record;
    write(record, flow);
    return record.take();
  };
  return one.is_deleted == other.is_deleted && bytes(one) == bytes(other);
}

std::string run_record(const Run &run, bool is_untouched) {
  const auto write_shared = [](RecordWriter &to, const std::string &text) { to.text(text); };
  RecordWriter record;
  record.text(run.id).text(run.flow->id);
  write(record, run.state);
  record.signed_number(run.created_at_ms)
      .signed_number(run.updated_at_ms)
      .signed_number(run.started_at_ms)
      .signed_number(run.ended_at_ms)
      .text(run.etag);
  write(record, *run.actors);
  record
      .optional(run.window,
                [](RecordWriter &to, const Window &window) {
                  to.signed_number(window.start_ms).signed_number(window.end_ms);
                })
      .optional(run.metrics, write_shared)
      .optional(run.activities, write_shared)
      .optional(run.params, write_shared)
      .optional(run.extras, write_shared)
      .optional(run.ending, [](RecordWriter &to, const Ending &ending) {
        to.signed_number(ending.at_ms);
        write(to, ending.state);
      });
  record.number(run.script ? run.script->number : 0).flag(is_untouched);
  return record.take();
}

KeptRun run_of_record(std::uint64_t number, std::string_view bytes) {
  if (number >= kMostNumbers) {
    throw BadRecord("a run has a number that none can have");
  }
  const auto read_shared = [](RecordReader &from) {
    return std::make_shared<const std::string>(from.text());
  };
  RecordReader record(bytes);
  KeptRun kept;
  Run &run = kept.run;
  run.number = static_cast<std::uint32_t>(number);
  run.id = record.text();
  if (run.id.empty()) {
    throw BadRecord("a run has no id");
  }
  kept.flow_id = record.text();
  run.state = read_status(record);
  for (std::int64_t *time : {&run.created_at_ms, &run.updated_at_ms, &run.started_at_ms, &run.ended_at_ms}) {
    *time = record.signed_number();
  }
  run.etag = record.text();
  run.actors = std::make_shared<const Actors>(read_actors(record));
  run.window = record.optional([](RecordReader &from) {
    const std::int64_t start_ms = from.signed_number();
    return Window{.start_ms = start_ms, .end_ms = from.signed_number()};
  });
  for (auto *text : {&run.metrics, &run.activities, &run.params, &run.extras}) {
    *text = record.optional(read_shared).value_or(nullptr);
  }
  run.ending = record.optional([](RecordReader &from) {
    const std::int64_t at_ms = from.signed_number();
    return Ending{.at_ms = at_ms, .state = read_status(from)};
  });
  kept.script = record.number();
  kept.is_untouched = record.flag();
  record.end();
  return kept;
}

std::string document_key(const contract::Resource &resource, const std::string &id) {
  return resource.name + "\n" + id;
}

std::string document_record(const Document &document, std::uint64_t number) {
  return RecordWriter()
      .number(number)
      .text(text_of(*document.json))
      .optional(document.answers, [](RecordWriter &to, const Json &json) { to.text(text_of(json)); })
      .take();
}

const contract::Resource &resource_of_key(std::string_view key) {
  const std::string_view name = key.substr(0, key.find('\n'));
  const auto &all = contract::resources();
  const auto resource =
      std::find_if(all.begin(), all.end(), [&](const contract::Resource &each) { return each.name == name; });
  if (resource == all.end()) {
    throw BadRecord("a document is of no known resource");
  }
  return *resource;
}

SandboxDocuments::Kept document_of_record(std::string_view key, std::string_view bytes) {
  RecordReader record(bytes);
  SandboxDocuments::Kept kept{.resource = &resource_of_key(key), .number = record.number(), .document = {}};
  kept.document.json = std::make_shared<const Json>(json_of(record.text()));
  kept.document.answers =
      record.optional([](RecordReader &from) { return std::make_shared<const Json>(json_of(from.text())); })
          .value_or(nullptr);
  record.end();
  return kept;
}

} // namespace flow::mock
