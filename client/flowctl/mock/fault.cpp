#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <stdexcept>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/json_text.hpp"
#include "common/percent_encoding.hpp"
#include "common/printable.hpp"
#include "contracts/model/faults.hpp"

namespace flow::client {

namespace {

/// `mock fault add`, as given.
struct FaultArguments {
  std::string type;
  std::vector<std::string> attributes; ///< "key=value"
  std::string at;
  std::string method;
  std::string operation;
  std::string path;
  std::vector<std::string> headers; ///< "Name: value"
  std::optional<std::int64_t> after;
  std::optional<std::int64_t> times;
  std::optional<double> probability;
  std::optional<std::int64_t> seed;
};

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

std::string text_of_description(const Json &schema) {
  return schema.at("description").get<std::string>();
}

std::string capitalised(std::string text) {
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

Json match_of(const FaultArguments &given) {
  Json match = Json::object();
  if (!given.method.empty()) {
    match["method"] = given.method;
  }
  if (!given.operation.empty()) {
    match["operation"] = given.operation;
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

/// The attributes as given. Throws std::invalid_argument, which says what the type takes.
Json attributes_of(const FaultArguments &given, const contract::FaultType &type) {
  Json attributes = Json::object();
  for (const std::string &pair : given.attributes) {
    const auto [key, text] = split(pair, '=', "an attribute KEY=VALUE", attributes);
    const auto known = std::find_if(type.attributes.begin(), type.attributes.end(),
                                    [&, &key = key](const auto &each) { return each.name == key; });
    if (known == type.attributes.end()) {
      throw std::invalid_argument("a fault of type " + type.name + " has no attribute " + key +
                                  "; see flowctl mock fault add --help");
    }
    const Json value = known->is_text() ? Json(text) : json_or_discarded(text);
    if (!known->takes(value)) {
      throw std::invalid_argument(key + "=" + text + " cannot be used; " + key + ": " +
                                  text_of_description(known->schema));
    }
    attributes[key] = value;
  }
  for (const contract::FaultAttribute &attribute : type.attributes) {
    if (attribute.required && !attributes.contains(attribute.name)) {
      throw std::invalid_argument("a fault of type " + type.name + " needs " + attribute.name +
                                  "=…: " + text_of_description(attribute.schema));
    }
  }
  if (attributes.contains("errorCode")) {
    contract::fault_error(attributes.at("status"), attributes.at("errorCode"));
  }
  return attributes;
}

/// The fault as the control API takes it.
Json fault_of(const FaultArguments &given) {
  const contract::FaultType &type = *contract::fault_type(given.type);
  Json fault = {{"type", given.type}};
  Json match = match_of(given);
  fault["attributes"] = attributes_of(given, type);
  if (type.always && !given.at.empty() && given.at != type.at) {
    throw std::invalid_argument("a fault of type " + type.name + " is always applied to the " + type.at);
  }
  if (!given.at.empty()) {
    fault["at"] = given.at;
  }
  if (!match.empty()) {
    fault["match"] = std::move(match);
  }
  if (given.after) {
    fault["after"] = *given.after;
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

/// An option for a number that any fault may have, with the bounds of the contract.
template <typename Number>
void add_number(CLI::App &add, const std::string &member, std::optional<Number> &value, const char *name) {
  const Json &schema = contract::fault_members().at(member);
  add.add_option("--" + member, value, capitalised(text_of_description(schema)))
      ->check(
          CLI::Range(schema.at("minimum").get<Number>(), schema.at("maximum").get<Number>()).description(""))
      ->type_name(name);
}

/// The types of faults, each with its attributes.
std::string help_on_types() {
  std::string help = "TYPE and its attributes:\n";
  for (const contract::FaultType &type : contract::fault_types()) {
    const std::string where = type.always ? "always applied to the " + type.at
                                          : "applied to the " + type.at + ", unless --at says otherwise";
    help += line("  " + type.name, type.about + " (" + where + ")", 20);
    for (const contract::FaultAttribute &attribute : type.attributes) {
      help += line("    " + attribute.name,
                   text_of_description(attribute.schema) + (attribute.required ? "; required" : ""), 20);
    }
  }
  return help;
}

void add_options(CLI::App &add, FaultArguments &given) {
  std::vector<std::string> types;
  for (const contract::FaultType &type : contract::fault_types()) {
    types.push_back(type.name);
  }
  const Json &members = contract::fault_members();
  const Json &match = members.at("match").at("properties");
  add.add_option("TYPE", given.type, "One of the types below")
      ->required()
      ->check(CLI::IsMember(types).description(""))
      ->type_name("");
  add.add_option("ATTRIBUTE", given.attributes, "Attributes of the type, as below")->type_name("KEY=VALUE");
  add.add_option("--method", given.method, capitalised(text_of_description(match.at("method"))))
      ->type_name("METHOD");
  const Json &operation = match.at("operation");
  add.add_option("--operation", given.operation, capitalised(text_of_description(operation)))
      ->check(CLI::IsMember(operation.at("enum").get<std::vector<std::string>>()).description(""))
      ->type_name("NAME");
  add.add_option("--path", given.path, capitalised(text_of_description(match.at("path"))))->type_name("GLOB");
  add.add_option("--header", given.headers, "Only requests with this header; repeatable, all must match")
      ->expected(1)
      ->take_all()
      ->type_name("NAME:VALUE");
  add_number(add, "after", given.after, "N");
  add_number(add, "times", given.times, "N");
  add_number(add, "probability", given.probability, "P");
  add_number(add, "seed", given.seed, "N");
  add.add_option("--at", given.at, capitalised(text_of_description(members.at("at"))))
      ->check(CLI::IsMember(members.at("at").at("enum").get<std::vector<std::string>>()).description(""))
      ->type_name("WHERE");
  add.footer(help_on_types() +
             "\nflowctl mock fault add status status=503 --path '/runs/*/action' --times 2\n"
             "flowctl mock fault add latency latencyMs=200 jitterMs=50 --probability 0.1\n"
             "Settings: flowctl mock --help");
}

/// "POST /runs/*/action x-test:a"
std::string text_of_match(const Json &match) {
  return joined({text(at(match, "method")), text(at(match, "operation")), text(at(match, "path")),
                 pairs(at(match, "headers"), ":")},
                " ");
}

std::string text_of_faults(const Json &answer) {
  std::vector<Row> rows{{"FAULT", "TYPE", "ATTRIBUTES", "AT", "PROBABILITY", "MATCHED", "LEFT", "MATCH"}};
  for (const Json &fault : at(answer, "faults")) {
    rows.push_back({text(at(fault, "id")), text(at(fault, "type")), pairs(at(fault, "attributes"), "="),
                    text(at(fault, "at")), plain(at(fault, "probability")), plain(at(fault, "matched")),
                    plain(at(fault, "left")), text_of_match(at(fault, "match"))});
  }
  return table(rows);
}

} // namespace

void add_mock_fault(CLI::App &mock, Session &session) {
  CLI::App &fault = add_mock_command(mock, "fault", "Add, list and remove faults");
  fault.require_subcommand(1);
  const auto any = std::make_shared<bool>(false);
  fault.add_flag("--any-sandbox", *any,
                 "In any sandbox, and for requests that reach none, such as token requests");

  CLI::App &add = add_mock_command(fault, "add", "Add a fault");
  const auto given = std::make_shared<FaultArguments>();
  add_options(add, *given);
  on_mock_call(add, session, [any, given](const MockSettings &mock) -> MockCall {
    return {{"POST", path(mock, "/faults", *any), body_of(fault_of(*given))},
            [](const Json &added) { return "fault " + printable(text(at(added, "id"))) + " added\n"; }};
  });

  CLI::App &list = add_mock_command(fault, "list", "List faults, and how often each matched");
  on_mock_call(list, session, [any](const MockSettings &mock) -> MockCall {
    return {{"GET", path(mock, "/faults", *any)}, text_of_faults};
  });

  CLI::App &remove = add_mock_command(fault, "remove", "Remove a fault");
  const auto id = std::make_shared<std::string>();
  add_id(remove, "ID", "Id of the fault", *id)->required();
  on_mock_call(remove, session, [any, id](const MockSettings &mock) -> MockCall {
    return {{"DELETE", path(mock, "/faults/" + percent_encoded(*id), *any)},
            sentence("fault " + *id + " removed"),
            {{404, "To list faults: flowctl mock fault list (with --any-sandbox, those of all sandboxes)"}}};
  });

  CLI::App &clear = add_mock_command(fault, "clear", "Remove all faults");
  on_mock_call(clear, session, [any](const MockSettings &mock) -> MockCall {
    return {{"DELETE", path(mock, "/faults", *any)}, sentence("all faults removed")};
  });
}

} // namespace flow::client
