#pragma once

#include <string>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/sandbox/transaction.hpp"

namespace flow::mock {

/// The ids of its source or target connections, and what it shows of both (inheritedAttributes): as given, or
/// made up, the same each time.
contract::Json source_connection_ids(const Flow &flow);
contract::Json target_connection_ids(const Flow &flow);
contract::Json inherited_attributes(const Flow &flow);

/// The ids of both, sorted, each once. No JSON is made on the way, which takes memory to take down.
std::vector<std::string> connection_ids(const Flow &flow);

/// A flow as GET /flows/{id} shows it, in the documented fields and their order (openapi, FlowItemDTO). Its
/// lastRunDetails say how its last run stands in the transaction.
contract::Json flow_document(Transaction &transaction, const SandboxFlow &flow);

} // namespace flow::mock
