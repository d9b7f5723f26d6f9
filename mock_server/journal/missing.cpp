#include "mock_server/journal/missing.hpp"

namespace flow::mock {

namespace {

LedgerEntry missing_entry(contract::ClauseNumber clause, const ServiceState &state, const Tenant &tenant) {
  return {.clause = clause,
          .method = {},
          .path = {},
          .organisation = tenant.sandbox.organisation,
          .sandbox = tenant.sandbox.name,
          .at_ms = tenant.clock.now_ms(),
          .number = state.exchanges,
          .is_missing = true};
}

} // namespace

std::vector<LedgerEntry> missing_in(const ServiceState &state, const Tenant &tenant) {
  std::vector<LedgerEntry> entries;
  for (const contract::ClauseNumber clause : tenant.expectations.missing()) {
    entries.push_back(missing_entry(clause, state, tenant));
  }
  return entries;
}

void end_expectations(ServiceState &state, Tenant &tenant) {
  for (const contract::ClauseNumber clause : tenant.expectations.end()) {
    const LedgerEntry entry = missing_entry(clause, state, tenant);
    state.violations.add(entry);
    tenant.violations.add(entry);
  }
}

} // namespace flow::mock
