#include "mock_server/options.hpp"

#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/http_sender.hpp"
#include "common/printable.hpp"
#include "contracts/reading_options.hpp"
#include "mock_server/admin/guard.hpp"
#include "mock_server/tls/certificates.hpp"
#include "mock_server/version.hpp"

namespace flow::mock {

namespace {

// 2026-01-01T00:00:00Z: where the time stands still with --deterministic.
constexpr std::int64_t kDeterministicTimeMs = 1767225600000;

const std::map<std::string, spdlog::level::level_enum> kLogLevels = {
    {"debug", spdlog::level::debug}, {"info", spdlog::level::info}, {"warn", spdlog::level::warn},
    {"error", spdlog::level::err},   {"off", spdlog::level::off},
};

/// The list that --allow KIND=NAME adds to; throws CLI::ValidationError for another kind.
std::vector<std::string> &allowed(Allow &allow, const std::string &kind) {
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

void add_allowed(Allow &allow, const std::vector<std::string> &entries) {
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

void check_strict(const Settings &settings) {
  const Allow &allow = settings.seed.allow;
  // Tokens need not be named: those that /ims/token/v3 gives out pass.
  if (settings.strict && (allow.api_keys.empty() || allow.organisations.empty() || allow.sandboxes.empty())) {
    throw CLI::ValidationError("--strict",
                               "lets nobody in until an api-key, an org and a sandbox are allowed: name "
                               "them with --allow KIND=NAME or in the seed's \"allow\"");
  }
}

/// What is read before it becomes part of the settings.
struct Given {
  std::vector<std::string> seed_files;
  std::vector<std::string> allow;
  std::optional<std::int64_t> run_duration_ms;
  bool quiet = false;
};

void add_server_options(CLI::App &app, Options &options, Given &given) {
  app.add_option("--host", options.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", options.port, "Port to listen on; 0 picks a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--port-file", options.port_file,
                 "Write the port to this file once connections are accepted");
  app.add_option(
         "--shutdown-timeout", options.shutdown_timeout_ms,
         "Milliseconds that answers have to be finished in after SIGINT or SIGTERM; what is left is cut off")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{600000}))
      ->option_text("MS [2000]");
  app.add_option(
         "--admin-token", options.settings.control.token,
         "What the control API under /__admin asks for, as Authorization: Bearer TOKEN; without one it "
         "is there only where --host is a loopback address")
      ->check([](const std::string &token) { return token.empty() ? "it is empty" : ""; })
      ->envname("FLOW_MOCK_ADMIN_TOKEN")
      ->option_text("TOKEN");
  app.add_option("--log-level", options.log_level, "debug, info (a line per request), warn, error or off")
      ->transform(CLI::CheckedTransformer(kLogLevels, CLI::ignore_case))
      ->option_text("LEVEL [info]");
  app.add_option(
         "--ca-file", options.settings.ca_file,
         "PEM file of the certificate authorities that webhooks' receivers are trusted by, instead of "
         "the system's")
      ->check([](const std::string &file) {
        try {
          const HttpSender reads_it(file);
          return std::string();
        } catch (const std::invalid_argument &error) {
          return std::string(error.what());
        }
      })
      ->option_text("FILE");
  app.add_flag("--quiet", given.quiet, "Log errors only");
}

void add_https_options(CLI::App &app, HttpsOptions &https) {
  app.add_option(
         "--https-port", https.port,
         "Port to listen on for HTTPS, besides --port; 0 picks a free one. Needs --tls-auto, or --tls-cert "
         "and --tls-key")
      ->check(CLI::Range(0, 65535))
      ->option_text("PORT");
  app.add_option("--https-port-file", https.port_file,
                 "Write the port for HTTPS to this file once connections are accepted")
      ->option_text("FILE");
  app.add_option("--tls-auto", https.folder,
                 "Make a certificate authority in this folder, unless it holds one, and a certificate for "
                 "localhost, 127.0.0.1, ::1, platform.adobe.io, platform-stage.adobe.io and "
                 "ims-na1.adobelogin.com; clients have to trust FOLDER/ca.pem")
      ->option_text("FOLDER");
  app.add_option("--tls-name", https.names,
                 "Another host name or address for the certificate of --tls-auto; may be given several times")
      ->check([](const std::string &name) {
        return is_certifiable(name) ? "" : "'" + name + "' is neither a host name nor an address";
      })
      ->option_text("NAME");
  app.add_option("--tls-cert", https.certificate_file,
                 "PEM file of the certificate to show, followed by those between it and its authority")
      ->option_text("FILE");
  app.add_option("--tls-key", https.key_file, "PEM file of its private key, without a passphrase")
      ->option_text("FILE");
}

/// Throws CLI::ValidationError where an option lacks another, or contradicts it.
void check_https(const HttpsOptions &https) {
  const bool has_files = !https.certificate_file.empty() || !https.key_file.empty();
  const auto refuse = [](const char *option, const char *why) { throw CLI::ValidationError(option, why); };
  if (!https.port &&
      (has_files || !https.folder.empty() || !https.names.empty() || !https.port_file.empty())) {
    refuse("--https-port", "is missing: without it, nothing is served by HTTPS (0 picks a free port)");
  }
  if (https.certificate_file.empty() != https.key_file.empty()) {
    refuse(https.key_file.empty() ? "--tls-key" : "--tls-cert",
           "is missing: a certificate and its key are given together");
  }
  if (https.port && has_files == !https.folder.empty()) {
    refuse("--https-port", has_files ? "takes --tls-auto, or --tls-cert and --tls-key, not both"
                                     : "needs a certificate: --tls-auto FOLDER makes one; or give --tls-cert "
                                       "and --tls-key");
  }
  if (https.folder.empty() && !https.names.empty()) {
    refuse("--tls-name", "is for certificates that --tls-auto makes");
  }
}

void add_behaviour_options(CLI::App &app, Settings &settings, Given &given) {
  app.add_option("--seed", given.seed_files,
                 "JSON file with the flows and runs each sandbox starts with, instead of the built-in ones "
                 "(mock_server/seed.schema.json); may be given several times")
      ->option_text("FILE");
  app.add_option(
         "--run-duration", given.run_duration_ms,
         "Milliseconds from a retry to the end of its new run, where no script says otherwise [0: at once]")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{31536000000}))
      ->option_text("MS");
  contract::add_reading_options(app, settings.reading);
  app.add_option("--allow", given.allow,
                 "Let in only this token, api-key, org or sandbox; may be given several times")
      ->option_text("KIND=NAME");
  app.add_flag(
      "--strict", settings.strict,
      "Let in nobody who is not named by --allow or the seed, of any kind; tokens also from /ims/token/v3");
  app.add_option("--deterministic", settings.deterministic,
                 "Number from which all ids and etags follow; time stands still at 2026-01-01T00:00:00Z")
      ->option_text("NUMBER");
}

