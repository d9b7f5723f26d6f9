#include "contracts/judge/judge.hpp"

#include "contracts/suite/run.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace flow::contract {

namespace {

HttpResponse answer(int status, const Json &body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"x-request-id", "r1"}},
          .body = body.dump()};
}

/// An answer that is all a run-not-found must be.
Json not_found() {
  const std::string message = fill(error("run-not-found").message, {{"id", "5"}});
  return {{"type", "https://ns.adobe.com/aep/errors/FLOW-1439-404"},
          {"title", "Resource not found"},
          {"status", 404},
          {"report", {{"detailed-message", message}, {"id", "5"}, {"type", "runs"}, {"request-id", "r1"}}},
          {"errorMessage", message},
          {"errorDetails", message}};
}

std::vector<std::string> places(const std::vector<Deviation> &deviations) {
  std::vector<std::string> all;
  for (const Deviation &deviation : deviations) {
    all.push_back(deviation.where);
  }
  return all;
}

using Places = std::vector<std::string>;

std::vector<Deviation> judged(const Expectation &then, const HttpResponse &response,
                              const Bindings &bindings) {
  return deviations(exchange_of(response), then, bindings);
}

TEST(Judge, FindsNothingWhereAllHolds) {
  Expectation then;
  then.status = 200;
  then.headers = {{"content-type", "application/json"}};
  then.body = {{"/id", "{new}"}};
  EXPECT_TRUE(judged(then, answer(200, {{"id", "7"}}), {{"new", "7"}}).empty());
}

TEST(Judge, TellsWhatWasExpectedAndWhatReceived) {
  Expectation then;
  then.body = {{"/id", "{new}"}};
  const auto deviations = judged(then, answer(200, {{"id", 7}}), {{"new", "7"}});
  ASSERT_EQ(deviations.size(), 1u);
  EXPECT_EQ(deviations[0].where, "body /id");
  EXPECT_EQ(deviations[0].expected, "\"7\"");
  EXPECT_EQ(deviations[0].received, "7");
}

TEST(Judge, SaysTheStatusAndNoMoreOfAnotherAnswer) {
  Expectation then;
  then.status = 200;
  then.body = {{"/id", "7"}};
  EXPECT_EQ(places(judged(then, answer(404, not_found()), {})), Places{"status"});
}

TEST(Judge, PointsAtTheMemberThatDiffers) {
  Expectation then;
  then.body = {{"", "{before}"}};
  const Json before = {{"items", {{{"id", "7"}, {"updatedAt", 1}}}}};
  const Json after = {{"items", {{{"id", "7"}, {"updatedAt", 2}}}}};
  EXPECT_EQ(places(judged(then, answer(200, after), {{"before", before}})),
            Places{"body /items/0/updatedAt"});
}

TEST(Judge, LooksNotAtTheOrderOfMembers) {
  Expectation then;
  then.body = {{"", {{"a", 1}, {"b", 2}}}};
  EXPECT_TRUE(judged(then, answer(200, {{"b", 2}, {"a", 1}}), {}).empty());
}

TEST(Judge, MissesAHeader) {
  Expectation then;
  then.headers = {{"Allow", {{"pattern", "POST"}}}};
  EXPECT_EQ(places(judged(then, answer(405, {}), {})), Places{"header Allow"});
}

TEST(Judge, LooksAtAHeaderThatIsNoUtf8) {
  Expectation then;
  then.headers = {{"x-request-id", {{"minLength", 5}}}};
  HttpResponse response = answer(200, {});
  response.headers = {{"x-request-id", "r\xff\xf0"}}; // ends within a character
  EXPECT_EQ(judged(then, response, {}).size(), 1U);
  response.headers = {{"x-request-id", "r-123\xff"}};
  EXPECT_TRUE(judged(then, response, {}).empty());
}

TEST(Judge, MissesABodyThatIsJson) {
  Expectation then;
  then.body = {{"/id", "7"}};
  HttpResponse response = answer(200, {});
  response.body = "<html>";
  EXPECT_EQ(places(judged(then, response, {})), Places{"body"});
}

