#pragma once

#include <string_view>
#include <variant>

#include "contracts/operations.hpp"
#include "mock_server/error.hpp"
#include "mock_server/operations/operation.hpp"
#include "mock_server/target.hpp"

namespace flow::mock {

/// The function that carries out what a request asks for. Error 1003-404 for an unknown path, 405 with
/// `Allow` for a known one with another method, 501 for an operation that the mock does not serve.
std::variant<Operation, Error> route(std::string_view method, const contract::Identified &identified,
                                     const Target &target);

} // namespace flow::mock
