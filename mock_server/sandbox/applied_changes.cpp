#include <algorithm>
#include <utility>
#include <vector>

#include "mock_server/resources/flow_json.hpp"
#include "mock_server/sandbox/object_records.hpp"
#include "mock_server/store/differences.hpp"
#include "mock_server/store/record.hpp"

/// The part of a sandbox's state that takes in what others have changed in the store: as much work as there
/// are changes, however many runs there are.
namespace flow::mock {

namespace {

bool is_to_end(const Run &run) {
  return run.ending && !has_ended(run.state);
}

} // namespace

bool SandboxState::apply(std::span<const EntityChange> changes) {
  if (is_touched() || (!changes.empty() && !unkept_.is_written)) {
    return false;
  }
  for (const EntityChange &own : of_kind(changes, EntityKind::sandbox)) {
    if (!own.value || !apply_own(*own.value)) {
      return false;
    }
  }
  std::vector<std::shared_ptr<RetryScript>> scripts; // until runs have them
  for (const EntityChange &script : of_kind(changes, EntityKind::script)) {
    scripts.push_back(apply_script(number_of_key(script.key), script.value));
  }
  for (const EntityChange &flow : of_kind(changes, EntityKind::flow)) {
    if (!apply_flow(flow)) {
      return false;
    }
  }
  if (!apply_documents(of_kind(changes, EntityKind::document))) {
    return false;
  }
  apply_runs(of_kind(changes, EntityKind::run));

  unkept_.flows.clear();
  runs.take_touched();
  for (auto &[name, store] : documents_.stores()) {
    store.take_touched();
  }
  if (!of_kind(changes, EntityKind::sandbox).empty()) {
    unkept_.own_record = own_record();
  }
  return true;
}

bool SandboxState::apply_own(std::string_view bytes) {
  const KeptOwn own = own_of_record(bytes);
  if (own.has_documents != unkept_.has_documents) {
    return false; // they have been made by another
  }
  defaults = own.defaults;
  seeded_runs = own.seeded_runs;
  next_flow_ = own.next_flow;
  next_script_ = own.next_script;
  if (unkept_.with_ids) {
    ids.start_over(own.seed_of_ids);
  }
  return true;
}

/// In place where runs have it: they share it.
std::shared_ptr<RetryScript> SandboxState::apply_script(std::uint64_t number,
                                                        const std::optional<std::string> &bytes) {
  if (!bytes) {
    scripts_.erase(number);
    return nullptr;
  }
  RetryScript script = script_of_record(*bytes);
  script.number = number;
  script.is_kept = true;
  std::weak_ptr<RetryScript> &place = scripts_[number];
  std::shared_ptr<RetryScript> its = place.lock();
  if (its) {
    *its = std::move(script);
  } else {
    its = std::make_shared<RetryScript>(std::move(script));
    place = its;
  }
  return its;
}

bool SandboxState::apply_flow(const EntityChange &change) {
  const std::string &id = change.key;
  std::optional<KeptFlow> kept = change.value ? std::optional(flow_of_record(*change.value)) : std::nullopt;
  if (kept && kept->flow.flow->id != id) {
    throw BadRecord("a flow has the key of another");
  }
  const auto place = flow_places_.find(id);
  SandboxFlow *live = place == flow_places_.end() ? nullptr : &place->second->second;
  const bool stays = live != nullptr && kept && !kept->is_deleted && place->second->first == kept->number;
  if (stays && is_same_in_records(*live->flow, *kept->flow.flow)) {
    kept->flow.flow = live->flow; // its runs have it
  }
  const bool is_same = stays && kept->flow.flow == live->flow;
  if (live != nullptr && !stays) {
    forget_flow(id, connection_ids(*live->flow));
  }
  if (!kept) {
    deleted_flows.erase(id);
  } else if (kept->is_deleted) {
    set_flow_of_runs(kept->flow.flow);
    deleted_flows.insert_or_assign(id, std::move(kept->flow));
  } else {
    const auto times = kept->flow.runs_at;
    const auto flow = kept->flow.flow;
    if (stays) {
      unschedule(*live);
      replace_flow(*live, std::move(kept->flow));
    } else if (flows.contains(kept->number)) {
      return false;
    } else {
      const std::uint64_t next = std::exchange(next_flow_, kept->number);
      add_flow(std::move(kept->flow));
      next_flow_ = std::max(next, next_flow_);
    }
    find_flow(id)->runs_at = times;
    if (times && times->next_ms) {
      scheduled_.emplace(*times->next_ms, id);
    }
    if (!is_same) {
      set_flow_of_runs(flow);
    }
  }
  if (!is_same && !unkept_.has_documents) {
    make_documents_anew();
  }
  return true;
}

/// None of them is in the store: those of connections follow from the flows as they are now.
void SandboxState::make_documents_anew() {
  documents_.unmake();
  for (const auto &[number, flow] : flows) {
    documents_.note_connections_of(flow.flow);
  }
}

bool SandboxState::apply_documents(Changes changes) {
  if (changes.empty()) {
    return true;
  }
  if (!unkept_.has_documents) {
    return false;
  }
  std::vector<SandboxDocuments::Kept> put;
  for (const EntityChange &change : changes) { // first, as another may have its number since
    DocumentStore &store = documents_.stores().find(resource_of_key(change.key).name)->second;
    const std::string id = change.key.substr(change.key.find('\n') + 1);
    const bool is_there = store.find(id) != nullptr;
    if (change.value) {
      put.push_back(document_of_record(change.key, *change.value));
    }
    if (is_there && (!change.value || store.number_of(id) != put.back().number)) {
      store.remove(id);
    }
  }
  return std::all_of(put.begin(), put.end(), [&](SandboxDocuments::Kept &kept) {
    DocumentStore &store = documents_.stores().find(kept.resource->name)->second;
    return store.put_numbered(kept.number, std::move(kept.document));
  });
}

void SandboxState::apply_runs(Changes changes) {
  std::vector<KeptRun> put;
  for (const EntityChange &change : changes) { // first, as another may have its id or its number since
    const std::uint64_t number = number_of_key(change.key);
    if (change.value) {
      put.push_back(run_of_record(number, *change.value));
    }
    const bool is_there = number < runs.size() && !runs.is_vacant(number);
    if (is_there && (!change.value || runs.at(number).id != put.back().run.id)) {
      take_out(runs.at(number));
    }
  }
  for (KeptRun &kept : put) {
    apply_run(std::move(kept));
  }
}

void SandboxState::take_out(const Run &run) {
  const std::string id = run.id;
  const SandboxFlow *flow = find_flow(run.flow->id);
  last_runs_are_stale_ = last_runs_are_stale_ || (flow != nullptr && flow->last_run == &run);
  untouched_runs.erase(id);
  runs.remove(id);
}

void SandboxState::apply_run(KeptRun kept) {
  Run &run = kept.run;
  SandboxFlow *flow = find_flow(kept.flow_id);
  const auto deleted = deleted_flows.find(kept.flow_id);
  if (flow == nullptr && deleted == deleted_flows.end()) {
    throw BadRecord("a run has a flow that is not there");
  }
  run.flow = flow != nullptr ? flow->flow : deleted->second.flow;
  if (kept.script != 0) {
    const auto script = scripts_.find(kept.script);
    run.script = script == scripts_.end() ? nullptr : script->second.lock();
    if (!run.script) {
      throw BadRecord("a run has a script that is not there");
    }
  }
  if (const std::shared_ptr<const Actors> same = actors(run.actors->created_by); *same == *run.actors) {
    run.actors = same; // as most
  }
  if (kept.is_untouched) {
    untouched_runs.insert(run.id);
  } else {
    untouched_runs.erase(run.id);
  }
  const bool is_there = run.number < runs.size() && !runs.is_vacant(run.number);
  if (is_there) {
    const Run &place = runs.at(run.number);
    const bool is_watched = is_to_end(place) && is_to_end(run) && place.ending->at_ms == run.ending->at_ms;
    last_runs_are_stale_ =
        last_runs_are_stale_ || place.started_at_ms != run.started_at_ms || place.flow->id != run.flow->id;
    runs.change(place, [&](Run &its) { its = std::move(run); });
    if (!is_watched) {
      watch(place);
    }
    return;
  }
  if (runs.find(run.id) != nullptr) {
    throw BadRecord("two runs have one id");
  }
  const Run &added = runs.put_numbered(std::move(run));
  watch(added);
  const Run *last = flow == nullptr ? nullptr : flow->last_run;
  if (flow != nullptr && !last_runs_are_stale_ &&
      (last == nullptr || last->started_at_ms < added.started_at_ms ||
       (last->started_at_ms == added.started_at_ms && last->number < added.number))) {
    flow->last_run = &added;
  }
}

} // namespace flow::mock
