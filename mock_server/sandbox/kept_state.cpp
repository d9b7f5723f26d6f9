#include <algorithm>
#include <utility>

#include "contracts/model/resources.hpp"
#include "mock_server/sandbox/object_records.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"
#include "mock_server/store/record.hpp"

/// The part of a sandbox's state that writes it to a store, and reads it from there.
namespace flow::mock {

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
  return mock::own_record({.defaults = defaults,
                           .seeded_runs = seeded_runs,
                           .next_flow = next_flow_,
                           .next_script = next_script_,
                           .has_documents = unkept_.has_documents,
                           .seed_of_ids = unkept_.with_ids ? ids.seed_from_here() : 0});
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
    scripts_.erase(number);
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
  if (!runs.is_vacant(number)) {
    const Run &run = runs.at(number);
    if (run.script) {
      append_script(run.script, changes);
    }
    change.value = run_record(run, untouched_runs.contains(run.id));
  }
  changes.entities.push_back(std::move(change));
}

void SandboxState::append_script(const std::shared_ptr<RetryScript> &script, SandboxChanges &changes) {
  if (script->is_kept && !unkept_.is_whole) {
    return;
  }
  if (script->number == 0) {
    script->number = next_script_++;
    scripts_.emplace(script->number, script);
  }
  changes.entities.push_back({EntityKind::script, number_key(script->number), script_record(*script)});
  script->is_kept = true;
}

void SandboxState::append_flow(const std::string &flow_id, SandboxChanges &changes) {
  const auto live = flow_places_.find(flow_id);
  const auto deleted = deleted_flows.find(flow_id);
  EntityChange change{EntityKind::flow, flow_id, std::nullopt};
  if (live != flow_places_.end() || deleted != deleted_flows.end()) {
    const bool is_deleted = live == flow_places_.end();
    change.value = flow_record(is_deleted ? deleted->second : live->second->second, is_deleted,
                               is_deleted ? 0 : live->second->first);
  }
  changes.entities.push_back(std::move(change));
}

void SandboxState::put_kept_flow(std::string_view bytes) {
  KeptFlow kept = flow_of_record(bytes);
  const std::string id = kept.flow.flow->id;
  kept_->flows.emplace(id, kept.flow.flow);
  if (kept.is_deleted) {
    deleted_flows.emplace(id, std::move(kept.flow));
  } else if (!kept_->flows_by_number.emplace(kept.number, std::move(kept.flow)).second) {
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
      EntityChange change{EntityKind::document, document_key(store.resource(), id), std::nullopt};
      if (const Document *document = store.find(id)) {
        change.value = document_record(*document, store.number_of(id));
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
    kept_->documents.push_back(document_of_record(kept.key, *kept.value));
    break;
  case EntityKind::run: {
    KeptRun its = run_of_record(number_of_key(kept.key), *kept.value);
    if (its.run.number < runs.size()) {
      throw BadRecord("runs are not in order");
    }
    put_kept_run(std::move(its));
    break;
  }
  default:
    throw BadRecord("something is of no kind that a sandbox has");
  }
}

void SandboxState::put_kept_own(std::string_view bytes) {
  const KeptOwn own = own_of_record(bytes);
  defaults = own.defaults;
  seeded_runs = own.seeded_runs;
  next_flow_ = own.next_flow;
  next_script_ = own.next_script;
  kept_->has_documents = own.has_documents;
  if (unkept_.with_ids) {
    ids.start_over(own.seed_of_ids);
  }
}

void SandboxState::put_kept_script(std::uint64_t number, std::string_view bytes) {
  auto script = std::make_shared<RetryScript>(script_of_record(bytes));
  script->number = number;
  script->is_kept = true;
  scripts_.emplace(number, script);
  kept_->scripts.emplace(number, std::move(script));
}

void SandboxState::put_kept_run(KeptRun kept) {
  Run &run = kept.run;
  const auto flow = kept_->flows.find(kept.flow_id);
  if (flow == kept_->flows.end()) {
    throw BadRecord("a run has a flow that is not there");
  }
  run.flow = flow->second;
  if (kept_->actors && *kept_->actors == *run.actors) {
    run.actors = kept_->actors;
  }
  kept_->actors = run.actors;
  if (kept.script != 0) {
    const auto script = kept_->scripts.find(kept.script);
    if (script == kept_->scripts.end()) {
      throw BadRecord("a run has a script that is not there");
    }
    run.script = script->second;
  }
  if (kept.is_untouched) {
    untouched_runs.insert(run.id);
  }
  runs.add_numbered(std::move(run));
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
