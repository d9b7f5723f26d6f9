#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace flow::mock {

/// Lets each option that is not on the command line be given as FLOW_MOCK_<OPTION> (FLOW_MOCK_PORT_FILE for
/// --port-file; true for a flag; several values one a line). Called when all options are there.
/// Returns a sentence about a variable that is ignored, or nothing: Kubernetes sets FLOW_MOCK_PORT=tcp://…
/// where a service is named flow-mock.
std::string let_environment_give(CLI::App &app);

/// Which variable an error about an option comes from, as a sentence; empty if from none.
std::string variable_behind(const CLI::App &app, const CLI::ParseError &error);

} // namespace flow::mock
