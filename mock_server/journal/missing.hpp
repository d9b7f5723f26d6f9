#pragma once

#include <vector>

#include "mock_server/service_state.hpp"

/// What a test expects in a sandbox (expectations.hpp), and what has not come.
namespace flow::mock {

/// What is missing so far, as it stands in the violation log once the sandbox's expectations have ended.
std::vector<ViolationEntry> missing_in(const ServiceState &state, const Sandbox &sandbox);

/// Ends a sandbox's expectations; notes in the violation log what is missing.
void end_expectations(ServiceState &state, Sandbox &sandbox);

/// The same; what was set up in the sandbox is about to go, and is noted where it has not been used.
void end_test(ServiceState &state, Sandbox &sandbox);

/// What was set up in any sandbox and not used: so far, and when tests ended.
Unused all_unused(const ServiceState &state);

} // namespace flow::mock
