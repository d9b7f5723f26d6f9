#include "mock_server/resources/operation.hpp"

#include "mock_server/resources/run_json.hpp"

namespace flow::mock {

// GET /runs/{id}: {"items":[run],"_links":{}} (openapi)
Answer get_run(const Call &call) {
  Response response;
  const Transaction transaction(call.sandbox, call.now_ms);
  const Run *run = transaction->find_run(call.id);
  if (run == nullptr) {
    return not_found(call);
  }
  response.body.reserve(2048);
  response.body = "{\"items\":[";
  append_run(response.body, *run, call.sandbox, call.settings.reading);
  response.body += "],\"_links\":{}}";
  return Success{.response = std::move(response)};
}

} // namespace flow::mock
