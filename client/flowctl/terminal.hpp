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

/// Whether the terminal obeys escape sequences: TERM is set, and not dumb.
bool obeys_escapes();

/// Whether standard output may have colours: a terminal that obeys them, NO_COLOR not set (no-color.org).
bool may_have_colours();

/// Asks on standard error, hidden characters spelled out; true on "y" or "yes" from standard input.
bool agreed(const std::string &question);

} // namespace flow::client
