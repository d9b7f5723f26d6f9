#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/left_over.hpp"
#include "client/flowctl/mock/mock.hpp"

namespace flow::client {

void add_mock_unused(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(
      mock, "unused", "List what was set up and never used: outcomes, faults, runs; exit code 1 if any");
  const auto of_all = std::make_shared<bool>(false);
  command.add_flag("--any-sandbox", *of_all, "Of all sandboxes, and the faults that apply to any");
  on_mock_call(command, session, [of_all](const MockSettings &mock) -> MockCall {
    return {.request = {"GET", path(mock, "/unused", *of_all)},
            .text = [](const Json &answer) { return text_of_left_over(answer, "nothing is unused\n"); },
            .exit_code = [](const Json &answer) { return is_anything_left(answer) ? kLeftOver : kDone; }};
  });
}

} // namespace flow::client
