#include "mock_server/journal/report.hpp"

#include <algorithm>
#include <optional>

#include <spdlog/fmt/fmt.h>

namespace flow::mock {

using contract::Json;

namespace {

/// [{"name","value"}] of lines "name: value\n".
Json headers_json(std::string_view lines) {
  Json headers = Json::array();
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(": ");
    headers.push_back({{"name", line.substr(0, colon)}, {"value", line.substr(colon + 2)}});
    lines.remove_prefix(end + 1);
  }
  return headers;
}

void add_unless_empty(Json &json, const char *name, std::string_view text) {
  if (!text.empty()) {
    json[name] = text;
  }
}

Json clauses_json(const std::vector<contract::ClauseNumber> &numbers) {
  Json clauses = Json::array();
  for (const contract::ClauseNumber number : numbers) {
    clauses.push_back({{"id", contract::clause(number).id}, {"violated", contract::is_violation(number)}});
  }
  return clauses;
}

Json cut_json(const JournalEntry &entry) {
  Json cut = Json::array();
  for (const auto &[name, is_cut] : {std::pair("target", entry.target_cut),
                                     {"headers", entry.headers_cut},
                                     {"body", entry.body_cut},
                                     {"answerBody", entry.answer_cut}}) {
    if (is_cut) {
      cut.push_back(name);
    }
  }
  return cut;
}

constexpr std::string_view kMissing =
    "A test announced that the application breaks this clause, and it did not.";

/// As one line that a terminal shows and does not obey.
std::string quoted_line(std::string_view text) {
  return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// Where it was seen, or expected.
std::string place_of(const ViolationEntry &entry) {
  return entry.method.empty() ? fmt::format("in sandbox {} of organisation {}", quoted_line(entry.sandbox),
                                            quoted_line(entry.organisation))
                              : fmt::format("in {} {}", quoted_line(entry.method), quoted_line(entry.path));
}

} // namespace

Json exchange_json(const JournalEntry &entry, std::string_view organisation, std::string_view sandbox) {
  Json json = {{"number", entry.number}, {"atMs", entry.at_ms}, {"durationUs", entry.duration_us}};
  add_unless_empty(json, "organisation", organisation);
  add_unless_empty(json, "sandbox", sandbox);
  json["method"] = entry.method;
  json["target"] = entry.target;
  json["headers"] = headers_json(entry.headers);
  json["body"] = entry.body;
  json["status"] = entry.status;
  json["answerHeaders"] = headers_json(entry.answer_headers);
  json["answerBody"] = entry.answer;
  json["cut"] = cut_json(entry);
  add_unless_empty(json, "operation", entry.operation);
  add_unless_empty(json, "run", entry.run);
  add_unless_empty(json, "madeRun", entry.made_run);
  add_unless_empty(json, "error", entry.error);
  add_unless_empty(json, "requestId", entry.request_id);
  add_unless_empty(json, "fault", entry.faults);
  json["clauses"] = clauses_json(entry.clauses);
  return json;
}

Json brief_exchange_json(const JournalEntry &entry, std::string_view organisation, std::string_view sandbox) {
  Json json = {{"number", entry.number}, {"atMs", entry.at_ms}, {"durationUs", entry.duration_us}};
  add_unless_empty(json, "organisation", organisation);
  add_unless_empty(json, "sandbox", sandbox);
  json["method"] = entry.method;
  json["target"] = entry.target;
  json["status"] = entry.status;
  add_unless_empty(json, "operation", entry.operation);
  add_unless_empty(json, "run", entry.run);
  add_unless_empty(json, "madeRun", entry.made_run);
  add_unless_empty(json, "error", entry.error);
  add_unless_empty(json, "fault", entry.faults);
  json["violated"] = entry.violated;
  return json;
}

Json count_json(std::vector<std::int64_t> times) {
  std::sort(times.begin(), times.end());
  Json json = {
      {"count", times.size()}, {"firstMs", nullptr}, {"lastMs", nullptr}, {"shortestGapMs", nullptr}};
  if (!times.empty()) {
    json["firstMs"] = times.front();
    json["lastMs"] = times.back();
  }
  for (std::size_t i = 1; i < times.size(); ++i) {
    const std::int64_t gap_ms = times[i] - times[i - 1];
    Json &shortest = json["shortestGapMs"];
    shortest = shortest.is_null() ? gap_ms : std::min(gap_ms, shortest.get<std::int64_t>());
  }
  return json;
}

Json violation_json(const ViolationEntry &entry) {
  const contract::Clause &clause = contract::clause(entry.clause);
  Json json = {{"clause", clause.id}, {"title", clause.title}};
  if (entry.is_missing) {
    json["missing"] = true;
  }
  json["place"] = clause.violation.value().place;
  json["mend"] = mend_of(entry);
  add_unless_empty(json, "method", entry.method);
  add_unless_empty(json, "path", entry.path);
  add_unless_empty(json, "organisation", entry.organisation);
  add_unless_empty(json, "sandbox", entry.sandbox);
  json["atMs"] = entry.at_ms;
  json["number"] = entry.number;
  return json;
}

bool can_be_exercised(const contract::Clause &clause, const Settings &settings) {
  return clause.applies.has_value() && settings.reading.has_all(clause.reading);
}

Json coverage_json(const Coverage &coverage, const Settings &settings) {
  Json clauses = Json::array();
  std::size_t exercised = 0;
  for (std::size_t i = 0; i < contract::clause_count(); ++i) {
    const auto number = static_cast<contract::ClauseNumber>(i);
    const contract::Clause &clause = contract::clause(number);
    if (can_be_exercised(clause, settings)) {
      const bool marked = coverage.is_exercised(number);
      exercised += marked ? 1 : 0;
      clauses.push_back({{"id", clause.id},
                         {"subject", clause.subject()},
                         {"title", clause.title},
                         {"requirement", clause.requirement},
                         {"standing", contract::to_string(clause.standing)},
                         {"source", contract::place_of(clause.source)},
                         {"exercised", marked}});
    }
  }
  return {{"total", clauses.size()}, {"exercised", exercised}, {"clauses", std::move(clauses)}};
}

std::string violations_text(const ViolationLog &log) {
  std::string text = fmt::format("The application broke the contract {} times:\n", log.total());
  for (const ViolationSum &sum : log.sums()) {
    const contract::Clause &clause = contract::clause(sum.first.clause);
    text += fmt::format("  {}, {} {} times, first {}\n    {}: {}\n", clause.id,
                        sum.first.is_missing ? "missing" : "seen", sum.times, place_of(sum.first),
                        clause.violation.value().place, mend_of(sum.first));
  }
  return text;
}

std::string assumed_text(const Coverage &coverage) {
  std::string text;
  for (std::size_t i = 0; i < contract::clause_count(); ++i) {
    const auto number = static_cast<contract::ClauseNumber>(i);
    const contract::Clause &clause = contract::clause(number);
    if (clause.standing != contract::Standing::assumed || !coverage.is_exercised(number)) {
      continue;
    }
    const std::optional<FirstCase> first = coverage.first(number);
    text += fmt::format("  {}, {} times", clause.id, coverage.times(number));
    text +=
        first ? fmt::format(", first in {} {}", quoted_line(first->method), quoted_line(first->path)) : "";
    text += fmt::format("\n    {}\n", clause.requirement);
  }
  return text.empty() ? ""
                      : fmt::format("Exchanges that rested on assumed rules, which no page documents: {}\n{}",
                                    coverage.times(Footing::assumed), text);
}

std::string_view mend_of(const ViolationEntry &entry) {
  return entry.is_missing ? kMissing
                          : std::string_view(contract::clause(entry.clause).violation.value().mend);
}

} // namespace flow::mock
