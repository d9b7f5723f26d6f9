#pragma once

#include <functional>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "client/flowctl/control_api.hpp"
#include "client/flowctl/session.hpp"
#include "client/json_fields.hpp"

/// The commands of `flowctl mock`, each in the file of its name: its options, its request, and how the answer
/// is printed; and what they share.
namespace flow::client {

void add_mock_await(CLI::App &mock, Session &session);
void add_mock_clock(CLI::App &mock, Session &session);
void add_mock_coverage(CLI::App &mock, Session &session);
void add_mock_document(CLI::App &mock, Session &session);
void add_mock_events(CLI::App &mock, Session &session);
void add_mock_expect(CLI::App &mock, Session &session);
void add_mock_fault(CLI::App &mock, Session &session);
void add_mock_flow(CLI::App &mock, Session &session);
void add_mock_health(CLI::App &mock, Session &session);
void add_mock_journal(CLI::App &mock, Session &session);
void add_mock_lease(CLI::App &mock, Session &session);
void add_mock_lineage(CLI::App &mock, Session &session);
void add_mock_redeliver(CLI::App &mock, Session &session);
void add_mock_reset(CLI::App &mock, Session &session);
void add_mock_restore(CLI::App &mock, Session &session);
void add_mock_run(CLI::App &mock, Session &session);
void add_mock_script(CLI::App &mock, Session &session);
void add_mock_settings(CLI::App &mock, Session &session);
void add_mock_snapshot(CLI::App &mock, Session &session);
void add_mock_state(CLI::App &mock, Session &session);
void add_mock_unused(CLI::App &mock, Session &session);
void add_mock_violations(CLI::App &mock, Session &session);
void add_mock_webhook(CLI::App &mock, Session &session);

/// The request that a command sends to the mock, and how it prints the answer.
struct MockCall {
  ControlRequest request;
  std::function<std::string(const Json &answer)> text; ///< of the answer; it ends with a line break
  std::map<int, std::string> advice = {}; ///< on a refusal with this status, where its own words do not say
  std::function<std::string(const Json &answer)> json = {}; ///< with --json; else the answer as it was sent
  /// Asked before anything is printed; else kDone. Throws an Error where the answer is not one that it can
  /// judge.
  std::function<ExitCode(const Json &answer)> exit_code = {};
};

CLI::App &add_mock_command(CLI::App &app, const char *name, const char *about);

/// An id that is not empty.
CLI::Option *add_id(CLI::App &command, const char *name, const char *about, std::string &id);

/// Once the command line is parsed and names `command`, makes its call and prints the answer. What `call`
/// throws, nothing was sent: std::invalid_argument where an argument cannot be read, SettingsError where
/// settings are missing, FileError where a file cannot be read.
void on_mock_call(CLI::App &command, Session &session,
                  std::function<MockCall(const MockSettings &mock)> call);

/// The path of something in the sandbox that the settings name. Throws SettingsError where they name none.
std::string sandbox_path(const MockSettings &mock, const std::string &below);

/// In that sandbox, or for all of them.
std::string path(const MockSettings &mock, const std::string &below, bool of_all);

/// "sandbox prod of organisation 1@AdobeOrg"
std::string name_of_sandbox(const MockSettings &mock);

/// The outcomes of a run.
inline constexpr const char *kOutcomes =
    "failed, success, success-without-records, in-progress, or another documented "
    "status, such as partialSuccess or queued";

/// Of a 404, where there is no webhook.
inline constexpr const char *kSetAWebhook = "Set one: flowctl mock webhook URL";

/// On a 404: where a run or a flow was looked for.
std::map<int, std::string> advice_where(const MockSettings &mock);

/// The JSON text. Throws std::invalid_argument where it is not UTF-8: a command line may hold any bytes.
std::string body_of(const Json &document);

/// The same sentence for any answer.
std::function<std::string(const Json &)> sentence(const std::string &text);

} // namespace flow::client
