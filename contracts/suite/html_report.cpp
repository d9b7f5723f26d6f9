#include "contracts/suite/html_report.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "contracts/report/earlier.hpp"
#include "contracts/report/page.hpp"
#include "contracts/suite/curl_command.hpp"
#include "contracts/suite/masked.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/subjects.hpp"
#include "contracts/suite/verdicts.hpp"

namespace flow::contract {

namespace {

using report::Table;
using report::Tone;

constexpr std::string_view kProgram = "flow-contract";
constexpr std::array kOutcomes{Outcome::held, Outcome::broken, Outcome::finding, Outcome::skipped};
constexpr std::array kStandings{Standing::documented, Standing::inferred, Standing::assumed};
constexpr std::size_t kMostRequests = 50; ///< of one clause
constexpr std::size_t kLongestCommand = 8192;

Tone tone_of(std::string_view outcome) {
  return outcome == to_string(Outcome::held)      ? Tone::good
         : outcome == to_string(Outcome::broken)  ? Tone::bad
         : outcome == to_string(Outcome::finding) ? Tone::warn
                                                  : Tone::plain;
}

std::string outcome_chip(std::string_view outcome) {
  return report::chip(tone_of(outcome), outcome);
}

bool is_deviation(std::string_view outcome) {
  return outcome == to_string(Outcome::broken) || outcome == to_string(Outcome::finding);
}

std::string figures_of(std::span<const Verdict> verdicts) {
  return report::figures({{"Clauses", std::to_string(verdicts.size())},
                          {"Held", std::to_string(count_of(verdicts, Outcome::held))},
                          {"Broken", std::to_string(count_of(verdicts, Outcome::broken))},
                          {"Findings", std::to_string(count_of(verdicts, Outcome::finding))},
                          {"Skipped", std::to_string(count_of(verdicts, Outcome::skipped))}});
}

/// Outcomes by standing.
std::string standings_of(std::span<const Verdict> verdicts) {
  Table table("Outcomes by standing", {"Standing", "#Held", "#Broken", "#Findings", "#Skipped"});
  for (const Standing standing : kStandings) {
    const auto count = [&](Outcome outcome) {
      return std::to_string(std::count_if(verdicts.begin(), verdicts.end(), [&](const Verdict &verdict) {
        return verdict.outcome == outcome && verdict.clause->standing == standing;
      }));
    };
    table.add({report::standing_chip(standing), count(Outcome::held), count(Outcome::broken),
               count(Outcome::finding), count(Outcome::skipped)});
  }
  return report::heading("What the verdicts rest on") +
         report::paragraph("Documented: a page of Adobe's says or shows it. Inferred: documented facts leave "
                           "no better choice. Assumed: nothing is documented, and a choice was made.") +
         table.html();
}

std::string requests_of(const Verdict &verdict, std::string_view secret) {
  std::string commands;
  const std::size_t left_out = verdict.requests.size() - std::min(verdict.requests.size(), kMostRequests);
  for (const HttpRequest &request : std::span(verdict.requests).subspan(left_out)) {
    commands += report::preformatted(curl_command(request, secret), kLongestCommand);
  }
  return (left_out > 0 ? report::paragraph(std::to_string(left_out) + " earlier requests are left out.")
                       : "") +
         commands;
}

/// One clause that the server does not keep.
std::string card_of(const Verdict &verdict, std::string_view secret) {
  const Clause &clause = *verdict.clause;
  std::string html = "<section class=\"card\">\n<h3>" + outcome_chip(to_string(verdict.outcome)) + " " +
                     report::code(clause.id) + "</h3>\n" + report::paragraph(clause.requirement);
  std::vector<std::pair<std::string, std::string>> facts = {
      {"Standing", report::standing_chip(clause.standing)},
      {"Source", report::escaped(place_of(clause.source))}};
  if (!clause.given.empty()) {
    facts.emplace_back("Given", report::escaped(clause.given));
  }
  html += report::facts(facts);
  Table table("Deviations", {"Where", "Expected", "Received"});
  for (const Deviation &deviation : verdict.deviations) {
    table.add({report::escaped(deviation.where), report::code(masked(deviation.expected, secret)),
               report::code(masked(deviation.received, secret))});
  }
  html += table.empty() ? "" : table.html();
  html += report::paragraph(verdict.requests.size() > 1 ? "Requests (the last one was answered wrongly):"
                                                        : "Request:");
  return html + requests_of(verdict, secret) + "</section>\n";
}

std::string deviations_of(std::span<const Verdict> verdicts, std::string_view secret) {
  std::string html = report::heading("Clauses that do not hold");
  if (const std::string hint = broken_alike(verdicts, secret); !hint.empty()) {
    html += report::paragraph(hint);
  }
  bool any = false;
  for (const Verdict &verdict : verdicts) {
    if (deviates(verdict)) {
      html += card_of(verdict, secret);
      any = true;
    }
  }
  return any ? html : html + report::paragraph("None.");
}

std::string title_of(std::string_view subject) {
  const auto found = std::find_if(subjects().begin(), subjects().end(),
                                  [&](const Subject &known) { return known.name == subject; });
  return found == subjects().end() ? std::string(subject) : found->title;
}

/// "<name>: <title>, 3 of 4 held", and behind it each clause.
std::string subject_of(std::string_view subject, std::span<const Verdict> verdicts) {
  Table table(subject, {"Outcome", "Clause", "Standing", "Title"});
  for (const Verdict &verdict : verdicts) {
    const std::string reason = verdict.reason.empty() ? "" : " (" + verdict.reason + ")";
    table.add({outcome_chip(to_string(verdict.outcome)), report::code(verdict.clause->id),
               report::standing_chip(verdict.clause->standing),
               report::escaped(verdict.clause->title + reason)});
  }
  const bool any = std::any_of(verdicts.begin(), verdicts.end(), deviates);
  const std::string summary =
      report::escaped(std::string(subject) + ": " + title_of(subject)) + " " +
      report::chip(any ? Tone::bad : Tone::plain, std::to_string(count_of(verdicts, Outcome::held)) + " of " +
                                                      std::to_string(verdicts.size()) + " held");
  return report::foldable(summary, table.html(), any);
}

std::string by_subject(std::span<const Verdict> verdicts) {
  std::string html = report::heading("All verdicts by subject");
  while (!verdicts.empty()) {
    const std::string_view subject = verdicts.front().clause->subject();
    const auto end = std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict &verdict) {
      return verdict.clause->subject() != subject;
    });
    const auto count = static_cast<std::size_t>(end - verdicts.begin());
    html += subject_of(subject, verdicts.first(count));
    verdicts = verdicts.subspan(count);
  }
  return html;
}

