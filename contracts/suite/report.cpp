#include "contracts/suite/report.hpp"

#include <algorithm>
#include <map>

#include "common/printable.hpp"
#include "contracts/suite/curl_command.hpp"
#include "contracts/suite/masked.hpp"
#include "contracts/suite/subjects.hpp"
#include "contracts/suite/writes.hpp"

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

const Subject &subject_of(const Clause &clause) {
  return *std::find_if(subjects().begin(), subjects().end(),
                       [&](const Subject &subject) { return subject.name == clause.subject(); });
}

/// The choices that a clause holds with; empty: with all.
std::string where(const Clause &clause) {
  std::string text;
  for (const auto &[matter, choice] : clause.reading) {
    text += (text.empty() ? "" : ", ") + matter + "=" + choice;
  }
  return text;
}

/// What an answer must be, a line for each demand.
std::string expectation_text(const Expectation &then) {
  std::string text;
  const auto demand = [&](const std::string &what, const std::string &value) {
    text += "    expected " + what + ": " + value + "\n";
  };
  if (then.status) {
    demand("status", std::to_string(*then.status));
  }
  if (!then.error.empty()) {
    const ErrorEntry &entry = error(then.error);
    demand("error", std::to_string(entry.status) + " " + entry.code + " " + entry.title);
  }
  for (const std::string &name : then.mentions) {
    demand("message names", name);
  }
  for (const auto &[name, value] : then.headers) {
    demand("header " + name, value.dump());
  }
  for (const auto &[pointer, value] : then.schema) {
    demand("schema of body " + pointer, value.value("title", value.dump()));
  }
  for (const auto &[pointer, value] : then.body) {
    demand("body " + pointer, value.dump());
  }
  for (const auto &[etag, time] : then.dated) {
    demand("etag " + etag + " dated as", time);
  }
  if (!then.example.empty()) {
    demand("every value of the example", then.example);
  }
  return text;
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
  text += "  standing: " + std::string(to_string(clause.standing)) + "; source: " + place_of(clause.source) +
          "\n";
  text += clause.given.empty() ? "" : "  given: " + clause.given + "\n";
  text += verdict.requests.size() > 1 ? "  requests (the last one was answered wrongly):\n" : "  request:\n";
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
  case Outcome::finding:
    return "  finding  " + id + "  " + verdict.clause->title;
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
  const std::string findings = count(Outcome::finding);
  return std::to_string(verdicts.size()) + (verdicts.size() == 1 ? " clause: " : " clauses: ") +
         count(Outcome::held) + " held, " + count(Outcome::broken) + " broken, " +
         (findings == "0" ? "" : findings + " findings, ") + count(Outcome::skipped) + " skipped";
}

std::string broken_alike(std::span<const Verdict> verdicts, std::string_view secret) {
  constexpr std::size_t kHandful = 5;
  std::map<std::string, std::size_t> ways;
  std::size_t judged = 0;
  for (const Verdict &verdict : verdicts) {
    judged += verdict.outcome == Outcome::skipped ? 0 : 1;
    if (!verdict.deviations.empty()) {
      const Deviation &first = verdict.deviations.front();
      ++ways[first.where + " " + first.received];
    }
  }
  for (const auto &[way, number] : ways) {
    if (number > kHandful && 2 * number >= judged) {
      return std::to_string(number) + " of " + std::to_string(judged) +
             " clauses are broken in the same way (" + printable(masked(way, secret)) +
             "). Check that this is the right server, that --base-path is right, and that the server has the "
             "runs of the states file, or the mock its built-in seed.";
    }
  }
  return "";
}

std::string shown(const Clause &clause) {
  std::string text = clause.id + ": " + clause.title + "\n" + clause.requirement + "\n";
  text += "  standing: " + std::string(to_string(clause.standing)) + "; source: " + place_of(clause.source) +
          "\n";
  text += clause.given.empty() ? "" : "  given: " + clause.given + "\n";
  text += where(clause).empty() ? "" : "  only in: " + where(clause) + "\n";
  text += std::string("  writes: ") + (writes(clause) ? "yes" : "no") + "\n";
  for (const Step &step : clause.when) {
    text += "  " + step.method + " " + step.path + "\n";
    for (const auto &[name, value] : step.headers) {
      text += "    " + name + (value ? ": " + *value : ": left out") + "\n";
    }
    text += step.body ? "    body: " + *step.body + "\n" : "";
    for (const Capture &capture : step.captures) {
      text += "    " + capture.name + " is " +
              (capture.header.empty() ? "body " + capture.pointer : "header " + capture.header) + "\n";
    }
    text += expectation_text(step.then);
  }
  return text;
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
    Json reading = Json::object();
    for (const auto &[matter, choice] : clause->reading) {
      reading[matter] = choice;
    }
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
                   {"reading", std::move(reading)}});
  }
  return all.dump(2) + "\n";
}

std::string rules() {
  std::string text =
      "# The rules\n\n"
      "What `flow-contract` checks, printed from `contracts/data/clauses/` by `flow-contract rules`. "
      "Standing says how certain a rule is: documented (a page says or shows it), inferred (the "
      "documented facts leave no better choice) or assumed (nothing is documented, and we made a choice). "
      "Sources are "
      "short names of Adobe's public pages. Where the pages contradict each other, a rule holds only with "
      "the choices named in the last column; `flow-mock readings` prints all choices.\n";
  for (const Subject &subject : subjects()) {
    text += "\n## " + subject.title +
            "\n\n| Rule | Requirement | Standing | Source | Only in |\n|---|---|---|---|---|\n";
    for (const Clause &clause : subject.clauses) {
      text += "| `" + clause.id + "` | " + cell(clause.requirement) + " | " +
              std::string(to_string(clause.standing)) + " | " + cell(place_of(clause.source)) + " | " +
              where(clause) + " |\n";
    }
  }
  return text;
}

} // namespace flow::contract
