#pragma once

#include <string>

#include "client/flowctl/arguments.hpp"

namespace flow::client {

/// Does what `flowctl mock …` asks, e.g. "fault add", prints what comes of it, and gives the exit code.
/// Throws SettingsError and std::invalid_argument before anything is sent, or where a file or standard output
/// cannot be written.
int perform_mock(const std::string &command, const Arguments &arguments);

} // namespace flow::client
