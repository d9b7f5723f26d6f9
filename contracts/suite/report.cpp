#include "contracts/suite/report.hpp"

#include <algorithm>

#include "common/printable.hpp"
#include "contracts/suite/curl_command.hpp"
#include "contracts/suite/masked.hpp"

namespace flow::contract {

namespace {

std::string indented(const std::string &text) {
  std::string lines = "      ";
  for (const char c : text) {
    lines += c;
    lines += c == '\n' ? "      " : "";
  }
  return lines;
}

std::string place(const Source &source) {
  std::string text = source.page;
  text += source.section.empty() ? "" : ", " + source.section;
  text += source.edition.empty() ? "" : " (" + source.edition + ")";
  return text;
}

const Subject &subject_of(const Clause &clause) {
  return *std::find_if(subjects().begin(), subjects().end(),
                       [&](const Subject &subject) { return subject.name == clause.subject(); });
}

/// The reading and edition that a clause holds in; empty: in all.
std::string where(const Clause &clause) {
  const bool both = !clause.reading.empty() && !clause.edition.empty();
  return clause.reading + (both ? ", " : "") + clause.edition;
}

/// A cell of a Markdown table.
std::string cell(const std::string &text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '|' ? "\\|" : std::string(1, c);
  }
  return escaped;
}

} // namespace

std::string explanation(const Verdict &verdict, std::string_view secret) {
  const Clause &clause = *verdict.clause;
  std::string text = clause.requirement + "\n";
  text +=
      "  standing: " + std::string(to_string(clause.standing)) + "; source: " + place(clause.source) + "\n";
  text += clause.given.empty() ? "" : "  given: " + clause.given + "\n";
  text +=
      verdict.requests.size() > 1 ? "  requests, the last of which was answered wrongly:\n" : "  request:\n";
  for (const HttpRequest &request : verdict.requests) {
    text += indented(curl_command(request, secret)) + "\n";
  }
  for (const Deviation &deviation : verdict.deviations) {
    text += "  " + printable(deviation.where) + "\n";
    text += "    expected: " + printable(masked(deviation.expected, secret)) + "\n";
    text += "    received: " + printable(masked(deviation.received, secret)) + "\n";
  }
  return text;
}

std::string line(const Verdict &verdict) {
  const std::string &id = verdict.clause->id;
  switch (verdict.outcome) {
  case Outcome::held:
    return "  held     " + id;
  case Outcome::broken:
    return "  BROKEN   " + id + "  " + verdict.clause->title;
  case Outcome::skipped:
    return "  skipped  " + id + "  " + printable(verdict.reason);
  }
  return "";
}

std::string summary(std::span<const Verdict> verdicts) {
  const auto count = [&](Outcome outcome) {
    return std::to_string(std::count_if(verdicts.begin(), verdicts.end(),
                                        [&](const Verdict &verdict) { return verdict.outcome == outcome; }));
  };
  return std::to_string(verdicts.size()) + (verdicts.size() == 1 ? " clause: " : " clauses: ") +
         count(Outcome::held) + " held, " + count(Outcome::broken) + " broken, " + count(Outcome::skipped) +
         " skipped";
}

std::string listed(std::span<const Clause *const> clauses) {
  std::size_t width = 0;
  for (const Clause *clause : clauses) {
    width = std::max(width, clause->id.size());
  }
  std::string text;
  std::string_view subject;
  for (const Clause *clause : clauses) {
    if (clause->subject() != subject) {
      text += text.empty() ? "" : "\n";
      subject = clause->subject();
      text += std::string(subject) + ": " + subject_of(*clause).title + "\n";
    }
    const std::string gap(width - clause->id.size(), ' ');
    std::string standing(to_string(clause->standing));
    standing.resize(std::string_view("documented").size(), ' ');
    text += "  " + clause->id + gap + "  " + standing + "  " + clause->title + "\n";
  }
  return text;
}

std::string listed_as_json(std::span<const Clause *const> clauses) {
  Json all = Json::array();
  for (const Clause *clause : clauses) {
    all.push_back({{"id", clause->id},
                   {"subject", clause->subject()},
                   {"standing", to_string(clause->standing)},
                   {"title", clause->title},
                   {"requirement", clause->requirement},
                   {"source",
                    {{"page", clause->source.page},
                     {"section", clause->source.section},
                     {"edition", clause->source.edition}}},
                   {"given", clause->given},
                   {"reading", clause->reading},
                   {"edition", clause->edition}});
  }
  return all.dump(2) + "\n";
}

std::string rules() {
  std::string text =
      "# The rules\n\n"
      "What `flow-contract` checks, printed from `contracts/clauses/` by `flow-contract rules`. "
      "Standing says how sure a rule is: documented (a page says or shows it), inferred (documented "
      "facts leave no better way) or assumed (nothing is known, and we chose). Sources are Adobe's "
      "public pages by short name. Where they contradict each other, a rule holds only in the reading "
      "(tutorial, openapi) or edition (newest, 2022) named; `flow-mock readings` prints the matters.\n";
  for (const Subject &subject : subjects()) {
    text += "\n## " + subject.title +
            "\n\n| Rule | Requirement | Standing | Source | Only in |\n|---|---|---|---|---|\n";
    for (const Clause &clause : subject.clauses) {
      text += "| `" + clause.id + "` | " + cell(clause.requirement) + " | " +
              std::string(to_string(clause.standing)) + " | " + cell(place(clause.source)) + " | " +
              where(clause) + " |\n";
    }
  }
  return text;
}

} // namespace flow::contract
