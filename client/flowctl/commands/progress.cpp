#include "client/flowctl/commands/progress.hpp"

#include <algorithm>
#include <iostream>

#include "client/flowctl/terminal.hpp"

namespace flow::client {

namespace {

constexpr std::size_t kWidth = 30;     ///< of the bar
constexpr std::size_t kNarrowest = 60; ///< of a terminal on which a line with it does not wrap

bool may_have_bar() {
  return is_terminal(Stream::error) && obeys_escapes() && terminal_columns().value_or(0) >= kNarrowest;
}

} // namespace

Progress::Progress(bool is_silent) : has_lines_(!is_silent), has_bar_(!is_silent && may_have_bar()) {}

void Progress::begin(const std::string &what, std::size_t count) {
  const std::lock_guard lock(mutex_);
  what_ = what;
  count_ = count;
  done_ = 0;
  draw();
}

bool Progress::add(const std::string &line, bool is_error) {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (has_lines_ && (!has_bar_ || is_error)) {
    clear();
    std::cout << line << std::flush;
  }
  draw();
  return static_cast<bool>(std::cout);
}

void Progress::end() {
  const std::lock_guard lock(mutex_);
  clear();
}

void Progress::clear() const {
  if (has_bar_) {
    std::cerr << "\r\x1b[K" << std::flush;
  }
}

void Progress::draw() const {
  if (!has_bar_ || count_ == 0) {
    return;
  }
  const std::size_t full = kWidth * std::min(done_, count_) / count_;
  std::cerr << "\r" << what_ << " [" << std::string(full, '#') << std::string(kWidth - full, ' ') << "] "
            << done_ << "/" << count_ << std::flush;
}

} // namespace flow::client
