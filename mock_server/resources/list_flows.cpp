#include "mock_server/resources/flow_collection.hpp"
#include "mock_server/resources/list.hpp"

namespace flow::mock {

// GET /flows: as GET /runs (openapi, sort-and-filter)
Answer list_flows(const Call &call) {
  return list(call, "flows", flow_fields(),
              [](Transaction &transaction) { return std::make_unique<FlowCollection>(transaction); });
}

} // namespace flow::mock
