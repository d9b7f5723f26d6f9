#pragma once

#include <chrono>
#include <string>

#include <CLI/CLI.hpp>

#include "client/flowctl/session.hpp"

/// Commands that make a run or wait for one.
namespace flow::client {

/// Whether, and how long, to wait for a run to end.
struct Waiting {
  bool wait = false;
  std::chrono::milliseconds timeout = std::chrono::minutes(10);
};

void add_timeout(CLI::App &command, Waiting &waiting);
void add_repeat_when_unknown(CLI::App &command, bool &repeat);

/// Waits, shows the run as it was last seen, and gives the exit code for its state.
ExitCode wait_for(const Client &client, const std::string &run_id, const Waiting &waiting,
                  const Session &session);

/// Shows a run that was just made and, if asked for, how it ends. `done` says how it was made, for an error
/// while waiting.
ExitCode show_new(const Client &client, const NewRun &run, const std::string &done, const Waiting &waiting,
                  const Session &session);

} // namespace flow::client
