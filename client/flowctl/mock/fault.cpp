#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "client/url.hpp"
#include "common/json_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

/// `mock fault add`, as given.
struct FaultArguments {
  std::string type;
  std::vector<std::string> attributes; ///< "key=value"
  std::string at;
  std::string method;
  std::string path;
  std::vector<std::string> headers; ///< "Name: value"
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

/// The fault as the control API takes it.
Json fault_of(const FaultArguments &given) {
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

void add_options(CLI::App &add, FaultArguments &given) {
  add.add_option("TYPE", given.type, "latency, status, reset, truncate, slow-body, malformed-json or hang")
      ->required()
      ->type_name("");
  add.add_option("ATTRIBUTE", given.attributes,
                 "latencyMs=200 jitterMs=50, status=429 retryAfterS=3, bytes=10, …")
      ->type_name("KEY=VALUE");
  add.add_option("--method", given.method, "Only requests with this method")->type_name("METHOD");
  add.add_option("--path", given.path, "Only requests with this path: '/runs/*/action'")->type_name("GLOB");
  add.add_option("--header", given.headers, "Only requests with this header; may be repeated, all hold")
      ->expected(1)
      ->take_all()
      ->type_name("NAME:VALUE");
  add.add_option("--times", given.times, "Only the next N of them; else until it is removed")
      ->check(CLI::Range(1, 1'000'000'000).description(""))
      ->type_name("N");
  add.add_option("--probability", given.probability, "How many of them, from 0 to 1")
      ->check(CLI::Range(0.0, 1.0).description(""))
      ->type_name("P");
  add.add_option("--seed", given.seed, "Of the random numbers")->type_name("N");
  add.add_option("--at", given.at,
                 "request: before anything is carried out; answer: after it was, only the answer is spoiled")
      ->check(CLI::IsMember({"request", "answer"}).description(""))
      ->type_name("WHERE");
  add.footer("flowctl mock fault add status status=503 --path '/runs/*/action' --times 2\n"
             "flowctl mock fault add latency latencyMs=200 jitterMs=50 --probability 0.1\n"
             "Settings: flowctl mock --help");
}

/// "POST /runs/*/action x-test:a"
std::string text_of_match(const Json &match) {
  return joined({text(at(match, "method")), text(at(match, "path")), pairs(at(match, "headers"), ":")}, " ");
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
  CLI::App &fault = add_mock_command(mock, "fault", "Let something go wrong, and right again");
  fault.require_subcommand(1);
  const auto any = std::make_shared<bool>(false);
  fault.add_flag("--any-sandbox", *any,
                 "In any sandbox, also of requests that reach none, such as those for tokens");

  CLI::App &add = add_mock_command(fault, "add", "Let something go wrong");
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
    return {
        {"DELETE", path(mock, "/faults/" + percent_encode(*id), *any)},
        sentence("fault " + *id + " removed"),
        {{404, "Which there are: flowctl mock fault list (and with --any-sandbox, those of all sandboxes)"}}};
  });

  CLI::App &clear = add_mock_command(fault, "clear", "Remove all faults");
  on_mock_call(clear, session, [any](const MockSettings &mock) -> MockCall {
    return {{"DELETE", path(mock, "/faults", *any)}, sentence("all faults removed")};
  });
}

} // namespace flow::client
