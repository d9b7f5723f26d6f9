#pragma once

#include "contracts/model/contract.hpp"
#include "mock_server/sandbox/transaction.hpp"

namespace flow::mock {

/// A flow as GET /flows/{id} shows it, in the documented fields and their order (openapi, FlowItemDTO). Its
/// lastRunDetails say how its last run stands in the transaction.
/// The ids of its source or target connections, and what it shows of both (inheritedAttributes): as given, or
/// made up, the same each time.
contract::Json source_connection_ids(const Flow &flow);
contract::Json target_connection_ids(const Flow &flow);
contract::Json inherited_attributes(const Flow &flow);

contract::Json flow_document(Transaction &transaction, const SandboxFlow &flow);

} // namespace flow::mock
