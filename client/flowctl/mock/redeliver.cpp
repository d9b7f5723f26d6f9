#include <memory>

#include "client/flowctl/mock/mock.hpp"
#include "common/percent_encoding.hpp"

namespace flow::client {

void add_mock_redeliver(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(mock, "redeliver", "Post a notification again");
  const auto id = std::make_shared<std::string>();
  add_id(command, "EVENT", "Id of the event", *id)->required();
  on_mock_call(command, session, [id](const MockSettings &mock) -> MockCall {
    return {{"POST", sandbox_path(mock, "/events/" + percent_encoded(*id) + "/redeliver")},
            sentence("event " + *id + " is posted again; for the result: flowctl mock events"),
            {{404, "To list those of " + name_of_sandbox(mock) + ": flowctl mock events"}}};
  });
}

} // namespace flow::client
