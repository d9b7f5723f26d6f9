#include "mock_server/admin/entries.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_set>
#include <utility>

#include "mock_server/seed/seed_reader.hpp"

namespace flow::mock::admin {

namespace {

Refusal bad_entry(const SeedError &error, std::string_view prefix) {
  std::string pointer = error.pointer;
  if (pointer.starts_with(prefix)) {
    pointer.erase(0, prefix.size());
  }
  return {400, "Bad entry", pointer, error.reason};
}

Seed read_entries(const Json &document, std::span<const std::shared_ptr<const Flow>> known_flows,
                  std::string_view prefix) {
  try {
    SeedReader reader(std::numeric_limits<std::uint64_t>::max(), known_flows); // check_room() counts them
    reader.read(document, "body");
    return reader.take();
  } catch (const SeedError &error) {
    throw bad_entry(error, prefix);
  }
}

using Ids = std::unordered_set<std::string_view>;

/// The ids of a list that may name each once. `is_there` says whether there is one of that id.
template <typename Predicate>
Ids ids_in(const std::vector<std::string> &list, const char *name, Predicate is_there) {
  Ids ids;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string pointer = "/" + std::string(name) + "/" + std::to_string(i);
    if (!is_there(list[i])) {
      throw Refusal{404, "Not found", pointer, "There is none with that id."};
    }
    if (!ids.insert(list[i]).second) {
      throw Refusal{400, "Given twice", pointer, "Name each id once."};
    }
  }
  return ids;
}

void check_deletions(const Changes &changes, const Seed &seed, Transaction &transaction) {
  const Ids runs = ids_in(changes.delete_runs, "deleteRuns",
                          [&](const std::string &id) { return transaction->runs.find(id) != nullptr; });
  const Ids flows = ids_in(changes.delete_flows, "deleteFlows",
                           [&](const std::string &id) { return transaction->find_flow(id) != nullptr; });
  if (flows.empty()) {
    return;
  }
  Ids put_again;
  for (const auto &flow : seed.flows) {
    put_again.insert(flow->id);
  }
  const auto refuse = [](const Run &run) {
    throw Refusal{409, "The flow has runs", "/deleteFlows",
                  "Delete the runs of flow " + run.flow->id +
                      " first, or with it in one request to bulk; one is " + run.id + "."};
  };
  const auto loses_its_flow = [&](const Run &run) {
    return flows.contains(run.flow->id) && !put_again.contains(run.flow->id);
  };
  transaction->runs.for_each([&](const Run &run) {
    if (loses_its_flow(run) && !runs.contains(run.id)) {
      refuse(run);
    }
  });
  for (const Run &run : seed.runs) {
    if (loses_its_flow(run)) {
      refuse(run);
    }
  }
}

/// A whole seed may say it: it is what a sandbox starts as.
void check_copies(const Seed &seed, std::string_view prefix) {
  for (std::size_t i = 0; i < seed.runs.size(); ++i) {
    if (seed.runs[i].copies > 1) {
      throw bad_entry({"body", "/runs/" + std::to_string(i) + "/copies",
                       "copies are for seeds; add each run, or restore a snapshot that says it"},
                      prefix);
    }
  }
}

/// Runs that are deleted give no room back, as their numbers are not given again.
void check_room(const Changes &changes, const Seed &seed, Transaction &transaction, std::uint64_t most_runs) {
  const Ids deleted(changes.delete_runs.begin(), changes.delete_runs.end());
  const auto new_runs =
      static_cast<std::uint64_t>(std::count_if(seed.runs.begin(), seed.runs.end(), [&](const Run &run) {
        return deleted.contains(run.id) || transaction->runs.find(run.id) == nullptr;
      }));
  if (new_runs > 0 && transaction->runs.size() + new_runs > most_runs) {
    throw Refusal{409, "Too many runs", "",
                  "The sandbox has had " + std::to_string(transaction->runs.size()) +
                      " runs since its last reset, and takes " + std::to_string(most_runs) +
                      ". Reset it, or start flow-mock with a higher --max-runs."};
  }
  const auto new_flows =
      static_cast<std::size_t>(std::count_if(seed.flows.begin(), seed.flows.end(), [&](const auto &flow) {
        return transaction->find_flow(flow->id) == nullptr;
      }));
  if (new_flows > 0 && transaction->flows.size() + new_flows > kMostFlows + changes.delete_flows.size()) {
    throw Refusal{409, "Too many flows", "",
                  "The sandbox has " + std::to_string(transaction->flows.size()) + " flows, and takes " +
                      std::to_string(kMostFlows) + ". Delete those that are not needed."};
  }
}

void check_scripted_ids(const Changes &changes, const Seed &seed, const Transaction &transaction,
                        std::string_view prefix) {
  const Ids deleted(changes.delete_runs.begin(), changes.delete_runs.end());
  for (std::size_t i = 0; i < seed.runs.size(); ++i) {
    if (!seed.runs[i].script) {
      continue;
    }
    for (const ScriptedRetry &retry : seed.runs[i].script->retries) {
      if (!retry.id.empty() && !deleted.contains(retry.id) && transaction->runs.find(retry.id) != nullptr) {
        throw bad_entry({"body", "/runs/" + std::to_string(i) + "/retries",
                         "the id " + retry.id + " is that of a run already"},
                        prefix);
      }
    }
  }
}

void put(Run run, Transaction &transaction) {
  if (run.script) {
    run.script->is_of_test = true;
  }
  transaction->untouched_runs.insert(run.id);
  if (run.etag.empty()) {
    run.etag = transaction->ids.etag(run.updated_at_ms);
  }
  const Run *before = transaction->runs.find(run.id);
  const bool ends = before != nullptr && !has_ended(before->state) && has_ended(run.state);
  const Run *after =
      before == nullptr ? transaction->add_run(std::move(run)) : transaction->replace_run(std::move(run));
  if (ends) {
    transaction->tell_end(*after);
  }
}

} // namespace

