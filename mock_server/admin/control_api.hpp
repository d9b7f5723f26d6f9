#pragma once

#include "mock_server/http/http_message.hpp"
#include "mock_server/service_state.hpp"

/// The control API, under /__admin: from a test, put the mock into a situation, and see what happened. Its
/// requests and answers are described in contracts/data/control-api.openapi.json.
namespace flow::mock::admin {

/// Whether a request is for the control API.
bool is_for(const Request &request);

/// Whether it asks for a reset, of a sandbox or of all.
bool is_reset(const Request &request);

/// Answers one request of the control API, if `access` lets it in. Never throws. What is refused has
/// WireMock's form: {"errors":[{"title","source":{"pointer"},"detail"}]}.
Response answer(ServiceState &state, const Request &request, const ControlAccess &access);

} // namespace flow::mock::admin
