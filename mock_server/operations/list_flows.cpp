#include "mock_server/operations/list.hpp"
#include "mock_server/runs/flow_collection.hpp"

namespace flow::mock {

// GET /flows: as GET /runs (openapi, sort-and-filter)
Answer list_flows(const Call &call) {
  return list(call, "flows", flow_fields(),
              [](Transaction &transaction) { return std::make_unique<FlowCollection>(transaction); });
}

} // namespace flow::mock
