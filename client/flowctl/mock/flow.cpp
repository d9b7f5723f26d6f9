#include <memory>
#include <stdexcept>

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

struct Given {
  std::string flow, state, name;
};

/// Before a command below this one.
void require_nothing(const Given &given) {
  if (!given.flow.empty()) {
    throw std::invalid_argument("\"" + given.flow + "\" stands before the command; give the flow behind it");
  }
}

} // namespace

void add_mock_flow(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(mock, "flow", "Show or set the state of a flow, create or delete one");
  command.require_subcommand(0, 1);
  const auto given = std::make_shared<Given>();
  add_id(command, "FLOW", "Id of the flow", given->flow);
  command
      .add_option("STATE", given->state,
                  "enabled, disabled, draft, …; runs can be retried only if the flow is enabled")
      ->type_name("");
  on_mock_call(command, session, [given](const MockSettings &mock) -> MockCall {
    if (given->flow.empty()) {
      throw std::invalid_argument("give a flow: mock flow FLOW");
    }
    const std::string flow = sandbox_path(mock, "/flows/" + percent_encoded(given->flow));
    if (given->state.empty()) {
      return {{"GET", flow}, text_of_flow, advice_where(mock)};
    }
    return {{"PATCH", flow, body_of({{"state", given->state}})}, text_of_flow, advice_where(mock)};
  });

  const auto below = std::make_shared<Given>(); // of the commands below this one
  CLI::App &put = add_mock_command(command, "put", "Create or replace a flow");
  add_id(put, "FLOW", "Id of the flow", below->flow)->required();
  put.add_option("STATE", below->state, "Its state; enabled if not given")->type_name("");
  put.add_option("--name", below->name, "Its name")->type_name("TEXT");
  on_mock_call(put, session, [given, below](const MockSettings &mock) -> MockCall {
    require_nothing(*given);
    Json flow = Json::object();
    if (!below->state.empty()) {
      flow["state"] = below->state;
    }
    if (!below->name.empty()) {
      flow["name"] = below->name;
    }
    return {{"PUT", sandbox_path(mock, "/flows/" + percent_encoded(below->flow)), body_of(flow)},
            text_of_flow};
  });

  CLI::App &remove = add_mock_command(command, "delete", "Delete a flow that has no runs");
  add_id(remove, "FLOW", "Id of the flow", below->flow)->required();
  on_mock_call(remove, session, [given, below](const MockSettings &mock) -> MockCall {
    require_nothing(*given);
    return {{"DELETE", sandbox_path(mock, "/flows/" + percent_encoded(below->flow))},
            sentence("flow " + below->flow + " is deleted"),
            advice_where(mock)};
  });
}

} // namespace flow::client
