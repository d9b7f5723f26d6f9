#include "mock_server/admin/routes.hpp"

#include "contracts/contract.hpp"
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

// The seed is loaded before the mock listens: who is answered finds it ready.
Response ready(const Call & /*call*/) {
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

Response settings(const Call &call) {
  const Settings &settings = call.state.settings;
  return json_response(
      {{"reading", settings.reading == Reading::openapi ? "openapi" : "tutorial"},
       {"edition", settings.edition == Edition::of_2022 ? "2022" : "newest"},
       {"strict", settings.strict},
       {"deterministic", settings.deterministic ? Json(*settings.deterministic) : Json()},
       {"host", settings.control.host},
       {"adminToken", !settings.control.token.empty()},
       {"journalSize", settings.journal_size.exchanges},
       {"journalBytes", settings.journal_size.bytes},
       {"defaults",
        {{"outcome", name_of(settings.seed.defaults.outcome)},
         {"durationMs", settings.seed.defaults.duration_ms}}},
       {"seed", {{"flows", settings.seed.flows.size()}, {"runs", settings.seed.run_count()}}}});
}

} // namespace flow::mock::admin
