#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "mock_server/error.hpp"
#include "mock_server/operations/operation.hpp"
#include "mock_server/target.hpp"

namespace flow::mock {

/// The operation a request asks for.
struct Route {
  Operation operation;
  std::string_view name; ///< of the operation: "retry_run"
  std::string_view id;   ///< the path's {id}; points into the target
};

/// Finds the operation by method and path; HEAD goes where GET goes. Error 1003-404 for an unknown path, 405
/// with `Allow` for a known one with another method.
std::variant<Route, Error> find_route(std::string_view method, const Target &target);

} // namespace flow::mock
