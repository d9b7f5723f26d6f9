#pragma once

#include <string>

#include "client/json_fields.hpp"

/// What a test has left over, as the control API tells it (Unused, LeftOver).
namespace flow::client {

/// A line for each of it; `nothing` where there is none.
std::string text_of_left_over(const Json &answer, const std::string &nothing);

/// Throws an Error where the answer does not have the lists that a mock's has.
bool is_anything_left(const Json &answer);

} // namespace flow::client
