#include <iostream>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "client/flowctl/command_words.hpp"
#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/exit_code.hpp"
#include "client/flowctl/session.hpp"
#include "common/printable.hpp"
#include "common/standard_streams.hpp"
#include "common/whole_file.hpp"

namespace flow::client {

namespace {

constexpr const char *kAbout =
    "Lists, retries, creates and awaits dataflow runs of Adobe Flow Service, or of flow-mock, and manages "
    "its\n"
    "connections, flows and specifications.\n"
    "\n"
    "  flowctl --base-url http://127.0.0.1:8080 retry 4fb0418e-1804-45d6-8d56-dd51f05c0baf\n"
    "  flowctl --base-url http://127.0.0.1:8080 list --status failed\n";

constexpr const char *kSettingsAndExitCodes =
    R"(Settings come from flags, then from the environment, then from the settings file, which has lines such as
  base_url = "https://platform.adobe.io"
  token = "…"
  api_key = "…"
  org = "…@AdobeOrg"
  sandbox = "prod"
  ca_file = "…"               optional: PEM file of the certificate authorities to trust instead of the system's
Instead of a token, you can give the credentials of an OAuth server-to-server project; flowctl then requests
tokens itself. If both are given, the token is used:
  client_id = "…"             also FLOW_CLIENT_ID, --client-id; it is also the api_key, unless one is given
  client_secret = "…"         also FLOW_CLIENT_SECRET; no flag, because other users can see flags
  scopes = "openid,AdobeID"   also FLOW_SCOPES, --scopes
  token_url = "https://…"     also FLOW_TOKEN_URL, --token-url; else Adobe's, or that of a mock on this machine
Below a line [NAME], the file has settings of a profile: --profile NAME takes them before the environment, FLOW_PROFILE
behind it. With protected = true among them, what changes anything asks, or needs --yes.
For an http:// URL on this machine, missing settings default to the placeholders of Adobe's examples
({ACCESS_TOKEN}, {API_KEY}, {ORG_ID}, {SANDBOX_NAME}), which flow-mock accepts.

Exit codes:
  0  done; when waiting: the run ended successfully
  1  the service refused the request; with retry --all-failed: for at least one run; connection test: the
     connection cannot be used; mock unused and mock lease end: something was left over
  2  wrong usage, a setting is wrong or missing, or a file or standard output cannot be written
  3  the awaited run failed
  4  the awaited run has not ended, or the awaited requests have not come, within --timeout
  5  the server could not be reached, or gave no answer that can be read
  6  it is unknown whether something was retried, created, changed or deleted: check before trying again
130  interrupted by SIGINT (143 by SIGTERM); retry --all-failed has said what it has done
Messages go to standard error (of a call that failed, with --json, as {"error": {…}}), results to standard output.)";

/// The commands, as `flowctl --help` lists them.
void add_commands(CLI::App &app, Session &session) {
  add_retry(app, session);
  add_get(app, session);
  add_wait(app, session);
  add_list(app, session);
  add_create(app, session);
  add_resources(app, session);
  add_mock(app, session);
  add_config(app, session);
  add_completion(app);
  add_help(app);
}

int run(int argc, char **argv) {
  Session session;
  CLI::App app(kAbout, "flowctl");
  app.set_version_flag("--version", "flowctl " FLOW_CLIENT_VERSION);
  app.require_subcommand(1);
  app.fallthrough(); // settings may follow the command, too
  app.footer(kSettingsAndExitCodes);
  add_settings(app, session);
  add_commands(app, session);
  try {
    app.parse(argc, argv);
    return session.exit_code;
  } catch (const CLI::ParseError &error) {
    const std::string unknown = error.get_exit_code() == 0 ? "" : unknown_word_in(app);
    if (!unknown.empty()) {
      std::cerr << "flowctl: " << unknown << "\n";
      return kUsage;
    }
    return app.exit(error) == 0 ? kDone : kUsage;
  } catch (const std::exception &error) {
    std::cerr << "flowctl: " << printable_lines(error.what()) << "\n";
  }
  return kUsage;
}

} // namespace

} // namespace flow::client

int main(int argc, char **argv) {
  flow::guard_standard_streams();
  return flow::exit_code_after_output("flowctl", flow::client::run(argc, argv), flow::client::kUsage);
}
