#include "client/flowctl/mock/mock.hpp"
#include "common/printable.hpp"

namespace flow::client {

void add_mock_health(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(mock, "health", "Show whether the mock is ready");
  on_mock_call(command, session, [](const MockSettings & /*mock*/) -> MockCall {
    return {{"GET", "/health/ready"},
            [](const Json &health) { return printable(text(at(health, "status"))) + "\n"; }};
  });
}

} // namespace flow::client
