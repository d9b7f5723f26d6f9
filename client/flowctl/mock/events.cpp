#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"

namespace flow::client {

namespace {

/// "3, the last 503"
std::string attempts_of(const Json &event) {
  const Json &attempts = at(event, "attempts");
  if (!attempts.is_array() || attempts.empty()) {
    return "0";
  }
  const Json &last = attempts.back();
  return std::to_string(attempts.size()) + ", the last " +
         joined({plain(at(last, "status")), text(at(last, "error"))}, " ");
}

std::string text_of_events(const Json &answer) {
  std::vector<Row> rows{{"EVENT", "TIME (UTC)", "CODE", "RUN", "STATE", "ATTEMPTS"}};
  for (const Json &event : at(answer, "events")) {
    rows.push_back({text(at(event, "id")), instant(at(event, "atMs")), text(at(event, "code")),
                    text(at(event, "runId")), text(at(event, "state")), attempts_of(event)});
  }
  const auto due = number(at(answer, "due"));
  return table(rows) +
         (due.value_or(0) > 0 ? counted(*due, "attempt") + " due by the sandbox's clock, not done yet\n"
                              : "") +
         dropped(answer, "event");
}

} // namespace

void add_mock_events(CLI::App &mock, Session &session) {
  CLI::App &command =
      add_mock_command(mock, "events", "List the notifications of ended runs, and their deliveries");
  on_mock_call(command, session, [](const MockSettings &mock) -> MockCall {
    return {{"GET", sandbox_path(mock, "/events")}, text_of_events, {{404, kSetAWebhook}}};
  });
}

} // namespace flow::client
