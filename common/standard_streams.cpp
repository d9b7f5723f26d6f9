#include "common/standard_streams.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace flow {

void guard_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) {
      // The lowest free number is the stream's. Opened the wrong way round, so that its use is an error.
      ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

std::optional<std::string> standard_output_problem() {
  const bool taken = std::cout.good();
  errno = 0;
  if (std::fflush(stdout) == 0 && taken) { // std::cout writes by way of it
    return std::nullopt;
  }
  if (errno == 0) {
    // An earlier write failed, and its reason is gone: one more byte tells it.
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }
  const std::string reason = errno == 0 ? "" : ": " + std::generic_category().message(errno);
  return "standard output cannot be written" + reason;
}

int exit_code_after_output(const char *program, int code, int on_problem) {
  const auto problem = standard_output_problem();
  if (!problem) {
    return code;
  }
  std::cerr << program << ": " << *problem << '\n';
  return code == 0 ? on_problem : code;
}

} // namespace flow
