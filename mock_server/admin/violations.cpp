#include "mock_server/admin/routes.hpp"
#include "mock_server/journal/report.hpp"

namespace flow::mock::admin {

Response list_violations(const Call &call) {
  check_parameters(call, {});
  const Ledger &ledger = call.tenant == nullptr ? call.state.violations : call.tenant->violations;
  Json violations = Json::array();
  for (const LedgerEntry &entry : ledger.all()) {
    violations.push_back(violation_json(entry));
  }
  return json_response({{"violations", std::move(violations)}, {"total", ledger.total()}});
}

Response clear_violations(const Call &call) {
  check_parameters(call, {});
  if (call.tenant == nullptr) {
    call.state.violations.clear();
    for (const auto &tenant : call.state.tenants.all()) {
      tenant->violations.clear();
    }
  } else {
    call.tenant->violations.clear();
    call.state.violations.clear(call.tenant->sandbox.organisation, call.tenant->sandbox.name);
  }
  return json_response(Json::object());
}

Response get_coverage(const Call &call) {
  check_parameters(call, {});
  return json_response(coverage_json(call.state.coverage, call.state.settings));
}

Response clear_coverage(const Call &call) {
  check_parameters(call, {});
  call.state.coverage.clear();
  return json_response(Json::object());
}

} // namespace flow::mock::admin
