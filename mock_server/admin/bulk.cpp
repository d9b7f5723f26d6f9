#include "mock_server/admin/entries.hpp"
#include "mock_server/admin/routes.hpp"

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

} // namespace

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
