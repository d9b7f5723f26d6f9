#include "mock_server/runs/run_json.hpp"

#include <string_view>

#include "mock_server/runs/json_object.hpp"
#include "mock_server/runs/own_metrics.hpp"

namespace flow::mock {

void append_run(std::string &json, const Run &run, const SandboxObjects &sandbox,
                const contract::Reading &reading) {
  JsonObject object(json);
  object.number("createdAt", run.created_at_ms);
  object.number("updatedAt", run.updated_at_ms);
  object.raw("createdBy", run.actors->created_by);
  object.raw("updatedBy", run.actors->updated_by);
  object.raw("createdClient", run.actors->created_client);
  object.raw("updatedClient", run.actors->updated_client);
  object.raw("sandboxId", sandbox.id_text);
  object.raw("sandboxName", sandbox.name_text);
  object.raw("imsOrgId", sandbox.organisation_text);
  object.text("id", run.id);
  object.text("flowId", run.flow->id);
  if (!run.flow->spec_id.empty()) {
    JsonObject spec(object.key("flowSpec"));
    spec.text("id", run.flow->spec_id);
    spec.text("version", run.flow->spec_version);
  }
  if (run.params) {
    object.raw("params", *run.params);
  }
  object.raw(reading.choice("etag-field"), "\"\\\"" + run.etag.substr(1, run.etag.size() - 2) + "\\\"\"");
  if (run.metrics) {
    object.raw("metrics", *run.metrics);
  } else {
    append_own_metrics(object.key("metrics"), run);
  }
  const std::string_view activities = reading.choice("activities-field");
  if (run.activities) {
    object.raw(activities, *run.activities);
  } else {
    append_own_activities(object.key(activities), run);
  }
  if (run.extras) {
    json += ',';
    json += std::string_view(*run.extras).substr(1, run.extras->size() - 2); // without its braces
  }
}

} // namespace flow::mock
