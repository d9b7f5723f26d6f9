#include "mock_server/report/report_page.hpp"

#include <algorithm>
#include <numeric>

#include "contracts/report/page.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock {

namespace {

std::size_t count_of(const Unused &unused) {
  return unused.outcomes.size() + unused.faults.size() + unused.runs.size();
}

std::string figures_of(const ServiceState &state, const Sums &sums) {
  const auto exercised = std::count_if(sums.clauses.begin(), sums.clauses.end(),
                                       [](const auto &clause) { return clause.second > 0; });
  const std::uint64_t judged = std::accumulate(sums.footings.begin(), sums.footings.end(), std::uint64_t{0});
  return report::figures(
      {{"Requests", std::to_string(state.exchanges.load())},
       {"Judged", std::to_string(judged)},
       {"Violations", std::to_string(state.violations.total())},
       {"Clauses exercised", std::to_string(exercised) + " of " + std::to_string(sums.clauses.size())},
       {"Set up and not used", std::to_string(count_of(all_unused(state)))},
       {"Sandboxes", std::to_string(state.sandboxes.all().size())}});
}

} // namespace

std::string report_page(const ServiceState &state, const std::optional<Sums> &earlier) {
  const Sums sums = sums_of(state);
  return report::html_of({.program = "flow-mock",
                          .title = "flow-mock: what the tests asked for",
                          .body = figures_of(state, sums) + (earlier ? differences(*earlier, sums) : "") +
                                  leanings(state) + violations_by_clause(state) + unused_set_up(state) +
                                  all_faults(state) + latest_requests(state) + coverage_by_subject(state),
                          .data = json_of(sums)});
}

} // namespace flow::mock
