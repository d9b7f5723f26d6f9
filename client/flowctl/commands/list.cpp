#include "client/flowctl/commands/list.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/printable.hpp"
#include "common/text.hpp"

namespace flow::client {

namespace {

/// Every documented one, in the spelling of the service's answers (monitor, openapi: StatusDTO).
constexpr std::array kStatuses{
    "success", "failed", "inProgress", "partialSuccess", "partialFailure",  "COMPLETED",      "Processing",
    "Waiting", "queued", "scheduled",  "IN_PROGRESS",    "PARTIAL_SUCCESS", "PARTIAL_FAILURE"};

/// Replaces a status by its documented spelling; what is wrong with it, or "".
std::string spelled_as_documented(std::string &status) {
  const auto known = std::find_if(kStatuses.begin(), kStatuses.end(),
                                  [&](const char *each) { return equal_ignoring_case(each, status); });
  if (known == kStatuses.end()) {
    return "no documented status is \"" + printable(status) + "\": " + CLI::detail::join(kStatuses, ", ") +
           "; for another one, --property metrics.statusSummary.status==" + printable(status);
  }
  status = *known;
  return "";
}

} // namespace

void add_limit_options(CLI::App &command, ListArguments &given) {
  CLI::Option *limit = command.add_option("--limit", given.limit, "Maximum number to show")
                           ->check(CLI::Range(1, 1'000'000).description(""))
                           ->type_name("N")
                           ->capture_default_str();
  command.add_flag("--all", given.all, "Show all")->excludes(limit);
}

void add_property_option(CLI::App &command, ListArguments &given) {
  command
      .add_option(
          "--property", given.properties,
          "A filter in the service's syntax, e.g. 'createdAt>1651587120000'; repeatable, all must match")
      ->expected(1)
      ->take_all()
      ->type_name("P");
}

void add_list_options(CLI::App &command, ListArguments &given) {
  add_limit_options(command, given);
  CLI::Option *order =
      command
          .add_option("--orderby", given.orderby,
                      "Field to sort by: --orderby=createdAt, or --orderby=-createdAt for the "
                      "latest first (the default); several are separated by commas")
          ->type_name("FIELD");
  command.add_flag("--count", given.count, "Only print their number")
      ->excludes(command.get_option("--limit"))
      ->excludes(command.get_option("--all"))
      ->excludes(order);
  add_property_option(command, given);
}

int page_size(const ListArguments &given) {
  constexpr std::size_t kMost = 100;
  return static_cast<int>(given.all ? kMost : std::min(given.limit + 1, kMost));
}

ExitCode show_count(std::int64_t count, const Session &session) {
  const std::string number = std::to_string(count);
  std::cout << (session.json ? "{\"count\": " + number + "}" : number) << "\n";
  return kDone;
}

void add_list(CLI::App &app, Session &session) {
  CLI::App &command = add_command(app, "list", "List runs");
  command.footer(std::string("TIME is ") + kTimeForms + ".\nSettings and exit codes: flowctl --help");
  const auto query = std::make_shared<RunQuery>();
  const auto given = std::make_shared<ListArguments>();
  command.add_option("--flow", query->flow_id, "Only runs of this flow")->type_name("FLOW");
  command
      .add_option("--status", query->status,
                  "Only runs with this status: " + CLI::detail::join(kStatuses, ", ") +
                      "; another one: --property metrics.statusSummary.status==STATUS")
      ->transform(CLI::Validator(spelled_as_documented, ""))
      ->type_name("STATUS");
  add_time(command, "--started-after", "Only runs started after this time",
           [query](Time time) { query->started_after = time; });
  add_time(command, "--started-before", "Only runs started before this time",
           [query](Time time) { query->started_before = time; });
  add_list_options(command, *given);
  on_call(command, session, [query, given, &session](const Client &client) {
    query->orderby = given->orderby;
    query->properties = given->properties;
    query->page_size = page_size(*given);
    return given->count ? show_count(client.count(*query), session)
                        : show_items(client.runs(*query), *given, session,
                                     [](const std::vector<Run> &runs) { return readable(runs); });
  });
}

} // namespace flow::client
