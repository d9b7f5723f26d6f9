#pragma once

#include <map>
#include <string>
#include <vector>

namespace flow::client {

/// What a program left when it had ended.
struct Ended {
  int code = -1; ///< -1 where a signal ended it
  std::string out;
  std::string err;
};

/// Runs `arguments[0]` in just that environment, its files in `folder`, and waits for its end.
Ended run_program(const std::vector<std::string> &arguments,
                  const std::map<std::string, std::string> &environment, const std::string &folder);

/// SIGINT to what run_program() waits for; called by another thread.
void interrupt_program();

/// The same on a terminal of so many columns, at which `input` is typed; both streams are its `out`.
Ended run_on_terminal(const std::vector<std::string> &arguments,
                      const std::map<std::string, std::string> &environment, const std::string &input,
                      unsigned short columns = 80);

} // namespace flow::client
