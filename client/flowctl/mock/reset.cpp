#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "common/printable.hpp"

namespace flow::client {

void add_mock_reset(CLI::App &mock, Session &session) {
  CLI::App &command =
      add_mock_command(mock, "reset", "Reset a sandbox to the seed, and its clock, faults and journal");
  const auto all = std::make_shared<bool>(false);
  command.add_flag("--all", *all, "Every sandbox");
  on_mock_call(command, session, [all](const MockSettings &mock) -> MockCall {
    if (*all) {
      return {{"POST", "/reset"}, sentence("every sandbox is reset to the seed")};
    }
    return {{"POST", sandbox_path(mock, "/reset")}, [name = name_of_sandbox(mock)](const Json &summary) {
              return printable(name + " is reset to the seed: " + contents_of(summary)) + "\n";
            }};
  });
}

} // namespace flow::client
