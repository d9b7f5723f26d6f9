#include "mock_server/sandbox/sandbox_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "contracts/model/resources.hpp"
#include "mock_server/http/memory_reserve.hpp"
#include "mock_server/resources/flow_json.hpp"
#include "mock_server/resources/run_ids.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"

namespace flow::mock {

void SandboxState::load(const Seed &seed, std::int64_t now_ms) {
  defaults = seed.defaults;
  runs = RunStore();
  flows.clear();
  flows_by_creation = {};
  flow_places_.clear();
  next_flow_ = 0;
  next_script_ = 1;
  scripts_.clear();
  deleted_flows.clear();
  scheduled_.clear();
  flows_of_connections_.reset();
  documents_.load(seed, now_ms);
  unkept_ = {.is_watched = unkept_.is_watched,
             .with_ids = unkept_.with_ids,
             .starts_over = unkept_.is_written || unkept_.starts_over};
  due_ = {};
  untouched_runs.clear();
  last_runs_are_stale_ = false;
  last_actors_ = nullptr;
  for (const auto &flow : seed.flows) {
    if (flow->is_deleted) {
      deleted_flows.emplace(flow->id, made_of(flow, now_ms));
    } else {
      put_flow(flow, now_ms);
    }
  }
  runs.reserve(seed.run_count());
  std::unordered_map<const RetryScript *, std::shared_ptr<RetryScript>> scripts;
  for (const SeededRun &seeded : seed.runs) {
    const bool shares = seeded.script && scripts.contains(seeded.script.get());
    const Run made = made_at(seeded, now_ms);
    for (std::uint64_t copy = 1; copy <= seeded.copies; ++copy) {
      Run run = made;
      run.id = copy_id(seeded.id, copy);
      if (seeded.script) {
        run.script = shares ? scripts[seeded.script.get()] : std::make_shared<RetryScript>(*seeded.script);
        scripts.emplace(seeded.script.get(), run.script);
      }
      if (run.etag.empty() || copy > 1) {
        run.etag = ids.etag(run.updated_at_ms);
      }
      add_run(std::move(run));
    }
  }
  seeded_runs = runs.size();
  if (unkept_.is_watched) {
    unkept_.flows.clear(); // what the seed says is no change
    watch_changes(unkept_.with_ids);
  }
}

void SandboxState::settle(std::int64_t now_ms) {
  for (;;) {
    const bool has_end = !due_.empty() && due_.top().at_ms <= now_ms;
    const bool has_start = !scheduled_.empty() && scheduled_.begin()->first <= now_ms;
    if (has_end && (!has_start || due_.top().at_ms <= scheduled_.begin()->first)) {
      end_next(now_ms);
    } else if (has_start) {
      make_scheduled_run();
    } else {
      return;
    }
  }
}

bool SandboxState::is_anything_due(std::int64_t now_ms) const {
  return (!due_.empty() && due_.top().at_ms <= now_ms) ||
         (!scheduled_.empty() && scheduled_.begin()->first <= now_ms);
}

void SandboxState::end_next(std::int64_t now_ms) {
  const Due due = due_.top();
  const Run &run = *due.run;
  if (!is_still(due)) {
    due_.pop();
    return;
  }
  runs.change(run, [&](Run &ending) {
    mock::settle(ending, now_ms, [this](std::int64_t at_ms) { return ids.etag(at_ms); });
  });
  due_.pop();
  if (has_ended(run.state)) {
    tell_end(run);
  }
}

std::optional<std::int64_t> SandboxState::last_end() const {
  std::optional<std::int64_t> last;
  for (const Due &due : due_.all()) {
    if (is_still(due) && (!last || due.at_ms > *last)) {
      last = due.at_ms;
    }
  }
  return last;
}

std::optional<std::int64_t> SandboxState::end_of(std::string_view run_id) const {
  const Run *run = find_run(run_id);
  return run == nullptr || !run->ending || has_ended(run->state) ? std::nullopt
                                                                 : std::optional(run->ending->at_ms);
}

const Run *SandboxState::add_run(Run run) {
  const Run *added = runs.add(std::move(run));
  if (added == nullptr) {
    return nullptr;
  }
  try {
    watch(*added);
  } catch (...) {
    runs.remove(added->id);
    throw;
  }
  SandboxFlow *flow = find_flow(added->flow->id);
  if (flow != nullptr && !last_runs_are_stale_ &&
      (flow->last_run == nullptr || flow->last_run->started_at_ms <= added->started_at_ms)) {
    flow->last_run = added;
  }
  return added;
}

const Run *SandboxState::start_run(Run run, RetryScript *script) {
  const Run *added = add_run(std::move(run));
  if (added != nullptr && script != nullptr) {
    ++script->next;
    script->is_kept = false;
    touch_flow(added->flow->id); // it may be the flow's
  }
  if (added != nullptr && has_ended(added->state)) {
    tell_end(*added);
  }
  return added;
}

const Run *SandboxState::replace_run(Run run) {
  note_script_of(*runs.find(run.id));
  last_runs_are_stale_ = true;
  const Run *replaced = runs.replace(std::move(run));
  watch(*replaced);
  return replaced;
}

void SandboxState::touch(std::string_view run_id) {
  if (untouched_runs.empty()) {
    return;
  }
  if (const auto found = untouched_runs.find(run_id); found != untouched_runs.end()) {
    untouched_runs.erase(found);
    if (const Run *run = runs.find(run_id)) {
      runs.touch(run->number);
    }
  }
}

bool SandboxState::remove_run(std::string_view run_id) {
  touch(run_id);
  if (const Run *run = runs.find(run_id)) {
    note_script_of(*run);
  }
  const bool removed = runs.remove(run_id);
  last_runs_are_stale_ = last_runs_are_stale_ || removed;
  return removed;
}

void SandboxState::set_script(const Run &run, const std::shared_ptr<RetryScript> &script) {
  note_script_of(run);
  runs.change(run, [&](Run &its) { its.script = script; });
}

std::string SandboxState::fresh_run_id() {
  std::string id = ids.uuid();
  while (runs.find(id) != nullptr) {
    id = ids.uuid();
  }
  return id;
}

std::string SandboxState::fresh_flow_id() {
  std::string id = ids.uuid();
  while (find_flow(id) != nullptr) {
    id = ids.uuid();
  }
  return id;
}

std::shared_ptr<const Actors> SandboxState::actors(const std::string &one) {
  if (!last_actors_ || last_actors_->created_by != one) {
    last_actors_ = std::make_shared<const Actors>(Actors{one, one, one, one});
  }
  return last_actors_;
}

const Run *SandboxState::last_run(const SandboxFlow &flow) {
  if (last_runs_are_stale_) {
    find_last_runs();
  }
  return flow.last_run;
}

void SandboxState::tell_end(const Run &run) const {
  if (on_end) {
    on_end(run);
  }
}

SandboxFlow *SandboxState::find_flow(std::string_view flow_id) {
  const auto found = flow_places_.find(flow_id);
  return found == flow_places_.end() ? nullptr : &found->second->second;
}

SandboxFlow &SandboxState::put_flow(const std::shared_ptr<const Flow> &flow, std::int64_t now_ms) {
  MemoryReserve::require();
  SandboxFlow made = made_of(flow, now_ms);
  touch_flow(flow->id);
  documents_.note_connections_of(flow);
  if (SandboxFlow *place = find_flow(flow->id)) {
    replace_flow(*place, std::move(made));
  } else {
    add_flow(std::move(made));
  }
  set_flow_of_runs(flow);
  SandboxFlow &put = *find_flow(flow->id);
  schedule(put, now_ms);
  return put;
}

void SandboxState::set_flow_of_runs(const std::shared_ptr<const Flow> &flow) {
  if (const RunIndex::Places *its_runs = runs.index().of_flow(flow->id)) {
    for (auto run = RunIndex::next(*its_runs, {}, false, {}); run;
         run = RunIndex::next(*its_runs, {}, false, run)) {
      runs.set_flow(run->number, flow);
    }
  }
}

SandboxFlow SandboxState::made_of(const std::shared_ptr<const Flow> &flow, std::int64_t now_ms) {
  SandboxFlow made{.flow = flow,
                   .created_at_ms = flow->created_at.at(now_ms),
                   .updated_at_ms = flow->updated_at.at(now_ms),
                   .etag = flow->document.value("etag", ""),
                   .delta_column =
                       flow->delta_column.empty() ? flow->delta_column_of_runs : flow->delta_column,
                   .script = {.retries = flow->retries}};
  if (made.etag.empty()) {
    made.etag = ids.etag(made.updated_at_ms);
  }
  return made;
}

void SandboxState::add_flow(SandboxFlow flow) {
  const std::string id = flow.flow->id;
  const std::vector<std::string> connections = connection_ids(*flow.flow);
  const CreationOrder::Place created = {flow.created_at_ms, next_flow_};
  const auto place = flows.emplace(next_flow_, std::move(flow)).first;
  try {
    flows_by_creation.add(created);
    flow_places_.emplace(id, place);
    note_connections(connections, id);
  } catch (...) {
    flows_by_creation.remove(created);
    flow_places_.erase(id);
    forget_connections(connections, id);
    flows.erase(place);
    throw;
  }
  ++next_flow_;
  deleted_flows.erase(id);
  last_runs_are_stale_ = last_runs_are_stale_ || runs.index().of_flow(id) != nullptr;
}

void SandboxState::replace_flow(SandboxFlow &place, SandboxFlow flow) {
  const std::string &id = flow.flow->id;
  const std::vector<std::string> before = connection_ids(*place.flow);
  const std::vector<std::string> after = connection_ids(*flow.flow);
  std::vector<std::string> added;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
  std::vector<std::string> removed;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(removed));
  const std::uint64_t number = flow_places_.find(id)->second->first;
  const bool is_moved = flow.created_at_ms != place.created_at_ms;
  try {
    note_connections(added, id);
    if (is_moved) {
      flows_by_creation.add({flow.created_at_ms, number});
    }
  } catch (...) {
    forget_connections(added, id);
    throw;
  }
  if (is_moved) {
    flows_by_creation.remove({place.created_at_ms, number});
  }
  forget_connections(removed, id);
  flow.last_run = place.last_run;
  flow.runs_at = place.runs_at;
  place = std::move(flow);
}

