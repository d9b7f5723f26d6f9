#include <memory>

#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/percent_encoding.hpp"

namespace flow::client {

namespace {

std::string text_of_flow(const Json &flow) {
  const std::string state = text(at(flow, "state"));
  return line("flow", text(at(flow, "id"))) + line("name", text(at(flow, "name"))) +
         line("state", state.empty() ? "enabled" : state) + script_line(flow);
}

} // namespace

void add_mock_flow(CLI::App &mock, Session &session) {
  struct Given {
    std::string flow, state;
  };
  CLI::App &command = add_mock_command(mock, "flow", "Show or set the state of a flow");
  const auto given = std::make_shared<Given>();
  add_id(command, "FLOW", "Id of the flow", given->flow)->required();
  command
      .add_option("STATE", given->state,
                  "enabled, disabled, draft, …; runs can be retried only if the flow is enabled")
      ->type_name("");
  on_mock_call(command, session, [given](const MockSettings &mock) -> MockCall {
    const std::string flow = sandbox_path(mock, "/flows/" + percent_encoded(given->flow));
    if (given->state.empty()) {
      return {{"GET", flow}, text_of_flow, advice_where(mock)};
    }
    return {{"PATCH", flow, body_of({{"state", given->state}})}, text_of_flow, advice_where(mock)};
  });
}

} // namespace flow::client
