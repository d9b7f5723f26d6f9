#include "contracts/suite/report_forms.hpp"

#include "common/printable.hpp"
#include "contracts/suite/curl_command.hpp"
#include "contracts/suite/masked.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/verdicts.hpp"

namespace flow::contract {

namespace {

Json document_of(const Verdict &verdict, std::string_view secret) {
  const Clause &clause = *verdict.clause;
  Json document = {{"id", clause.id},
                   {"outcome", to_string(verdict.outcome)},
                   {"standing", to_string(clause.standing)},
                   {"title", clause.title},
                   {"requirement", clause.requirement},
                   {"source", place_of(clause.source)}};
  if (!verdict.reason.empty()) {
    document["reason"] = printable(verdict.reason);
  }
  if (deviates(verdict)) {
    Json &curl = document["curl"] = Json::array();
    for (const HttpRequest &request : verdict.requests) {
      curl.push_back(curl_command(request, secret));
    }
    Json &deviations = document["deviations"] = Json::array();
    for (const Deviation &deviation : verdict.deviations) {
      deviations.push_back({{"where", printable(deviation.where)},
                            {"expected", printable(masked(deviation.expected, secret))},
                            {"received", printable(masked(deviation.received, secret))}});
    }
  }
  return document;
}

/// As the data of a workflow command is written.
std::string escaped(std::string_view text) {
  std::string data;
  for (const char c : text) {
    data += c == '%' ? "%25" : c == '\r' ? "%0D" : c == '\n' ? "%0A" : std::string(1, c);
  }
  return data;
}

/// A cell of a Markdown table, whose text is not Markdown.
std::string table_cell(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    switch (c) {
    case '<':
      shown += "&lt;";
      break;
    case '&':
      shown += "&amp;";
      break;
    case '\n':
      shown += ' ';
      break;
    case '|':
    case '\\':
    case '`':
    case '*':
    case '_':
    case '[':
      shown += '\\';
      [[fallthrough]];
    default:
      shown += c;
    }
  }
  return shown;
}

/// "status: expected 400, received 200", of the first deviation.
std::string deviation_of(const Verdict &verdict, std::string_view secret) {
  if (verdict.deviations.empty()) {
    return "";
  }
  const Deviation &first = verdict.deviations.front();
  return printable(first.where + ": expected " + masked(first.expected, secret) + ", received " +
                   masked(first.received, secret));
}

} // namespace

std::string as_json(std::span<const Verdict> verdicts, std::string_view secret) {
  Json clauses = Json::array();
  for (const Verdict &verdict : verdicts) {
    clauses.push_back(document_of(verdict, secret));
  }
  const Json document = {{"clauses", std::move(clauses)},
                         {"held", count_of(verdicts, Outcome::held)},
                         {"broken", count_of(verdicts, Outcome::broken)},
                         {"findings", count_of(verdicts, Outcome::finding)},
                         {"skipped", count_of(verdicts, Outcome::skipped)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string as_annotations(std::span<const Verdict> verdicts, std::string_view secret) {
  std::string commands;
  for (const Verdict &verdict : verdicts) {
    if (deviates(verdict)) {
      commands += verdict.outcome == Outcome::broken ? "::error title=" : "::warning title=";
      commands += verdict.clause->id + "::" + escaped(explanation(verdict, secret)) + "\n";
    }
  }
  return commands;
}

std::string as_markdown(std::span<const Verdict> verdicts, std::string_view secret) {
  std::string text = "## flow-contract\n\n" + summary(verdicts) + "\n";
  std::string rows;
  for (const Verdict &verdict : verdicts) {
    if (deviates(verdict)) {
      rows += "| " + std::string(to_string(verdict.outcome)) + " | " + table_cell(verdict.clause->id) +
              " | " + table_cell(verdict.clause->requirement) + " | " +
              table_cell(deviation_of(verdict, secret)) + " |\n";
    }
  }
  if (!rows.empty()) {
    text += "\n| Outcome | Clause | Requirement | Deviation |\n|---|---|---|---|\n" + rows;
  }
  return text;
}

} // namespace flow::contract
