#include "mock_server/admin/routes.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/journal/report.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace flow::mock::admin {

namespace {

bool is_earlier(const LedgerEntry &a, const LedgerEntry &b) {
  return std::tie(a.number, a.clause) < std::tie(b.number, b.clause);
}

/// Those of requests that named the sandbox and were refused while there was none.
std::vector<LedgerEntry> before_it_was_made(const Call &call, const std::vector<LedgerEntry> &its_own) {
  std::vector<LedgerEntry> before = call.state.violations.all();
  std::erase_if(before, [&](const LedgerEntry &entry) {
    const bool names_it =
        entry.organisation == call.tenant->sandbox.organisation && entry.sandbox == call.tenant->sandbox.name;
    return !names_it || std::binary_search(its_own.begin(), its_own.end(), entry, is_earlier);
  });
  return before;
}

/// Those that are missing so far of what is expected in the sandbox of the path, or in all there are.
std::vector<LedgerEntry> missing_so_far(const Call &call) {
  if (call.tenant != nullptr) {
    return missing_in(call.state, *call.tenant);
  }
  std::vector<LedgerEntry> missing;
  for (const auto &tenant : call.state.tenants.all()) {
    const std::vector<LedgerEntry> of_tenant = missing_in(call.state, *tenant);
    missing.insert(missing.end(), of_tenant.begin(), of_tenant.end());
  }
  return missing;
}

} // namespace

Response list_violations(const Call &call) {
  check_parameters(call, {});
  const Ledger &ledger = call.tenant == nullptr ? call.state.violations : call.tenant->violations;
  std::uint64_t total = ledger.total();
  std::vector<LedgerEntry> entries = ledger.all();
  if (call.tenant != nullptr) {
    std::sort(entries.begin(), entries.end(), is_earlier);
    const std::vector<LedgerEntry> before = before_it_was_made(call, entries);
    total += before.size();
    entries.insert(entries.end(), before.begin(), before.end());
    std::sort(entries.begin(), entries.end(), is_earlier);
  }
  const std::vector<LedgerEntry> missing = missing_so_far(call);
  total += missing.size();
  entries.insert(entries.end(), missing.begin(), missing.end());
  Json violations = Json::array();
  for (const LedgerEntry &entry : entries) {
    violations.push_back(violation_json(entry));
  }
  Json expected = Json::array();
  for (const LedgerEntry &entry : call.state.expected.all()) {
    if (call.tenant == nullptr || (entry.organisation == call.tenant->sandbox.organisation &&
                                   entry.sandbox == call.tenant->sandbox.name)) {
      expected.push_back(violation_json(entry));
    }
  }
  return json_response(
      {{"violations", std::move(violations)}, {"total", total}, {"expected", std::move(expected)}});
}

Response clear_violations(const Call &call) {
  check_parameters(call, {});
  if (call.tenant == nullptr) {
    call.state.violations.clear();
    call.state.expected.clear();
    for (const auto &tenant : call.state.tenants.all()) {
      tenant->expectations.end();
      tenant->violations.clear();
    }
  } else {
    call.tenant->expectations.end();
    call.tenant->violations.clear();
    for (Ledger *ledger : {&call.state.violations, &call.state.expected}) {
      ledger->clear(call.tenant->sandbox.organisation, call.tenant->sandbox.name);
    }
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
