#include "contracts/model/applies.hpp"

#include <algorithm>
#include <stdexcept>

namespace flow::contract {

namespace {

/// A request that reached no operation is named so in the data.
constexpr std::string_view kNoOperation = "none";

std::vector<std::string> texts_at(const Json &json, const char *name) {
  if (!json.contains(name)) {
    return {};
  }
  const Json &given = json.at(name);
  return given.is_string() ? std::vector{given.get<std::string>()} : given.get<std::vector<std::string>>();
}

ValueCondition::Kind kind_of(const std::string &word) {
  if (word == "missing" || word == "none") {
    return ValueCondition::Kind::missing;
  }
  if (word == "empty") {
    return ValueCondition::Kind::empty;
  }
  return word == "twice" ? ValueCondition::Kind::twice : ValueCondition::Kind::present;
}

ValueCondition read_way(const Json &json) {
  ValueCondition way;
  if (json.is_string()) {
    way.kind = kind_of(json.get<std::string>());
    return way;
  }
  way.is = texts_at(json, "is");
  way.is_not = texts_at(json, "not");
  way.like = texts_at(json, "like");
  way.unlike = texts_at(json, "unlike");
  if (json.contains("number")) {
    way.number = json.at("number").get<bool>();
  }
  return way;
}

ValueConditions read_ways(const Json &json) {
  ValueConditions ways;
  if (!json.is_array()) {
    ways.push_back(read_way(json));
    return ways;
  }
  for (const Json &way : json) {
    ways.push_back(read_way(way));
  }
  return ways;
}

std::vector<NamedCondition> read_named(const Json &json, const char *member) {
  std::vector<NamedCondition> all;
  if (json.contains(member)) {
    for (const auto &[name, ways] : json.at(member).items()) {
      all.push_back({.name = name, .ways = read_ways(ways)});
    }
  }
  return all;
}

void require_operation(const std::string &name) {
  const auto &known = operations();
  if (std::none_of(known.begin(), known.end(), [&](const auto &entry) { return entry.name == name; })) {
    throw std::out_of_range("operations.json holds no operation named " + name);
  }
}

ErrorForm form_named(const std::string &name) {
  if (name == "gateway") {
    return ErrorForm::gateway;
  }
  return name == "service" ? ErrorForm::service : ErrorForm::problem;
}

} // namespace

Applies read_applies(const Json &json) {
  Applies applies;
  for (std::string &name : texts_at(json, "operations")) {
    if (name == kNoOperation) {
      name.clear();
    } else {
      require_operation(name);
    }
    applies.operations.push_back(std::move(name));
  }
  if (json.contains("method")) {
    applies.method = read_ways(json.at("method"));
  }
  applies.status = json.value("status", 0);
  applies.error = json.value("error", "");
  if (!applies.error.empty()) {
    error(applies.error); // throws where it is unknown
  }
  if (json.contains("form")) {
    applies.form = form_named(json.at("form").get<std::string>());
  }
  applies.headers = read_named(json, "headers");
  applies.query = read_named(json, "query");
  applies.undocumented = json.value("undocumented", false);
  applies.repeated = json.value("repeated", false);
  if (json.contains("body")) {
    applies.body = read_ways(json.at("body"));
  }
  if (json.contains("path")) {
    applies.path = read_ways(json.at("path"));
  }
  applies.body_at = read_named(json, "body_at");
  applies.answer_at = read_named(json, "answer_at");
  return applies;
}

Violation read_violation(const Json &json) {
  return {.place = json.at("place"), .mend = json.at("mend")};
}

} // namespace flow::contract
