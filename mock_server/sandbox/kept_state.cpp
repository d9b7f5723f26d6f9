#include <algorithm>
#include <utility>

#include "contracts/model/resources.hpp"
#include "mock_server/resources/flow_json.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"
#include "mock_server/store/record.hpp"

/// The part of a sandbox's state that writes it to a store, and reads it from there.
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

std::string key_of(const contract::Resource &resource, const std::string &id) {
  return resource.name + "\n" + id;
}

} // namespace

void SandboxState::watch_changes(bool with_ids) {
  unkept_.is_watched = true;
  unkept_.with_ids = with_ids;
  runs.watch();
  documents_.watch();
  unkept_.own_record = own_record();
}

bool SandboxState::is_touched() const {
  return unkept_.is_whole || unkept_.starts_over || runs.is_touched() || !unkept_.flows.empty() ||
         documents_.is_touched();
}

void SandboxState::touch_flow(const std::string &flow_id) {
  if (unkept_.is_watched) {
    unkept_.flows.insert(flow_id);
  }
}

/// Where no other run has its script.
void SandboxState::note_script_of(const Run &gone) {
  if (unkept_.is_watched && gone.script && gone.script->number != 0 && gone.script.use_count() == 1) {
    unkept_.scripts.push_back(gone.script->number);
  }
}

std::string SandboxState::own_record() const {
  RecordWriter record;
  write(record, defaults.outcome);
  record.signed_number(defaults.duration_ms)
      .number(seeded_runs)
      .number(next_flow_)
      .number(next_script_)
      .flag(unkept_.has_documents)
      .number(unkept_.with_ids ? ids.seed_from_here() : 0);
  return record.take();
}

void SandboxState::append_changes(const SandboxObjects &sandbox, SandboxChanges &changes) {
  changes.starts_over = unkept_.starts_over;
  unkept_.starts_over = false;
  if (!is_touched() && own_record() == unkept_.own_record) {
    return;
  }
  append_documents(sandbox, changes);
  if (unkept_.is_written && !unkept_.is_whole) {
    for (const std::string &flow_id : unkept_.flows) {
      append_flow(flow_id, changes);
    }
    for (const std::uint64_t number : runs.take_touched()) {
      append_run(number, changes);
    }
  } else {
    for (const auto &[number, flow] : flows) {
      append_flow(flow.flow->id, changes);
    }
    for (const auto &[id, flow] : deleted_flows) {
      append_flow(id, changes);
    }
    runs.take_touched();
    runs.for_each([&](const Run &run) { append_run(run.number, changes); });
  }
  for (const std::uint64_t number : unkept_.scripts) {
    changes.entities.push_back({EntityKind::script, number_key(number), std::nullopt});
  }
  unkept_.flows.clear();
  unkept_.scripts.clear();
  if (std::string own = own_record(); !unkept_.is_written || unkept_.is_whole || own != unkept_.own_record) {
    changes.entities.push_back({EntityKind::sandbox, "", own});
    unkept_.own_record = std::move(own);
  }
  unkept_.is_written = true;
  unkept_.is_whole = false;
}

void SandboxState::append_run(std::uint64_t number, SandboxChanges &changes) {
  EntityChange change{EntityKind::run, number_key(number), std::nullopt};
  if (runs.is_vacant(number)) {
    changes.entities.push_back(std::move(change));
    return;
  }
  const Run &run = runs.at(number);
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
  if (run.script) {
    append_script(*run.script, changes);
  }
  record.number(run.script ? run.script->number : 0).flag(untouched_runs.contains(run.id));
  change.value = record.take();
  changes.entities.push_back(std::move(change));
}

