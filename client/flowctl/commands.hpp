#pragma once

#include <string>

#include "client/flowctl/arguments.hpp"

namespace flow::client {

/// Does what the command asks, prints what comes of it, and gives the exit code.
/// Throws Error, SettingsError and std::invalid_argument.
int perform(const std::string &command, const Arguments &arguments);

/// `retry --all-failed`: goes on after a run that the service refuses to retry, stops at anything that would
/// meet the others, too.
int retry_all_failed(const Client &client, const Arguments &arguments);

/// Prints the error and gives its exit code.
int tell(const Error &error, const Arguments &arguments, const std::string &advice);

int exit_code_of(const Error &error);

} // namespace flow::client
