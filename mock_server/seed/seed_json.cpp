#include "mock_server/seed/seed_json.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "contracts/model/resources.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// What is left of a script.
bool has_retries(const RetryScript *script) {
  return script != nullptr && script->next < script->retries.size();
}

/// The number at a place in the metrics, or `otherwise`: what a reader of the entry would take.
std::int64_t number_at(const Json &entry, const char *place, std::int64_t otherwise) {
  const Json::json_pointer at(place);
  return entry.contains(at) && entry.at(at).is_number_integer() ? entry.at(at).get<std::int64_t>()
                                                                : otherwise;
}

void add_state(Json &entry, const Run &run) {
  if (run.metrics) {
    entry["metrics"] = Json::parse(*run.metrics);
    const auto count = [&](const char *place) -> std::optional<std::int64_t> {
      const Json::json_pointer at(place);
      return entry.contains(at) && entry.at(at).is_number_integer()
                 ? std::optional(entry.at(at).get<std::int64_t>())
                 : std::nullopt;
    };
    if (state_of(status(run.state), count("/metrics/recordSummary/outputRecordCount"),
                 count("/metrics/recordSummary/createdRecordCount")) != run.state) {
      entry["state"] = name_of(run.state);
    }
  } else {
    entry["state"] = name_of(run.state);
  }
  if (run.started_at_ms != number_at(entry, "/metrics/durationSummary/startedAtUTC", run.created_at_ms)) {
    entry["startedAt"] = run.started_at_ms;
  }
  if (run.ended_at_ms != number_at(entry, "/metrics/durationSummary/completedAtUTC", run.updated_at_ms)) {
    entry["endedAt"] = run.ended_at_ms;
  }
  if (run.activities) {
    entry["activities"] = Json::parse(*run.activities);
  }
}

/// Leaves out scripted ids that are taken: the run that is made will get a fresh one.
void drop_taken_ids(Json &entry, std::unordered_set<std::string> &ids) {
  const auto retries = entry.find("retries");
  if (retries == entry.end()) {
    return;
  }
  for (Json &retry : *retries) {
    if (retry.is_object() && retry.contains("id") && !ids.insert(retry["id"].get<std::string>()).second) {
      retry.erase("id");
      if (retry.size() == 1) {
        retry = Json(retry["outcome"]);
      }
    }
  }
}

} // namespace

Json retries_json(const RetryScript &script) {
  Json retries = Json::array();
  for (std::size_t i = script.next; i < script.retries.size(); ++i) {
    const ScriptedRetry &retry = script.retries[i];
    Json entry = {{"outcome", name_of(retry.outcome)}};
    if (retry.duration_ms) {
      entry["durationMs"] = *retry.duration_ms;
    }
    if (!retry.id.empty()) {
      entry["id"] = retry.id;
    }
    if (!retry.etag.empty()) {
      entry["etag"] = retry.etag;
    }
    retries.push_back(entry.size() == 1 ? entry["outcome"] : std::move(entry));
  }
  return retries;
}

Json run_entry(const Run &run, std::int64_t now_ms) {
  Json entry = {{"id", run.id},
                {"flowId", run.flow->id},
                {"createdAt", run.created_at_ms},
                {"updatedAt", run.updated_at_ms},
                {"createdBy", Json::parse(run.actors->created_by)},
                {"updatedBy", Json::parse(run.actors->updated_by)},
                {"createdClient", Json::parse(run.actors->created_client)},
                {"updatedClient", Json::parse(run.actors->updated_client)},
                {"etag", run.etag}};
  if (run.params) {
    entry["params"] = Json::parse(*run.params);
  }
  if (run.window) {
    entry["window"] = {{"startMs", run.window->start_ms}, {"endMs", run.window->end_ms}};
  }
  if (!run.window && run.activities) {
    entry["window"] = nullptr; // though they may seem to show one
  }
  add_state(entry, run);
  if (run.extras) {
    entry.update(Json::parse(*run.extras));
  }
  if (run.ending && !has_ended(run.state)) {
    entry["ends"] = {{"afterMs", std::max<std::int64_t>(0, run.ending->at_ms - now_ms)},
                     {"outcome", name_of(run.ending->state)}};
  }
  if (has_retries(run.script.get())) {
    entry["retries"] = retries_json(*run.script);
  }
  return entry;
}

Json flow_entry(const SandboxFlow &flow) {
  Json entry = {{"id", flow.flow->id}, {"createdAt", flow.created_at_ms}, {"updatedAt", flow.updated_at_ms}};
  entry.update(flow.flow->document);
  entry["etag"] = flow.etag;
  if (flow.flow->runs_by_schedule) {
    entry["schedule"] = "run";
  }
  entry["source"] = {{"kind", traits_of(flow.flow->source).name}};
  if (!flow.flow->source_spec_id.empty()) {
    entry["source"]["specId"] = flow.flow->source_spec_id;
  }
  if (!flow.flow->source_format.empty()) {
    entry["source"]["format"] = flow.flow->source_format;
  }
  if (flow.flow->delta_column.empty() && !flow.delta_column.empty()) {
    entry["deltaColumn"] = flow.delta_column;
  }
  if (has_retries(&flow.script)) {
    entry["retries"] = retries_json(flow.script);
  }
  return entry;
}

Json snapshot(Transaction &transaction) {
  Json flows = Json::array();
  for (const auto &[number, flow] : transaction->flows) {
    flows.push_back(flow_entry(flow));
  }
  for (const auto &[id, flow] : transaction->deleted_flows) {
    flows.push_back(flow_entry(flow));
    flows.back()["deleted"] = true;
  }
  std::unordered_set<std::string> ids; // of runs, and of those that scripts will make
  transaction->runs.for_each([&](const Run &run) { ids.insert(run.id); });
  for (Json &flow : flows) {
    drop_taken_ids(flow, ids);
  }
  Json runs = Json::array();
  std::unordered_map<const RetryScript *, std::string> first_with;
  transaction->runs.for_each([&](const Run &run) {
    Json entry = run_entry(run, transaction.now_ms());
    if (entry.contains("retries")) {
      const auto [first, is_first] = first_with.emplace(run.script.get(), run.id);
      if (!is_first) {
        entry.erase("retries");
        entry["retriesOf"] = first->second;
      }
    }
    drop_taken_ids(entry, ids);
    runs.push_back(std::move(entry));
  });
  const RetryDefaults &defaults = transaction->defaults;
  Json whole = {{"defaults", {{"outcome", name_of(defaults.outcome)}, {"durationMs", defaults.duration_ms}}},
                {"flows", std::move(flows)},
                {"runs", std::move(runs)}};
  for (const contract::Resource &resource : contract::resources()) {
    const DocumentStore &store = transaction->documents(resource, transaction.sandbox());
    Json list = Json::array();
    for (const auto &[number, document] : store.all()) {
      if (!document.is_shipped) {
        list.push_back(document_entry(document));
      }
    }
    if (!list.empty()) {
      whole[resource.name] = std::move(list);
    }
  }
  return whole;
}

} // namespace flow::mock
