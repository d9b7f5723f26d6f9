#include "contracts/suite/run_options.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "common/json_text.hpp"
#include "contracts/model/reading_options.hpp"

namespace flow::contract {

namespace {

constexpr int kLongestTimeoutS = 3'600;

bool names(const std::string &pattern, const Clause *clause) {
  const auto all = matching(pattern);
  return std::find(all.begin(), all.end(), clause) != all.end();
}

void require_clauses(const std::vector<std::string> &patterns) {
  for (const std::string &pattern : patterns) {
    if (matching(pattern).empty()) {
      throw CannotRun("no clause matches '" + pattern + "'; `flow-contract list` lists all ids");
    }
  }
}

void add_credentials(CLI::App &command, ServerOptions &options) {
  command
      .add_option("--token", options.token,
                  "access token. Other users can see options (ps): prefer FLOW_TOKEN")
      ->envname("FLOW_TOKEN");
  command
      .add_option("--client-id", options.client.id,
                  "client id to request a token with, instead of --token; the secret is taken from "
                  "FLOW_CLIENT_SECRET")
      ->envname("FLOW_CLIENT_ID");
  // Not an option, as others would see it. NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread begins
  if (const char *secret = std::getenv("FLOW_CLIENT_SECRET")) {
    options.client.secret = secret;
  }
  command.add_option("--scopes", options.client.scopes, "scopes of that token, comma-separated")
      ->envname("FLOW_SCOPES");
  command.add_option("--token-url", options.client.token_url, "URL to request that token from")
      ->envname("FLOW_TOKEN_URL")
      ->capture_default_str();
  command.add_option("--api-key", options.api_key, "x-api-key; the client id if not given")
      ->envname("FLOW_API_KEY");
  command.add_option("--org", options.org, "x-gw-ims-org-id")->envname("FLOW_ORG");
  command
      .add_option(
          "--sandbox", options.sandbox,
          "x-sandbox-name: the sandbox with the runs of --states. On the mock, without --states, each "
          "clause has its own sandbox")
      ->envname("FLOW_SANDBOX");
}

void add_report_options(CLI::App &command, RunOptions &options) {
  command.add_option("--junit", options.junit, "write a JUnit report to this file")->type_name("FILE");
  command
      .add_option(
          "--json", options.json,
          "write the outcome of each clause to this file, with the requests and deviations of those that do "
          "not hold")
      ->type_name("FILE");
  command
      .add_option("--sarif", options.sarif,
                  "write a SARIF 2.1.0 log to this file: a rule for each clause, an error for each that is "
                  "broken, a warning for each finding")
      ->type_name("FILE");
  CLI::Option *html =
      command
          .add_option(
              "--html", options.html,
              "write a page to this file: verdicts by subject, and for each clause that does not hold "
              "its source, requests and deviations")
          ->type_name("FILE");
  command
      .add_option(
          "--compare", options.compare,
          "an earlier file of --html: the new one says which clauses are newly broken, mended, new or "
          "gone")
      ->type_name("FILE")
      ->needs(html);
  command.add_flag(
      "--github", options.github,
      "print an annotation of GitHub Actions for each clause that does not hold, and add a table of them "
      "to the job's summary");
  command.add_flag("--failures-only", options.failures_only,
                   "print only clauses that do not hold, and the sum");
}

} // namespace

void add_server_options(CLI::App &command, ServerOptions &options) {
  command
      .add_option("--base-url", options.base_url,
                  "URL of the server, with or without /data/foundation/flowservice")
      ->required()
      ->envname("FLOW_BASE_URL");
  command.add_option("--base-path", options.base_path, "path of the service, if it is another")
      ->capture_default_str();
  add_credentials(command, options);
  command
      .add_option("--ca-file", options.ca_file,
                  "PEM file of the certificate authorities to trust instead of the system's")
      ->type_name("FILE")
      ->envname("FLOW_CA_FILE");
  command.add_option("--timeout", options.timeout_s, "seconds to wait for a complete answer")
      ->check(CLI::Range(1, kLongestTimeoutS))
      ->type_name("SECONDS")
      ->capture_default_str();
  command.add_option("--connect-timeout", options.connect_timeout_s, "seconds to wait for a connection")
      ->check(CLI::Range(1, kLongestTimeoutS))
      ->type_name("SECONDS")
      ->capture_default_str();
}

void add_choice(CLI::App &command, Selection &selection) {
  // One value each time: else CLI11 would take what follows for further ones.
  command
      .add_option("--filter", selection.filters,
                  "only these clauses: retry, retry/op, '*/missing'; repeatable")
      ->expected(1)
      ->take_all()
      ->type_name("CLAUSES");
  command.add_option("--exclude", selection.excluded, "not these clauses; repeatable")
      ->expected(1)
      ->take_all()
      ->type_name("CLAUSES");
  command
      .add_option("--standing", selection.standings,
                  "only clauses that are documented, inferred or assumed; repeatable")
      ->expected(1)
      ->take_all()
      ->check(CLI::IsMember({"documented", "inferred", "assumed"}));
}

void add_run_options(CLI::App &command, RunOptions &options) {
  add_server_options(command, options.server);
  add_choice(command, options.selection);
  add_report_options(command, options);
  command
      .add_option(
          "--states", options.states,
          "JSON file that maps provider states to ids of runs and flows, for a sandbox that is in use "
          "(flow-contract find-states writes one). Clauses whose state is not in it are skipped")
      ->type_name("FILE");
  command.add_flag("--allow-writes", options.allow_writes,
                   "send requests that change something also to a server that is not a flow-mock");
  command
      .add_option("--max-writes", options.max_writes,
                  "maximum number of these requests; clauses that would exceed it are skipped")
      ->type_name("N")
      ->capture_default_str();
  command.add_flag(
      "--dry-run", options.dry_run,
      "print how many requests of each kind would be sent, and on which runs, without sending them");
  command.add_flag("--strict", options.strict,
                   "let every clause decide the exit status; otherwise, on servers other than flow-mock, "
                   "only documented clauses do");
  add_reading_options(command, options.reading);
  command.footer(
      "Exit status: 0 all clauses held, 1 a clause is broken, 2 the suite could not run or write its "
      "report.");
}

std::vector<const Clause *> chosen(const Selection &selection) {
  require_clauses(selection.filters);
  require_clauses(selection.excluded);
  auto clauses = matching("");
  const auto in_any = [](const std::vector<std::string> &patterns, const Clause *clause) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string &pattern) { return names(pattern, clause); });
  };
  std::erase_if(clauses, [&](const Clause *clause) {
    const bool stands =
        selection.standings.empty() || std::find(selection.standings.begin(), selection.standings.end(),
                                                 to_string(clause->standing)) != selection.standings.end();
    return !stands || in_any(selection.excluded, clause) ||
           (!selection.filters.empty() && !in_any(selection.filters, clause));
  });
  if (clauses.empty()) {
    throw CannotRun("--filter, --exclude and --standing together select no clause");
  }
  return clauses;
}

