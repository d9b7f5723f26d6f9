#pragma once

#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <flow_client/client.hpp>

#include "client/flowctl/exit_code.hpp"
#include "client/flowctl/settings_sources.hpp"

namespace flow::client {

/// One call of flowctl: what holds for any command, and the exit code that it ends with.
struct Session {
  SettingSources sources;
  bool agreed = false; ///< nobody is to be asked
  bool json = false;   ///< print one JSON document instead of text
  ExitCode exit_code = kDone;
};

/// The flags that any command takes.
void add_settings(CLI::App &app, Session &session);

CLI::App &add_command(CLI::App &app, const char *name, const char *about);

/// An option whose value is an instant, as parse_time() reads it.
CLI::Option *add_time(CLI::App &command, const char *flag, const char *about,
                      std::function<void(Time time)> store);

/// What the user can do about an error; empty where only the error itself can tell.
using Advice = std::function<std::string(const Error &error)>;

/// Once the command line is parsed and names `command`, and no command below it, `action` is done. An Error
/// is printed with advice and decides the exit code; anything else that is thrown is for main().
void on_parsed(CLI::App &command, Session &session, std::function<ExitCode()> action, Advice advice);

/// The same for a command that calls Flow Service. Without `advice`, it is the contract's.
void on_call(CLI::App &command, Session &session, std::function<ExitCode(const Client &client)> action,
             Advice advice = {});

/// Before anything is changed: in a protected profile it is asked for on a terminal, and has to be agreed to
/// by --yes elsewhere. `what` begins a sentence: "retry run …". Throws SettingsError where it is not agreed
/// to.
void require_agreement(const Session &session, const std::string &what);

/// Prints the error and gives its exit code.
ExitCode tell(const Error &error, const Session &session, const std::string &advice);

ExitCode exit_code_of(const Error &error);

} // namespace flow::client
