#include "mock_server/admin/entries.hpp"
#include "mock_server/admin/routes.hpp"

#include <utility>

#include "mock_server/runs/seed_json.hpp"

namespace flow::mock::admin {

namespace {

/// The run of the path. To be called with the sandbox's lock held; throws Refusal.
const Run &run_of(const Call &call) {
  const Run *run = call.tenant->sandbox.find_run(call.ids.front(), call.tenant->clock.now_ms());
  if (run == nullptr) {
    throw not_found("run", call.ids.front());
  }
  return *run;
}

Response run_response(const Call &call, std::string_view run_id, int status = 200) {
  Sandbox &sandbox = call.tenant->sandbox;
  const std::int64_t now_ms = call.tenant->clock.now_ms();
  return json_response(run_entry(*sandbox.find_run(run_id, now_ms), now_ms), status);
}

Response stored_run(const Call &call, const Json &entry, int status) {
  Changes changes;
  changes.runs.push_back(entry);
  carry_out(changes, call, "/runs/0");
  return run_response(call, entry["id"].get<std::string>(), status);
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
Response patch(const Call &call, const Json &patch) {
  const Run &run = run_of(call);
  const auto script = run.script;
  Json entry = patched(run_entry(run, call.tenant->clock.now_ms()), patch, call.tenant->clock.now_ms());
  if (entry.value("id", Json()) != run.id) {
    throw Refusal{400, "Bad entry", "/id", "A run's id cannot be changed."};
  }
  const bool keeps_script = !patch.contains("retries") && !patch.contains("retriesOf");
  if (keeps_script) {
    entry.erase("retries");
  }
  Response response = stored_run(call, entry, 200);
  if (!keeps_script) {
    return response;
  }
  call.tenant->sandbox.runs.change(run_of(call), [&](Run &patched) { patched.script = script; });
  return run_response(call, call.ids.front());
}

} // namespace

Response list_runs(const Call &call) {
  check_parameters(call, {});
  Sandbox &sandbox = call.tenant->sandbox;
  const std::lock_guard lock(sandbox.mutex);
  const std::int64_t now_ms = call.tenant->clock.now_ms();
  sandbox.settle(now_ms);
  Json runs = Json::array();
  sandbox.runs.for_each([&](const Run &run) { runs.push_back(run_entry(run, now_ms)); });
  return json_response({{"runs", std::move(runs)}});
}

Response add_run(const Call &call) {
  Json entry = body_of(call);
  const std::lock_guard lock(call.tenant->sandbox.mutex);
  if (!entry.contains("id")) {
    entry["id"] = call.tenant->sandbox.fresh_run_id();
  }
  if (entry["id"].is_string() &&
      call.tenant->sandbox.runs.find(entry["id"].get_ref<const std::string &>()) != nullptr) {
    throw Refusal{409, "The id is taken", "/id", "There is a run with that id; PUT replaces it."};
  }
  return stored_run(call, entry, 201);
}

Response get_run(const Call &call) {
  const std::lock_guard lock(call.tenant->sandbox.mutex);
  return run_response(call, run_of(call).id);
}

Response put_run(const Call &call) {
  const Json entry = entry_of(call);
  const std::lock_guard lock(call.tenant->sandbox.mutex);
  const bool is_new = call.tenant->sandbox.runs.find(call.ids.front()) == nullptr;
  return stored_run(call, entry, is_new ? 201 : 200);
}

Response patch_run(const Call &call) {
  const Json body = body_of(call);
  const std::lock_guard lock(call.tenant->sandbox.mutex);
  return patch(call, body);
}

Response delete_run(const Call &call) {
  const std::lock_guard lock(call.tenant->sandbox.mutex);
  if (!call.tenant->sandbox.remove_run(call.ids.front())) {
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
  const std::lock_guard lock(call.tenant->sandbox.mutex);
  return patch(call, body);
}

Response put_run_script(const Call &call) {
  const auto script = std::make_shared<RetryScript>(script_of(call));
  const std::lock_guard lock(call.tenant->sandbox.mutex);
  const Run &run = run_of(call);
  call.tenant->sandbox.runs.change(run, [&](Run &its) { its.script = script; });
  return run_response(call, run.id);
}

} // namespace flow::mock::admin
