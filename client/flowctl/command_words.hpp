#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace flow::client {

/// What is wrong with a command line that has a word no command or option is called, as one sentence that
/// names the nearest known one; "" where each word is known.
std::string unknown_word_in(const CLI::App &app);

/// `flowctl help [COMMAND…]`.
void add_help(CLI::App &app);

/// `flowctl completion bash|zsh|fish`, and the command that what it prints calls: after the words of a
/// command line, what the next one may be.
void add_completion(CLI::App &app);

} // namespace flow::client
