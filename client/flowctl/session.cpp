#include "client/flowctl/session.hpp"

#include <iostream>
#include <utility>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/output.hpp"
#include "client/flowctl/terminal.hpp"
#include "client/flowctl/text_table.hpp"
#include "client/flowctl/time_text.hpp"

namespace flow::client {

void add_settings(CLI::App &app, Session &session) {
  for (const SettingName &name : setting_names()) {
    if (name.flag == nullptr) {
      continue;
    }
    app.add_option_function<std::string>(
           name.flag,
           [&session, key = name.key](const std::string &value) { session.sources.flags[key] = value; },
           std::string(name.help) + " [" + name.variable + "]")
        ->type_name("TEXT");
  }
  app.add_option("--config", session.sources.config,
                 "Settings file [FLOW_CONFIG], else flowctl.toml in $XDG_CONFIG_HOME or ~/.config");
  app.add_option("--profile", session.sources.profile,
                 "Profile of the settings file: what stands in it under [NAME] [FLOW_PROFILE]")
      ->type_name("NAME");
  app.add_flag("--yes", session.agreed,
               "Do not ask: in a profile that is protected, and before more than ten runs are retried");
  app.add_flag("--json", session.json, "Print one JSON document instead of text");
  app.add_flag_callback("--wide", set_wide_tables, "Tables as wide as their contents, on a terminal, too");
}

CLI::App &add_command(CLI::App &app, const char *name, const char *about) {
  CLI::App *command = app.add_subcommand(name, about);
  command->footer("Settings and exit codes: flowctl --help");
  return *command;
}

CLI::Option *add_time(CLI::App &command, const char *flag, const char *about,
                      std::function<void(Time time)> store) {
  return command
      .add_option_function<std::string>(
          flag,
          [store = std::move(store), flag](const std::string &text) {
            try {
              store(parse_time(text));
            } catch (const std::invalid_argument &error) {
              throw CLI::ValidationError(flag, error.what());
            }
          },
          about)
      ->type_name("TIME");
}

void on_parsed(CLI::App &command, Session &session, std::function<ExitCode()> action, Advice advice) {
  command.callback([&command, &session, action = std::move(action), advice = std::move(advice)] {
    if (!command.get_subcommands().empty()) {
      return;
    }
    try {
      session.exit_code = action();
    } catch (const Error &error) {
      session.exit_code = tell(error, session, advice(error));
    }
  });
}

void on_call(CLI::App &command, Session &session, std::function<ExitCode(const Client &client)> action,
             Advice advice) {
  on_parsed(
      command, session,
      [&session, action = std::move(action)] { return action(Client(settings_from(session.sources))); },
      advice ? std::move(advice) : [](const Error &error) { return advice_on(error, ""); });
}

void require_agreement(const Session &session, const std::string &what) {
  if (session.agreed || !is_protected(session.sources)) {
    return;
  }
  if (!is_terminal(Stream::in) || !is_terminal(Stream::error)) {
    throw SettingsError("the profile in use is protected: to " + what + ", give --yes");
  }
  if (!agreed("The profile in use is protected. Really " + what + "?")) {
    throw SettingsError("nothing was changed");
  }
}

ExitCode tell(const Error &error, const Session &session, const std::string &advice) {
  std::cerr << (session.json ? json(error, advice) : readable(error, advice));
  return exit_code_of(error);
}

ExitCode exit_code_of(const Error &error) {
  switch (error.kind) {
  case ErrorKind::service:
  case ErrorKind::gateway:
  case ErrorKind::token_refused:
    return kRefused;
  case ErrorKind::connection:
  case ErrorKind::timeout:
  case ErrorKind::malformed_answer:
    return kNoAnswer;
  case ErrorKind::unknown_outcome:
    return kOutcomeUnknown;
  }
  return kNoAnswer;
}

} // namespace flow::client
