#include <memory>

#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/commands/retry_all.hpp"
#include "client/flowctl/commands/wait.hpp"
#include "client/flowctl/time_text.hpp"

namespace flow::client {

namespace {

struct RetryArguments {
  std::string run_id;
  bool all_failed = false; ///< not one run, but all that failed
  RetryAll all;
  Waiting waiting;
  RetryOptions retry;
};

/// What goes with --all-failed.
void add_all_options(CLI::App &command, CLI::Option *all, RetryAll &given) {
  command.add_option("--flow", given.flow_id, "With --all-failed: only runs of this flow")
      ->needs(all)
      ->type_name("FLOW");
  add_time(command, "--since", "With --all-failed: only runs that started after this time",
           [&given](Time time) { given.since = time; })
      ->needs(all);
  command.add_option("--limit", given.limit, "With --all-failed: at most so many, the oldest first")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}).description(""))
      ->needs(all)
      ->option_text("N");
  command.add_option("--parallel", given.parallel, "With --all-failed: so many at a time, in no order")
      ->check(CLI::Range(std::size_t{1}, std::size_t{64}).description(""))
      ->needs(all)
      ->option_text("N [1]");
  command.add_flag("--dry-run", given.dry_run, "With --all-failed: only list them")->needs(all);
}

} // namespace

void add_retry(CLI::App &app, Session &session) {
  CLI::App &command = add_command(
      app, "retry", "Retry a failed run, or a successful one without ingested records; or all failed runs");
  command.footer(std::string("TIME is ") + kTimeForms + ".\nSettings and exit codes: flowctl --help");
  const auto given = std::make_shared<RetryArguments>();
  CLI::App *which = command.add_option_group("which", "One of");
  which->add_option("RUN", given->run_id, "Id of the run")->type_name("");
  CLI::Option *all = which->add_flag("--all-failed", given->all_failed,
                                     "Every failed run, including those that were retried before");
  which->require_option(1);
  add_all_options(command, all, given->all);
  command.add_flag("--wait", given->waiting.wait, "Wait for the new run to end, or for all of them");
  add_timeout(command, given->waiting);
  command
      .add_option("--if-match", given->retry.if_match,
                  "Only if the run still has this etag (with its quotes)")
      ->excludes(all);
  add_repeat_when_unknown(command, given->retry.repeat_when_unknown);
  on_call(
      command, session,
      [given, &session](const Client &client) {
        if (!given->all_failed) {
          require_agreement(session, "retry run " + given->run_id);
        }
        return given->all_failed ? retry_all_failed(client, given->all, given->retry, given->waiting, session)
                                 : show_new(client, client.retry(given->run_id, given->retry),
                                            "The retry itself succeeded and", given->waiting, session);
      },
      [given](const Error &error) { return advice_on_retry(error, given->run_id); });
}

} // namespace flow::client
