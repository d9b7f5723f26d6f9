#include <algorithm>
#include <optional>
#include <vector>

#include "contracts/report/page.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/report/report_page.hpp"
#include "mock_server/service_state.hpp"

/// The parts of the report that go by clauses.
namespace flow::mock {

using report::Table;
using report::Tone;

namespace {

/// A clause that traffic can be a case of, and how many exchanges were.
struct SeenClause {
  contract::ClauseNumber number;
  const contract::Clause *clause;
  std::uint64_t exchanges;
};

/// In the order of the contract.
std::vector<SeenClause> seen_clauses(const ServiceState &state) {
  std::vector<SeenClause> seen;
  for (std::size_t i = 0; i < contract::clause_count(); ++i) {
    const auto number = static_cast<contract::ClauseNumber>(i);
    const contract::Clause &clause = contract::clause(number);
    if (can_be_exercised(clause, state.settings)) {
      seen.push_back({number, &clause, state.coverage.times(number)});
    }
  }
  return seen;
}

std::string_view meaning_of(Footing footing) {
  switch (footing) {
  case Footing::documented:
    return "Only documented rules spoke.";
  case Footing::inferred:
    return "A rule that documented facts leave no better choice than was among them.";
  case Footing::assumed:
    return "A rule that is documented nowhere was among them: the service may do otherwise.";
  case Footing::none:
    break;
  }
  return "No rule spoke.";
}

Tone tone_of(Footing footing) {
  switch (footing) {
  case Footing::documented:
    return Tone::good;
  case Footing::inferred:
    return Tone::info;
  case Footing::assumed:
    return Tone::warn;
  case Footing::none:
    break;
  }
  return Tone::plain;
}

/// Where a violation was first seen, or expected.
std::string place_of_first(const ViolationEntry &first) {
  const std::string sandbox =
      first.sandbox.empty() ? "" : " in " + report::code(first.organisation + "/" + first.sandbox);
  return (first.method.empty() ? "no request" : report::code(first.method + " " + first.path)) + sandbox +
         " (request " + std::to_string(first.number) + ")";
}

std::string card_of(const ViolationSum &sum) {
  const contract::Clause &clause = contract::clause(sum.first.clause);
  return "<section class=\"card\">\n<h3>" +
         report::chip(Tone::bad, std::to_string(sum.times) +
                                     (sum.first.is_missing ? " times expected, and missing" : " times")) +
         " " + report::code(clause.id) + "</h3>\n" + report::paragraph(clause.requirement) +
         report::facts({{"How to fix it", report::escaped(mend_of(sum.first))},
                        {"Place", report::escaped(clause.violation.value().place)},
                        {"First", place_of_first(sum.first)},
                        {"Standing", report::standing_chip(clause.standing)}}) +
         "</section>\n";
}

std::string subject_of(const contract::Subject &subject, const std::vector<SeenClause> &seen) {
  Table table(subject.name, {"Exercised", "#Exchanges", "Clause", "Standing", "Title"});
  std::size_t total = 0;
  std::size_t exercised = 0;
  for (const SeenClause &each : seen) {
    if (each.clause->subject() != subject.name) {
      continue;
    }
    ++total;
    exercised += each.exchanges > 0 ? 1 : 0;
    table.add({each.exchanges > 0 ? report::chip(Tone::good, "yes") : report::chip(Tone::plain, "no"),
               std::to_string(each.exchanges), report::code(each.clause->id),
               report::standing_chip(each.clause->standing), report::escaped(each.clause->title)});
  }
  return total == 0 ? ""
                    : report::foldable(report::escaped(subject.name + ": " + subject.title) + " " +
                                           report::chip(exercised > 0 ? Tone::good : Tone::plain,
                                                        std::to_string(exercised) + " of " +
                                                            std::to_string(total) + " exercised"),
                                       table.html());
}

/// The clauses of one standing that were exercised, those of the most exchanges first.
void add_leanings(Table &table, const ServiceState &state, contract::Standing standing) {
  std::vector<SeenClause> seen = seen_clauses(state);
  std::erase_if(
      seen, [&](const SeenClause &each) { return each.exchanges == 0 || each.clause->standing != standing; });
  std::stable_sort(seen.begin(), seen.end(),
                   [](const SeenClause &a, const SeenClause &b) { return a.exchanges > b.exchanges; });
  for (const SeenClause &each : seen) {
    const std::optional<FirstCase> first = state.coverage.first(each.number);
    table.add({report::standing_chip(standing), std::to_string(each.exchanges), report::code(each.clause->id),
               report::escaped(each.clause->requirement),
               first ? report::code(first->method + " " + first->path) : ""});
  }
}

} // namespace

std::string leanings(const ServiceState &state) {
  Table sums("Exchanges by what they rest on", {"Rests on", "#Exchanges", "Meaning"});
  for (const Footing footing : kAllFootings) {
    sums.add({report::chip(tone_of(footing), to_string(footing)),
              std::to_string(state.coverage.times(footing)), report::escaped(meaning_of(footing))});
  }
  Table clauses("Assumed and inferred rules that spoke",
                {"Standing", "#Exchanges", "Clause", "Requirement", "First in"});
  add_leanings(clauses, state, contract::Standing::assumed);
  add_leanings(clauses, state, contract::Standing::inferred);
  return report::heading("What the tests lean on") + sums.html() +
         (clauses.empty() ? report::paragraph("Neither assumed nor inferred rules spoke.")
                          : report::foldable("Assumed and inferred rules that spoke", clauses.html(), true));
}

std::string violations_by_clause(const ServiceState &state) {
  std::string cards;
  for (const ViolationSum &sum : state.violations.sums()) {
    cards += card_of(sum);
  }
  return report::heading("Violations by clause") +
         (cards.empty() ? report::paragraph("The application kept the contract.") : cards);
}

std::string coverage_by_subject(const ServiceState &state) {
  const std::vector<SeenClause> seen = seen_clauses(state);
  std::string html = report::heading("Coverage of clauses by subject");
  for (const contract::Subject &subject : contract::subjects_without_steps()) {
    html += subject_of(subject, seen);
  }
  return html;
}

} // namespace flow::mock
