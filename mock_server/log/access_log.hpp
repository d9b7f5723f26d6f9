#pragma once

#include <functional>
#include <string_view>

#include "mock_server/http/http_server.hpp"

namespace flow::mock {

/// A handler that answers as `handler` does and logs each request in one line: method, path, status,
/// microseconds, request id. Neither headers nor the query are logged, so no token ever is.
Handler logged(Handler handler, std::function<void(std::string_view)> log);

} // namespace flow::mock
