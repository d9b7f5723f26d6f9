#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

#include "common/printable.hpp"
#include "common/standard_streams.hpp"
#include "common/whole_file.hpp"
#include "contracts/report/earlier.hpp"
#include "contracts/suite/find_states.hpp"
#include "contracts/suite/html_report.hpp"
#include "contracts/suite/patience.hpp"
#include "contracts/suite/plan.hpp"
#include "contracts/suite/preflight.hpp"
#include "contracts/suite/registered_tests.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/run_options.hpp"

namespace {

using namespace flow::contract;
namespace report = flow::report;

constexpr int kAllHeld = 0;
constexpr int kClauseBroken = 1;
constexpr int kCouldNotRun = 2;

void require_writable(const std::string &file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  std::error_code ignored; // the file then cannot be opened
  std::filesystem::create_directories(folder, ignored);
  flow::check_writable(file);
}

void sleep_for(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

/// Gets a token where only client credentials are given.
void take_token(const ServerOptions &options, Target &target, const Ask &ask) {
  if (options.token.empty() && !options.client.id.empty()) {
    target.token = token_for(options.client, ask);
  }
}

/// The runs and the sandbox that the clauses share, unless each gets a sandbox of its own from the mock.
void take_sandbox(const RunOptions &options, Target &target, bool is_mock) {
  if (is_mock && options.states.empty()) {
    return;
  }
  require_credentials(options.server,
                      options.states.empty() ? target.base_url + " is not a flow-mock: it" : "--states");
  target.sandbox = options.server.sandbox;
  target.states.clear();
  if (!options.states.empty()) {
    read_states(options.states, target);
  }
}

/// Those of --compare, if it is given.
std::optional<EarlierOutcomes> earlier_outcomes(const std::string &file) {
  if (file.empty()) {
    return std::nullopt;
  }
  try {
    return report::earlier_in(file, outcomes_in);
  } catch (const std::runtime_error &error) {
    throw CannotRun(std::string("--compare: ") + error.what());
  }
}

int run(const RunOptions &options) {
  Target target = target_of(options.server);
  target.reading = options.reading;
  const auto clauses = fitting(chosen(options.selection), target);
  if (clauses.empty()) {
    throw CannotRun("none of these clauses holds in this --reading");
  }
  const std::optional<EarlierOutcomes> earlier = earlier_outcomes(options.compare);
  for (const std::string &file : {options.junit, options.json, options.sarif, options.html}) {
    if (!file.empty()) {
      require_writable(file);
    }
  }
  flow::HttpSender sender(target.ca_file);
  const Ask ask = patiently(asking(sender, target), sleep_for);
  const bool is_mock = is_flow_mock(target, ask);
  take_sandbox(options, target, is_mock);
  target.may_write = is_mock || options.allow_writes;
  const Plan plan =
      plan_of(clauses, target, is_mock ? std::nullopt : std::optional<std::size_t>(options.max_writes));
  if (options.dry_run || (!is_mock && options.allow_writes)) {
    std::cout << plan_text(plan, target, options.dry_run) << std::endl;
  }
  if (options.dry_run) {
    return kAllHeld;
  }
  take_token(options.server, target, ask);
  require_usable(target, ask);
  const bool has_secret = !options.server.token.empty() || !options.server.client.id.empty();
  const Ending ending = run_as_tests(plan, target, target.is_shared() ? spaced(ask, sleep_for) : ask,
                                     {.junit = options.junit,
                                      .json = options.json,
                                      .sarif = options.sarif,
                                      .html = options.html,
                                      .earlier = earlier,
                                      .github = options.github,
                                      .failures_only = options.failures_only,
                                      .secret = has_secret ? target.token : "",
                                      .all_decide = is_mock || options.strict});
  if (ending == Ending::given_up) {
    throw CannotRun("the server at " + target.base_url +
                    " stopped answering; the remaining clauses were skipped");
  }
  return ending == Ending::all_held ? kAllHeld : kClauseBroken;
}

int find(const ServerOptions &options, const std::string &file) {
  Target target = target_of(options);
  require_credentials(options, "find-states");
  target.sandbox = options.sandbox;
  if (!file.empty()) {
    require_writable(file);
  }
  flow::HttpSender sender(target.ca_file);
  const Ask ask = patiently(asking(sender, target), sleep_for);
  take_token(options, target, ask);
  require_usable(target, ask);
  const auto found = find_states(target, ask);
  std::cout << states_text(found);
  if (!file.empty()) {
    flow::write_whole(file, as_states_file(found));
  }
  return kAllHeld;
}

const Clause &clause_named(const std::string &id) {
  for (const Clause *clause : matching(id)) {
    if (clause->id == id) {
      return *clause;
    }
  }
  throw CannotRun("no clause has the id '" + id + "'; `flow-contract list` lists all ids");
}

int command_line(int argc, char **argv) {
  CLI::App app("Judges a server by the documented contract of Flow Service runs.");
  app.require_subcommand(1);
  app.set_version_flag("--version", "flow-contract " FLOW_CONTRACT_VERSION);

  RunOptions options;
  CLI::App *running =
      app.add_subcommand("run", "judge a server and report; exit status 0 if every clause held");
  add_run_options(*running, options);

  ServerOptions server;
  std::string states;
  CLI::App *finding =
      app.add_subcommand("find-states", "ask a server for runs and flows in the states that clauses need");
  add_server_options(*finding, server);
  finding->add_option("--states", states, "write their ids to this file, for run --states")
      ->type_name("FILE");

  Selection selection;
  CLI::App *listing = app.add_subcommand("list", "list the clauses without running them");
  bool json = false;
  add_choice(*listing, selection);
  listing->add_flag("--json", json, "print JSON");

  std::string id;
  CLI::App *showing = app.add_subcommand("show", "print one clause: requirement, source, requests, answers");
  showing->add_option("ID", id, "id of the clause, such as retry/op/missing")->required()->type_name("");

  CLI::App *ruling = app.add_subcommand("rules", "print all rules as Markdown");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? kAllHeld : kCouldNotRun;
  }
  if (*ruling) {
    std::cout << rules();
  } else if (*listing) {
    std::cout << (json ? listed_as_json(chosen(selection)) : listed(chosen(selection)));
  } else if (*showing) {
    std::cout << shown(clause_named(id));
  } else {
    return *finding ? find(server, states) : run(options);
  }
  return kAllHeld;
}

} // namespace

int main(int argc, char **argv) {
  flow::guard_standard_streams();
  try {
    return flow::exit_code_after_output("flow-contract", command_line(argc, argv), kCouldNotRun);
  } catch (const std::exception &error) {
    std::cerr << "flow-contract: " << flow::printable_lines(error.what()) << "\n";
    return kCouldNotRun;
  }
}
