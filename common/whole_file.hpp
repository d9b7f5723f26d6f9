#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

/// Files that are read and written as a whole.
namespace flow {

/// A file cannot be read or written; names it and says why.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The whole file, of `most` bytes or fewer. A FIFO may make the reader wait for `patience` at a time.
/// Throws FileError.
std::string read_whole(const std::string &file, std::size_t most = std::numeric_limits<std::size_t>::max(),
                       std::chrono::milliseconds patience = std::chrono::seconds(10));

/// Writes the whole file or leaves what was there: a new file with an unpredictable name is written beside
/// it and then takes its place, with the permissions of the one before. Links are followed where they belong
/// to root or to who runs this, in any part of the path. What is no regular file (a FIFO, a device,
/// /dev/stdout) is written to, never replaced; it may make the writer wait for ten seconds at a time.
/// Throws FileError.
void write_whole(const std::string &file, std::string_view text);

/// Likewise, but only its owner may read it, or write to it, from the beginning.
void write_secret(const std::string &file, std::string_view text);

/// Throws FileError where write_whole would, as far as can be known before. Leaves nothing behind, and opens
/// no FIFO.
void check_writable(const std::string &file);

} // namespace flow
