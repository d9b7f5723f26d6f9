#include "contracts/suite/sarif.hpp"

#include <utility>

#include "common/printable.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/verdicts.hpp"

namespace flow::contract {

namespace {

Json message(std::string_view text) {
  return {{"text", text}};
}

Json rule_of(const Clause &clause) {
  const std::string subject(clause.subject());
  return {{"id", clause.id},
          {"shortDescription", message(clause.title)},
          {"fullDescription", message(clause.requirement)},
          {"help", message(clause.requirement + "\nSource: " + place_of(clause.source))},
          {"defaultConfiguration", {{"level", "error"}}},
          {"properties",
           {{"tags", Json::array({subject, to_string(clause.standing)})},
            {"standing", to_string(clause.standing)},
            {"source", place_of(clause.source)}}}};
}

/// A result is about a server, which has no file: its place is the clause, in the file that says it.
Json place_of_result(const Clause &clause) {
  const std::string file = "contracts/data/clauses/" + std::string(clause.subject()) + ".json";
  return {
      {"physicalLocation", {{"artifactLocation", {{"uri", file}}}, {"region", {{"startLine", 1}}}}},
      {"logicalLocations", Json::array({{{"fullyQualifiedName", clause.id}, {"kind", "clause"}}})},
  };
}

Json result_of(const Verdict &verdict, std::size_t rule, std::string_view secret) {
  const Clause &clause = *verdict.clause;
  return {{"ruleId", clause.id},
          {"ruleIndex", rule},
          {"level", verdict.outcome == Outcome::broken ? "error" : "warning"},
          {"message", message(printable_lines(explanation(verdict, secret)))},
          {"locations", Json::array({place_of_result(clause)})},
          {"partialFingerprints", {{"clause/v1", clause.id}}}};
}

} // namespace

std::string as_sarif(std::span<const Verdict> verdicts, std::string_view version, std::string_view secret) {
  Json rules = Json::array();
  Json results = Json::array();
  for (const Verdict &verdict : verdicts) {
    if (deviates(verdict)) {
      results.push_back(result_of(verdict, rules.size(), secret));
    }
    rules.push_back(rule_of(*verdict.clause));
  }
  const Json driver = {{"name", "flow-contract"}, {"version", version}, {"rules", std::move(rules)}};
  const Json document = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                         {"version", "2.1.0"},
                         {"runs", Json::array({{{"tool", {{"driver", driver}}},
                                                {"columnKind", "unicodeCodePoints"},
                                                {"results", std::move(results)}}})}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace flow::contract
