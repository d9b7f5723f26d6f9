#pragma once

#include <optional>
#include <string_view>

#include "mock_server/http/http_message.hpp"

namespace flow::mock {

/// The answer to those who look at the address without calling the service: a browser at "/" (a short page
/// that says what this is), its search for an icon, a robot, a health probe. Nothing for all others. What
/// visitors ask for is no traffic of the application: it is neither judged nor recorded.
std::optional<Response> answer_to_visitor(const Request &request);

} // namespace flow::mock
