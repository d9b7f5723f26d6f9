#include "mock_server/record.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "contracts/judge/judge.hpp"
#include "mock_server/gateway.hpp"
#include "mock_server/journal/expected.hpp"
#include "mock_server/journal/kept_text.hpp"
#include "mock_server/target.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kLongestText = 2048;

std::string beginning_of(std::string_view text, const SecretValues &secrets) {
  std::string beginning;
  keep_text(beginning, text, secrets, kLongestText);
  return beginning;
}

/// The tenant that a refused request names; null where nobody has used it yet: who is refused makes none.
std::shared_ptr<Tenant> tenant_of(const ServiceState &state, const Request &request) {
  const auto [organisation, sandbox] = named_sandbox(request, state.settings.reading);
  return state.tenants.find(organisation, sandbox);
}

bool contains(std::span<const contract::ClauseNumber> clauses, contract::ClauseNumber clause) {
  return std::find(clauses.begin(), clauses.end(), clause) != clauses.end();
}

/// Notes the breaches among `seen`, apart those that were expected, and those that are missing.
void note_in_ledgers(ServiceState &state, Tenant *tenant, std::span<const contract::ClauseNumber> seen,
                     const Expectations::Taken &taken, LedgerEntry entry) {
  const auto add = [&] {
    state.violations.add(entry);
    if (tenant != nullptr) {
      tenant->violations.add(entry);
    }
  };
  for (const contract::ClauseNumber clause : seen) {
    entry.clause = clause;
    if (contains(taken.expected, clause)) {
      state.expected.add(entry);
    } else if (contract::is_violation(clause)) {
      add();
    }
  }
  entry.is_missing = true;
  for (const contract::ClauseNumber clause : taken.missing) {
    entry.clause = clause;
    add();
  }
}

void note(ServiceState &state, const Request &request, const Response &response, const Trace &trace,
          const Verdict &verdict, std::chrono::nanoseconds took) {
  const auto tenant = trace.tenant ? trace.tenant : tenant_of(state, request);
  const Clock &clock = tenant ? tenant->clock : state.clock;
  const std::int64_t at_ms = trace.at_ms ? *trace.at_ms : clock.now_ms();
  const SecretValues secrets = secrets_of(request, state.secrets);
  Journal &journal = tenant ? tenant->journal : state.journal;
  const std::uint64_t number = journal.add(
      request, response, trace, verdict, secrets,
      {.at_ms = at_ms, .duration_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
  const auto seen = std::span(verdict.clauses).first(verdict.count);
  const std::vector<contract::ClauseNumber> expected =
      expected_clauses(request, state.settings.reading).clauses;
  Expectations::Taken taken;
  if (tenant && verdict.is_judged) {
    taken = tenant->expectations.take(seen);
  }
  if (!verdict.violated && expected.empty() && taken.missing.empty()) {
    return;
  }
  const auto named = named_sandbox(request, state.settings.reading);
  LedgerEntry entry{.method = beginning_of(request.method, secrets),
                    .path = beginning_of(path_of(request.target), secrets),
                    .organisation = beginning_of(named.first, secrets),
                    .sandbox = beginning_of(named.second, secrets),
                    .at_ms = at_ms,
                    .number = number};
  taken.expected.insert(taken.expected.end(), expected.begin(), expected.end());
  std::copy_if(expected.begin(), expected.end(), std::back_inserter(taken.missing),
               [&](contract::ClauseNumber clause) { return !contains(seen, clause); });
  note_in_ledgers(state, tenant.get(), seen, taken, std::move(entry));
}

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

Verdict judge(ServiceState &state, const Request &request, const Response &response, const Trace &trace) {
  const std::string_view path = path_of(request.target);
  contract::Exchange exchange{
      .operation = trace.operation(),
      .method = request.method,
      .path = path.substr(path.starts_with(contract::kBasePath) ? contract::kBasePath.size() : 0),
      .headers = request.headers,
      .query = trace.target.query,
      .body = request.body,
      .status = response.status,
      .answer = response.body};
  std::vector<std::pair<std::string, std::string>> fields;
  if (trace.identified.operation != nullptr && trace.identified.operation->body == "form") {
    fields = parse_parameters(request.body).value_or(fields);
    fields.insert(fields.end(), trace.target.query.begin(), trace.target.query.end());
    exchange.query = fields;
  }
  Verdict verdict;
  if (request.method == "HEAD") { // no page speaks of it: a client that only looks breaks nothing
    return verdict;
  }
  verdict.is_judged = true;
  state.rules.applying(exchange, [&](contract::ClauseNumber number) {
    verdict.add(number);
    state.coverage.mark(number);
  });
  return verdict;
}

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

void record(ServiceState &state, const Request &request, const Response &response, const Trace &trace,
            const Verdict &verdict, std::chrono::nanoseconds took) {
  try {
    note(state, request, response, trace, verdict, took);
  } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
    // Without the memory to note it, the answer still stands.
  }
}

} // namespace flow::mock
