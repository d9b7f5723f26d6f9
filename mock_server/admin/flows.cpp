#include "mock_server/admin/entries.hpp"
#include "mock_server/admin/routes.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "mock_server/seed/seed_json.hpp"

namespace flow::mock::admin {

namespace {

/// The flow of the path. Throws Refusal.
SandboxFlow &flow_of(const Call &call, Transaction &transaction) {
  SandboxFlow *flow = transaction->find_flow(call.ids.front());
  if (flow == nullptr) {
    throw not_found("flow", call.ids.front());
  }
  return *flow;
}

Response stored_flow(const Call &call, Transaction &transaction, const Json &entry, int status) {
  Changes changes;
  changes.flows.push_back(entry);
  carry_out(changes, transaction, call.state.settings.limits, "/flows/0");
  return json_response(flow_entry(*transaction->find_flow(entry["id"].get<std::string>())), status);
}

} // namespace

Response list_flows(const Call &call) {
  check_parameters(call, {"offset", "limit"});
  const ListPage page = list_page_of(call);
  const Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const std::map<std::uint64_t, SandboxFlow> &all = transaction->flows;
  Json flows = Json::array();
  const auto first = std::next(all.begin(), static_cast<std::ptrdiff_t>(std::min(page.offset, all.size())));
  for (auto each = first; each != all.end() && flows.size() < page.limit; ++each) {
    flows.push_back(flow_entry(each->second));
  }
  return json_response({{"flows", std::move(flows)}, {"offset", page.offset}, {"total", all.size()}});
}

Response add_flow(const Call &call) {
  Json entry = body_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  if (!entry.contains("id")) {
    entry["id"] = transaction->fresh_flow_id();
  }
  if (entry["id"].is_string() &&
      transaction->find_flow(entry["id"].get_ref<const std::string &>()) != nullptr) {
    throw Refusal{409, "The id is taken", "/id", "There is a flow with that id; PUT replaces it."};
  }
  return stored_flow(call, transaction, entry, 201);
}

Response get_flow(const Call &call) {
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return json_response(flow_entry(flow_of(call, transaction)));
}

Response put_flow(const Call &call) {
  const Json entry = entry_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const bool is_new = transaction->find_flow(call.ids.front()) == nullptr;
  return stored_flow(call, transaction, entry, is_new ? 201 : 200);
}

Response patch_flow(const Call &call) {
  const Json body = body_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  Json entry = flow_entry(flow_of(call, transaction));
  if (!body.contains("etag")) {
    entry.erase("etag"); // a change makes a fresh one
  }
  if (!body.contains("updatedAt")) {
    entry["updatedAt"] = transaction.now_ms();
  }
  entry.merge_patch(body);
  if (entry.value("id", Json()) != call.ids.front()) {
    throw Refusal{400, "Bad entry", "/id", "A flow's id cannot be changed."};
  }
  return stored_flow(call, transaction, entry, 200);
}

Response delete_flow(const Call &call) {
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const std::string flow_id = flow_of(call, transaction).flow->id;
  Changes changes;
  changes.delete_flows.push_back(flow_id);
  try {
    carry_out(changes, transaction, call.state.settings.limits);
  } catch (Refusal &refusal) {
    refusal.pointer.clear(); // there is no body
    throw;
  }
  return json_response(Json::object());
}

Response put_flow_script(const Call &call) {
  RetryScript script = script_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  SandboxFlow &flow = flow_of(call, transaction);
  flow.script = std::move(script);
  transaction->touch_flow(flow.flow->id);
  return json_response(flow_entry(flow));
}

} // namespace flow::mock::admin
