#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/percent_encoding.hpp"
#include "common/text.hpp"
#include "contracts/judge/judge.hpp"
#include "mock_server/admin/routes.hpp"
#include "mock_server/journal/kept_text.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/pipeline/answer.hpp"
#include "mock_server/resources/run_json.hpp"

// Requests that the mock sends to itself for who steers it: they are answered, judged and kept as any
// application's.
namespace flow::mock::admin {

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string own_token(ServiceState &state) {
  std::string token = state.tokens.issue();
  if (token.empty()) {
    throw Refusal{409, "Too many tokens", "",
                  std::to_string(state.settings.limits.tokens) +
                      " tokens hold, the most there can be, and the request needs another: wait until one "
                      "expires, or start flow-mock with a higher --max-tokens."};
  }
  return token;
}

std::string own_api_key(const ServiceState &state) {
  const auto &allowed = state.settings.seed.allow.api_keys;
  return allowed.empty() ? "flow-mock" : allowed.front();
}

/// The answer, as {"number","status","madeRun"}: what is not there is left out.
Response sent(ServiceState &state, const Request &request) {
  const Response answer = mock::answer(state, request);
  std::string request_id;
  for (const auto &[name, value] : answer.headers) {
    if (equal_ignoring_case(name, kRequestIdHeader)) {
      request_id = value;
    }
  }
  Json json = Json::object();
  const auto note = [&](const Journal &journal) {
    const auto number = journal.number_of(request_id);
    const auto entry = number ? journal.entry(*number) : std::nullopt;
    if (entry) {
      json["number"] = *number;
      if (!entry->made_run.empty()) {
        json["madeRun"] = entry->made_run;
      }
    }
    return entry.has_value();
  };
  bool is_found = note(state.journal);
  for (const auto &sandbox : state.sandboxes.all()) {
    is_found = is_found || note(sandbox->journal);
  }
  json["status"] = answer.status;
  return json_response(json, 201);
}

struct KeptExchange {
  JournalEntry entry;
  std::string organisation;
  std::string sandbox;
};

/// The exchange of the path. Throws Refusal.
KeptExchange exchange_of(const Call &call) {
  const auto number = integer_in(call.ids.front());
  if (number && *number > 0) {
    const auto wanted = static_cast<std::uint64_t>(*number);
    if (auto entry = call.state.journal.entry(wanted)) {
      return {.entry = *std::move(entry), .organisation = "", .sandbox = ""};
    }
    for (const auto &sandbox : call.state.sandboxes.all()) {
      if (auto entry = sandbox->journal.entry(wanted)) {
        return {.entry = *std::move(entry),
                .organisation = sandbox->objects.organisation,
                .sandbox = sandbox->objects.name};
      }
    }
  }
  throw not_found("request", call.ids.front());
}

Json clause_that_spoke(contract::ClauseNumber number) {
  const contract::Clause &clause = contract::clause(number);
  Json json = {{"id", clause.id},
               {"title", clause.title},
               {"requirement", clause.requirement},
               {"standing", contract::to_string(clause.standing)},
               {"source", contract::place_of(clause.source)},
               {"violated", contract::is_violation(number)}};
  if (clause.violation) {
    json["place"] = clause.violation->place;
    json["mend"] = clause.violation->mend;
  }
  return json;
}

Json refusal_that_came(const contract::ErrorEntry &entry) {
  Json json = {{"name", entry.name}};
  for (const auto &[name, value] : {std::pair("code", entry.code),
                                    {"title", entry.title},
                                    {"standing", entry.standing},
                                    {"source", entry.source},
                                    {"place", entry.place},
                                    {"advice", entry.advice}}) {
    if (!value.empty()) {
      json[name] = value;
    }
  }
  return json;
}

/// What the journal kept of the headers, and a token and a key of the mock's own for those it did not.
Headers headers_again(ServiceState &state, std::string_view lines) {
  Headers headers;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 1);
    const std::size_t colon = line.find(": ");
    std::string name(line.substr(0, colon));
    std::string value(line.substr(colon + 2));
    if (equal_ignoring_case(name, "authorization")) {
      value = "Bearer " + own_token(state);
    } else if (equal_ignoring_case(name, "x-api-key") && value.find(kNotKept) != std::string::npos) {
      value = own_api_key(state);
    } else if (value.find(kNotKept) != std::string::npos) {
      continue;
    }
    headers.emplace_back(std::move(name), std::move(value));
  }
  return headers;
}

Request request_with(std::string_view method, std::string_view target, const Headers &headers,
                     std::string_view body) {
  Request request{.method = method, .target = target, .headers = {}, .body = body, .unreadable = {}};
  for (const auto &[name, value] : headers) {
    request.headers.push_back({.name = name, .value = value});
  }
  return request;
}

} // namespace

Response get_request(const Call &call) {
  check_parameters(call, {});
  const auto [entry, organisation, sandbox] = exchange_of(call);
  Json json = exchange_json(entry, organisation, sandbox);
  Json clauses = Json::array();
  for (const contract::ClauseNumber number : entry.clauses) {
    clauses.push_back(clause_that_spoke(number));
  }
  json["clauses"] = std::move(clauses);
  if (!entry.error.empty()) {
    json["errorEntry"] = refusal_that_came(contract::error(entry.error));
  }
  return json_response(json);
}

Response replay_request(const Call &call) {
  check_parameters(call, {});
  const JournalEntry entry = exchange_of(call).entry;
  if (entry.target_cut || entry.headers_cut || entry.body_cut ||
      entry.body.find(kNotKept) != std::string::npos || entry.target.find(kNotKept) != std::string::npos) {
    throw Refusal{409, "Not kept whole", "",
                  "The journal has cut its text, or left out secrets of it: send it again yourself."};
  }
  const Headers headers = headers_again(call.state, entry.headers);
  return sent(call.state, request_with(entry.method, entry.target, headers, entry.body));
}

Response retry_run(const Call &call) {
  check_parameters(call, {});
  ServiceState &state = call.state;
  const std::string target = std::string(contract::kBasePath) + "/runs/" + percent_encoded(call.ids.front()) +
                             "/action?op=" + std::string(state.settings.reading.choice("op"));
  const Headers headers = {{"Authorization", "Bearer " + own_token(state)},
                           {"x-api-key", own_api_key(state)},
                           {"x-gw-ims-org-id", call.sandbox->objects.organisation},
                           {"x-sandbox-name", call.sandbox->objects.name},
                           {"Content-Type", "application/json"}};
  return sent(state, request_with("POST", target, headers, ""));
}

Response get_run_answer(const Call &call) {
  check_parameters(call, {});
  const Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const Run *run = transaction->find_run(call.ids.front());
  if (run == nullptr) {
    throw not_found("run", call.ids.front());
  }
  Response response;
  response.body = "{\"items\":[";
  append_run(response.body, *run, call.sandbox->objects, call.state.settings.reading);
  response.body += "],\"_links\":{}}";
  return response;
}

} // namespace flow::mock::admin
