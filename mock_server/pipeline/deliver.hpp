#pragma once

#include "mock_server/http/http_message.hpp"

/// The last step of a request: its answer leaves.
namespace flow::mock {

struct Exchange;

/// The answer as it goes to the client, with the request's id.
Response deliver(Exchange &exchange);

} // namespace flow::mock
