#include <iostream>
#include <memory>

#include "client/flowctl/commands/commands.hpp"
#include "client/flowctl/output.hpp"
#include "client/flowctl/text_table.hpp"

namespace flow::client {

namespace {

std::string readable_flow(const Flow &flow) {
  std::string text = line("flow", flow.id) + line("name", flow.name) + line("state", flow.state);
  text += line("spec", flow.spec.id + " " + flow.spec.version);
  if (flow.created_at) {
    text += line("created", instant(*flow.created_at));
  }
  if (flow.updated_at) {
    text += line("updated", instant(*flow.updated_at));
  }
  if (flow.schedule) {
    text += line("schedule", schedule_text(flow));
  }
  if (flow.last_run) {
    text += line("last run", flow.last_run->id) +
            line("", state_text(flow.last_run->state, flow.last_run->status) + ", started " +
                         instant_or_dash(flow.last_run->started_at));
  }
  return text + line("etag", flow.etag);
}

} // namespace

void add_flow(CLI::App &app, Session &session) {
  CLI::App &command = add_command(app, "flow", "Show a flow");
  const auto id = std::make_shared<std::string>();
  command.add_option("FLOW", *id, "Id of the flow")->required()->type_name("");
  on_call(command, session, [id, &session](const Client &client) {
    const Flow flow = client.get_flow(*id);
    std::cout << (session.json ? json_as_sent(flow.json) : readable_flow(flow));
    return kDone;
  });
}

} // namespace flow::client
