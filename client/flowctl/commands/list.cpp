#include "client/flowctl/commands/list.hpp"

#include <memory>

#include "client/flowctl/commands/commands.hpp"

namespace flow::client {

void add_list_options(CLI::App &command, ListArguments &given) {
  CLI::Option *limit = command.add_option("--limit", given.limit, "Maximum number to show")
                           ->check(CLI::Range(1, 1'000'000).description(""))
                           ->type_name("N")
                           ->capture_default_str();
  CLI::Option *all = command.add_flag("--all", given.all, "Show all")->excludes(limit);
  CLI::Option *order =
      command
          .add_option("--orderby", given.orderby,
                      "Field to sort by: --orderby=createdAt, or --orderby=-createdAt for the "
                      "latest first (the default); several are separated by commas")
          ->type_name("FIELD");
  command.add_flag("--count", given.count, "Only print their number")
      ->excludes(limit)
      ->excludes(all)
      ->excludes(order);
  command
      .add_option(
          "--property", given.properties,
          "A filter in the service's syntax, e.g. 'createdAt>1651587120000'; repeatable, all must match")
      ->expected(1)
      ->take_all()
      ->type_name("P");
}

void add_list(CLI::App &app, Session &session) {
  CLI::App &command = add_command(app, "list", "List runs");
  command.footer("TIME is epoch seconds, epoch milliseconds, or 2022-05-03T14:00:00Z.\n"
                 "Settings and exit codes: flowctl --help");
  const auto query = std::make_shared<RunQuery>();
  const auto given = std::make_shared<ListArguments>();
  command.add_option("--flow", query->flow_id, "Only runs of this flow")->type_name("FLOW");
  command.add_option("--status", query->status, "Only runs that are success, failed or inProgress")
      ->type_name("STATUS");
  add_time(command, "--started-after", "Only runs started after this time",
           [query](Time time) { query->started_after = time; });
  add_time(command, "--started-before", "Only runs started before this time",
           [query](Time time) { query->started_before = time; });
  add_list_options(command, *given);
  on_call(command, session, [query, given, &session](const Client &client) {
    return show_list<RunQuery, Run>(client, *query, &Client::runs, *given, session, readable);
  });
}

} // namespace flow::client
