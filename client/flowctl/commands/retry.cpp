#include <algorithm>
#include <iostream>
#include <memory>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/commands/wait.hpp"
#include "client/flowctl/output.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

struct RetryArguments {
  std::string run_id;
  bool all_failed = false; ///< not one run, but all that failed
  std::string flow_id;     ///< of --all-failed
  bool dry_run = false;
  Waiting waiting;
  RetryOptions retry;
};

/// One run of `retry --all-failed`: the new run, or the error.
struct Retried {
  std::string run_id;
  std::optional<NewRun> made;
  std::optional<Error> error;
};

std::string advice_on_retry(const Error &error, const std::string &run_id) {
  return error.kind == ErrorKind::unknown_outcome
             ? "To see the flowId: flowctl get " + run_id +
                   ". If two new runs do no harm, use --repeat-when-unknown."
             : advice_on(error, run_id);
}

/// All of them before the first is retried: each retry adds a run to the list.
std::vector<Run> failed_runs(const Client &client, const std::string &flow_id) {
  RunQuery query;
  query.flow_id = flow_id;
  query.status = "failed";
  query.page_size = 100;
  query.orderby = "createdAt"; // data is ingested again in the order in which it failed
  std::vector<Run> runs;
  for (const Run &run : client.runs(query)) {
    runs.push_back(run);
  }
  return runs;
}

Retried retried(const Client &client, const std::string &run_id, const RetryOptions &options) {
  try {
    return {.run_id = run_id, .made = client.retry(run_id, options), .error = {}};
  } catch (const Error &error) {
    return {.run_id = run_id, .made = {}, .error = error};
  }
}

/// "4fb0418e-…  new run 3fb0418e-…"
std::string readable_retried(const Retried &one) {
  return printable(one.run_id + "  " +
                   (one.made ? "new run " + one.made->id : std::string(one.error->what()))) +
         "\n";
}

/// {"retried": [{"id", "new": {"id", "etag"}} or {"id", "error": {…}}], "not_tried": 0}, or
/// "1 retried, 3 not, 2 not tried".
std::string report_of(const std::vector<Retried> &all, std::size_t not_tried, bool as_json) {
  if (!as_json) {
    const auto made = std::count_if(all.begin(), all.end(), [](const Retried &one) { return !one.error; });
    return std::to_string(made) + " retried, " +
           std::to_string(static_cast<std::ptrdiff_t>(all.size()) - made) + " not" +
           (not_tried == 0 ? "" : ", " + std::to_string(not_tried) + " not tried") + "\n";
  }
  Json entries = Json::array();
  for (const Retried &one : all) {
    entries.push_back(
        one.made ? Json{{"id", one.run_id}, {"new", document_of(*one.made)}}
                 : Json{{"id", one.run_id},
                        {"error", document_of(*one.error, advice_on_retry(*one.error, one.run_id))}});
  }
  return json_text({{"retried", std::move(entries)}, {"not_tried", not_tried}});
}

/// Goes on after a run that the service refuses to retry; stops at an error that the others would meet as
/// well.
ExitCode retry_all_failed(const Client &client, const RetryArguments &given, const Session &session) {
  const std::vector<Run> runs = failed_runs(client, given.flow_id);
  if (given.dry_run) {
    std::cout << (session.json ? json_of_list(runs, false) : readable(runs));
    return kDone;
  }
  std::vector<Retried> all;
  ExitCode exit_code = kDone;
  for (const Run &run : runs) {
    const Retried &last = all.emplace_back(retried(client, run.id, given.retry));
    if (!session.json) {
      std::cout << readable_retried(last) << std::flush;
    }
    if (last.error) {
      // Of several, the one that asks most of the user: 6 after 5 after 1.
      exit_code = std::max(exit_code, exit_code_of(*last.error));
      if (last.error->kind != ErrorKind::service) {
        break;
      }
    }
  }
  std::cout << report_of(all, runs.size() - all.size(), session.json);
  return exit_code;
}

} // namespace

void add_retry(CLI::App &app, Session &session) {
  CLI::App &command = add_command(
      app, "retry", "Retry a failed run, or a successful one without ingested records; or all failed runs");
  const auto given = std::make_shared<RetryArguments>();
  CLI::App *which = command.add_option_group("which", "One of");
  which->add_option("RUN", given->run_id, "Id of the run")->type_name("");
  CLI::Option *all = which->add_flag("--all-failed", given->all_failed,
                                     "Every failed run, including those that were retried before");
  which->require_option(1);
  command.add_option("--flow", given->flow_id, "With --all-failed: only runs of this flow")
      ->needs(all)
      ->type_name("FLOW");
  command.add_flag("--dry-run", given->dry_run, "With --all-failed: only list them")->needs(all);
  command.add_flag("--wait", given->waiting.wait, "Wait for the new run to end")->excludes(all);
  add_timeout(command, given->waiting);
  command
      .add_option("--if-match", given->retry.if_match,
                  "Only if the run still has this etag (with its quotes)")
      ->excludes(all);
  add_repeat_when_unknown(command, given->retry.repeat_when_unknown);
  on_call(
      command, session,
      [given, &session](const Client &client) {
        return given->all_failed ? retry_all_failed(client, *given, session)
                                 : show_new(client, client.retry(given->run_id, given->retry),
                                            "The retry itself succeeded and", given->waiting, session);
      },
      [given](const Error &error) { return advice_on_retry(error, given->run_id); });
}

} // namespace flow::client
