#include "mock_server/pipeline/record.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "mock_server/journal/kept_text.hpp"
#include "mock_server/pipeline/exchange.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kLongestText = 2048;

std::string beginning_of(std::string_view text, const SecretValues &secrets) {
  std::string beginning;
  keep_text(beginning, text, secrets, kLongestText);
  return beginning;
}

bool contains(std::span<const contract::ClauseNumber> clauses, contract::ClauseNumber clause) {
  return std::find(clauses.begin(), clauses.end(), clause) != clauses.end();
}

/// Notes the breaches among `seen`, apart those that were expected, and those that are missing.
void note_violations(ServiceState &state, Sandbox *sandbox, std::span<const contract::ClauseNumber> seen,
                     const Expectations::Taken &taken, ViolationEntry entry) {
  const auto add = [&] {
    if (sandbox != nullptr && state.replica) {
      sandbox->untold.push_back(entry); // the turn is the sandbox's, and not the mock's
    } else {
      state.violations.add(entry);
    }
    if (sandbox != nullptr) {
      sandbox->violations.add(entry);
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

/// Notes of assumed clauses where they were first the case: nobody documents what an application relies on
/// there.
void note_assumed(Coverage &coverage, const Exchange &exchange, const SecretValues &secrets,
                  std::uint64_t number) {
  const Verdict &verdict = exchange.verdict;
  for (const contract::ClauseNumber clause : std::span(verdict.clauses).first(verdict.count)) {
    if (contract::clause(clause).standing == contract::Standing::assumed && !coverage.has_first(clause)) {
      coverage.note_first(clause, {.method = beginning_of(exchange.request.method, secrets),
                                   .path = beginning_of(exchange.parsed.path, secrets),
                                   .number = number});
    }
  }
}

} // namespace

void record(ServiceState &state, const Exchange &exchange) {
  const auto took = std::chrono::steady_clock::now() - exchange.begin;
  Sandbox *sandbox = exchange.sandbox.get();
  const Clock &clock = sandbox != nullptr ? sandbox->clock : state.clock;
  const std::int64_t at_ms = exchange.at_ms ? *exchange.at_ms : clock.now_ms();
  const SecretValues secrets = secrets_of(exchange.request, state.secrets);
  Journal &journal = sandbox != nullptr ? sandbox->journal : state.journal;
  const std::int64_t took_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  const std::uint64_t number = journal.add(exchange, secrets, {.at_ms = at_ms, .duration_us = took_us});
  state.metrics.requests.add(exchange.asked.operation(), exchange.response.status, exchange.verdict.footing,
                             took_us);
  for (const auto &fault : exchange.faults) {
    state.metrics.count_fault(fault->type);
  }
  if (state.arrivals.are_awaited()) {
    state.arrivals.tell(sandbox == nullptr ? "" : sandbox->objects.organisation,
                        sandbox == nullptr ? "" : sandbox->objects.name);
  }
  const Verdict &verdict = exchange.verdict;
  if (verdict.footing == Footing::assumed) {
    note_assumed(state.coverage, exchange, secrets, number);
  }
  const auto seen = std::span(verdict.clauses).first(verdict.count);
  const Parsed &parsed = exchange.parsed;
  const std::vector<contract::ClauseNumber> &expected = parsed.expected.clauses;
  Expectations::Taken taken;
  if (sandbox != nullptr && verdict.is_judged) {
    taken = sandbox->expectations.take(seen);
  }
  if (!verdict.violated && expected.empty() && taken.missing.empty()) {
    return;
  }
  ViolationEntry entry{.method = beginning_of(exchange.request.method, secrets),
                       .path = beginning_of(parsed.path, secrets),
                       .organisation = beginning_of(parsed.headers.organisation, secrets),
                       .sandbox = beginning_of(parsed.headers.sandbox, secrets),
                       .at_ms = at_ms,
                       .number = number};
  taken.expected.insert(taken.expected.end(), expected.begin(), expected.end());
  std::copy_if(expected.begin(), expected.end(), std::back_inserter(taken.missing),
               [&](contract::ClauseNumber clause) { return !contains(seen, clause); });
  note_violations(state, sandbox, seen, taken, std::move(entry));
}

} // namespace flow::mock
