#include "mock_server/options.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/time_text.hpp"
#include "contracts/model/reading_options.hpp"
#include "mock_server/option_variables.hpp"
#include "mock_server/version.hpp"

namespace flow::mock {

namespace {

const std::map<std::string, spdlog::level::level_enum> kLogLevels = {
    {"debug", spdlog::level::debug}, {"info", spdlog::level::info}, {"warn", spdlog::level::warn},
    {"error", spdlog::level::err},   {"off", spdlog::level::off},
};

/// Replaces a duration, "30s", by its milliseconds; a number alone is some already.
std::string in_milliseconds(std::string &text) {
  if (const auto ms = duration_ms(text)) {
    text = std::to_string(*ms);
  }
  return "";
}

/// The list that --allow KIND=NAME adds to; throws CLI::ValidationError for another kind.
std::vector<std::string> &allowed(flow_mock::Allowed &allow, const std::string &kind) {
  if (kind == "token") {
    return allow.tokens;
  }
  if (kind == "api-key") {
    return allow.api_keys;
  }
  if (kind == "org") {
    return allow.organisations;
  }
  if (kind == "sandbox") {
    return allow.sandboxes;
  }
  throw CLI::ValidationError("--allow", "'" + kind + "' is none of token, api-key, org, sandbox");
}

void add_allowed(flow_mock::Allowed &allow, const std::vector<std::string> &entries) {
  for (const std::string &entry : entries) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals + 1 == entry.size()) {
      throw CLI::ValidationError("--allow",
                                 "'" + entry + "' is not of the form KIND=NAME, e.g. sandbox=prod");
    }
    allowed(allow, entry.substr(0, equals)).push_back(entry.substr(equals + 1));
  }
}

/// Each matter, with a star at the choice in force.
void print_readings(const contract::Reading &reading) {
  for (const contract::Matter &matter : contract::matters()) {
    std::cout << matter.name << ": " << matter.about << '\n';
    for (const contract::Choice &choice : matter.choices) {
      std::cout << (reading.is(matter.name, choice.name) ? "* " : "  ") << choice.name << ": " << choice.says
                << (choice.openapi ? " [openapi]" : "") << '\n';
    }
  }
}

/// What is read before it becomes part of the settings.
struct Given {
  std::vector<std::string> allow;
  std::optional<std::int64_t> run_duration_ms;
  contract::Reading reading;
  std::string journal;
  bool quiet = false;
};

void add_server_options(CLI::App &app, Options &options) {
  app.add_option("--host", options.settings.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", options.settings.port, "Port to listen on; 0 picks a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--port-file", options.port_file,
                 "Write the port to this file once connections are accepted");
  app.add_flag(
      "--exit-with-parent", options.exit_with_parent,
      "Stop, as after SIGTERM, when standard input ends: a pipe from the process that starts the mock ends "
      "with that process, however it ends");
  app.add_option(
         "--shutdown-timeout", options.shutdown_timeout_ms,
         "Time to finish answers in after SIGINT or SIGTERM, 500ms or 5s; a number alone is in milliseconds; "
         "connections that are then left are closed")
      ->transform(CLI::Validator(in_milliseconds, ""))
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{600000}))
      ->option_text("DURATION [2s]");
  app.add_option("--admin-token", options.settings.admin_token,
                 "Token that the control API under /__admin requires, as Authorization: Bearer TOKEN; "
                 "without one, the control API is available only if --host is a loopback address")
      ->check([](const std::string &token) { return token.empty() ? "it is empty" : ""; })
      ->option_text("TOKEN");
  app.add_option("--token-key-file", options.settings.token_key_file,
                 "File with a key, 32 random bytes or more: access tokens and continuation tokens are then "
                 "valid at all mocks that have the same key")
      ->check([](const std::string &file) { return file.empty() ? "it is empty" : ""; })
      ->option_text("FILE");
}

void add_store_options(CLI::App &app, Options &options, Given &given) {
  app.add_option(
         "--store", options.settings.store,
         "Where sandboxes, journals and all else last: memory, until the mock ends; sqlite:FILE, a "
         "file that is made if need be: the mock goes on from it, also after it was killed; or "
         "postgresql://USER@HOST/DATABASE, which several mocks may share: any of them answers any request. "
         "No answer is given before the store has what it tells of. Give a password as PGPASSWORD in the "
         "environment: command lines are seen by others")
      ->option_text("STORE [memory]");
  app.add_option(
         "--journal", given.journal,
         "When a store has the journal's entry of a request that only reads: trailing, up to a second after "
         "its answer; or durable, before it, which makes each read as slow as a write. trailing is what "
         "sqlite:FILE does where it is not given, durable what postgresql://… does")
      ->check(CLI::IsMember({"trailing", "durable"}))
      ->option_text("trailing|durable");
}

