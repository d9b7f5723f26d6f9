#pragma once

#include <cstddef>
#include <optional>
#include <string>

/// Whether people see what is printed, and how much room they have.
namespace flow::client {

enum class Stream { in = 0, out = 1, error = 2 };

bool is_terminal(Stream stream);

/// Columns of the terminal that standard output is; nothing if it is none, or does not tell.
std::optional<std::size_t> terminal_columns();

/// Whether standard output may have colours: a terminal, NO_COLOR not set (no-color.org), TERM not dumb.
bool may_have_colours();

/// Asks on standard error; true on "y" or "yes" from standard input.
bool agreed(const std::string &question);

} // namespace flow::client
