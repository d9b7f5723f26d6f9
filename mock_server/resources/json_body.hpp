#pragma once

#include <string_view>
#include <variant>

#include "contracts/model/contract.hpp"
#include "mock_server/http/error.hpp"

namespace flow::mock {

/// The JSON a request body holds. Errors: 1405 (empty or null), 1000 (not JSON, or too deep or wide to be
/// meant).
std::variant<contract::Json, Error> json_in(std::string_view body);

/// The object a request body holds. Errors: 1405 (empty or null), 1000 (not JSON, or no object, or too deep
/// or wide to be meant).
std::variant<contract::Json, Error> json_object_in(std::string_view body);

} // namespace flow::mock
