#include "mock_server/admin/entries.hpp"
#include "mock_server/admin/routes.hpp"

#include <utility>

#include "mock_server/seed/seed_json.hpp"

namespace flow::mock::admin {

namespace {

/// The run of the path. Throws Refusal.
const Run &run_of(const Call &call, const Transaction &transaction) {
  const Run *run = transaction->find_run(call.ids.front());
  if (run == nullptr) {
    throw not_found("run", call.ids.front());
  }
  return *run;
}

/// A run as it stands once those have ended that were put with an end in the past.
Response run_response(Transaction &transaction, std::string_view run_id, int status = 200) {
  const std::int64_t now_ms = transaction.now_ms();
  transaction->settle(now_ms);
  return json_response(run_entry(*transaction->find_run(run_id), now_ms), status);
}

Response stored_run(const Call &call, Transaction &transaction, const Json &entry, int status) {
  Changes changes;
  changes.runs.push_back(entry);
  carry_out(changes, transaction, call.state.settings.limits, "/runs/0");
  return run_response(transaction, entry["id"].get<std::string>(), status);
}

/// Changes an entry as RFC 7396 says. A state takes the place of metrics, and metrics that of a state.
Json patched(Json entry, const Json &patch, std::int64_t now_ms) {
  if (patch.contains("state") && !patch.contains("metrics")) {
    entry.erase("metrics");
    entry.erase("activities");
  } else if (patch.contains("metrics") && !patch.contains("state")) {
    entry.erase("state");
  }
  if (patch.contains("state") || patch.contains("metrics")) {
    entry.erase("endedAt");
    entry.erase("ends");
  }
  if (!patch.contains("etag")) {
    entry.erase("etag"); // a change makes a fresh one
  }
  if (!patch.contains("updatedAt")) {
    entry["updatedAt"] = now_ms;
  }
  entry.merge_patch(patch);
  return entry;
}

/// Patches the run of the path. The script that it shares with its retries stays shared.
Response patch(const Call &call, Transaction &transaction, const Json &patch) {
  const Run &run = run_of(call, transaction);
  const auto script = run.script;
  Json entry = patched(run_entry(run, transaction.now_ms()), patch, transaction.now_ms());
  if (entry.value("id", Json()) != run.id) {
    throw Refusal{400, "Bad entry", "/id", "A run's id cannot be changed."};
  }
  const bool keeps_script = !patch.contains("retries") && !patch.contains("retriesOf");
  if (keeps_script) {
    entry.erase("retries");
  }
  Response response = stored_run(call, transaction, entry, 200);
  if (!keeps_script) {
    return response;
  }
  transaction->runs.change(run_of(call, transaction), [&](Run &patched) { patched.script = script; });
  return run_response(transaction, call.ids.front());
}

} // namespace

Response list_runs(const Call &call) {
  check_parameters(call, {});
  const Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  Json runs = Json::array();
  transaction->runs.for_each([&](const Run &run) { runs.push_back(run_entry(run, transaction.now_ms())); });
  return json_response({{"runs", std::move(runs)}});
}

Response add_run(const Call &call) {
  Json entry = body_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  if (!entry.contains("id")) {
    entry["id"] = transaction->fresh_run_id();
  }
  if (entry["id"].is_string() &&
      transaction->runs.find(entry["id"].get_ref<const std::string &>()) != nullptr) {
    throw Refusal{409, "The id is taken", "/id", "There is a run with that id; PUT replaces it."};
  }
  return stored_run(call, transaction, entry, 201);
}

Response get_run(const Call &call) {
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return run_response(transaction, run_of(call, transaction).id);
}

Response put_run(const Call &call) {
  const Json entry = entry_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const bool is_new = transaction->runs.find(call.ids.front()) == nullptr;
  return stored_run(call, transaction, entry, is_new ? 201 : 200);
}

Response patch_run(const Call &call) {
  const Json body = body_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return patch(call, transaction, body);
}

Response delete_run(const Call &call) {
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  if (!transaction->remove_run(call.ids.front())) {
    throw not_found("run", call.ids.front());
  }
  return json_response(Json::object());
}

Response put_run_state(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"state"});
  if (!body.contains("state")) {
    throw Refusal{400, "Bad body", "/state", "It is missing: {\"state\":\"failed\"}."};
  }
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return patch(call, transaction, body);
}

Response put_run_script(const Call &call) {
  const auto script = std::make_shared<RetryScript>(script_of(call));
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const Run &run = run_of(call, transaction);
  transaction->runs.change(run, [&](Run &its) { its.script = script; });
  return run_response(transaction, run.id);
}

} // namespace flow::mock::admin
