#include "mock_server/events/notification.hpp"

#include <stdexcept>

#include "mock_server/runs/run_json.hpp"

namespace flow::mock {

std::string_view event_code(RunState state) {
  if (!has_ended(state)) {
    throw std::invalid_argument("a run in progress has no notification: wait until it has ended");
  }
  return state == RunState::failed ? "sources_flow_run_failed" : "sources_flow_run_success";
}

std::string notification(std::string_view event_id, const Run &run, const Sandbox &sandbox, Reading reading) {
  const std::string_view code = event_code(run.state);
  std::string json = R"({"event_id":")";
  json += event_id;
  json += R"(","event":)";
  append_run(json, run, sandbox, reading);
  json.pop_back(); // the run's brace: the header is its last member
  json += R"(,"header":{"_adobeio":{"imsOrgId":)";
  json += sandbox.organisation_text;
  json += R"(,"providerMetadata":"aep_observability_catalog_events","eventCode":")";
  json += code;
  json += R"("}}}})";
  return json;
}

} // namespace flow::mock