Target target_of(const ServerOptions &options) {
  std::string base_path = options.base_path;
  while (base_path.ends_with('/')) {
    base_path.pop_back();
  }
  if (!base_path.empty() && !base_path.starts_with('/')) {
    base_path.insert(0, "/");
  }
  Target target = Target::mock(service_url(options.base_url, base_path));
  target.base_path = base_path;
  const auto take = [](const std::string &given, std::string &place) {
    place = given.empty() ? place : given;
  };
  take(options.token, target.token);
  take(options.client.id, target.api_key);
  take(options.api_key, target.api_key);
  take(options.org, target.org);
  target.ca_file = options.ca_file;
  target.limits.connect = std::chrono::seconds(options.connect_timeout_s);
  target.limits.whole = std::chrono::seconds(options.timeout_s);
  return target;
}

void require_credentials(const ServerOptions &options, const std::string &why) {
  const bool has_client =
      !options.client.id.empty() && !options.client.secret.empty() && !options.client.scopes.empty();
  if (!options.client.id.empty() && !has_client && options.token.empty()) {
    throw CannotRun("--client-id also needs FLOW_CLIENT_SECRET and --scopes");
  }
  if ((options.token.empty() && !has_client) || (options.api_key.empty() && options.client.id.empty()) ||
      options.org.empty() || options.sandbox.empty()) {
    throw CannotRun(why + " needs --token, --api-key, --org and --sandbox, or FLOW_TOKEN etc.; client "
                          "credentials (--client-id) replace the first two");
  }
}

void read_states(const std::string &file, Target &target) {
  std::ifstream stream(file);
  if (!stream) {
    throw CannotRun(file + ": cannot be read");
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const Json document = json_or_discarded(text);
  if (!document.is_object()) {
    throw CannotRun(file + ": not a JSON object that maps provider states to ids of runs and flows");
  }
  const auto known = provider_states();
  for (const auto &[state, run] : document.items()) {
    if (std::find(known.begin(), known.end(), state) == known.end()) {
      std::string names;
      for (const std::string_view name : known) {
        names += "\n  " + std::string(name);
      }
      throw CannotRun(file + ": there is no provider state '" + state + "'; known states:" + names);
    }
    if (!run.is_string()) {
      throw CannotRun(file + ": the id for '" + state + "' is not a string");
    }
    target.states[state] = run.get<std::string>();
  }
}

} // namespace flow::contract
