#pragma once

#include "mock_server/faults/fault_set.hpp"
#include "mock_server/http/http_message.hpp"

/// The third step of a request: which injected faults fall on it. Those of the request answer in place of the
/// operation, those of the answer spoil it (answer_instead() and spoil() in faults/fault.hpp).
namespace flow::mock {

/// The faults of any sandbox, then those of the one that the request names; `of_sandbox` may be null.
Faults take_faults(const Request &request, std::string_view operation, FaultSet &of_any,
                   FaultSet *of_sandbox);

} // namespace flow::mock
