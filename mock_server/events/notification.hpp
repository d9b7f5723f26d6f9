#pragma once

#include <string>
#include <string_view>

#include "mock_server/reading.hpp"
#include "mock_server/runs/run.hpp"
#include "mock_server/runs/sandbox.hpp"

namespace flow::mock {

/// What the end of a run is called: "sources_flow_run_success", also without ingested records, or
/// "sources_flow_run_failed" (documented, notifications). Throws std::invalid_argument for a run in progress:
/// only an end is told.
std::string_view event_code(RunState state);

/// What the platform posts to a webhook when a run has ended:
/// {"event_id","event":{run…,"header":{"_adobeio":{"imsOrgId","providerMetadata","eventCode"}}}}, the run as
/// append_run shows it. `event_id` is a UUID: nothing to escape. Throws as event_code does.
/// Of success: documented (notifications). Of failure: the code and the run in it are documented
/// (notifications), that they come in the same envelope is inferred.
std::string notification(std::string_view event_id, const Run &run, const Sandbox &sandbox, Reading reading);

} // namespace flow::mock
