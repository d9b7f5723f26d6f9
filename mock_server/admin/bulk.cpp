#include "mock_server/admin/entries.hpp"
#include "mock_server/admin/routes.hpp"

#include <cstddef>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/json_text.hpp"
#include "mock_server/seed/seed_json.hpp"

namespace flow::mock::admin {

namespace {

Json array_in(const Json &body, const char *name) {
  Json given = body.value(name, Json::array());
  if (!given.is_array()) {
    throw Refusal{400, "Bad member", "/" + std::string(name), "It has to be an array."};
  }
  return given;
}

std::vector<std::string> ids_in(const Json &body, const char *name) {
  std::vector<std::string> ids;
  for (const Json &id : array_in(body, name)) {
    if (!id.is_string()) {
      throw Refusal{400, "Bad member", "/" + std::string(name) + "/" + std::to_string(ids.size()),
                    "It has to be an id."};
    }
    ids.push_back(id);
  }
  return ids;
}

/// Lets each run have what it needs: an id, and a flow, one for all those that name none. Returns for which
/// run each flow was added.
std::vector<std::size_t> complete(Changes &changes, Transaction &transaction) {
  std::vector<std::size_t> added_for;
  std::unordered_set<std::string> flows;
  for (const Json &flow : changes.flows) {
    flows.insert(flow.is_object() ? plain_text(flow.value("id", Json())) : "");
  }
  std::string flow_of_others;
  for (std::size_t i = 0; i < changes.runs.size(); ++i) {
    Json &run = changes.runs[i];
    if (!run.is_object()) {
      continue; // which is refused with its place
    }
    if (!run.contains("id")) {
      run["id"] = transaction->fresh_run_id();
    }
    if (!run.contains("flowId")) {
      flow_of_others = flow_of_others.empty() ? transaction->fresh_flow_id() : flow_of_others;
      run["flowId"] = flow_of_others;
    }
    const Json &flow = run["flowId"];
    if (flow.is_string() && transaction->find_flow(flow.get_ref<const std::string &>()) == nullptr &&
        flows.insert(flow).second) {
      changes.flows.push_back({{"id", flow}});
      added_for.push_back(i);
    }
  }
  return added_for;
}

/// The place in the body, where that of a refusal is in a flow that was added to those given.
std::string place_in_body(const std::string &pointer, std::size_t given_flows,
                          const std::vector<std::size_t> &added_for) {
  for (std::size_t i = 0; i < added_for.size(); ++i) {
    if (pointer.starts_with("/flows/" + std::to_string(given_flows + i) + "/")) {
      return "/runs/" + std::to_string(added_for[i]) + "/flowId";
    }
  }
  return pointer;
}

} // namespace

Response put_runs(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"flows", "runs"});
  if (!body.contains("runs")) {
    throw Refusal{400, "Bad body", "/runs", "The runs are missing: {\"runs\":[{\"state\":\"failed\"}]}."};
  }
  Changes changes{.flows = array_in(body, "flows"),
                  .runs = array_in(body, "runs"),
                  .delete_runs = {},
                  .delete_flows = {}};
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const std::size_t given_flows = changes.flows.size();
  const std::vector<std::size_t> added_for = complete(changes, transaction);
  transaction->runs.for_each([&](const Run &run) { changes.delete_runs.push_back(run.id); });
  try {
    carry_out(changes, transaction, call.state.settings.limits);
  } catch (Refusal &refusal) {
    refusal.pointer = place_in_body(refusal.pointer, given_flows, added_for);
    throw;
  }
  transaction->settle(transaction.now_ms());
  Json runs = Json::array();
  for (const Json &run : changes.runs) {
    runs.push_back(
        run_entry(*transaction->find_run(run["id"].get_ref<const std::string &>()), transaction.now_ms()));
  }
  return json_response({{"runs", std::move(runs)}});
}

Response change_in_bulk(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"flows", "runs", "deleteRuns", "deleteFlows"});
  const Changes changes{.flows = array_in(body, "flows"),
                        .runs = array_in(body, "runs"),
                        .delete_runs = ids_in(body, "deleteRuns"),
                        .delete_flows = ids_in(body, "deleteFlows")};
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  carry_out(changes, transaction, call.state.settings.limits);
  return json_response({{"flows", changes.flows.size()},
                        {"runs", changes.runs.size()},
                        {"deletedRuns", changes.delete_runs.size()},
                        {"deletedFlows", changes.delete_flows.size()}});
}

} // namespace flow::mock::admin