void add_log_options(CLI::App &app, Options &options, Given &given) {
  app.add_option("--log-level", options.log_level, "debug, info (a line per request), warn, error or off")
      ->transform(CLI::CheckedTransformer(kLogLevels, CLI::ignore_case))
      ->option_text("LEVEL [info]");
  app.add_option(
         "--ca-file", options.settings.ca_file,
         "PEM file of the certificate authorities to trust for webhook receivers, instead of the system's")
      ->option_text("FILE");
  app.add_flag("--quiet", given.quiet, "Log errors only");
}

void add_https_options(CLI::App &app, Options &options) {
  flow_mock::Https &https = options.settings.https;
  app.add_option(
         "--https-port", https.port,
         "Port to listen on for HTTPS, besides --port; 0 picks a free one. Needs --tls-auto, or --tls-cert "
         "and --tls-key")
      ->check(CLI::Range(0, 65535))
      ->option_text("PORT");
  app.add_option("--https-port-file", options.https_port_file,
                 "Write the port for HTTPS to this file once connections are accepted")
      ->option_text("FILE");
  app.add_option("--tls-auto", https.folder,
                 "Make a certificate authority in this folder, unless it holds one, and a certificate for "
                 "localhost, 127.0.0.1, ::1, platform.adobe.io, platform-stage.adobe.io and "
                 "ims-na1.adobelogin.com; clients have to trust FOLDER/ca.pem")
      ->option_text("FOLDER");
  app.add_option("--tls-name", https.names,
                 "Another host name or address for the certificate of --tls-auto; may be given several times")
      ->option_text("NAME");
  app.add_option("--tls-cert", https.certificate_file,
                 "PEM file of the server's certificate, followed by any intermediate certificates")
      ->option_text("FILE");
  app.add_option("--tls-key", https.key_file, "PEM file of its private key, without a passphrase")
      ->option_text("FILE");
}

void add_behaviour_options(CLI::App &app, flow_mock::Settings &settings, Given &given) {
  app.add_option("--seed", settings.seed_files,
                 "JSON file with the flows and runs each sandbox starts with, instead of the built-in ones "
                 "(their JSON Schema: mock_server/seed/seed.schema.json, installed as "
                 "share/flow-service-mock/seed.schema.json); may be given several times")
      ->option_text("FILE");
  app.add_option(
         "--run-duration", given.run_duration_ms,
         "Time from a retry to the end of its new run, where no script says otherwise: 30s, 5m, 1h; a number "
         "alone is in milliseconds [0: at once]")
      ->transform(CLI::Validator(in_milliseconds, ""))
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{31536000000}))
      ->option_text("DURATION");
  contract::add_reading_options(app, given.reading);
  app.add_option("--allow", given.allow,
                 "Accept only this token, api-key, org or sandbox; may be given several times")
      ->option_text("KIND=NAME");
  app.add_flag("--strict", settings.strict,
               "Reject callers that --allow or the seed does not list, in every kind; tokens from "
               "/ims/token/v3 are accepted, too");
  app.add_flag(
      "--schedules", settings.schedules,
      "Let flows that are made through the API make runs as the clock passes their scheduled times; flows "
      "of a seed do so that say \"schedule\": \"run\"");
  app.add_option("--deterministic", settings.deterministic,
                 "Number from which all ids and etags follow; time stands still at 2026-01-01T00:00:00Z")
      ->option_text("NUMBER");
}

void add_evidence_options(CLI::App &app, Options &options) {
  app.add_option("--journal-size", options.settings.limits.journal_requests,
                 "Requests kept of each sandbox for GET /__admin/requests; 0 keeps none")
      ->check(CLI::Range(0, 1000000))
      ->option_text("NUMBER [1000]");
  app.add_option("--journal-bytes", options.settings.limits.journal_bytes,
                 "Bytes of memory for the kept requests of each sandbox; the oldest are dropped first")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1} << 40U))
      ->option_text("NUMBER [16777216]");
  app.add_flag("--fail-on-violation", options.fail_on_violation,
               "When stopped, list where the application broke the contract, and exit with 3 if it did");
  app.add_flag(
      "--fail-on-unused", options.fail_on_unused,
      "When stopped, list scripted outcomes, faults and runs that tests have set up and no request has "
      "met, and exit with 4 if there are any");
  app.add_flag("--fail-on-assumed", options.fail_on_assumed,
               "When stopped, list the assumed rules, documented nowhere, that requests rested on, and exit "
               "with 5 if there are any");
  app.add_option("--coverage-file", options.coverage_file,
                 "When stopped, write to this file which clauses of the contract the traffic exercised")
      ->option_text("FILE");
  CLI::Option *report =
      app.add_option("--report", options.report,
                     "When stopped, write a page to this file: requests, violations and how to fix them, "
                     "coverage, set-up that was not used, and what the tests lean on")
          ->option_text("FILE");
  app.add_option("--compare", options.compare,
                 "An earlier file of --report: the new one says what differs from it")
      ->option_text("FILE")
      ->needs(report);
}

