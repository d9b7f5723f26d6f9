#include <memory>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/commands/wait.hpp"
#include "client/flowctl/time_text.hpp"

namespace flow::client {

namespace {

struct CreateArguments {
  NewRunRequest run;
  CreateOptions options;
  Waiting waiting;
};

std::string advice_on_create(const Error &error, const std::string &flow_id) {
  return error.kind == ErrorKind::unknown_outcome
             ? "To see its newest runs: flowctl list --flow " + flow_id +
                   " --orderby=-createdAt. If two new runs do no harm, use --repeat-when-unknown."
             : advice_on(error, "");
}

} // namespace

void add_create(CLI::App &app, Session &session) {
  CLI::App &command = add_command(app, "create", "Create a run of a flow that is scheduled once");
  command.footer(std::string("TIME is ") + kTimeForms +
                 "; whole seconds are sent.\nSettings and exit codes: flowctl --help");
  const auto given = std::make_shared<CreateArguments>();
  NewRunRequest &run = given->run;
  command.add_option("FLOW", run.flow_id, "Id of the flow")->required()->type_name("");
  add_time(command, "--window-start", "The run reads data from this time on", [&run](Time time) {
    run.window.start = time;
  })->required();
  add_time(command, "--window-end", "… and before this time", [&run](Time time) {
    run.window.end = time;
  })->required();
  add_time(command, "--start", "When the run starts; now if not given",
           [&run](Time time) { run.start = time; });
  command
      .add_option("--delta-column", run.delta_column,
                  "Column that identifies new rows; later runs of the flow cannot use another")
      ->type_name("NAME");
  command.add_flag("--wait", given->waiting.wait, "Wait for the new run to end");
  add_timeout(command, given->waiting);
  add_repeat_when_unknown(command, given->options.repeat_when_unknown);
  on_call(
      command, session,
      [given, &session](const Client &client) {
        require_agreement(session, "create a run of flow " + given->run.flow_id);
        return show_new(client, client.create(given->run, given->options),
                        "The creation itself succeeded and", given->waiting, session);
      },
      [given](const Error &error) { return advice_on_create(error, given->run.flow_id); });
}

} // namespace flow::client
