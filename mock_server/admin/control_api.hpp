#pragma once

#include <string>

#include "mock_server/http/http_message.hpp"
#include "mock_server/keeping/scope.hpp"
#include "mock_server/service_state.hpp"

/// The control API, under /__admin: from a test, put the mock into a situation, and see what happened. Its
/// requests and answers are described in contracts/data/control-api.openapi.json.
namespace flow::mock::admin {

/// Whether a request is for the control API.
bool is_for(const Request &request);

/// Whether it asks for a reset, of a sandbox or of all.
bool is_reset(const Request &request);

/// What of the state it reads or changes; nothing where it is refused whatever the state.
Scope scope_of(const Request &request);

/// The answer where the mock's store fails. `is_unknown`: what the request changes may be kept, or not.
Response not_kept(const std::string &why, bool is_unknown = false);

/// Answers one request of the control API, if `access` lets it in. Never throws. What is refused has
/// WireMock's form: {"errors":[{"title","source":{"pointer"},"detail"}]}.
Response answer(ServiceState &state, const Request &request, const ControlAccess &access);

} // namespace flow::mock::admin
