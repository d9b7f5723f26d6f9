#pragma once

#include <chrono>

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

} // namespace flow::mock
