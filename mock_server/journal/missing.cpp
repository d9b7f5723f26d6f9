#include "mock_server/journal/missing.hpp"

namespace flow::mock {

namespace {

ViolationEntry missing_entry(contract::ClauseNumber clause, const ServiceState &state,
                             const Sandbox &sandbox) {
  return {.clause = clause,
          .method = {},
          .path = {},
          .organisation = sandbox.objects.organisation,
          .sandbox = sandbox.objects.name,
          .at_ms = sandbox.clock.now_ms(),
          .number = state.exchanges,
          .is_missing = true};
}

} // namespace

std::vector<ViolationEntry> missing_in(const ServiceState &state, const Sandbox &sandbox) {
  std::vector<ViolationEntry> entries;
  for (const contract::ClauseNumber clause : sandbox.expectations.missing()) {
    entries.push_back(missing_entry(clause, state, sandbox));
  }
  return entries;
}

void end_expectations(ServiceState &state, Sandbox &sandbox) {
  for (const contract::ClauseNumber clause : sandbox.expectations.end()) {
    const ViolationEntry entry = missing_entry(clause, state, sandbox);
    state.violations.add(entry);
    sandbox.violations.add(entry);
  }
}

void end_test(ServiceState &state, Sandbox &sandbox) {
  end_expectations(state, sandbox);
  state.unused.add(unused_in(sandbox));
}

Unused all_unused(const ServiceState &state) {
  Unused all = state.unused.all();
  all.add(unused_of(state.faults));
  for (const auto &sandbox : state.sandboxes.all()) {
    all.add(unused_in(*sandbox));
  }
  return all;
}

} // namespace flow::mock
