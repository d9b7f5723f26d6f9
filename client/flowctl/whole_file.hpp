#pragma once

#include <string>

namespace flow::client {

/// The whole file. Throws SettingsError where it cannot be read.
std::string read_whole(const std::string &file);

/// Writes the file as a whole or leaves what was there; what is no regular file (a pipe, /dev/stdout) is
/// written to as it is. Throws SettingsError where it cannot be written.
void write_whole(const std::string &file, const std::string &text);

} // namespace flow::client
