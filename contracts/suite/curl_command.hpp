#pragma once

#include <string>
#include <string_view>

#include "common/http_sender.hpp"

namespace flow::contract {

/// A shell command that sends `request` again. `secret`, where it stands as a whole value, is written as
/// `$FLOW_TOKEN`.
std::string curl_command(const HttpRequest &request, std::string_view secret);

} // namespace flow::contract
