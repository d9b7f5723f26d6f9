#include "contracts/judge/judge.hpp"

#include <array>
#include <set>

#include <gtest/gtest.h>

#include "tests/contracts/answered.hpp"
#include "tests/contracts/each_reading.hpp"

namespace flow::contract {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Every clause asked, one by one.
std::vector<ClauseNumber> asked_one_by_one(const Exchange &exchange, const Reading &reading) {
  std::vector<ClauseNumber> numbers;
  for (std::size_t i = 0; i < clause_count(); ++i) {
    const auto number = static_cast<ClauseNumber>(i);
    const Clause &each = clause(number);
    if (each.applies && reading.has_all(each.reading) && speaks_of(*each.applies, exchange)) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

std::vector<ClauseNumber> looked_up(const Exchange &exchange, const Reading &reading = {}) {
  std::vector<ClauseNumber> numbers;
  Rules::of(reading).applying(exchange, [&](ClauseNumber number) { numbers.push_back(number); });
  return numbers;
}

std::set<std::string> breaches(const Exchange &exchange, const Reading &reading = {}) {
  std::set<std::string> ids;
  Rules::of(reading).applying(exchange, [&](ClauseNumber number) {
    if (is_violation(number)) {
      ids.insert(clause(number).id);
    }
  });
  return ids;
}

/// Names of operations, and none.
std::vector<std::string> operation_names() {
  std::vector<std::string> names = {""};
  for (const OperationEntry &entry : operations()) {
    names.push_back(entry.name);
  }
  return names;
}

struct Answer {
  int status;
  std::string body;
};

Answer answered(std::string_view name) {
  return {.status = error(name).status, .body = answer_with(error(name))};
}

/// Each error, no error, and one there is none of.
std::vector<Answer> answers() {
  std::vector<Answer> all = {
      {200, "{}"}, {201, "{\"items\":[]}"}, {400, "{\"type\":\"another\"}"}, {405, ""}};
  for (const ErrorEntry &entry : errors()) {
    all.push_back(answered(entry.name));
  }
  return all;
}

TEST(Rules, FindWhatAskingEveryClauseFinds) {
  struct Request {
    std::string_view method;
    Pairs headers;
    Pairs query;
    std::string_view body;
  };
  const std::array<Request, 5> requests = {{
      {"POST", {{"Authorization", "Basic a"}, {"If-Match", "*"}}, {{"op", "re-trigger"}}, ""},
      {"GET", {}, {{"limit", "0"}, {"property", "id==1,2"}, {"orderby", "-createdAt"}}, ""},
      {"PUT", {{"x-api-key", ""}, {"content-length", "0"}}, {{"op", ""}, {"verbose", "1"}}, ""},
      {"DELETE", {{"Content-Type", "text/plain"}}, {{"property", "createdAt>x"}, {"count", "true"}}, "[]"},
      {"POST", {{"x-sandbox-name", "a b"}}, {{"op", "stop"}, {"op", "stop"}}, "null"},
  }};
  const std::array<Reading, 3> readings = {Reading(), Reading::of({"openapi"}), each_reading().back()};
  // Each operation with each answer; requests and readings take turns, as all together would take half a
  // minute.
  std::size_t first = 0;
  for (const std::string &operation : operation_names()) {
    std::size_t turn = first++; // so that an answer meets another request with the next operation
    for (const Answer &answer : answers()) {
      const Request &request = requests.at(turn % requests.size());
      const Reading &reading = readings.at(turn++ % readings.size());
      const Exchange exchange = {.operation = operation,
                                 .method = request.method,
                                 .headers = request.headers,
                                 .query = request.query,
                                 .body = request.body,
                                 .status = answer.status,
                                 .answer = answer.body};
      ASSERT_EQ(looked_up(exchange, reading), asked_one_by_one(exchange, reading))
          << request.method << " " << operation << " " << answer.body << " " << told(reading);
    }
  }
}

TEST(Rules, AreThoseOfTheReadingOnly) {
  const Pairs query = {{"op", "RE_TRIGGER"}};
  const Answer answer = answered("op-unsupported");
  const Exchange refused = {
      .operation = "retry_run", .query = query, .status = answer.status, .answer = answer.body};
  EXPECT_EQ(breaches(refused), std::set<std::string>{"retry/op/openapi-spelling"});
  EXPECT_TRUE(breaches(refused, Reading::of({"openapi"})).empty());
}

TEST(Rules, AreMadeOnceForEachReading) {
  EXPECT_EQ(&Rules::of(Reading()), &Rules::of(Reading::of({"openapi", "tutorial"})));
  EXPECT_NE(&Rules::of(Reading()), &Rules::of(Reading::of({"openapi"})));
}

TEST(Rules, FindNoBreachInADocumentedRetry) {
  const Pairs query = {{"op", "re-trigger"}};
  const Pairs headers = {{"Content-Type", "application/json"}};
  const Exchange retry = {
      .operation = "retry_run", .method = "POST", .headers = headers, .query = query, .status = 200};
  EXPECT_TRUE(breaches(retry).empty());
  EXPECT_FALSE(looked_up(retry).empty());
}

TEST(Rules, TellAParameterNobodyDocumentsFromAnAcceptedRetry) {
  const Pairs query = {{"op", "re-trigger"}, {"foo", "1"}};
  const Exchange retry = {.operation = "retry_run", .method = "POST", .query = query, .status = 200};
  EXPECT_EQ(breaches(retry), std::set<std::string>{"retry/undocumented-parameter"});
}

TEST(Rules, FindNoBreachInWhatTheApplicationCannotHelp) {
  for (const char *error : {"run-not-found", "flow-not-found", "flow-of-run-unknown", "version-mismatch",
                            "internal-error", "request-timeout", "overloaded"}) {
    for (const char *operation : {"retry_run", "get_run", "create_run", "update_run", "get_flow"}) {
      for (const Reading &reading : {Reading(), Reading::of({"openapi"})}) {
        const Answer answer = answered(error);
        const std::set<std::string> found =
            breaches({.operation = operation, .status = answer.status, .answer = answer.body}, reading);
        EXPECT_TRUE(found.empty()) << operation << " " << error << ": " << *found.begin();
      }
    }
  }
}

TEST(ClauseNumbers, AreThePlacesInTheSubjects) {
  std::size_t number = 0;
  for (const Subject &subject : subjects_without_steps()) {
    for (const Clause &each : subject.clauses) {
      EXPECT_EQ(&clause(static_cast<ClauseNumber>(number)), &each);
      EXPECT_EQ(clause_number(each.id), number);
      EXPECT_EQ(is_violation(static_cast<ClauseNumber>(number)), each.violation.has_value());
      ++number;
    }
  }
  EXPECT_EQ(clause_count(), number);
  EXPECT_EQ(clause_number("retry/no/such/clause"), std::nullopt);
  EXPECT_THROW(clause(static_cast<ClauseNumber>(number)), std::out_of_range);
}

TEST(Violations, AreOfClausesThatApply) {
  for (std::size_t i = 0; i < clause_count(); ++i) {
    const Clause &each = clause(static_cast<ClauseNumber>(i));
    EXPECT_TRUE(each.applies || !each.violation) << each.id;
  }
}

} // namespace

} // namespace flow::contract
