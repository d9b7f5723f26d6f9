#include "mock_server/resources/list.hpp"
#include "mock_server/resources/run_collection.hpp"

namespace flow::mock {

// GET /runs (openapi, sort-and-filter)
Answer list_runs(const Call &call) {
  return list(call,
              {.resource = "runs",
               .path = "runs",
               .query = call.target,
               .rules = {.usual_order = usual_order(call.settings.reading)}},
              [&call](Transaction &transaction) {
                return std::make_unique<RunCollection>(transaction, call.settings.reading);
              });
}

} // namespace flow::mock
