#pragma once

#include <string>

#include <flow_client/error.hpp>

namespace flow::client {

/// What the user of flowctl can do about an error that came up with `run_id`; empty where only the error
/// itself can tell.
std::string advice_on(const Error &error, const std::string &run_id);

/// "source-connections" of "source connections".
std::string command_word(std::string words);

} // namespace flow::client