TEST(Judge, ReportsASchemasPlace) {
  Expectation then;
  then.schema = {{"", schema("retry-answer")}};
  EXPECT_EQ(places(judged(then, answer(200, {{"id", "7"}, {"etag", 1}}), {})), Places{"body /etag"});
}

TEST(Judge, MissesTheValueASchemaSpeaksOf) {
  Expectation then;
  then.schema = {{"/id", {{"type", "string"}}}};
  EXPECT_EQ(places(judged(then, answer(200, Json::object()), {})), Places{"body /id"});
}

TEST(Judge, FillsInSchemas) {
  Expectation then;
  then.schema = {{"/id", {{"not", {{"const", "{run}"}}}}}};
  EXPECT_TRUE(judged(then, answer(200, {{"id", "8"}}), {{"run", "7"}}).empty());
  EXPECT_EQ(places(judged(then, answer(200, {{"id", "7"}}), {{"run", "7"}})), Places{"body /id"});
}

TEST(Judge, DatesAnEtag) {
  Expectation then;
  then.dated = {{"/etag", "/updatedAt"}};
  const auto dated = [&](const Json &etag, const Json &updated_at) {
    return judged(then, answer(200, {{"etag", etag}, {"updatedAt", updated_at}}), {}).empty();
  };
  EXPECT_TRUE(dated("\"b8003af1-0000-0200-0000-5f2b09f10000\"", 1596656113526));
  EXPECT_FALSE(dated("\"b8003af1-0000-0200-0000-5f2b09f10000\"", 1596656114526));
  EXPECT_FALSE(dated("\"b8003af1-0000-0200-0000-5f2b09\"", 1596656113526));
  EXPECT_FALSE(dated("b8003af1", 1596656113526));
  EXPECT_FALSE(dated(7, 1596656113526));
  EXPECT_FALSE(dated("\"b8003af1-0000-0200-0000-5f2b09f10000\"", "now"));
}

TEST(Judge, ComparesWithAnExampleWhateverElseThereIs) {
  Expectation then;
  then.example = "run-answer";
  Json body = example("run-answer");
  body["items"][0]["imsOrgId"] = "org";
  EXPECT_TRUE(judged(then, answer(200, body), {}).empty());

  body["items"][0]["metrics"]["sizeSummary"]["inputBytes"] = 1;
  EXPECT_EQ(places(judged(then, answer(200, body), {})),
            Places{"body /items/0/metrics/sizeSummary/inputBytes"});
  then.except = {"/items/0/metrics/sizeSummary/inputBytes"};
  EXPECT_TRUE(judged(then, answer(200, body), {}).empty());
}

TEST(Judge, MissesWhatAnExampleHas) {
  Expectation then;
  then.example = "run-answer";
  Json body = example("run-answer");
  body["items"][0]["activities"].erase(1);
  EXPECT_FALSE(judged(then, answer(200, body), {}).empty());
  body["items"][0].erase("activities");
  EXPECT_EQ(places(judged(then, answer(200, body), {})), Places{"body /items/0/activities"});
}

TEST(JudgeOfErrors, IsContentWithAWholeOne) {
  Expectation then;
  then.error = "run-not-found";
  then.mentions = {"{run}"};
  EXPECT_TRUE(judged(then, answer(404, not_found()), {{"run", "5"}}).empty());
}

/// Where the judge finds fault with a run-not-found after `spoil`.
Places faults(const std::function<void(HttpResponse &response, Json &body)> &spoil) {
  Expectation then;
  then.error = "run-not-found";
  then.mentions = {"5"};
  Json body = not_found();
  HttpResponse response = answer(404, body);
  spoil(response, body);
  response.body = body.dump();
  return places(judged(then, response, {}));
}

