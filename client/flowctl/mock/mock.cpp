#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/time_text.hpp"

namespace flow::client {

namespace {

const std::string kMockFooter =
    std::string(
        R"(The mock is the server of --base-url [FLOW_BASE_URL]; the path of the URL is ignored. No credentials of the
service are needed, only --admin-token [FLOW_MOCK_ADMIN_TOKEN] if the mock was started with one. Commands for one
sandbox use that of --org [FLOW_ORG] and --sandbox [FLOW_SANDBOX].
A DURATION is 500ms, 30s, 5m, 1h or 2d; a TIME is )") +
    kTimeForms + R"(.
Settings and exit codes: flowctl --help)";

} // namespace

void add_mock(CLI::App &app, Session &session) {
  CLI::App &mock = add_command(app, "mock", "Control a flow-mock, and see what happened in it");
  mock.require_subcommand(1);
  mock.footer(kMockFooter);
  add_mock_state(mock, session);
  add_mock_run(mock, session);
  add_mock_flow(mock, session);
  add_mock_document(mock, session);
  add_mock_script(mock, session);
  add_mock_clock(mock, session);
  add_mock_fault(mock, session);
  add_mock_journal(mock, session);
  add_mock_await(mock, session);
  add_mock_lineage(mock, session);
  add_mock_violations(mock, session);
  add_mock_expect(mock, session);
  add_mock_coverage(mock, session);
  add_mock_unused(mock, session);
  add_mock_lease(mock, session);
  add_mock_reset(mock, session);
  add_mock_snapshot(mock, session);
  add_mock_restore(mock, session);
  add_mock_webhook(mock, session);
  add_mock_events(mock, session);
  add_mock_redeliver(mock, session);
  add_mock_health(mock, session);
  add_mock_settings(mock, session);
}

} // namespace flow::client
