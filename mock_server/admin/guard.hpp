#pragma once

#include "mock_server/http/http_message.hpp"
#include "mock_server/settings.hpp"

namespace flow::mock::admin {

/// Lets a request in, or throws Refusal: 403 where the control API is off, or a web page of another site
/// sends it (its Origin, its Sec-Fetch-Site or, by DNS rebinding, its Host is not the mock's); 401 without
/// the token that it takes.
void check_access(const Request &request, const ControlAccess &access);

/// Whether only programs on this machine can reach a mock that listens on `host`: localhost, ::1, or an
/// address of 127.0.0.0/8 with its four numbers.
bool is_loopback(std::string_view host);

} // namespace flow::mock::admin
