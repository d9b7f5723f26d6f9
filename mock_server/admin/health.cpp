#include "mock_server/admin/routes.hpp"

#include "contracts/model/contract.hpp"
#include "mock_server/version.hpp"

namespace flow::mock::admin {

namespace {

/// By its name others tell this server from the real one, to which they send less (flow-contract).
Response health(const char *status) {
  return json_response({{"status", status}, {"server", "flow-mock"}});
}

} // namespace

Response live(const Call & /*call*/) {
  return health("live");
}

// The seed is loaded before the mock listens: who is answered finds it ready, unless its store fails.
Response ready(const Call &call) {
  if (call.state.keeper && call.state.keeper->is_failing()) {
    throw Refusal{503, "Store unavailable", "",
                  "The mock's store does not work for now (" + call.state.keeper->failure() +
                      "): what would change something is refused."};
  }
  if (call.state.replica && call.state.replica->is_failing()) {
    throw Refusal{503, "Store unavailable", "",
                  "The mock's store does not work for now (" + call.state.replica->failure() +
                      "): no request that needs it is answered."};
  }
  return health("ready");
}

Response version(const Call & /*call*/) {
  return json_response({{"version", kVersion}, {"build", {{"compiler", kCompiler}, {"type", kBuildType}}}});
}

Response openapi(const Call & /*call*/) {
  Response response;
  response.body = contract::control_api_text();
  return response;
}

Response service_openapi(const Call & /*call*/) {
  Response response;
  response.body = contract::service_api_text();
  return response;
}

Response readings(const Call &call) {
  Json all = Json::array();
  for (const contract::Matter &matter : contract::matters()) {
    Json choices = Json::array();
    for (const contract::Choice &choice : matter.choices) {
      choices.push_back({{"name", choice.name},
                         {"says", choice.says},
                         {"sources", choice.sources},
                         {"openapi", choice.openapi},
                         {"inForce", call.state.settings.reading.is(matter.name, choice.name)}});
    }
    all.push_back({{"matter", matter.name}, {"about", matter.about}, {"choices", std::move(choices)}});
  }
  return json_response(all);
}

Response settings(const Call &call) {
  const Settings &settings = call.state.settings;
  Json reading = Json::object();
  for (const contract::Matter &matter : contract::matters()) {
    reading[matter.name] = settings.reading.choice(matter.name);
  }
  return json_response(
      {{"reading", std::move(reading)},
       {"strict", settings.strict},
       {"deterministic", settings.deterministic ? Json(*settings.deterministic) : Json()},
       {"host", settings.control.host},
       {"adminToken", !settings.control.token.empty()},
       {"journalSize", settings.journal_size.exchanges},
       {"journalBytes", settings.journal_size.bytes},
       {"store", settings.store},
       {"defaults",
        {{"outcome", name_of(settings.seed.defaults.outcome)},
         {"durationMs", settings.seed.defaults.duration_ms}}},
       {"seed", {{"flows", settings.seed.flows.size()}, {"runs", settings.seed.run_count()}}}});
}

} // namespace flow::mock::admin
