#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

namespace flow::mock {

/// Writes to a file descriptor from a thread of its own, so that whoever logs never waits for whoever reads:
/// a pipe may be full, a terminal stopped, a disk slow. Lines that do not fit into its memory or cannot be
/// written are lost; how many is said by a line of its own as soon as the log can be written again.
/// The descriptor is left in blocking mode, as other processes share it.
class LogWriter {
public:
  struct Limits {
    std::size_t waiting_bytes = std::size_t{4} * 1024 * 1024; ///< not yet written
    std::chrono::milliseconds gather_time{10};    ///< lines that come within it are written at once
    std::chrono::milliseconds stop_patience{500}; ///< at the end, with a reader that takes nothing
  };

  LogWriter(int file, Limits limits);
  explicit LogWriter(int file) : LogWriter(file, Limits()) {}
  ~LogWriter() { end(); }
  LogWriter(const LogWriter &) = delete;
  LogWriter &operator=(const LogWriter &) = delete;

  /// `text` is one or more lines, each with its line feed. Never waits for the reader.
  void write(std::string_view text);

  /// Writes what is waiting, or leaves it after `stop_patience`; what is written later is not. The thread may
  /// then be stuck in a write: it owns all that it uses, and ends with the process.
  void end();

private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

} // namespace flow::mock
