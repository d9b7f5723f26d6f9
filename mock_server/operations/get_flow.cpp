#include "mock_server/operations/operation.hpp"

#include "mock_server/runs/flow_json.hpp"

namespace flow::mock {

// GET /flows/{id}: {"items":[flow],"_links":{}} (openapi)
Answer get_flow(const Call &call) {
  const std::lock_guard lock(call.sandbox.mutex);
  const SandboxFlow *flow = call.sandbox.find_flow(call.id);
  if (flow == nullptr) {
    return not_found(call, "flow-not-found");
  }
  Response response;
  response.body = list_body({flow_document(call.sandbox, *flow, call.now_ms).dump()}, "flows", {});
  return Success{.response = std::move(response)};
}

} // namespace flow::mock
