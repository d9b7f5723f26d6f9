#pragma once

#include <vector>

#include "mock_server/service_state.hpp"

/// What a test expects in a sandbox (expectations.hpp), and what has not come.
namespace flow::mock {

/// What is missing so far, as it stands in the violation log once the sandbox's expectations have ended.
std::vector<ViolationEntry> missing_in(const ServiceState &state, const Sandbox &sandbox);

/// Ends a sandbox's expectations; notes in the violation log what is missing.
void end_expectations(ServiceState &state, Sandbox &sandbox);

} // namespace flow::mock
