#pragma once

#include "contracts/model/contract.hpp"
#include "mock_server/sandbox/transaction.hpp"

namespace flow::mock {

/// A flow as GET /flows/{id} shows it, in the documented fields and their order (openapi, FlowItemDTO). Its
/// lastRunDetails say how its last run stands in the transaction.
contract::Json flow_document(Transaction &transaction, const SandboxFlow &flow);

} // namespace flow::mock
