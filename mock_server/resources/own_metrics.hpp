#pragma once

#include <string>

#include "mock_server/resources/run.hpp"

/// What the mock says of runs that it made itself, or whose seed gave a state alone. It is composed when a
/// run is read, and not stored. The shapes are those of the documented examples: of a source run that
/// succeeded (monitor, the second), of one that failed (notifications: no completedAtUTC, -1 for inputBytes
/// and inputFileCount, no other counts), of destination runs (destinations). Of a run that has not ended
/// there is no example.
namespace flow::mock {

void append_own_metrics(std::string &json, const Run &run);

/// A copy and a promotion activity, with the window in the first, or those of a batch activation.
void append_own_activities(std::string &json, const Run &run);

} // namespace flow::mock
