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

} // namespace flow::client
