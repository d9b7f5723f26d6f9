#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "common/json_text.hpp"
#include "common/printable.hpp"
#include "common/standard_streams.hpp"
#include "common/whole_file.hpp"
#include "contracts/suite/registered_tests.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/run.hpp"

namespace {

using namespace flow::contract;

constexpr int kAllHeld = 0;
constexpr int kClauseBroken = 1;
constexpr int kCouldNotRun = 2;

/// Nothing was judged; says why and what to change.
struct CannotRun : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct RunOptions {
  std::string base_url;
  std::string junit;
  std::string filter;
  std::string states; ///< file
  std::string token;
  std::string api_key;
  std::string org;
  std::string sandbox;
  std::string reading = "tutorial";
  std::string edition = "newest";
  std::string ca_file;
};

std::vector<const Clause *> chosen(const std::string &filter) {
  auto clauses = matching(filter);
  if (clauses.empty()) {
    throw CannotRun("no clause matches '" + filter + "'; `flow-contract list` names them all");
  }
  return clauses;
}

/// The user's own runs and flows by provider state: a JSON object of strings.
void read_states(const std::string &file, Target &target) {
  std::ifstream stream(file);
  if (!stream) {
    throw CannotRun(file + ": cannot be read");
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const Json document = flow::json_or_discarded(text);
  if (!document.is_object()) {
    throw CannotRun(file + ": not a JSON object of provider state to run or flow id");
  }
  const auto known = provider_states();
  for (const auto &[state, run] : document.items()) {
    if (std::find(known.begin(), known.end(), state) == known.end()) {
      std::string names;
      for (const std::string_view name : known) {
        names += "\n  " + std::string(name);
      }
      throw CannotRun(file + ": no provider state is named '" + state + "'; there are:" + names);
    }
    if (!run.is_string()) {
      throw CannotRun(file + ": the id for '" + state + "' is not a string");
    }
    target.states[state] = run.get<std::string>();
  }
}

Target target_of(const RunOptions &options) {
  Target target = Target::mock(service_url(options.base_url));
  const auto take = [](const std::string &given, std::string &place) {
    place = given.empty() ? place : given;
  };
  take(options.token, target.token);
  take(options.api_key, target.api_key);
  take(options.org, target.org);
  target.reading = options.reading;
  target.edition = options.edition;
  target.ca_file = options.ca_file;
  if (options.states.empty()) {
    return target;
  }
  if (options.token.empty() || options.api_key.empty() || options.org.empty() || options.sandbox.empty()) {
    throw CannotRun("--states needs --token, --api-key, --org and --sandbox, or FLOW_TOKEN and so on");
  }
  target.sandbox = options.sandbox;
  target.states.clear();
  read_states(options.states, target);
  return target;
}

void require_writable(const std::string &file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  std::error_code ignored; // the file then cannot be opened
  std::filesystem::create_directories(folder, ignored);
  flow::check_writable(file);
}

void require_reachable(const Target &target) {
  try {
    flow::HttpSender sender(target.ca_file);
    ask(sender, {.method = "GET", .url = target.base_url + "/runs", .headers = {}, .body = {}});
  } catch (const flow::HttpFailure &error) {
    throw CannotRun("no server can be judged at " + target.base_url + ": " + error.what());
  }
}

int run(const RunOptions &options) {
  const Target target = target_of(options);
  const auto clauses = fitting(chosen(options.filter), target);
  if (clauses.empty()) {
    throw CannotRun("no clause that matches '" + options.filter + "' holds with --reading " +
                    options.reading + " and --edition " + options.edition);
  }
  if (!options.junit.empty()) {
    require_writable(options.junit);
  }
  require_reachable(target);
  return run_as_tests(clauses, target, options.junit, options.token) ? kAllHeld : kClauseBroken;
}

void add_run_options(CLI::App &command, RunOptions &options) {
  command
      .add_option("--base-url", options.base_url, "the server, with or without /data/foundation/flowservice")
      ->required()
      ->envname("FLOW_BASE_URL");
  command.add_option("--junit", options.junit, "write a JUnit report to this file");
  command.add_option("--filter", options.filter, "only these clauses: retry, retry/op, '*/missing'");
  command
      .add_option(
          "--states", options.states,
          "JSON file of provider state to run or flow id, for another server than the mock. Its runs are "
          "really retried. Clauses whose state it leaves out are skipped")
      ->type_name("FILE");
  command.add_option("--token", options.token, "access token")->envname("FLOW_TOKEN");
  command.add_option("--api-key", options.api_key, "x-api-key")->envname("FLOW_API_KEY");
  command.add_option("--org", options.org, "x-gw-ims-org-id")->envname("FLOW_ORG");
  command
      .add_option("--sandbox", options.sandbox,
                  "with --states: where its runs are. On the mock each clause has its own")
      ->envname("FLOW_SANDBOX");
  command
      .add_option("--reading", options.reading,
                  "which of Adobe's contradicting pages the server follows (flow-mock readings)")
      ->check(CLI::IsMember({"tutorial", "openapi"}))
      ->capture_default_str();
  command.add_option("--edition", options.edition, "of the retry page that the server follows")
      ->check(CLI::IsMember({"newest", "2022"}))
      ->capture_default_str();
  command
      .add_option("--ca-file", options.ca_file,
                  "PEM file of the certificate authorities to trust instead of the system's")
      ->type_name("FILE")
      ->envname("FLOW_CA_FILE");
  command.footer(
      "Exit status: 0 all held, 1 a clause is broken, 2 it could not run, or its report could not be "
      "written.");
}

int command_line(int argc, char **argv) {
  CLI::App app("Judges a server by the documented contract of Flow Service runs.");
  app.require_subcommand(1);

  RunOptions options;
  CLI::App *running = app.add_subcommand("run", "judge a server, report, exit with 0 when every clause held");
  add_run_options(*running, options);

  CLI::App *listing = app.add_subcommand("list", "list the clauses without running them");
  bool json = false;
  listing->add_option("--filter", options.filter, "only these clauses: retry, retry/op, '*/missing'");
  listing->add_flag("--json", json, "for machines");

  CLI::App *ruling = app.add_subcommand("rules", "print all rules as Markdown");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? kAllHeld : kCouldNotRun;
  }
  if (*ruling) {
    std::cout << rules();
  } else if (*listing) {
    std::cout << (json ? listed_as_json(chosen(options.filter)) : listed(chosen(options.filter)));
  } else {
    return run(options);
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
