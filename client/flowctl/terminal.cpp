#include "client/flowctl/terminal.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include "common/printable.hpp"

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

bool obeys_escapes() {
  const char *term = std::getenv("TERM"); // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

bool may_have_colours() {
  const char *none = std::getenv("NO_COLOR"); // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return is_terminal(Stream::out) && obeys_escapes() && (none == nullptr || *none == '\0');
}

bool agreed(const std::string &question) {
  std::cerr << printable(question) << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

} // namespace flow::client