void SandboxState::remove_flows(const std::vector<std::string> &flow_ids) {
  std::vector<std::vector<std::string>> connections;
  connections.reserve(flow_ids.size());
  for (const std::string &id : flow_ids) {
    connections.push_back(connection_ids(*find_flow(id)->flow));
  }
  for (std::size_t i = 0; i < flow_ids.size(); ++i) {
    forget_flow(flow_ids[i], connections[i]);
  }
}

void SandboxState::delete_flow(const std::string &flow_id) {
  const SandboxFlow &flow = *find_flow(flow_id);
  const std::vector<std::string> connections = connection_ids(*flow.flow);
  if (runs.index().of_flow(flow_id) != nullptr) {
    SandboxFlow deleted = flow;
    deleted.script = {};
    deleted.last_run = nullptr;
    deleted_flows.insert_or_assign(flow_id, std::move(deleted));
  }
  forget_flow(flow_id, connections);
}

void SandboxState::forget_flow(const std::string &flow_id, const std::vector<std::string> &connections) {
  const auto found = flow_places_.find(flow_id);
  const FlowPlace place = found->second;
  touch_flow(flow_id);
  unschedule(place->second);
  forget_connections(connections, flow_id);
  flows_by_creation.remove({place->second.created_at_ms, place->first});
  flow_places_.erase(found);
  flows.erase(place);
}

