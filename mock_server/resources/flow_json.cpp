#include "mock_server/resources/flow_json.hpp"

#include <algorithm>
#include <string>

#include "mock_server/resources/id_source.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// How the last run went (openapi, lastRunDetails), as it stands now.
Json last_run_details(const Run &run) {
  Json details = {{"id", run.id}, {"state", text_of(run.state)}, {"startedAtUTC", run.started_at_ms}};
  if (shows_completion(run)) {
    details["completedAtUTC"] = run.ended_at_ms;
  }
  return details;
}

Json spec_of(std::string_view id) {
  return {{"id", id}, {"version", "1.0"}};
}

/// What the flow shows of its connections with those ids; of their base connection, where they have one.
Json connections(const Json &ids, std::string_view spec_id, const std::string &base_id) {
  Json shown = Json::array();
  for (const Json &id : ids) {
    Json connection = {{"id", id}, {"connectionSpec", spec_of(spec_id)}};
    if (!base_id.empty()) {
      connection["baseConnection"] = {{"id", base_id}, {"connectionSpec", spec_of(spec_id)}};
    }
    shown.push_back(std::move(connection));
  }
  return shown;
}

/// One end of a flow: the member of its document, and what an id is made up of where it has none.
struct End {
  const char *field;
  const char *what;
};
constexpr End kSource = {"sourceConnectionIds", "source connection of flow "};
constexpr End kTarget = {"targetConnectionIds", "target connection of flow "};

std::string made_up_id(const Flow &flow, const char *what) {
  return name_uuid(what + flow.id);
}

Json ids_or_made_up(const Flow &flow, const End &end) {
  const auto given = flow.document.find(end.field);
  return given == flow.document.end() ? Json::array({made_up_id(flow, end.what)}) : *given;
}

} // namespace

std::vector<std::string> connection_ids(const Flow &flow) {
  std::vector<std::string> ids;
  for (const auto &[field, what] : {kSource, kTarget}) {
    const auto given = flow.document.find(field);
    if (given == flow.document.end()) {
      ids.push_back(made_up_id(flow, what));
      continue;
    }
    for (const Json &id : *given) {
      ids.push_back(id.get_ref<const std::string &>());
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Json source_connection_ids(const Flow &flow) {
  return ids_or_made_up(flow, kSource);
}

Json target_connection_ids(const Flow &flow) {
  return ids_or_made_up(flow, kTarget);
}

/// Those that are made up tell batch, streaming and destination flows apart. The profile store of destination
/// flows and the data lake of the others have no base connection here.
Json inherited_attributes(const Flow &flow) {
  if (const auto given = flow.document.find("inheritedAttributes"); given != flow.document.end()) {
    return *given;
  }
  const SourceTraits &traits = traits_of(flow.source);
  const bool is_destination = flow.source == SourceKind::destination;
  const std::string base_id = name_uuid("base connection of flow " + flow.id);
  return {{"sourceConnections",
           connections(source_connection_ids(flow), flow.source_spec_id, is_destination ? "" : base_id)},
          {"targetConnections", connections(target_connection_ids(flow), traits.target_spec_id,
                                            is_destination ? base_id : std::string())},
          {"properties", {{traits.property, true}}}};
}

Json flow_document(Transaction &transaction, const SandboxFlow &flow) {
  const SandboxObjects &sandbox = transaction.sandbox();
  const Json &seeded = flow.flow->document;
  Json document = {{"id", flow.flow->id}};
  const auto keep = [&](const char *name, const Json &otherwise) {
    const auto given = seeded.find(name);
    document[name] = given == seeded.end() ? otherwise : *given;
  };
  document["createdAt"] = flow.created_at_ms;
  document["updatedAt"] = flow.updated_at_ms;
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
  document["sourceConnectionIds"] = source_connection_ids(*flow.flow);
  document["targetConnectionIds"] = target_connection_ids(*flow.flow);
  document["inheritedAttributes"] = inherited_attributes(*flow.flow);
  const bool needs_schedule = flow.flow->source == SourceKind::batch && flow.flow->state != "draft";
  if (seeded.contains("scheduleParams") || needs_schedule) {
    keep("scheduleParams", {{"frequency", "once"}});
  }
  keep("transformations", Json::array());
  for (const char *name : {"providerId", "options", "labels"}) {
    if (const auto given = seeded.find(name); given != seeded.end()) {
      document[name] = *given;
    }
  }
  if (flow.flow->delta_column.empty() && !flow.delta_column.empty()) {
    // Given with the first run, it has become part of the copy transformation (on-demand-ingestion).
    document["transformations"].push_back(
        {{"name", "Copy"}, {"params", {{"deltaColumn", {{"name", flow.delta_column}}}}}});
  }
  document["runs"] = transaction.reading().is("runs-link", "path")
                         ? "/flows/" + flow.flow->id + "/runs"
                         : "/runs?property=flowId==" + flow.flow->id;
  keep("lastOperation", {{"started", flow.created_at_ms}, {"updated", 0}, {"operation", "create"}});
  if (const Run *last = transaction->last_run(flow)) {
    document["lastRunDetails"] = last_run_details(*last);
  }
  return document;
}

} // namespace flow::mock