/// What has become of a clause since the earlier report; empty: nothing.
std::string change_of(std::string_view earlier, std::string_view now) {
  if (earlier == now) {
    return "";
  }
  if (earlier.empty()) {
    return is_deviation(now) ? report::chip(Tone::bad, "new, and does not hold")
                             : report::chip(Tone::info, "new");
  }
  if (now.empty()) {
    return report::chip(Tone::warn, "gone");
  }
  if (is_deviation(now)) {
    return is_deviation(earlier) ? report::chip(Tone::warn, "other verdict")
                                 : report::chip(Tone::bad, "newly broken");
  }
  return now == to_string(Outcome::held) && is_deviation(earlier) ? report::chip(Tone::good, "mended")
                                                                  : report::chip(Tone::info, "other verdict");
}

/// Clauses of this run in their order, then those that are gone.
std::string differences(std::span<const Verdict> verdicts, const EarlierOutcomes &earlier) {
  Table table("Differences from the earlier report", {"Change", "Clause", "Earlier", "Now"});
  const auto add = [&](const std::string &id, std::string_view was, std::string_view is) {
    if (const std::string change = change_of(was, is); !change.empty()) {
      table.add({change, report::code(id), was.empty() ? "" : outcome_chip(was),
                 is.empty() ? "" : outcome_chip(is)});
    }
  };
  EarlierOutcomes gone = earlier;
  for (const Verdict &verdict : verdicts) {
    const std::string &id = verdict.clause->id;
    const auto was = earlier.find(id);
    add(id, was == earlier.end() ? "" : was->second, to_string(verdict.outcome));
    gone.erase(id);
  }
  for (const auto &[id, outcome] : gone) {
    add(id, outcome, "");
  }
  return report::heading("Compared with the earlier report") +
         (table.empty() ? report::paragraph("Every clause has the verdict that it had.") : table.html());
}

Json data_of(std::span<const Verdict> verdicts) {
  Json clauses = Json::array();
  for (const Verdict &verdict : verdicts) {
    clauses.push_back({{"id", verdict.clause->id},
                       {"outcome", to_string(verdict.outcome)},
                       {"standing", to_string(verdict.clause->standing)}});
  }
  return {{"clauses", std::move(clauses)}};
}

} // namespace

EarlierOutcomes outcomes_in(std::string_view page) {
  const Json data = report::data_of(page, kProgram);
  EarlierOutcomes outcomes;
  for (const Json &clause : report::list_in(data, "clauses")) {
    const std::string outcome = report::text_in(clause, "outcome");
    if (std::none_of(kOutcomes.begin(), kOutcomes.end(),
                     [&](Outcome known) { return to_string(known) == outcome; })) {
      throw report::NoReport("is a report whose data is damaged: a clause has an unknown outcome");
    }
    outcomes.emplace(report::text_in(clause, "id"), outcome);
  }
  return outcomes;
}

std::string as_html(std::span<const Verdict> verdicts, const PageFacts &facts) {
  std::string body = report::paragraph("Server: " + masked(facts.server, facts.secret));
  body += figures_of(verdicts);
  body += facts.earlier ? differences(verdicts, *facts.earlier) : "";
  body += standings_of(verdicts);
  body += deviations_of(verdicts, facts.secret);
  body += by_subject(verdicts);
  return report::html_of({.program = std::string(kProgram),
                          .title = "flow-contract: " + summary(verdicts),
                          .body = std::move(body),
                          .data = data_of(verdicts)});
}

} // namespace flow::contract
