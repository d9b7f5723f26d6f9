#include "client/flowctl/terminal.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace flow::client {

bool is_terminal(Stream stream) {
  return ::isatty(static_cast<int>(stream)) == 1;
}

std::optional<std::size_t> terminal_columns() {
  winsize size{};
  if (!is_terminal(Stream::out) || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return std::nullopt;
  }
  return size.ws_col;
}

bool may_have_colours() {
  // NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment
  const char *none = std::getenv("NO_COLOR");
  const char *term = std::getenv("TERM");
  // NOLINTEND(concurrency-mt-unsafe)
  return is_terminal(Stream::out) && (none == nullptr || *none == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

bool agreed(const std::string &question) {
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

} // namespace flow::client
