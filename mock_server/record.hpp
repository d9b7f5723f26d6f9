#pragma once

#include <chrono>
#include <vector>

#include "mock_server/http_message.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/trace.hpp"

namespace flow::mock {

/// Which clauses an exchange is a case of, and whether it breaks one; they count as covered. To be asked
/// before a fault spoils the answer. Never throws.
Verdict judge(ServiceState &state, const Request &request, const Response &response, const Trace &trace);

/// Notes the exchange in the journal, and breaches of the contract in the ledger. Never throws.
void record(ServiceState &state, const Request &request, const Response &response, const Trace &trace,
            const Verdict &verdict, std::chrono::nanoseconds took);

/// What is missing of what a test expects in a sandbox so far, as it stands in the ledger once its
/// expectations have ended.
std::vector<LedgerEntry> missing_in(const ServiceState &state, const Tenant &tenant);

/// Ends a sandbox's expectations; notes in the ledger what is missing.
void end_expectations(ServiceState &state, Tenant &tenant);

} // namespace flow::mock
