#pragma once

#include <string_view>

namespace flow::mock {

class Connection;

/// Why a request could not be read: the error's name in errors.json that stands for the status the HTTP
/// library gave by itself, or for what its connection ran out of.
std::string_view error_for(int status, const Connection &connection);

} // namespace flow::mock
