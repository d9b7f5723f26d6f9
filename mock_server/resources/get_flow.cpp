#include "mock_server/resources/operation.hpp"

#include "mock_server/resources/flow_json.hpp"

namespace flow::mock {

// GET /flows/{id}: {"items":[flow],"_links":{}} (openapi)
Answer get_flow(const Call &call) {
  Transaction transaction(call.sandbox, call.now_ms);
  const SandboxFlow *flow = transaction->find_flow(call.id);
  if (flow == nullptr) {
    return not_found(call, "flow-not-found");
  }
  Response response;
  response.body = list_body({flow_document(transaction, *flow).dump()}, "flows", {});
  return Success{.response = std::move(response)};
}

} // namespace flow::mock
