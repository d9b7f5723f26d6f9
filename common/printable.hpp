#pragma once

#include <string>
#include <string_view>

/// Text from a server or a file, made fit for a terminal. Hidden characters are those that a terminal obeys
/// or that make a reader see something else than what is there: control characters (C0, DEL, C1),
/// bidirectional marks and overrides, line and paragraph separators, invisible format and tag characters.
/// Bytes that are not UTF-8 become U+FFFD.
namespace flow {

/// On one line, with hidden characters spelled out: "\u{202e}".
std::string printable(std::string_view text);

/// The same, but line feeds are kept: for messages of our own that quote others.
std::string printable_lines(std::string_view text);

/// For a JSON text: the same document, with hidden characters as JSON escapes ("\u202e").
std::string printable_json(std::string_view json);

/// Whether printable() would change nothing.
bool is_printable(std::string_view text);

/// How many characters of a terminal's line `text` takes, for text that is printable; wide characters and
/// combining ones count as one.
std::size_t width_of(std::string_view text);

} // namespace flow
