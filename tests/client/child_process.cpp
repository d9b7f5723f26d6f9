#include "tests/client/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

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

} // namespace

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
  int status = 0;
  waitpid(child, &status, 0);
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = content(out), .err = content(err)};
}

} // namespace flow::client