Run SandboxState::kept_run(std::uint64_t number, std::string_view bytes) {
  const auto read_shared = [](RecordReader &from) {
    return std::make_shared<const std::string>(from.text());
  };
  RecordReader record(bytes);
  Run run;
  run.number = static_cast<std::uint32_t>(number);
  run.id = record.text();
  const auto flow = kept_->flows.find(record.text());
  if (run.id.empty() || flow == kept_->flows.end()) {
    throw BadRecord("a run has no id, or a flow that is not there");
  }
  run.flow = flow->second;
  run.state = read_status(record);
  for (std::int64_t *time : {&run.created_at_ms, &run.updated_at_ms, &run.started_at_ms, &run.ended_at_ms}) {
    *time = record.signed_number();
  }
  run.etag = record.text();
  Actors its_actors = read_actors(record);
  const bool is_same = kept_->actors && *kept_->actors == its_actors;
  run.actors = is_same ? kept_->actors : std::make_shared<const Actors>(std::move(its_actors));
  kept_->actors = run.actors;
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
  if (const std::uint64_t script = record.number(); script != 0) {
    const auto found = kept_->scripts.find(script);
    if (found == kept_->scripts.end()) {
      throw BadRecord("a run has a script that is not there");
    }
    run.script = found->second;
  }
  if (record.flag()) {
    untouched_runs.insert(run.id);
  }
  record.end();
  return run;
}

void SandboxState::append_script(RetryScript &script, SandboxChanges &changes) {
  if (script.is_kept && !unkept_.is_whole) {
    return;
  }
  if (script.number == 0) {
    script.number = next_script_++;
  }
  RecordWriter record;
  write(record, script);
  changes.entities.push_back({EntityKind::script, number_key(script.number), record.take()});
  script.is_kept = true;
}

void SandboxState::append_flow(const std::string &flow_id, SandboxChanges &changes) {
  const auto live = flow_places_.find(flow_id);
  const auto deleted = deleted_flows.find(flow_id);
  EntityChange change{EntityKind::flow, flow_id, std::nullopt};
  if (live != flow_places_.end() || deleted != deleted_flows.end()) {
    const bool is_deleted = live == flow_places_.end();
    const SandboxFlow &flow = is_deleted ? deleted->second : live->second->second;
    RecordWriter record;
    record.flag(is_deleted).number(is_deleted ? 0 : live->second->first);
    write(record, *flow.flow);
    record.signed_number(flow.created_at_ms)
        .signed_number(flow.updated_at_ms)
        .text(flow.etag)
        .text(flow.delta_column);
    write(record, flow.script);
    record.optional(flow.runs_at, [](RecordWriter &to, const RunTimes &times) { write(to, times); });
    change.value = record.take();
  }
  changes.entities.push_back(std::move(change));
}

void SandboxState::put_kept_flow(std::string_view bytes) {
  RecordReader record(bytes);
  const bool is_deleted = record.flag();
  const std::uint64_t number = record.number();
  Flow flow = read_flow(record);
  flow.is_deleted = is_deleted;
  SandboxFlow kept;
  kept.flow = std::make_shared<const Flow>(std::move(flow));
  kept.created_at_ms = record.signed_number();
  kept.updated_at_ms = record.signed_number();
  kept.etag = record.text();
  kept.delta_column = record.text();
  kept.script = read_script(record);
  kept.runs_at = record.optional([](RecordReader &from) { return read_times(from); });
  record.end();
  const std::string id = kept.flow->id;
  kept_->flows.emplace(id, kept.flow);
  if (is_deleted) {
    deleted_flows.emplace(id, std::move(kept));
  } else if (!kept_->flows_by_number.emplace(number, std::move(kept)).second) {
    throw BadRecord("two flows have one number");
  }
}

/// All of them where they have been made since the others were written.
void SandboxState::append_documents(const SandboxObjects &sandbox, SandboxChanges &changes) {
  if (!documents_.are_made()) {
    return;
  }
  documents_.of(contract::resources().front(), *this, sandbox); // also those that new flows speak of
  for (auto &[name, store] : documents_.stores()) {
    std::vector<std::string> ids = store.take_touched();
    if (!unkept_.has_documents || unkept_.is_whole) {
      ids.clear();
      for (const auto &[number, document] : store.all()) {
        if (!document.is_shipped) {
          ids.push_back(document.json->at("id"));
        }
      }
    }
    for (const std::string &id : ids) {
      EntityChange change{EntityKind::document, key_of(store.resource(), id), std::nullopt};
      if (const Document *document = store.find(id)) {
        RecordWriter record;
        record.number(store.number_of(id))
            .text(text_of(*document->json))
            .optional(document->answers, [](RecordWriter &to, const Json &json) { to.text(text_of(json)); });
        change.value = record.take();
      }
      changes.entities.push_back(std::move(change));
    }
  }
  unkept_.has_documents = true;
}