std::vector<std::string> SandboxState::flows_of_connection(std::string_view connection_id) {
  if (!flows_of_connections_) {
    FlowsOfConnections all;
    for (const auto &[number, flow] : flows) {
      for (const std::string &id : connection_ids(*flow.flow)) {
        all[id].insert(flow.flow->id);
      }
    }
    flows_of_connections_ = std::move(all);
  }
  const auto found = flows_of_connections_->find(connection_id);
  return found == flows_of_connections_->end()
             ? std::vector<std::string>()
             : std::vector<std::string>(found->second.begin(), found->second.end());
}

void SandboxState::note_connections(const std::vector<std::string> &ids, const std::string &flow_id) {
  if (!flows_of_connections_) {
    return; // nobody has asked for them yet
  }
  for (const std::string &id : ids) {
    (*flows_of_connections_)[id].insert(flow_id);
  }
}

void SandboxState::forget_connections(const std::vector<std::string> &ids, const std::string &flow_id) {
  if (!flows_of_connections_) {
    return;
  }
  for (const std::string &id : ids) {
    if (const auto found = flows_of_connections_->find(id); found != flows_of_connections_->end()) {
      found->second.erase(flow_id);
      if (found->second.empty()) {
        flows_of_connections_->erase(found);
      }
    }
  }
}

