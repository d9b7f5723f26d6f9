#include "mock_server/admin/routes.hpp"
#include "mock_server/journal/report.hpp"

namespace flow::mock::admin {

Response list_violations(const Call &call) {
  check_parameters(call, {});
  const Ledger &ledger = call.state.violations;
  const bool of_all = call.tenant == nullptr;
  const auto found =
      of_all ? ledger.all() : ledger.of(call.tenant->sandbox.organisation, call.tenant->sandbox.name);
  Json violations = Json::array();
  for (const LedgerEntry &entry : found) {
    violations.push_back(violation_json(entry));
  }
  const std::uint64_t total = of_all ? ledger.total() : found.size();
  return json_response({{"violations", std::move(violations)}, {"total", total}});
}

Response clear_violations(const Call &call) {
  check_parameters(call, {});
  if (call.tenant == nullptr) {
    call.state.violations.clear();
  } else {
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
