#pragma once

#include <chrono>

#include "mock_server/http_message.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/trace.hpp"

namespace flow::mock {

/// Judges an exchange by the contract and notes it: in the journal of the sandbox it names, if there is one,
/// among the violations, if it is one, and in the coverage. Never throws.
void record(ServiceState &state, const Request &request, const Response &response, const Trace &trace,
            std::chrono::nanoseconds took);

} // namespace flow::mock
