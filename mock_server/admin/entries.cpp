#include "mock_server/admin/entries.hpp"

#include <algorithm>
#include <utility>

#include "mock_server/runs/seed_reader.hpp"

namespace flow::mock::admin {

namespace {

Refusal bad_entry(const SeedError &error, std::string_view prefix) {
  std::string pointer = error.pointer;
  if (pointer.starts_with(prefix)) {
    pointer.erase(0, prefix.size());
  }
  return {400, "Bad entry", pointer.empty() ? "/" : pointer, error.reason};
}

Seed read(const Json &document, std::span<const std::shared_ptr<const Flow>> known_flows,
          std::string_view prefix) {
  try {
    SeedReader reader(known_flows);
    reader.read(document, "body");
    return reader.take();
  } catch (const SeedError &error) {
    throw bad_entry(error, prefix);
  }
}

/// Entries that do not say when they were made are made now.
Json dated(Json entries, std::int64_t now_ms) {
  for (Json &entry : entries) {
    if (entry.is_object() && !entry.contains("createdAt")) {
      entry["createdAt"] = now_ms;
    }
  }
  return entries;
}

bool holds(const std::vector<std::string> &ids, std::string_view id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void check_deletions(const Changes &changes, const Seed &seed, Sandbox &sandbox) {
  for (std::size_t i = 0; i < changes.delete_runs.size(); ++i) {
    if (sandbox.runs.find(changes.delete_runs[i]) == nullptr) {
      throw Refusal{404, "Not found", "/deleteRuns/" + std::to_string(i), "There is no run with that id."};
    }
  }
  for (std::size_t i = 0; i < changes.delete_flows.size(); ++i) {
    const std::string &flow_id = changes.delete_flows[i];
    const std::string pointer = "/deleteFlows/" + std::to_string(i);
    if (sandbox.find_flow(flow_id) == nullptr) {
      throw Refusal{404, "Not found", pointer, "There is no flow with that id."};
    }
    const auto refuse_for = [&](const Run &run) {
      if (run.flow->id == flow_id && !holds(changes.delete_runs, run.id)) {
        throw Refusal{409, "The flow has runs", pointer,
                      "Delete its runs first, or with it in one request to bulk; one is " + run.id + "."};
      }
    };
    sandbox.runs.for_each(refuse_for);
    std::for_each(seed.runs.begin(), seed.runs.end(), refuse_for);
  }
}

void check_scripted_ids(const Seed &seed, Sandbox &sandbox, std::string_view prefix) {
  for (std::size_t i = 0; i < seed.runs.size(); ++i) {
    if (!seed.runs[i].script) {
      continue;
    }
    for (const ScriptedRetry &retry : seed.runs[i].script->retries) {
      if (!retry.id.empty() && sandbox.runs.find(retry.id) != nullptr) {
        throw bad_entry({"body", "/runs/" + std::to_string(i) + "/retries",
                         "the id " + retry.id + " is that of a run already"},
                        prefix);
      }
    }
  }
}

void put(Run run, Sandbox &sandbox, std::int64_t now_ms) {
  if (run.etag.empty()) {
    run.etag = sandbox.ids.etag(run.updated_at_ms);
  }
  if (run.ending) {
    run.ending->at_ms += now_ms;
  }
  const Run *before = sandbox.runs.find(run.id);
  const bool ends = before != nullptr && !has_ended(before->state) && has_ended(run.state);
  const Run *after =
      before == nullptr ? sandbox.add_run(std::move(run)) : sandbox.replace_run(std::move(run));
  if (ends) {
    sandbox.tell_end(*after);
  }
}

} // namespace

void carry_out(const Changes &changes, const Call &call, std::string_view prefix) {
  Sandbox &sandbox = call.tenant->sandbox;
  const std::int64_t now_ms = call.tenant->clock.now_ms();
  sandbox.settle(now_ms);
  std::vector<std::shared_ptr<const Flow>> known_flows;
  known_flows.reserve(sandbox.flows.size());
  for (const SandboxFlow &flow : sandbox.flows) {
    known_flows.push_back(flow.flow);
  }
  Seed seed = read({{"flows", dated(changes.flows, now_ms)}, {"runs", dated(changes.runs, now_ms)}},
                   known_flows, prefix);
  check_deletions(changes, seed, sandbox);
  check_scripted_ids(seed, sandbox, prefix);

  for (const std::string &run_id : changes.delete_runs) {
    sandbox.remove_run(run_id);
  }
  std::erase_if(sandbox.flows,
                [&](const SandboxFlow &flow) { return holds(changes.delete_flows, flow.flow->id); });
  for (const auto &flow : seed.flows) {
    sandbox.put_flow(flow, now_ms);
  }
  for (Run &run : seed.runs) {
    put(std::move(run), sandbox, now_ms);
  }
}

RetryScript script_of(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"retries"});
  if (!body.contains("retries")) {
    throw Refusal{400, "Bad body", "/retries",
                  "The outcomes are missing: {\"retries\":[\"failed\",\"success\"]}."};
  }
  const Json flow = {{"id", "any"}, {"retries", body["retries"]}};
  const Seed seed = read({{"flows", Json::array({flow})}, {"runs", Json::array()}}, {}, "/flows/0");
  return {.retries = seed.flows.front()->retries, .next = 0};
}

Json entry_of(const Call &call) {
  Json entry = body_of(call);
  if (!entry.contains("id")) {
    entry["id"] = call.ids.front();
  } else if (entry["id"] != call.ids.front()) {
    throw Refusal{400, "Bad entry", "/id", "It is not the id in the path."};
  }
  return entry;
}

} // namespace flow::mock::admin