TEST(JudgeOfErrors, SeesEachPart) {
  EXPECT_EQ(faults([](auto &response, auto &) { response.status = 400; }), (Places{"status", "body"}));
  EXPECT_EQ(faults([](auto &, auto &body) { body["title"] = "Not found"; }), Places{"body /title"});
  EXPECT_EQ(faults([](auto &, auto &body) { body["status"] = 400; }), Places{"body /status"});
  EXPECT_EQ(faults([](auto &, auto &body) { body["errorMessage"] = "no"; }), Places{"body /errorMessage"});
  EXPECT_EQ(faults([](auto &, auto &body) { body["errorDetails"] = "no"; }), Places{"body /errorDetails"});
  EXPECT_EQ(faults([](auto &, auto &body) { body["report"]["type"] = "flows"; }),
            Places{"body /report/type"});
  EXPECT_EQ(faults([](auto &, auto &body) { body["report"]["request-id"] = "r2"; }),
            Places{"header x-request-id"});
  EXPECT_EQ(faults([](auto &response, auto &) { response.headers[0].second = "text/html"; }),
            Places{"header Content-Type"});
  EXPECT_EQ(
      faults([](auto &, auto &body) { body["type"] = "https://ns.adobe.com/aep/errors/FLOW-1439-400"; }),
      Places{"body /type"});
}

TEST(JudgeOfErrors, SeesAMessageThatIsNotTheDocumentedOne) {
  const Places found = faults([](auto &, auto &body) {
    for (Json *message :
         {&body["report"]["detailed-message"], &body["errorMessage"], &body["errorDetails"]}) {
      *message = "There is no run 5.";
    }
  });
  EXPECT_EQ(found, Places{"body /report/detailed-message"});
}

TEST(JudgeOfErrors, SeesAMessageThatNamesNotWhatItMust) {
  Expectation then;
  then.error = "op-unsupported";
  then.mentions = {"delete"};
  const std::string message = "Unsupported operation.";
  const Json body = {{"type", "https://ns.adobe.com/aep/errors/FLOW-1401-400"},
                     {"title", "Bad Request"},
                     {"status", 400},
                     {"report", {{"detailed-message", message}, {"request-id", "r1"}}},
                     {"errorMessage", message},
                     {"errorDetails", message}};
  EXPECT_EQ(places(judged(then, answer(400, body), {})), Places{"body /report/detailed-message"});
}

TEST(JudgeOfErrors, SeesAResourceWhereNoneIsMeant) {
  Expectation then;
  then.error = "op-empty";
  Json body = not_found();
  body["type"] = "https://ns.adobe.com/aep/errors/FLOW-1334-400";
  body["title"] = "Bad Request";
  body["status"] = 400;
  EXPECT_EQ(places(judged(then, answer(400, body), {})), Places{"body /report"});
}

TEST(JudgeOfErrors, SeesAGatewaysErrorThatIsLongerThanDocumented) {
  Expectation then;
  then.error = "api-key-missing";
  Json body = {{"error_code", "403000"}, {"message", "Api Key is required"}};
  EXPECT_TRUE(judged(then, answer(403, body), {}).empty());
  body["status"] = 403;
  EXPECT_FALSE(judged(then, answer(403, body), {}).empty());
}

TEST(Capture, TakesFromBodyAndHeader) {
  const HttpResponse response = answer(200, {{"id", "7"}});
  EXPECT_EQ(captured({.name = "new", .header = "", .pointer = "/id"}, exchange_of(response)), "7");
  EXPECT_EQ(captured({.name = "all", .header = "", .pointer = ""}, exchange_of(response)),
            Json({{"id", "7"}}));
  EXPECT_EQ(captured({.name = "r", .header = "X-Request-Id", .pointer = ""}, exchange_of(response)), "r1");
  EXPECT_EQ(captured({.name = "no", .header = "", .pointer = "/etag"}, exchange_of(response)), std::nullopt);
  const HttpResponse page = answer(200, {{"href", "/runs?continuationToken=A-_"}, {"count", 7}});
  EXPECT_EQ(captured({.name = "t", .header = "", .pointer = "/href", .token = true}, exchange_of(page)),
            "A-_");
  EXPECT_EQ(captured({.name = "t", .header = "", .pointer = "/count", .token = true}, exchange_of(page)),
            std::nullopt);
  EXPECT_EQ(captured({.name = "no", .header = "Allow", .pointer = ""}, exchange_of(response)), std::nullopt);
}

} // namespace

} // namespace flow::contract
