#pragma once

#include <cstddef>
#include <mutex>
#include <string>

namespace flow::client {

/// Tells of many things that are done: lines on standard output; on a terminal a bar instead, and only errors
/// as lines. May be used by several threads at once.
class Progress {
public:
  /// `is_silent`: something else is printed at the end.
  explicit Progress(bool is_silent);

  void begin(const std::string &what, std::size_t count);
  /// One more is done. False where its line cannot be written.
  bool add(const std::string &line, bool is_error);
  void end();

private:
  void clear() const;
  void draw() const;

  const bool has_lines_;
  const bool has_bar_;
  std::mutex mutex_;
  std::string what_;
  std::size_t count_ = 0;
  std::size_t done_ = 0;
};

} // namespace flow::client
