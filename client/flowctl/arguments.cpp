#include "client/flowctl/arguments.hpp"

#include "client/flowctl/time_text.hpp"

namespace flow::client {

namespace {

CLI::App *add_command(CLI::App &app, const char *name, const char *about) {
  CLI::App *command = app.add_subcommand(name, about);
  command->footer("Settings and exit codes: flowctl --help");
  return command;
}

void add_run(CLI::App &command, Arguments &arguments) {
  command.add_option("RUN", arguments.run_id, "Id of the run")->required()->type_name("");
}

void add_flow(CLI::App &command, Arguments &arguments) {
  command.add_option("FLOW", arguments.flow_id, "Id of the flow")->required()->type_name("");
}

void add_timeout(CLI::App &command, Arguments &arguments) {
  constexpr double kTenYears = 315'576'000;
  command.add_option("--timeout", arguments.timeout_s, "Seconds to wait for the run to end")
      ->check(CLI::Range(0.0, kTenYears).description(""))
      ->type_name("SECONDS")
      ->capture_default_str();
}

void add_repeat(CLI::App &command, Arguments &arguments) {
  command.add_flag("--repeat-when-unknown", arguments.retry.repeat_when_unknown,
                   "Try again even if the first try may have arrived; there may be two new runs then");
}

template <typename Store>
CLI::Option *add_time(CLI::App &command, const char *flag, const char *about, Store store) {
  return command
      .add_option_function<std::string>(
          flag,
          [store](const std::string &text) {
            try {
              store(parse_time(text));
            } catch (const std::invalid_argument &error) {
              throw CLI::ValidationError(error.what());
            }
          },
          about)
      ->type_name("TIME");
}

void add_retry(CLI::App &app, Arguments &arguments) {
  CLI::App *command = add_command(
      app, "retry",
      "Run a failed run, or a successful one without ingested records, again; or all failed ones");
  CLI::App *which = command->add_option_group("which", "One of");
  which->add_option("RUN", arguments.run_id, "Id of the run")->type_name("");
  CLI::Option *all =
      which->add_flag("--all-failed", arguments.all_failed,
                      "Every run that failed, also those that were retried before: each time anew");
  which->require_option(1);
  command->add_option("--flow", arguments.query.flow_id, "Of --all-failed: only runs of this flow")
      ->needs(all)
      ->type_name("FLOW");
  command->add_flag("--dry-run", arguments.dry_run, "Of --all-failed: only list them")->needs(all);
  command->add_flag("--wait", arguments.wait, "Wait for the new run to end")->excludes(all);
  add_timeout(*command, arguments);
  command
      ->add_option("--if-match", arguments.retry.if_match,
                   "Only if the run still has this etag (with its quotes)")
      ->excludes(all);
  add_repeat(*command, arguments);
}

void add_limits(CLI::App &command, Arguments &arguments) {
  CLI::Option *limit = command.add_option("--limit", arguments.limit, "How many to show at most")
                           ->check(CLI::Range(1, 1'000'000).description(""))
                           ->type_name("N")
                           ->capture_default_str();
  CLI::Option *all = command.add_flag("--all", arguments.all, "Show all there are")->excludes(limit);
  CLI::Option *order =
      command
          .add_option("--orderby", arguments.query.orderby,
                      "Field to sort by: --orderby=createdAt, or --orderby=-createdAt for the "
                      "latest first, as without it; several with commas")
          ->type_name("FIELD");
  command.add_flag("--count", arguments.count, "Only how many there are")
      ->excludes(limit)
      ->excludes(all)
      ->excludes(order);
  command
      .add_option(
          "--property", arguments.query.properties,
          "A filter as the service reads it, e.g. 'createdAt>1651587120000'; may be repeated, all hold")
      ->expected(1)
      ->take_all()
      ->type_name("P");
}

void add_list(CLI::App &app, Arguments &arguments) {
  CLI::App *command = add_command(app, "list", "List runs");
  RunQuery &query = arguments.query;
  command->add_option("--flow", query.flow_id, "Only runs of this flow")->type_name("FLOW");
  command->add_option("--status", query.status, "Only runs that are success, failed or inProgress")
      ->type_name("STATUS");
  add_time(*command, "--started-after", "Only runs started after this time",
           [&query](Time time) { query.started_after = time; });
  add_time(*command, "--started-before", "Only runs started before this time",
           [&query](Time time) { query.started_before = time; });
  add_limits(*command, arguments);
  command->footer("TIME is epoch seconds, epoch milliseconds, or 2022-05-03T14:00:00Z.\n"
                  "Settings and exit codes: flowctl --help");
}

void add_create(CLI::App &app, Arguments &arguments) {
  CLI::App *command = add_command(app, "create", "Make a run of a flow that is scheduled once");
  NewRunRequest &request = arguments.create;
  add_flow(*command, arguments);
  add_time(*command, "--window-start", "The run reads what is as new as this", [&request](Time time) {
    request.window.start = time;
  })->required();
  add_time(*command, "--window-end", "… and older than this", [&request](Time time) {
    request.window.end = time;
  })->required();
  add_time(*command, "--start", "When it is to start; else now",
           [&request](Time time) { request.start = time; });
  command
      ->add_option("--delta-column", request.delta_column,
                   "Column that tells new rows; a later run of the flow may name no other")
      ->type_name("NAME");
  command->add_flag("--wait", arguments.wait, "Wait for the new run to end");
  add_timeout(*command, arguments);
  add_repeat(*command, arguments);
  command->footer(
      "TIME is epoch seconds, epoch milliseconds, or 2022-05-03T14:00:00Z; whole seconds are sent.\n"
      "Settings and exit codes: flowctl --help");
}

} // namespace

void add_settings(CLI::App &app, Arguments &arguments) {
  for (const SettingName &name : setting_names()) {
    if (name.flag == nullptr) {
      continue;
    }
    app.add_option_function<std::string>(
           name.flag,
           [&arguments, key = name.key](const std::string &value) { arguments.flags[key] = value; },
           std::string(name.help) + " [" + name.variable + "]")
        ->type_name("TEXT");
  }
  app.add_option("--config", arguments.config,
                 "Settings file [FLOW_CONFIG], else flowctl.toml in $XDG_CONFIG_HOME or ~/.config");
  app.add_flag("--json", arguments.json, "One JSON document instead of text");
}

void add_commands(CLI::App &app, Arguments &arguments) {
  add_retry(app, arguments);
  add_run(*add_command(app, "get", "Show a run"), arguments);
  CLI::App *wait = add_command(app, "wait", "Wait for a run to end, and show it");
  add_run(*wait, arguments);
  add_timeout(*wait, arguments);
  add_list(app, arguments);
  add_create(app, arguments);
  add_limits(*add_command(app, "flows", "List flows"), arguments);
  add_flow(*add_command(app, "flow", "Show a flow"), arguments);
  add_mock(app, arguments.mock);
}

} // namespace flow::client
