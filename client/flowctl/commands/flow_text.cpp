#include "client/flow_json.hpp"
#include "client/flowctl/commands/document_text.hpp"
#include "client/flowctl/output.hpp"
#include "client/flowctl/text_table.hpp"

namespace flow::client {

std::string table_of_flows(const std::vector<Document> &documents) {
  std::vector<Row> rows{{"FLOW", "STATE", "SCHEDULE", "LAST RUN (UTC)", "NAME"}};
  for (const Document &document : documents) {
    const Flow flow = flow_of(read_answer(document.json));
    const auto &last = flow.last_run;
    rows.push_back(
        {flow.id, flow.state, schedule_text(flow),
         last ? instant_or_dash(last->started_at) + " " + state_text(last->state, last->status) : "-",
         flow.name});
  }
  return table(rows);
}

std::string readable_flow(const Document &document) {
  const Flow flow = flow_of(read_answer(document.json));
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

} // namespace flow::client
