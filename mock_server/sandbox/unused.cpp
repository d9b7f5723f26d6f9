#include "mock_server/sandbox/unused.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "common/json_text.hpp"
#include "mock_server/sandbox/transaction.hpp"
#include "mock_server/seed/seed_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// An entry of that sandbox, with its names first.
Json named(const SandboxObjects &sandbox, const Json &entry) {
  Json whole = {{"organisation", sandbox.organisation}, {"sandbox", sandbox.name}};
  whole.update(entry);
  return whole;
}

void add_script(Json &outcomes, const SandboxObjects &sandbox, const char *kind, const std::string &id,
                const RetryScript &script) {
  if (script.is_of_test && script.next < script.retries.size()) {
    outcomes.push_back(named(sandbox, {{kind, id}, {"taken", script.next}, {"left", retries_json(script)}}));
  }
}

/// Where they are, for a terminal.
std::string where(const Json &entry) {
  return entry.contains("sandbox")
             ? " in " + plain_text(entry["organisation"]) + "/" + plain_text(entry["sandbox"])
             : "";
}

} // namespace

void Unused::add(const Unused &others) {
  outcomes.insert(outcomes.end(), others.outcomes.begin(), others.outcomes.end());
  faults.insert(faults.end(), others.faults.begin(), others.faults.end());
  runs.insert(runs.end(), others.runs.begin(), others.runs.end());
}

Unused unused_in(Sandbox &sandbox) {
  Unused unused;
  if (!sandbox.is_steered) {
    return unused;
  }
  const Transaction transaction(sandbox.objects, sandbox.clock);
  for (const auto &[number, flow] : transaction->flows) {
    add_script(unused.outcomes, sandbox.objects, "flow", flow.flow->id, flow.script);
  }
  std::unordered_set<const RetryScript *> seen; // a run shares its script with its retries, which follow it
  transaction->runs.for_each([&](const Run &run) {
    if (run.script && run.script->is_of_test && seen.insert(run.script.get()).second) {
      add_script(unused.outcomes, sandbox.objects, "run", run.id, *run.script);
    }
    if (transaction->untouched_runs.contains(run.id)) {
      unused.runs.push_back(named(sandbox.objects, {{"run", run.id}}));
    }
  });
  for (const Json &fault : sandbox.faults.unmet()) {
    unused.faults.push_back(named(sandbox.objects, fault));
  }
  return unused;
}

Unused unused_of(const FaultSet &faults) {
  Unused unused;
  unused.faults = faults.unmet();
  return unused;
}

Json unused_json(const Unused &unused) {
  return {{"outcomes", unused.outcomes}, {"faults", unused.faults}, {"runs", unused.runs}};
}

std::string unused_text(const Unused &unused) {
  std::string text;
  for (const Json &entry : unused.outcomes) {
    const char *kind = entry.contains("run") ? "run" : "flow";
    text += std::string("  outcomes of ") + kind + " " + plain_text(entry[kind]) + where(entry) + ": " +
            plain_text(entry["taken"]) + " taken, not " + plain_text(entry["left"]) + "\n";
  }
  for (const Json &entry : unused.faults) {
    text += "  fault " + plain_text(entry["id"]) + where(entry) + ", " + plain_text(entry["type"]) +
            ": met " + plain_text(entry["matched"]) + " times" +
            (entry["left"].is_null() ? "" : ", " + plain_text(entry["left"]) + " more expected") + "\n";
  }
  for (const Json &entry : unused.runs) {
    text += "  run " + plain_text(entry["run"]) + where(entry) + ": no request asked for it\n";
  }
  return text.empty() ? "" : "Set up, and not used:\n" + text;
}

void UnusedLog::add(const Unused &unused) {
  const auto add_first = [](Json &kept, const Json &others) {
    const std::size_t room = kKept - std::min(kKept, kept.size());
    const auto count = static_cast<std::ptrdiff_t>(std::min(room, others.size()));
    kept.insert(kept.end(), others.begin(), others.begin() + count);
  };
  const std::lock_guard lock(mutex_);
  add_first(kept_.outcomes, unused.outcomes);
  add_first(kept_.faults, unused.faults);
  add_first(kept_.runs, unused.runs);
}

Unused UnusedLog::all() const {
  const std::lock_guard lock(mutex_);
  return kept_;
}

} // namespace flow::mock