void SandboxState::begin_kept(const Seed &seed, std::int64_t now_ms) {
  Seed empty;
  empty.documents = seed.documents;
  load(empty, now_ms);
  kept_ = std::make_unique<Kept>();
}

void SandboxState::put_kept(const EntityChange &kept) {
  switch (kept.kind) {
  case EntityKind::sandbox:
    put_kept_own(*kept.value);
    break;
  case EntityKind::script:
    put_kept_script(number_of_key(kept.key), *kept.value);
    break;
  case EntityKind::flow:
    put_kept_flow(*kept.value);
    break;
  case EntityKind::document:
    put_kept_document(kept.key.substr(0, kept.key.find('\n')), *kept.value);
    break;
  case EntityKind::run: {
    const std::uint64_t number = number_of_key(kept.key);
    if (number < runs.size() || number >= kMostNumbers) {
      throw BadRecord("runs are not in order");
    }
    runs.add_numbered(kept_run(number, *kept.value));
    break;
  }
  default:
    throw BadRecord("something is of no kind that a sandbox has");
  }
}

void SandboxState::put_kept_own(std::string_view bytes) {
  RecordReader record(bytes);
  defaults.outcome = read_status(record);
  defaults.duration_ms = record.signed_number();
  seeded_runs = record.number();
  next_flow_ = record.number();
  next_script_ = record.number();
  kept_->has_documents = record.flag();
  if (const std::uint64_t seed_of_ids = record.number(); unkept_.with_ids) {
    ids.start_over(seed_of_ids);
  }
  record.end();
}

void SandboxState::put_kept_script(std::uint64_t number, std::string_view bytes) {
  RecordReader record(bytes);
  auto script = std::make_shared<RetryScript>(read_script(record));
  script->number = number;
  script->is_kept = true;
  record.end();
  kept_->scripts.emplace(number, std::move(script));
}

void SandboxState::put_kept_document(const std::string &resource_name, std::string_view bytes) {
  const auto &all = contract::resources();
  const auto resource = std::find_if(
      all.begin(), all.end(), [&](const contract::Resource &each) { return each.name == resource_name; });
  if (resource == all.end()) {
    throw BadRecord("a document is of no known resource");
  }
  RecordReader record(bytes);
  const std::uint64_t number = record.number();
  Document document{.json = std::make_shared<const Json>(json_of(record.text()))};
  document.answers =
      record.optional([](RecordReader &from) { return std::make_shared<const Json>(json_of(from.text())); })
          .value_or(nullptr);
  record.end();
  kept_->documents.push_back({&*resource, number, std::move(document)});
}

void SandboxState::end_kept() {
  const std::uint64_t next_flow = next_flow_;
  for (auto &[number, flow] : kept_->flows_by_number) {
    next_flow_ = number;
    documents_.note_connections_of(flow.flow);
    const auto times = flow.runs_at;
    const std::string id = flow.flow->id;
    add_flow(std::move(flow));
    if (times && times->next_ms) {
      scheduled_.emplace(*times->next_ms, id);
    }
  }
  next_flow_ = std::max(next_flow, next_flow_);
  if (kept_->has_documents) {
    documents_.load_kept(std::move(kept_->documents));
  }
  runs.for_each([&](const Run &run) { watch(run); });
  last_runs_are_stale_ = true;
  const bool has_documents = kept_->has_documents;
  kept_.reset();
  unkept_ = {.is_watched = unkept_.is_watched,
             .with_ids = unkept_.with_ids,
             .is_written = true,
             .has_documents = has_documents};
  watch_changes(unkept_.with_ids);
  runs.take_touched(); // they are in the store
}

} // namespace flow::mock
