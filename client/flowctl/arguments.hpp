#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <flow_client/client.hpp>

#include "client/flowctl/mock_arguments.hpp"
#include "client/flowctl/settings_sources.hpp"

namespace flow::client {

/// The command line, as given.
struct Arguments {
  SettingValues flags;
  std::optional<std::string> config;
  bool json = false;
  std::string run_id;
  std::string flow_id;
  bool wait = false;
  double timeout_s = 600;
  RetryOptions retry;
  bool all_failed = false; ///< `retry`: not one run, but all that failed
  bool dry_run = false;
  RunQuery query;
  std::size_t limit = 20;
  bool all = false; ///< `list`, `flows`: no limit
  bool count = false;
  NewRunRequest create;
  MockArguments mock;
};

/// Flags and commands, which fill `arguments` when `app` parses.
void add_settings(CLI::App &app, Arguments &arguments);
void add_commands(CLI::App &app, Arguments &arguments);

} // namespace flow::client