void add_evidence_options(CLI::App &app, Options &options) {
  app.add_option("--journal-size", options.settings.journal_size.exchanges,
                 "Requests that are kept of each sandbox for GET /__admin/requests; 0: none")
      ->check(CLI::Range(0, 1000000))
      ->option_text("NUMBER [1000]");
  app.add_option("--journal-bytes", options.settings.journal_size.bytes,
                 "Bytes of memory that the requests kept of each sandbox may take; the oldest go first")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1} << 40U))
      ->option_text("NUMBER [16777216]");
  app.add_flag("--fail-on-violation", options.fail_on_violation,
               "When stopped, list where the application broke the contract, and end with 3 if it did");
  app.add_option("--coverage-file", options.coverage_file,
                 "When stopped, write to this file which clauses of the contract the traffic was a case of")
      ->option_text("FILE");
}

void add_limits(CLI::App &app, Options &options) {
  constexpr std::size_t kMost = 100'000'000;
  Limits &limits = options.settings.limits;
  app.add_option("--threads", options.threads,
                 "Threads that read, answer and send [as many as the machine has cores, at least 2]")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1024}))
      ->option_text("NUMBER");
  app.add_option(
         "--max-connections", options.connections,
         "Connections that are served at once; beyond, they are answered 503 [16384, or as many as the "
         "limit of open files allows]")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->option_text("NUMBER");
  app.add_option(
         "--max-sandboxes", limits.sandboxes,
         "Sandboxes that are kept; beyond, those go that have only been read, the longest idle first, "
         "and where there are none, requests in a new one are answered 507")
      ->check(CLI::Range(std::size_t{1}, kMost))
      ->option_text("NUMBER [20000]");
  app.add_option("--max-runs", limits.runs,
                 "Runs that a sandbox takes from one reset to the next; beyond, a seed is refused, and what "
                 "would make a run is answered 507")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{kMost}))
      ->option_text("NUMBER [2000000]");
  app.add_option("--max-webhooks", limits.webhooks,
                 "Sandboxes that can have a webhook, each with a thread; beyond, a new one is answered 409")
      ->check(CLI::Range(0, 10000))
      ->option_text("NUMBER [1000]");
  app.add_option("--max-tokens", limits.tokens,
                 "Tokens from /ims/token/v3 that hold at the same time; beyond, a new one is answered 503")
      ->check(CLI::Range(std::size_t{1}, kMost))
      ->option_text("NUMBER [100000]");
}

/// Makes settings of what was given. Throws CLI::ValidationError and SeedError.
void apply(const Given &given, Options &options) {
  Settings &settings = options.settings;
  if (!given.seed_files.empty()) {
    settings.seed = read_seed_files(given.seed_files, settings.limits.runs);
  } else if (settings.seed.run_count() > settings.limits.runs) {
    throw CLI::ValidationError("--max-runs", "the built-in seed alone has " +
                                                 std::to_string(settings.seed.run_count()) +
                                                 " runs; give at least that, or a --seed");
  }
  check_https(options.https);
  add_allowed(settings.seed.allow, given.allow);
  check_strict(settings);
  if (given.run_duration_ms) {
    settings.seed.defaults.duration_ms = *given.run_duration_ms;
  }
  if (settings.deterministic) {
    settings.frozen_at_ms = kDeterministicTimeMs;
  }
  ControlAccess &control = settings.control;
  control.host = options.host;
  control.enabled = !control.token.empty() || admin::is_loopback(options.host);
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
  add_server_options(app, options, given);
  add_https_options(app, options.https);
  add_behaviour_options(app, options.settings, given);
  add_evidence_options(app, options);
  add_limits(app, options);
  const CLI::App *readings = app.add_subcommand(
      "readings", "Print where Adobe's pages contradict each other and what is in force, and end");
  app.footer("Exit codes: 0 stopped by SIGINT or SIGTERM; 2 could not start, or not write standard "
             "output, --port-file, --https-port-file or --coverage-file; 3 likewise "
             "stopped, but the application broke the contract (--fail-on-violation).");

  try {
    app.parse(argc, argv);
    apply(given, options);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : kCannotStart;
  } catch (const SeedError &error) {
    std::cerr << "flow-mock: --seed " << flow::printable_lines(error.what()) << '\n';
    return kCannotStart;
  }
  if (readings->parsed()) {
    print_readings(options.settings.reading);
    return 0;
  }
  return options;
}

} // namespace flow::mock