DocumentStore &SandboxState::documents(const contract::Resource &resource, const SandboxObjects &sandbox) {
  return documents_.of(resource, *this, sandbox);
}

void SandboxState::put_document(const contract::Resource &resource, SeededDocument document,
                                const SandboxObjects &sandbox, std::int64_t now_ms) {
  if (!resource.is_catalogue && !document.json.contains("etag")) {
    document.json["etag"] = ids.etag(document.updated_at.at(now_ms)); // not that of the one that it replaces
  }
  documents_.put(resource, document, *this, sandbox, now_ms);
}

RetryScript *SandboxState::next_script(RetryScript *script, SandboxFlow *flow) {
  for (RetryScript *candidate : {script, flow == nullptr ? nullptr : &flow->script}) {
    if (candidate != nullptr && candidate->next < candidate->retries.size()) {
      return candidate;
    }
  }
  return nullptr;
}

ScriptedRetry SandboxState::scripted(const RetryScript *script) const {
  if (script != nullptr) {
    return script->retries[script->next];
  }
  ScriptedRetry unscripted;
  unscripted.outcome = defaults.outcome;
  return unscripted;
}

void SandboxState::watch(const Run &run) {
  if (!has_ended(run.state) && run.ending) {
    forget_replaced_endings();
    due_.push({.at_ms = run.ending->at_ms, .order = due_made_++, .run = &run});
  }
}

/// Whether the run is to end then, as it stands now.
bool SandboxState::is_still(const Due &due) {
  const Run &run = *due.run;
  return !run.id.empty() && run.ending && run.ending->at_ms == due.at_ms && !has_ended(run.state);
}

/// Endings of runs that were replaced or deleted since would stay until their time comes.
void SandboxState::forget_replaced_endings() {
  constexpr std::size_t kFew = 1000;
  if (due_.size() < kFew + 2 * runs.count()) {
    return;
  }
  std::vector<Due> still_due;
  runs.for_each([&](const Run &run) {
    if (!has_ended(run.state) && run.ending) {
      still_due.push_back({.at_ms = run.ending->at_ms, .order = due_made_++, .run = &run});
    }
  });
  due_ = decltype(due_)(std::greater<>(), std::move(still_due));
}

void SandboxState::find_last_runs() {
  for (auto &[number, flow] : flows) {
    flow.last_run = nullptr;
  }
  runs.for_each([&](const Run &run) {
    SandboxFlow *flow = find_flow(run.flow->id);
    if (flow != nullptr &&
        (flow->last_run == nullptr || flow->last_run->started_at_ms <= run.started_at_ms)) {
      flow->last_run = &run;
    }
  });
  last_runs_are_stale_ = false;
}

} // namespace flow::mock
