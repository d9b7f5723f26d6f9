#pragma once

#include <string>

#include "mock_server/http/http_message.hpp"

namespace flow::mock {

struct ServiceState;

/// The answer of the service where the mock's store fails, marked as such, which no server of the platform's
/// does. `is_unknown`: what the request changes may be kept, or not.
Response not_kept(const std::string &why, const std::string &request_id, bool is_unknown = false);

/// The way of one request of the service: parse, identify, faults, gateway, dispatch, judge, record, deliver,
/// a file each. What goes wrong in gateway and dispatch is answered as the documented error 1102-500, or
/// 1103-503 where memory runs out. Where judging or recording fails, the answer stands: the operation has
/// been carried out, and a client that is told otherwise would send it again. Either way the log says why.
/// Throws where the answer itself cannot be made.
Response answer(ServiceState &state, const Request &request);

} // namespace flow::mock
