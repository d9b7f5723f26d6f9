#include "client/flowctl/mock_arguments.hpp"

namespace flow::client {

namespace {

constexpr const char *kMockFooter =
    R"(The mock is that of --base-url [FLOW_BASE_URL], its path aside; no token of the service is needed, only
--admin-token [FLOW_MOCK_ADMIN_TOKEN] where the mock was started with one. What concerns one sandbox means that
of --org [FLOW_ORG] and --sandbox [FLOW_SANDBOX].
A DURATION is 500ms, 30s, 5m, 1h or 2d; a TIME is epoch seconds, epoch milliseconds, or 2022-05-03T14:00:00Z.
Settings and exit codes: flowctl --help)";

constexpr const char *kOutcomes =
    "failed, success, success-without-records, in-progress, or another documented "
    "status, such as partialSuccess or queued";

CLI::App *add_mock_command(CLI::App &app, const char *name, const char *about) {
  CLI::App *command = app.add_subcommand(name, about);
  command->footer("Settings, DURATION and TIME: flowctl mock --help");
  return command;
}

CLI::Option *add_id(CLI::App &command, const char *name, const char *about, std::string &id) {
  const auto not_empty = [](const std::string &text) {
    return text.empty() ? std::string("an id is not empty") : std::string();
  };
  return command.add_option(name, id, about)->type_name("")->check(not_empty);
}

void add_global(CLI::App &command, MockArguments &arguments, const char *about) {
  command.add_flag("--any-sandbox", arguments.global, about);
}

void add_runs(CLI::App &mock, MockArguments &arguments) {
  CLI::App *state = add_mock_command(mock, "state", "Show or set the state of a run");
  add_id(*state, "RUN", "Id of the run", arguments.id)->required();
  state->add_option("STATE", arguments.state, kOutcomes)->type_name("");
  CLI::App *flow = add_mock_command(mock, "flow", "Show or set the state of a flow");
  add_id(*flow, "FLOW", "Id of the flow", arguments.id)->required();
  flow->add_option("STATE", arguments.state,
                   "enabled, disabled, draft, …; only in enabled its runs can be retried")
      ->type_name("");
  CLI::App *script = add_mock_command(
      mock, "script", "Show or set what the next retries of a run, or new runs of a flow, come to");
  script->add_option("RUN", arguments.id, "Id of the run; none with --flow")->type_name("");
  script
      ->add_option("OUTCOME", arguments.script,
                   "What comes one after the other; without one, the script is shown")
      ->type_name("[:DURATION]");
  script->add_flag("--clear", arguments.clear, "Forget the script");
  script->add_option("--flow", arguments.flow_id, "Script this flow instead of a run")->type_name("FLOW");
  script->footer("flowctl mock script RUN failed failed:30s success:5m\n"
                 "An OUTCOME is " +
                 std::string(kOutcomes) +
                 ".\nA DURATION is how long the run takes.\nSettings and DURATION: flowctl mock --help");
}

void add_clock(CLI::App &mock, MockArguments &arguments) {
  CLI::App *clock = add_mock_command(mock, "clock", "Show or steer the time of a sandbox");
  clock->require_subcommand(0, 1);
  clock->add_flag("--global", arguments.global, "The clock that sandboxes without one of their own follow");
  add_mock_command(*clock, "freeze", "Let time stand still");
  add_mock_command(*clock, "resume", "Let time go on");
  add_mock_command(*clock, "set", "Go forward to a time")
      ->add_option("TIME", arguments.time, "When it shall be")
      ->required()
      ->type_name("");
  add_mock_command(*clock, "advance", "Go forward by a duration")
      ->add_option("DURATION", arguments.duration, "500ms, 30s, 5m, 1h")
      ->required()
      ->type_name("");
}

void add_fault_add(CLI::App &fault, MockArguments &arguments) {
  CLI::App *add = add_mock_command(fault, "add", "Let something go wrong");
  FaultArguments &given = arguments.fault;
  add->add_option("TYPE", given.type, "latency, status, reset, truncate, slow-body, malformed-json or hang")
      ->required()
      ->type_name("");
  add->add_option("ATTRIBUTE", given.attributes,
                  "latencyMs=200 jitterMs=50, status=429 retryAfterS=3, bytes=10, …")
      ->type_name("KEY=VALUE");
  add->add_option("--method", given.method, "Only requests with this method")->type_name("METHOD");
  add->add_option("--path", given.path, "Only requests with this path: '/runs/*/action'")->type_name("GLOB");
  add->add_option("--header", given.headers, "Only requests with this header; may be repeated, all hold")
      ->expected(1)
      ->take_all()
      ->type_name("NAME:VALUE");
  add->add_option("--times", given.times, "Only the next N of them; else until it is removed")
      ->check(CLI::Range(1, 1'000'000'000).description(""))
      ->type_name("N");
  add->add_option("--probability", given.probability, "How many of them, from 0 to 1")
      ->check(CLI::Range(0.0, 1.0).description(""))
      ->type_name("P");
  add->add_option("--seed", given.seed, "Of the random numbers")->type_name("N");
  add->add_option("--at", given.at,
                  "request: before anything is carried out; answer: after it was, only the answer is spoiled")
      ->check(CLI::IsMember({"request", "answer"}).description(""))
      ->type_name("WHERE");
  add->footer("flowctl mock fault add status status=503 --path '/runs/*/action' --times 2\n"
              "flowctl mock fault add latency latencyMs=200 jitterMs=50 --probability 0.1\n"
              "Settings: flowctl mock --help");
}

void add_faults(CLI::App &mock, MockArguments &arguments) {
  CLI::App *fault = add_mock_command(mock, "fault", "Let something go wrong, and right again");
  fault->require_subcommand(1);
  add_global(*fault, arguments, "In any sandbox, also of requests that reach none, such as those for tokens");
  add_fault_add(*fault, arguments);
  add_mock_command(*fault, "list", "List faults, and how often each matched");
  add_id(*add_mock_command(*fault, "remove", "Remove a fault"), "ID", "Id of the fault", arguments.id)
      ->required();
  add_mock_command(*fault, "clear", "Remove all faults");
}

void add_filter(CLI::App &command, MockArguments &arguments, const std::string &name, const char *about) {
  command
      .add_option_function<std::string>(
          "--" + name,
          [&arguments, name](const std::string &value) { arguments.filters.emplace_back(name, value); },
          about)
      ->type_name("TEXT");
}

void add_journal(CLI::App &mock, MockArguments &arguments) {
  CLI::App *journal = add_mock_command(mock, "journal", "List the requests that the mock has answered");
  add_global(*journal, arguments, "Of all sandboxes, and those that reached none");
  add_filter(*journal, arguments, "run", "Only requests about this run");
  add_filter(*journal, arguments, "status", "Only those answered with this status");
  add_filter(*journal, arguments, "operation", "Only those of this operation: retry_run, get_run, …");
  add_filter(*journal, arguments, "method", "Only those with this method");
  add_filter(*journal, arguments, "path", "Only those with this path");
  add_filter(*journal, arguments, "fault", "Only those that this fault hit");
  add_filter(*journal, arguments, "clause", "Only those that this clause of the contract speaks of");
  journal->add_flag_callback(
      "--violated", [&arguments] { arguments.filters.emplace_back("violated", "true"); },
      "Only those that break the contract");
  CLI::Option *clear = journal->add_flag("--clear", arguments.clear, "Forget all requests so far");
  CLI::Option *limit =
      journal
          ->add_option_function<int>(
              "--limit",
              [&arguments](int limit) { arguments.filters.emplace_back("limit", std::to_string(limit)); },
              "How many to list at most: the latest")
          ->check(CLI::Range(1, 1'000'000).description(""))
          ->type_name("N");
  journal->add_flag("--count", arguments.count, "Only how many there are, and how close together")
      ->excludes(clear)
      ->excludes(limit);
}

void add_verdicts(CLI::App &mock, MockArguments &arguments) {
  CLI::App *violations =
      add_mock_command(mock, "violations", "List requests that broke the contract, and how to mend them");
  add_global(*violations, arguments, "Of all sandboxes, and of requests that reached none");
  violations->add_flag("--clear", arguments.clear, "Forget them");
  CLI::App *expect = add_mock_command(
      mock, "expect", "Announce what the next requests break on purpose: it counts as no violation");
  expect->add_option("CLAUSE", arguments.clauses, "Ids of clauses; each is broken at least once")
      ->required()
      ->type_name("...");
  expect->add_option("--requests", arguments.requests, "Within so many requests")
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->type_name("N")
      ->capture_default_str();
  add_mock_command(mock, "coverage",
                   "List the clauses of the contract, and which the requests so far exercised")
      ->add_flag("--clear", arguments.clear, "Begin anew");
}

void add_sandbox(CLI::App &mock, MockArguments &arguments) {
  add_mock_command(mock, "reset", "Put a sandbox back to the seed, its clock, faults and journal, too")
      ->add_flag("--all", arguments.global, "Every sandbox");
  add_mock_command(mock, "snapshot", "Write a sandbox as a seed file, as flow-mock --seed reads it")
      ->add_option("FILE", arguments.file, "Where to; else to standard output")
      ->type_name("");
  add_mock_command(mock, "restore", "Make a sandbox what a seed file says")
      ->add_option("FILE", arguments.file, "A snapshot, or any seed file")
      ->required()
      ->type_name("");
}

void add_events(CLI::App &mock, MockArguments &arguments) {
  add_mock_command(mock, "webhook", "Show or set where a sandbox posts that a run has ended")
      ->add_option("URL", arguments.webhook, "An http or https URL, or off")
      ->type_name("");
  add_mock_command(mock, "events", "List the notifications of ended runs, and what became of them");
  add_id(*add_mock_command(mock, "redeliver", "Post a notification once more"), "EVENT", "Id of the event",
         arguments.id)
      ->required();
}

} // namespace

void add_mock(CLI::App &app, MockArguments &arguments) {
  CLI::App *mock = app.add_subcommand("mock", "Steer a flow-mock, and see what happened in it");
  mock->require_subcommand(1);
  mock->footer(kMockFooter);
  add_runs(*mock, arguments);
  add_clock(*mock, arguments);
  add_faults(*mock, arguments);
  add_journal(*mock, arguments);
  add_verdicts(*mock, arguments);
  add_sandbox(*mock, arguments);
  add_events(*mock, arguments);
  add_mock_command(*mock, "health", "Whether the mock is ready");
  add_mock_command(*mock, "settings", "Show the settings that the mock goes by");
}

} // namespace flow::client