void add_limits(CLI::App &app, Options &options) {
  constexpr std::size_t kMost = 100'000'000;
  flow_mock::Limits &limits = options.settings.limits;
  app.add_option("--threads", limits.threads,
                 "Threads that read, answer and send [as many as the machine has cores, at least 2]")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1024}))
      ->option_text("NUMBER");
  app.add_option("--max-connections", options.connections,
                 "Connections served at once; others are answered 503 [16384, or as many as the limit of "
                 "open files allows]")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->option_text("NUMBER");
  app.add_option("--max-sandboxes", limits.sandboxes,
                 "Sandboxes kept at most; to make room, sandboxes that have only been read are dropped, the "
                 "longest idle first, and if there are none, requests in a new sandbox are answered 507")
      ->check(CLI::Range(std::size_t{1}, kMost))
      ->option_text("NUMBER [20000]");
  app.add_option("--max-runs", limits.runs,
                 "Runs of a sandbox from one reset to the next; a larger seed is refused, and requests that "
                 "would create another run are answered 507")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{kMost}))
      ->option_text("NUMBER [2000000]");
  app.add_option("--max-webhooks", limits.webhooks,
                 "Sandboxes that can have a webhook, each with a thread; further webhooks are answered 409")
      ->check(CLI::Range(0, 10000))
      ->option_text("NUMBER [1000]");
  app.add_option(
         "--max-tokens", limits.tokens,
         "Tokens from /ims/token/v3 that are valid at the same time; requests for more are answered 503")
      ->check(CLI::Range(std::size_t{1}, kMost))
      ->option_text("NUMBER [100000]");
}

/// Makes settings of what was given. Throws CLI::ValidationError.
void apply(const Given &given, Options &options) {
  flow_mock::Settings &settings = options.settings;
  add_allowed(settings.allowed, given.allow);
  if (given.run_duration_ms) {
    settings.run_duration = std::chrono::milliseconds(*given.run_duration_ms);
  }
  settings.readings = given.reading.differences();
  if (!given.journal.empty()) {
    settings.durable_journal = given.journal == "durable";
  }
  if (!given.journal.empty() && settings.store == "memory") {
    throw CLI::ValidationError("--journal", "needs a --store: in memory, no journal lasts");
  }
  if (!options.https_port_file.empty() && !settings.https.port) {
    throw CLI::ValidationError("--https-port-file", "needs --https-port");
  }
  if (given.quiet) {
    options.log_level = spdlog::level::err;
  }
}

} // namespace

std::variant<Options, int> read_options(int argc, char **argv) {
  Options options;
  Given given;
  CLI::App app("A mock of Adobe Flow Service's runs: retry failed dataflow runs offline.", "flow-mock");
  app.set_version_flag("--version", std::string(kVersion));
  add_server_options(app, options);
  add_store_options(app, options, given);
  add_log_options(app, options, given);
  add_https_options(app, options);
  add_behaviour_options(app, options.settings, given);
  add_evidence_options(app, options);
  add_limits(app, options);
  const CLI::App *readings = app.add_subcommand(
      "readings", "Print where Adobe's pages contradict each other and which reading is in force, and exit");
  app.footer("An option may also be given in the environment, as FLOW_MOCK_<OPTION>: FLOW_MOCK_PORT_FILE for "
             "--port-file, true for one without a value, several values one a line. The command line comes "
             "first.\n\nExit codes: 0 stopped by SIGINT or SIGTERM; 2 could not start, or not write standard "
             "output, --port-file, --https-port-file, --coverage-file or --report, or not read --compare; 3 "
             "likewise "
             "stopped, but the application broke the contract (--fail-on-violation); 4 likewise, but "
             "something was set up and not used (--fail-on-unused); 5 likewise, but a request rested on an "
             "assumed rule (--fail-on-assumed). Of several, the lowest.");

  std::optional<OptionVariables> variables;
  try {
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    variables.emplace(app, words);
    if (!variables->ignored().empty()) {
      std::cerr << "flow-mock: " << variables->ignored() << '\n';
    }
    words.insert(words.begin(), variables->words().begin(), variables->words().end());
    std::reverse(words.begin(), words.end()); // as CLI11 takes them
    app.parse(std::move(words));
    apply(given, options);
  } catch (const CLI::ParseError &error) {
    const int code = app.exit(error) == 0 ? 0 : kCannotStart;
    if (const std::string variable = variables ? variables->behind(error) : ""; !variable.empty()) {
      std::cerr << variable << '\n';
    }
    return code;
  }
  if (readings->parsed()) {
    print_readings(given.reading);
    return 0;
  }
  return options;
}

} // namespace flow::mock
