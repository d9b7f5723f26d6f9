#include <iostream>
#include <memory>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/output.hpp"

namespace flow::client {

void add_get(CLI::App &app, Session &session) {
  CLI::App &command = add_command(app, "get", "Show a run");
  const auto id = std::make_shared<std::string>();
  command.add_option("RUN", *id, "Id of the run")->required()->type_name("");
  on_call(
      command, session,
      [id, &session](const Client &client) {
        const Run run = client.get(*id);
        std::cout << (session.json ? json_as_sent(run.json) : readable(run));
        return kDone;
      },
      [id](const Error &error) { return advice_on(error, *id); });
}

} // namespace flow::client
