#include "mock_server/parent_watch.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <poll.h>
#include <unistd.h>

namespace flow::mock {

namespace {

/// Reads over what comes; false at the end.
bool reads_on() {
  std::array<char, 4096> unused{};
  const ssize_t length = ::read(STDIN_FILENO, unused.data(), unused.size());
  return length > 0 || (length < 0 && errno == EINTR);
}

bool has_ended() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) > 0 && !reads_on();
}

} // namespace

void stop_with_parent() {
  if (has_ended()) {
    throw std::runtime_error(
        "--exit-with-parent: standard input has ended; start flow-mock with a pipe as its "
        "standard input, and keep the other end open");
  }
  std::thread([] {
    while (reads_on()) {
    }
    ::kill(::getpid(), SIGTERM);
  }).detach(); // it waits as long as the process lives
}

} // namespace flow::mock
