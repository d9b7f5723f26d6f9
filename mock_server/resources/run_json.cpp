#include "mock_server/resources/run_json.hpp"

#include <string_view>

#include "mock_server/resources/json_object.hpp"
#include "mock_server/resources/own_metrics.hpp"

namespace flow::mock {

void append_etag(std::string &json, const Run &run) {
  json += R"("\")";
  json += std::string_view(run.etag).substr(1, run.etag.size() - 2);
  json += R"(\"")";
}

void append_run(std::string &json, const Run &run, const SandboxObjects &sandbox,
                const contract::Reading &reading) {
  JsonObject object(json);
  object.number("createdAt"_key, run.created_at_ms);
  object.number("updatedAt"_key, run.updated_at_ms);
  object.raw("createdBy"_key, run.actors->created_by);
  object.raw("updatedBy"_key, run.actors->updated_by);
  object.raw("createdClient"_key, run.actors->created_client);
  object.raw("updatedClient"_key, run.actors->updated_client);
  object.raw("sandboxId"_key, sandbox.id_text);
  object.raw("sandboxName"_key, sandbox.name_text);
  object.raw("imsOrgId"_key, sandbox.organisation_text);
  object.text("id"_key, run.id);
  object.text("flowId"_key, run.flow->id);
  if (!run.flow->spec_id.empty()) {
    JsonObject spec(object.key("flowSpec"_key));
    spec.text("id"_key, run.flow->spec_id);
    spec.text("version"_key, run.flow->spec_version);
  }
  if (run.params) {
    object.raw("params"_key, *run.params);
  }
  append_etag(object.key_named(reading.choice("etag-field")), run);
  if (run.metrics) {
    object.raw("metrics"_key, *run.metrics);
  } else {
    append_own_metrics(object.key("metrics"_key), run);
  }
  const std::string_view activities = reading.choice("activities-field");
  if (run.activities) {
    object.key_named(activities) += *run.activities;
  } else {
    append_own_activities(object.key_named(activities), run);
  }
  if (run.extras) {
    json += ',';
    json += std::string_view(*run.extras).substr(1, run.extras->size() - 2); // without its braces
  }
}

} // namespace flow::mock
