#pragma once

#include <vector>

#include "mock_server/service_state.hpp"

/// What a test expects in a sandbox (expectations.hpp), and what has not come.
namespace flow::mock {

/// What is missing so far, as it stands in the ledger once the sandbox's expectations have ended.
std::vector<LedgerEntry> missing_in(const ServiceState &state, const Tenant &tenant);

/// Ends a sandbox's expectations; notes in the ledger what is missing.
void end_expectations(ServiceState &state, Tenant &tenant);

} // namespace flow::mock
