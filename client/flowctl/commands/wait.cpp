#include "client/flowctl/commands/wait.hpp"

#include <iostream>
#include <memory>
#include <stdexcept>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/output.hpp"
#include "client/flowctl/terminal.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

void add_timeout(CLI::App &command, Waiting &waiting) {
  command
      .add_option_function<std::string>(
          "--timeout",
          [&waiting](const std::string &text) {
            try {
              waiting.timeout = parse_duration_or_seconds(text);
            } catch (const std::invalid_argument &error) {
              throw CLI::ValidationError("--timeout", error.what());
            }
          },
          "How long to wait for the run to end: 30s, 5m, 1h; a number alone is in seconds")
      ->option_text("DURATION [10m]");
}

void add_repeat_when_unknown(CLI::App &command, bool &repeat) {
  command.add_flag(
      "--repeat-when-unknown", repeat,
      "Send the request again even if the first one may have arrived; this may make two new runs");
}

ExitCode wait_for(const Client &client, const std::string &run_id, const Waiting &waiting,
                  const Session &session) {
  if (!session.json && is_terminal(Stream::error)) {
    std::cerr << "waiting for run " << printable(run_id) << ", up to " << duration_text(waiting.timeout)
              << "\n";
  }
  const Run run = client.wait(run_id, waiting.timeout);
  std::cout << (session.json ? json_as_sent(run.json) : readable(run));
  if (run.state == RunState::success) {
    return kDone;
  }
  const bool failed = run.state == RunState::failed;
  if (!session.json) { // programs have the exit code and the run
    std::cerr << "flowctl: run " << printable(run_id)
              << (failed ? " failed\n" : " has not ended in time; wait longer with --timeout DURATION\n");
  }
  return failed ? kRunFailed : kNotEnded;
}

ExitCode show_new(const Client &client, const NewRun &run, const std::string &done, const Waiting &waiting,
                  const Session &session) {
  if (!waiting.wait) {
    std::cout << (session.json ? json(run) : readable(run));
    return kDone;
  }
  if (!session.json) {
    std::cout << readable(run) << std::endl;
  }
  try {
    return wait_for(client, run.id, waiting, session);
  } catch (const Error &error) {
    return tell(error, session,
                done + " made run " + run.id + ". To keep waiting for it: flowctl wait " + run.id);
  }
}

void add_wait(CLI::App &app, Session &session) {
  CLI::App &command = add_command(app, "wait", "Wait for a run to end, and show it");
  const auto id = std::make_shared<std::string>();
  const auto waiting = std::make_shared<Waiting>();
  command.add_option("RUN", *id, "Id of the run")->required()->type_name("");
  add_timeout(command, *waiting);
  on_call(
      command, session,
      [id, waiting, &session](const Client &client) { return wait_for(client, *id, *waiting, session); },
      [id](const Error &error) { return advice_on(error, *id); });
}

} // namespace flow::client
