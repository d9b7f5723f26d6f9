#pragma once

#include <cstdint>

#include "contracts/contract.hpp"
#include "mock_server/runs/sandbox.hpp"

namespace flow::mock {

/// A flow as GET /flows/{id} shows it, in the documented fields and their order (openapi, FlowItemDTO). Its
/// lastRunDetails say how its last run stands at `now_ms`. Call with the sandbox's lock held.
contract::Json flow_document(Sandbox &sandbox, const SandboxFlow &flow, std::int64_t now_ms);

} // namespace flow::mock
