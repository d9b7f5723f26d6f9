#pragma once

#include <string>

#include "contracts/model/reading.hpp"
#include "mock_server/resources/run.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"

namespace flow::mock {

/// Appends a run as GET /runs/{id} shows it (monitor; imsOrgId and flowSpec: openapi), in the documented
/// order. Metrics and activities that the seed did not give are the mock's own (own_metrics.hpp).
void append_run(std::string &json, const Run &run, const SandboxObjects &sandbox,
                const contract::Reading &reading);

/// Appends a run's etag, double quotes included, as a JSON string text.
void append_etag(std::string &json, const Run &run);

} // namespace flow::mock
