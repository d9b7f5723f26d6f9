#pragma once

#include <string>

#include <CLI/CLI.hpp>

/// Files with a body to send.
namespace flow::client {

/// An option -f for a file of JSON, "-": standard input. `what` begins a sentence: "File with …".
CLI::Option *add_json_file(CLI::App &command, std::string &file, const char *what);

/// The text of that file. Throws std::invalid_argument where it is not JSON, and FileError.
std::string json_of_file(const std::string &file);

} // namespace flow::client
