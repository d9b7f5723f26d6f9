#include "tests/client/child_process.hpp"

#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace flow::client {

namespace {

std::vector<char *> pointers(const std::vector<std::string> &texts) {
  std::vector<char *> list;
  for (const std::string &text : texts) {
    list.push_back(const_cast<char *>(text.c_str()));
  }
  list.push_back(nullptr);
  return list;
}

std::string content(const std::string &file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::atomic<pid_t> running = 0;

} // namespace

void interrupt_program() {
  ::kill(running, SIGINT);
}

Ended run_program(const std::vector<std::string> &arguments,
                  const std::map<std::string, std::string> &environment, const std::string &folder) {
  std::vector<std::string> variables;
  for (const auto &[name, value] : environment) {
    variables.push_back(name + "=" + value);
  }
  const std::string out = folder + "/stdout";
  const std::string err = folder + "/stderr";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int error = posix_spawn(&child, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(),
                                pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error("cannot run " + arguments[0]);
  }
  running = child;
  int status = 0;
  waitpid(child, &status, 0);
  running = 0;
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = content(out), .err = content(err)};
}

Ended run_on_terminal(const std::vector<std::string> &arguments,
                      const std::map<std::string, std::string> &environment, const std::string &input,
                      unsigned short columns) {
  std::vector<std::string> variables;
  for (const auto &[name, value] : environment) {
    variables.push_back(name + "=" + value);
  }
  const auto program = pointers(arguments);
  const auto surroundings = pointers(variables);
  winsize size{.ws_row = 25, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    ::execve(program[0], program.data(), surroundings.data());
    ::_exit(127);
  }
  if (child < 0 || ::write(terminal, input.data(), input.size()) < 0) {
    throw std::runtime_error("cannot run " + arguments[0] + " on a terminal");
  }
  std::string shown;
  char part[4096];
  for (ssize_t length = 0; (length = ::read(terminal, part, sizeof part)) > 0;) {
    shown.append(part, static_cast<std::size_t>(length));
  }
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  std::erase(shown, '\r'); // a terminal's line breaks have one
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = shown, .err = ""};
}

} // namespace flow::client
