#include "mock_server/runs/flow_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// How the last run went (openapi, lastRunDetails), as it stands now.
Json last_run_details(const Run &run) {
  Json details = {{"id", run.id}, {"state", status(run.state)}, {"startedAtUTC", run.started_at_ms}};
  if (has_ended(run.state) && run.state != RunState::failed) {
    details["completedAtUTC"] = run.ended_at_ms;
  }
  return details;
}

} // namespace

Json flow_document(Sandbox &sandbox, const SandboxFlow &flow, std::int64_t now_ms) {
  const Json &seeded = flow.flow->document;
  Json document = {{"id", flow.flow->id}};
  const auto keep = [&](const char *name, const Json &otherwise) {
    const auto given = seeded.find(name);
    document[name] = given == seeded.end() ? otherwise : *given;
  };
  const std::int64_t created_at_ms = seeded.value("createdAt", std::int64_t{0});
  keep("createdAt", created_at_ms);
  keep("updatedAt", created_at_ms);
  keep("createdBy", "{CREATED_BY}");
  keep("updatedBy", "{UPDATED_BY}");
  keep("createdClient", "{CREATED_CLIENT}");
  keep("updatedClient", "{UPDATED_CLIENT}");
  document["sandboxId"] = Json::parse(sandbox.id_text);
  document["sandboxName"] = Json::parse(sandbox.name_text);
  document["imsOrgId"] = Json::parse(sandbox.organisation_text);
  keep("name", "");
  keep("description", "");
  keep("flowSpec", Json::object());
  keep("state", "enabled");
  keep("version", flow.etag);
  document["etag"] = flow.etag;
  keep("sourceConnectionIds", Json::array());
  keep("targetConnectionIds", Json::array());
  keep("inheritedAttributes", Json::object());
  keep("scheduleParams", {{"frequency", "once"}});
  keep("transformations", Json::array());
  if (flow.flow->delta_column.empty() && !flow.delta_column.empty()) {
    // Given with the first run, it has become part of the copy transformation (on-demand-ingestion).
    document["transformations"].push_back(
        {{"name", "Copy"}, {"params", {{"deltaColumn", {{"name", flow.delta_column}}}}}});
  }
  document["runs"] = "/runs?property=flowId==" + flow.flow->id;
  keep("lastOperation", {{"started", created_at_ms}, {"updated", 0}, {"operation", "create"}});
  if (const Run *last = sandbox.last_run(flow)) {
    sandbox.settle(now_ms);
    document["lastRunDetails"] = last_run_details(*last);
  }
  return document;
}

} // namespace flow::mock
