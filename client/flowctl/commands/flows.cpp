#include <memory>

#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/commands/list.hpp"
#include "client/flowctl/text_table.hpp"

namespace flow::client {

namespace {

std::string table_of_flows(const std::vector<Flow> &flows) {
  std::vector<Row> rows{{"FLOW", "STATE", "SCHEDULE", "LAST RUN (UTC)", "NAME"}};
  for (const Flow &flow : flows) {
    const auto &last = flow.last_run;
    rows.push_back(
        {flow.id, flow.state, schedule_text(flow),
         last ? instant_or_dash(last->started_at) + " " + state_text(last->state, last->status) : "-",
         flow.name});
  }
  return table(rows);
}

} // namespace

void add_flows(CLI::App &app, Session &session) {
  CLI::App &command = add_command(app, "flows", "List flows");
  const auto given = std::make_shared<ListArguments>();
  add_list_options(command, *given);
  on_call(command, session, [given, &session](const Client &client) {
    return show_list<FlowQuery, Flow>(client, {}, &Client::flows, *given, session, table_of_flows);
  });
}

} // namespace flow::client
