#include "mock_server/admin/routes.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "common/json_text.hpp"
#include "mock_server/journal/expectations.hpp"
#include "mock_server/journal/expected.hpp"

namespace flow::mock::admin {

namespace {

/// The clauses that the body names, each once.
Expectations::Clauses clauses_in(const Json &body, const contract::Reading &reading) {
  const Json names = body.value("clauses", Json());
  if (!names.is_array() || names.empty()) {
    throw Refusal{
        400, "Bad member", "/clauses",
        "It has to be a list of ids of clauses: {\"clauses\":[\"retry/op/missing\"],\"requests\":3}."};
  }
  Expectations::Clauses clauses;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = plain_text(names[i]);
    const auto number = contract::clause_number(name);
    if (!number || !can_be_broken(*number, reading)) {
      throw Refusal{400, "Unknown clause", "/clauses/" + std::to_string(i),
                    "There is no clause '" + shortened(name, kShownBytes) +
                        "' that an application can break in this reading; flow-contract list shows them."};
    }
    if (!names_its_sandbox(*number)) {
      throw Refusal{400, "No clause of a sandbox", "/clauses/" + std::to_string(i),
                    "A request that breaks '" + name +
                        "' names no sandbox: let it carry the header x-flow-mock-expect: " + name + "."};
    }
    if (std::find(clauses.begin(), clauses.end(), *number) == clauses.end()) {
      clauses.push_back(*number);
    }
  }
  return clauses;
}

std::int64_t requests_in(const Json &body) {
  const Json requests = body.value("requests", Json(1));
  if (!requests.is_number_integer() || requests < 1 || requests > Expectations::kMostRequests) {
    throw Refusal{400, "Bad member", "/requests", "It has to be an integer from 1 to 1000000."};
  }
  return requests.get<std::int64_t>();
}

} // namespace

Response add_expectation(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"clauses", "requests"});
  Expectations::Clauses clauses = clauses_in(body, call.state.settings.reading);
  const std::int64_t requests = requests_in(body);
  Json answer = {{"clauses", Json::array()}, {"requests", requests}};
  for (const contract::ClauseNumber clause : clauses) {
    answer["clauses"].push_back(contract::clause(clause).id);
  }
  if (!call.sandbox->expectations.add(std::move(clauses), requests)) {
    throw Refusal{409, "Too many expectations", "",
                  "The sandbox has " + std::to_string(Expectations::kMost) +
                      ", the most it keeps. They end with their requests, or with DELETE …/violations."};
  }
  return json_response(answer, 201);
}

} // namespace flow::mock::admin
