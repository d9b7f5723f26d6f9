#include "client/flowctl/fault_entry.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/json_text.hpp"

namespace flow::client {

namespace {

/// The texts on both sides of the first `between`, of which the left one is not empty and not yet in `known`.
std::pair<std::string, std::string> split(const std::string &text, char between, const char *form,
                                          const Json &known) {
  const std::size_t place = text.find(between);
  if (place == std::string::npos || place == 0) {
    throw std::invalid_argument("\"" + text + "\" is not " + form);
  }
  std::string name = text.substr(0, place);
  if (known.contains(name)) {
    throw std::invalid_argument(name + " is given more than once");
  }
  return {std::move(name), text.substr(place + 1)};
}

/// Numbers and truth values as such, all else as text.
Json value_of(const std::string &text) {
  Json value = json_or_discarded(text);
  return value.is_number() || value.is_boolean() ? value : Json(text);
}

Json match_of(const FaultArguments &given) {
  Json match = Json::object();
  if (!given.method.empty()) {
    match["method"] = given.method;
  }
  if (!given.path.empty()) {
    match["path"] = given.path;
  }
  Json headers = Json::object();
  for (const std::string &header : given.headers) {
    auto [name, value] = split(header, ':', "a header NAME:VALUE", headers);
    headers[name] = value.substr(std::min(value.find_first_not_of(' '), value.size()));
  }
  if (!headers.empty()) {
    match["headers"] = std::move(headers);
  }
  return match;
}

} // namespace

Json fault_entry(const FaultArguments &given) {
  Json attributes = Json::object();
  for (const std::string &attribute : given.attributes) {
    const auto [key, value] = split(attribute, '=', "an attribute KEY=VALUE", attributes);
    attributes[key] = value_of(value);
  }
  Json fault = {{"type", given.type}, {"attributes", std::move(attributes)}};
  if (!given.at.empty()) {
    fault["at"] = given.at;
  }
  Json match = match_of(given);
  if (!match.empty()) {
    fault["match"] = std::move(match);
  }
  if (given.times) {
    fault["times"] = *given.times;
  }
  if (given.probability) {
    fault["probability"] = *given.probability;
  }
  if (given.seed) {
    fault["seed"] = *given.seed;
  }
  return fault;
}

} // namespace flow::client
