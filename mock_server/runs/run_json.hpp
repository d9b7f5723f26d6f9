#pragma once

#include <string>

#include "mock_server/reading.hpp"
#include "mock_server/runs/run.hpp"
#include "mock_server/runs/sandbox.hpp"

namespace flow::mock {

/// Appends a run as GET /runs/{id} shows it (monitor; imsOrgId and flowSpec: openapi), in the documented
/// order. Metrics that the seed did not give have the documented shapes: of success (monitor), of failure
/// (notifications: no completedAtUTC, sizes and counts of -1, an error), of progress; activities: the copy
/// activity with the window.
void append_run(std::string &json, const Run &run, const Sandbox &sandbox, Reading reading);

} // namespace flow::mock
