#include "client/flowctl/commands.hpp"

#include <algorithm>
#include <iostream>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/exit_code.hpp"
#include "client/flowctl/output.hpp"

namespace flow::client {

namespace {

/// All of them before the first is retried: each retry adds a run to the list.
std::vector<Run> failed_runs(const Client &client, const RunQuery &given) {
  RunQuery query = given;
  query.status = "failed";
  query.page_size = 100;
  query.orderby = "createdAt"; // data is ingested again in the order in which it failed
  std::vector<Run> runs;
  for (const Run &run : client.runs(query)) {
    runs.push_back(run);
  }
  return runs;
}

/// Whether the others may fare better.
bool concerns_one_run(const Error &error) {
  return error.kind == ErrorKind::service;
}

Retried retried(const Client &client, const std::string &run_id, const RetryOptions &options) {
  try {
    return {.run_id = run_id, .made = client.retry(run_id, options), .error = {}, .advice = {}};
  } catch (const Error &error) {
    return {.run_id = run_id, .made = {}, .error = error, .advice = advice_on(error, run_id)};
  }
}

} // namespace

int retry_all_failed(const Client &client, const Arguments &arguments) {
  const std::vector<Run> runs = failed_runs(client, arguments.query);
  if (arguments.dry_run) {
    std::cout << (arguments.json ? json(Shown<Run>{runs}) : readable(Shown<Run>{runs}));
    return kDone;
  }
  RetryReport report;
  int exit_code = kDone;
  for (const Run &run : runs) {
    report.retried.push_back(retried(client, run.id, arguments.retry));
    const Retried &last = report.retried.back();
    if (!arguments.json) {
      std::cout << readable(last) << std::flush;
    }
    if (last.error) {
      // Of several, the one that asks most of the user: 6 after 5 after 1.
      exit_code = std::max(exit_code, exit_code_of(*last.error));
      if (!concerns_one_run(*last.error)) {
        break;
      }
    }
  }
  report.not_tried = runs.size() - report.retried.size();
  std::cout << (arguments.json ? json(report) : readable(report));
  return exit_code;
}

} // namespace flow::client
