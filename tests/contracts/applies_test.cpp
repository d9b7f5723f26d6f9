#include <gtest/gtest.h>

#include "contracts/judge/judge.hpp"
#include "contracts/model/clause.hpp"
#include "tests/contracts/answered.hpp"

namespace flow::contract {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Json file_with(const Json &members) {
  Json clause = {{"id", "retry/op/missing"},
                 {"title", "A title"},
                 {"requirement", "A sentence."},
                 {"standing", "inferred"},
                 {"when", Json::array({Json{{"request", "GET /runs"}}})},
                 {"then", {{"status", 200}}}};
  clause.update(members);
  return {{"subject", "retry"},
          {"title", "Retrying a run"},
          {"source", {{"page", "retry-flows"}}},
          {"clauses", Json::array({clause})}};
}

/// What the reader says of a clause with these members; empty when it takes it.
std::string complaint(const char *members) {
  try {
    read_subject("clauses/retry.json", file_with(Json::parse(members)).dump());
  } catch (const ClauseError &error) {
    return error.what();
  }
  return "";
}

bool speaks(const char *applies, const Exchange &exchange) {
  const std::string members = std::string(R"({"applies": )") + applies + "}";
  const Subject subject = read_subject("clauses/retry.json", file_with(Json::parse(members)).dump());
  return speaks_of(*subject.clauses.at(0).applies, exchange);
}

bool speaks_of_op(const char *way, const Pairs &query) {
  const std::string applies = std::string(R"({"query": {"op": )") + way + "}}";
  return speaks(applies.c_str(), {.query = query});
}

bool speaks_of_body(const char *way, std::string_view body, const Pairs &headers = {}) {
  const std::string applies = std::string(R"({"body": )") + way + "}";
  return speaks(applies.c_str(), {.headers = headers, .body = body});
}

TEST(Applies, IsReadWithItsViolation) {
  const Json members = Json::parse(
      R"({"applies": {"operations": ["none"], "status": 400}, "violation": {"place": "query op", "mend": "Give op."}})");
  const Subject subject = read_subject("clauses/retry.json", file_with(members).dump());
  const Clause &clause = subject.clauses.at(0);
  ASSERT_TRUE(clause.applies && clause.violation);
  EXPECT_EQ(clause.applies->operations, std::vector<std::string>{""});
  EXPECT_EQ(clause.applies->status, 400);
  EXPECT_EQ(clause.violation->place, "query op");
  EXPECT_EQ(clause.violation->mend, "Give op.");
}

TEST(Applies, IsNothingWhereAClauseDoesNotSayIt) {
  EXPECT_FALSE(read_subject("clauses/retry.json", file_with(Json::object()).dump()).clauses.at(0).applies);
}

TEST(Applies, IsRefusedWhereItMakesNoSense) {
  for (const char *nonsense : {
           R"({"applies": {}})",
           R"({"applies": {"operations": []}})",
           R"({"applies": {"operations": ["retry_run", "retry_run"]}})",
           R"({"applies": {"status": 1000}})",
           R"({"applies": {"method": "GET"}})",
           R"({"applies": {"form": "any"}})",
           R"({"applies": {"query": {"op": "none"}}})",
           R"({"applies": {"query": {"op": {}}}})",
           R"({"applies": {"query": {"op": {"equals": "x"}}}})",
           R"({"applies": {"query": {"op": {"number": 1}}}})",
           R"({"applies": {"headers": {"If-Match": []}}})",
           R"({"applies": {"body": "missing"}})",
           R"({"applies": {"undocumented": false}})",
           R"({"applies": {"weather": "fine"}})",
           R"({"violation": {"place": "query op", "mend": "Give op."}})",
           R"({"applies": {"status": 400}, "violation": {"place": "query op"}})",
           R"({"applies": {"status": 400}, "violation": {"place": "somewhere", "mend": "Give op."}})",
           R"({"applies": {"status": 400}, "violation": {"place": "query op", "mend": "give op"}})",
       }) {
    EXPECT_NE(complaint(nonsense).find("retry/op/missing"), std::string::npos) << nonsense;
  }
}

TEST(Applies, NamesTheOperationOrErrorThereIsNoneOf) {
  EXPECT_NE(complaint(R"({"applies": {"operations": ["delete_run"]}})").find("delete_run"),
            std::string::npos);
  EXPECT_NE(complaint(R"({"applies": {"error": "no-such-error"}})").find("no-such-error"), std::string::npos);
}

TEST(Condition, OnTheOperation) {
  const char *applies = R"({"operations": ["retry_run", "none"]})";
  EXPECT_TRUE(speaks(applies, {.operation = "retry_run"}));
  EXPECT_TRUE(speaks(applies, {.operation = ""}));
  EXPECT_FALSE(speaks(applies, {.operation = "get_run"}));
}

/// The same of an answer that shows this error.
bool speaks_of_error(const char *applies, const char *name) {
  const ErrorEntry &shown = error(name);
  const std::string answer = answer_with(shown);
  return speaks(applies, {.status = shown.status, .answer = answer});
}

TEST(Condition, OnTheStatusAndTheError) {
  EXPECT_TRUE(speaks(R"({"status": 200})", {.status = 200}));
  EXPECT_FALSE(speaks(R"({"status": 200})", {.status = 201}));
  EXPECT_TRUE(speaks_of_error(R"({"error": "op-empty"})", "op-empty"));
  EXPECT_FALSE(speaks_of_error(R"({"error": "op-empty"})", "op-unsupported"));
}

TEST(Condition, OnTheFormOfTheError) {
  EXPECT_TRUE(speaks_of_error(R"({"form": "gateway"})", "token-missing"));
  EXPECT_FALSE(speaks_of_error(R"({"form": "gateway"})", "op-empty"));
  EXPECT_FALSE(speaks(R"({"form": "gateway"})", {.status = 200, .answer = R"({"error_code": "403010"})"}));
}

TEST(Condition, OnThePath) {
  EXPECT_TRUE(speaks(R"({"path": {"like": "/runs/*/action"}})", {.path = "/runs/x/action"}));
  EXPECT_FALSE(speaks(R"({"path": {"unlike": "/runs/*/action"}})", {.path = "/runs/x/action"}));
}

TEST(Condition, OnAPlaceInTheBodyOrTheAnswer) {
  const char *empty = R"({"answer_at": {"/items": "empty"}})";
  EXPECT_TRUE(speaks(empty, {.answer = R"({"items": [ ], "_links": {}})"}));
  EXPECT_FALSE(speaks(empty, {.answer = R"({"items": [{}]})"}));
  EXPECT_FALSE(speaks(empty, {.answer = R"({"_links": {}})"}));
  const char *missing = R"({"body_at": {"/params/startTime": "missing"}})";
  EXPECT_TRUE(speaks(missing, {.body = R"({"params": {"endTime": "1"}})"}));
  EXPECT_FALSE(speaks(missing, {.body = R"({"params": {"startTime": "1"}})"}));
  EXPECT_TRUE(speaks(R"({"body_at": {"/params/startTime": {"number": true}}})",
                     {.body = R"({"params": {"startTime": 1}})"}));
}

TEST(Condition, OnTheMethod) {
  EXPECT_TRUE(speaks(R"({"method": {"not": ["GET", "HEAD"]}})", {.method = "POST"}));
  EXPECT_FALSE(speaks(R"({"method": {"not": ["GET", "HEAD"]}})", {.method = "HEAD"}));
}

TEST(Condition, OnWhetherAParameterIsThere) {
  const Pairs none;
  const Pairs empty = {{"op", ""}};
  const Pairs given = {{"x", ""}, {"op", "re-trigger"}};
  const Pairs twice = {{"op", ""}, {"op", "re-trigger"}};
  EXPECT_TRUE(speaks_of_op(R"("missing")", none));
  EXPECT_FALSE(speaks_of_op(R"("missing")", empty));
  EXPECT_TRUE(speaks_of_op(R"("empty")", empty));
  EXPECT_FALSE(speaks_of_op(R"("empty")", none));
  EXPECT_FALSE(speaks_of_op(R"("empty")", twice));
  EXPECT_TRUE(speaks_of_op(R"("present")", given));
  EXPECT_FALSE(speaks_of_op(R"("present")", empty));
  EXPECT_TRUE(speaks_of_op(R"("twice")", twice));
  EXPECT_FALSE(speaks_of_op(R"("twice")", given));
  EXPECT_TRUE(speaks_of_op(R"(["twice", "missing"])", none));
}

TEST(Condition, OnTheValueOfAParameter) {
  const Pairs given = {{"op", "re-trigger"}};
  EXPECT_TRUE(speaks_of_op(R"({"is": "re-trigger"})", given));
  EXPECT_FALSE(speaks_of_op(R"({"is": "RE-TRIGGER"})", given));
  EXPECT_FALSE(speaks_of_op(R"({"is": "re-trigger"})", {}));
  EXPECT_TRUE(speaks_of_op(R"({"not": ["delete", "stop"]})", given));
  EXPECT_FALSE(speaks_of_op(R"({"not": ["delete", "re-trigger"]})", given));
  EXPECT_FALSE(speaks_of_op(R"({"not": "delete"})", {}));
  EXPECT_TRUE(speaks_of_op(R"({"like": "RE-*"})", given));
  EXPECT_FALSE(speaks_of_op(R"({"like": "RE-*", "not": "re-trigger"})", given));
  EXPECT_FALSE(speaks_of_op(R"({"unlike": "*trigger"})", given));
  EXPECT_TRUE(speaks_of_op(R"({"number": false})", given));
  EXPECT_FALSE(speaks_of_op(R"({"number": true})", given));
  EXPECT_TRUE(speaks_of_op(R"({"number": true})", {{"op", "1001"}}));
}

TEST(Condition, StarsStandForAnyCharacters) {
  const auto is_like = [](const char *form, const char *text) {
    return speaks_of_op((Json{{"like", form}}).dump().c_str(), {{"op", text}});
  };
  EXPECT_TRUE(is_like("*", ""));
  EXPECT_TRUE(is_like("a*", "a"));
  EXPECT_TRUE(is_like("*a", "banana"));
  EXPECT_TRUE(is_like("*ana*", "banana"));
  EXPECT_TRUE(is_like("b*n*a", "banana"));
  EXPECT_TRUE(is_like("*>*", "t>1"));
  EXPECT_FALSE(is_like("a", "ab"));
  EXPECT_FALSE(is_like("a*a", "a"));
  EXPECT_FALSE(is_like("*b", "banana"));
  EXPECT_FALSE(is_like("*x*", "banana"));
  EXPECT_FALSE(is_like("", "a"));
}

TEST(Condition, OnAHeaderInAnyCaseOfItsName) {
  const Pairs headers = {{"IF-MATCH", "*"}};
  EXPECT_TRUE(speaks(R"({"headers": {"If-Match": {"is": "*"}}})", {.headers = headers}));
  EXPECT_FALSE(speaks(R"({"headers": {"If-Match": "missing"}})", {.headers = headers}));
  EXPECT_FALSE(speaks_of_op(R"("present")", {{"OP", "re-trigger"}})) << "parameters are told apart by case";
}

TEST(Condition, OnAnUndocumentedParameterOfTheOperation) {
  const Pairs query = {{"op", "re-trigger"}};
  EXPECT_FALSE(speaks(R"({"undocumented": true})", {.operation = "retry_run", .query = query}));
  EXPECT_TRUE(speaks(R"({"undocumented": true})", {.operation = "get_run", .query = query}));
  EXPECT_FALSE(speaks(R"({"undocumented": true})", {.operation = "", .query = query}));
}

TEST(Condition, OnTheBody) {
  const Pairs length = {{"content-length", "0"}};
  EXPECT_TRUE(speaks_of_body(R"("none")", ""));
  EXPECT_FALSE(speaks_of_body(R"("none")", "", length));
  EXPECT_TRUE(speaks_of_body(R"("empty")", "", length));
  EXPECT_TRUE(speaks_of_body(R"("empty")", " \r\n"));
  EXPECT_FALSE(speaks_of_body(R"("empty")", ""));
  EXPECT_TRUE(speaks_of_body(R"("present")", "x"));
  EXPECT_TRUE(speaks_of_body(R"(["none", "empty"])", ""));
  EXPECT_TRUE(speaks_of_body(R"({"is": "null"})", " null\n"));
  EXPECT_FALSE(speaks_of_body(R"({"unlike": "[*"})", "[]"));
}

} // namespace

} // namespace flow::contract