void carry_out(const Changes &changes, Transaction &transaction, const Limits &limits,
               std::string_view prefix) {
  const std::int64_t now_ms = transaction.now_ms();
  std::vector<std::shared_ptr<const Flow>> known_flows;
  known_flows.reserve(transaction->flows.size());
  for (const auto &[number, flow] : transaction->flows) {
    known_flows.push_back(flow.flow);
  }
  const Seed seed = read_entries({{"flows", changes.flows}, {"runs", changes.runs}}, known_flows, prefix);
  check_copies(seed, prefix);
  check_deletions(changes, seed, transaction);
  check_scripted_ids(changes, seed, transaction, prefix);
  check_room(changes, seed, transaction, limits.runs);

  for (const std::string &run_id : changes.delete_runs) {
    transaction->remove_run(run_id);
  }
  transaction->remove_flows(changes.delete_flows);
  for (const auto &flow : seed.flows) {
    transaction->put_flow(flow, now_ms).script.is_of_test = true;
  }
  for (const SeededRun &run : seed.runs) {
    put(made_at(run, now_ms), transaction);
  }
}

SeededDocument seeded_document(const contract::Resource &resource, const Json &entry) {
  Json document = {{"flows", Json::array()}, {"runs", Json::array()}};
  document[resource.name] = Json::array({entry});
  return read_entries(document, {}, "/" + resource.name + "/0").documents().at(resource.name).front();
}

RetryScript script_of(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"retries"});
  if (!body.contains("retries")) {
    throw Refusal{400, "Bad body", "/retries",
                  "The outcomes are missing: {\"retries\":[\"failed\",\"success\"]}."};
  }
  const Json flow = {{"id", "any"}, {"retries", body["retries"]}};
  const Seed seed = read_entries({{"flows", Json::array({flow})}, {"runs", Json::array()}}, {}, "/flows/0");
  return {.retries = seed.flows.front()->retries, .next = 0, .is_of_test = true};
}

Json entry_of(const Call &call) {
  Json entry = body_of(call);
  if (!entry.contains("id")) {
    entry["id"] = call.ids.back();
  } else if (entry["id"] != call.ids.back()) {
    throw Refusal{400, "Bad entry", "/id", "It is not the id in the path."};
  }
  return entry;
}

} // namespace flow::mock::admin
