#include "mock_server/report/sums.hpp"

#include "contracts/report/earlier.hpp"
#include "contracts/report/page.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock {

using contract::Json;
using report::Table;
using report::Tone;

namespace {

template <typename Key> std::uint64_t count_at(const std::map<Key, std::uint64_t> &counts, const Key &key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

/// Every key of either, and its two counts.
template <typename Key>
std::map<Key, std::pair<std::uint64_t, std::uint64_t>>
side_by_side(const std::map<Key, std::uint64_t> &left, const std::map<Key, std::uint64_t> &right) {
  std::map<Key, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const auto *counts : {&left, &right}) {
    for (const auto &[key, count] : *counts) {
      both.try_emplace(key, count_at(left, key), count_at(right, key));
    }
  }
  return both;
}

std::string clauses_compared(const Sums &earlier, const Sums &now) {
  Table table("Clauses exercised in one report alone", {"Change", "Clause", "#Earlier", "#Now"});
  for (const auto &[id, counts] : side_by_side(earlier.clauses, now.clauses)) {
    if ((counts.first > 0) != (counts.second > 0)) {
      table.add({counts.second > 0 ? report::chip(Tone::good, "newly exercised")
                                   : report::chip(Tone::warn, "no longer exercised"),
                 report::code(id), std::to_string(counts.first), std::to_string(counts.second)});
    }
  }
  return table.empty() ? report::paragraph("The same clauses were exercised.") : table.html();
}

std::string violations_compared(const Sums &earlier, const Sums &now) {
  Table table("Violations in one report alone", {"Change", "Clause", "#Earlier", "#Now"});
  for (const auto &[violation, counts] : side_by_side(earlier.violations, now.violations)) {
    if ((counts.first > 0) != (counts.second > 0)) {
      const std::string missing = violation.second ? " (expected, and missing)" : "";
      table.add({counts.second > 0 ? report::chip(Tone::bad, "new violation")
                                   : report::chip(Tone::good, "gone violation"),
                 report::code(violation.first) + missing, std::to_string(counts.first),
                 std::to_string(counts.second)});
    }
  }
  return table.empty() ? report::paragraph("The same clauses were violated.") : table.html();
}

/// "+3", "-1", "0"
std::string change_of(std::uint64_t earlier, std::uint64_t now) {
  return now > earlier   ? "+" + std::to_string(now - earlier)
         : now < earlier ? "-" + std::to_string(earlier - now)
                         : "0";
}

std::string footings_compared(const Sums &earlier, const Sums &now) {
  Table table("Exchanges by what they rest on", {"Rests on", "#Earlier", "#Now", "#Change"});
  for (const Footing footing : kAllFootings) {
    const std::uint64_t was = earlier.footings.at(static_cast<std::size_t>(footing));
    const std::uint64_t is = now.footings.at(static_cast<std::size_t>(footing));
    table.add(
        {report::escaped(to_string(footing)), std::to_string(was), std::to_string(is), change_of(was, is)});
  }
  return table.html();
}

bool truth_in(const Json &object, const char *name) {
  return report::count_in(object, name) != 0;
}

} // namespace

Sums sums_of(const ServiceState &state) {
  Sums sums;
  for (std::size_t i = 0; i < contract::clause_count(); ++i) {
    const auto number = static_cast<contract::ClauseNumber>(i);
    const contract::Clause &clause = contract::clause(number);
    if (can_be_exercised(clause, state.settings)) {
      sums.clauses.emplace(clause.id, state.coverage.times(number));
    }
  }
  for (const ViolationSum &sum : state.violations.sums()) {
    sums.violations[{contract::clause(sum.first.clause).id, sum.first.is_missing}] += sum.times;
  }
  for (const Footing footing : kAllFootings) {
    sums.footings.at(static_cast<std::size_t>(footing)) = state.coverage.times(footing);
  }
  return sums;
}

Json json_of(const Sums &sums) {
  Json clauses = Json::array();
  for (const auto &[id, exchanges] : sums.clauses) {
    clauses.push_back({{"id", id}, {"exchanges", exchanges}});
  }
  Json violations = Json::array();
  for (const auto &[violation, times] : sums.violations) {
    violations.push_back(
        {{"clause", violation.first}, {"missing", violation.second ? 1U : 0U}, {"times", times}});
  }
  Json footings = Json::object();
  for (const Footing footing : kAllFootings) {
    footings[std::string(to_string(footing))] = sums.footings.at(static_cast<std::size_t>(footing));
  }
  return {{"clauses", std::move(clauses)},
          {"violations", std::move(violations)},
          {"exchanges", std::move(footings)}};
}

Sums sums_in(std::string_view page) {
  const Json data = report::data_of(page, "flow-mock");
  Sums sums;
  for (const Json &clause : report::list_in(data, "clauses")) {
    sums.clauses[report::text_in(clause, "id")] = report::count_in(clause, "exchanges");
  }
  for (const Json &violation : report::list_in(data, "violations")) {
    sums.violations[{report::text_in(violation, "clause"), truth_in(violation, "missing")}] =
        report::count_in(violation, "times");
  }
  const Json &footings = report::object_in(data, "exchanges");
  for (const Footing footing : kAllFootings) {
    sums.footings.at(static_cast<std::size_t>(footing)) =
        report::count_in(footings, std::string(to_string(footing)).c_str());
  }
  return sums;
}

std::string differences(const Sums &earlier, const Sums &now) {
  return report::heading("Compared with the earlier report") + clauses_compared(earlier, now) +
         violations_compared(earlier, now) + footings_compared(earlier, now);
}

} // namespace flow::mock
