#pragma once

#include "client/flowctl/mock_arguments.hpp"
#include "client/json_fields.hpp"

namespace flow::client {

/// A fault as the control API takes it (contracts/control-api.openapi.json). Throws std::invalid_argument
/// where an attribute is no KEY=VALUE, a header no NAME:VALUE, or one is given twice.
Json fault_entry(const FaultArguments &given);

} // namespace flow::client
