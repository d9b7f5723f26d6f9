#include "mock_server/service.hpp"

#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "tests/mock_server/support.hpp"

namespace flow::mock {
namespace {

using test::Ask;
using test::Json;

constexpr std::int64_t kNow = 1700000000000;

class Service : public testing::Test {
protected:
  const std::shared_ptr<test::SetClock> clock = std::make_shared<test::SetClock>(kNow);
  FlowService service{{.clock = clock}};

  Response ask(const Ask &asked) { return test::ask(service, asked); }
  std::string error(const Ask &asked) { return test::error_in(ask(asked)); }
};

TEST_F(Service, FirstRetryAnswersTheDocumentedExampleWordForWord) {
  const Response response = ask(test::retry(test::kFailed));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, contract::example("retry-answer").dump());
}

TEST_F(Service, SecondRetryMakesAFreshRun) {
  ask(test::retry(test::kFailed));
  const Response response = ask(test::retry(test::kFailed));
  EXPECT_EQ(response.status, 200);
  Json answer = test::body_of(response);
  EXPECT_EQ(answer.size(), 2U);
  EXPECT_TRUE(std::regex_match(answer.at("id").get<std::string>(), std::regex{std::string(test::kUuidForm)}));
  EXPECT_TRUE(
      std::regex_match(answer.at("etag").get<std::string>(), std::regex{std::string(test::kEtagForm)}));
  EXPECT_NE(answer.at("id"), contract::example("retry-answer").at("id"));
  EXPECT_EQ(answer.at("etag").get<std::string>().substr(24), "-6553f1000000\"") << "dated now";
}

TEST_F(Service, FreshRunsOfManyRetriesAllDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    ids.insert(test::body_of(ask(test::retry(test::kZeroRecords))).at("id"));
  }
  EXPECT_EQ(ids.size(), 20U);
}

TEST_F(Service, MonitorExampleIsReadAsDocumented) {
  const Response response = ask(test::get(test::kSuccess).set("x-sandbox-name", "prod"));
  EXPECT_EQ(response.status, 200);
  Json answer = test::body_of(response);
  ASSERT_EQ(answer.at("items").size(), 1U);
  // What the openapi adds and monitor does not show; the rest is the example, in its order.
  EXPECT_EQ(answer["items"][0].at("imsOrgId"), "{ORG_ID}");
  EXPECT_EQ(answer["items"][0].at("flowSpec").size(), 2U);
  answer["items"][0].erase("imsOrgId");
  answer["items"][0].erase("flowSpec");
  EXPECT_EQ(answer.dump(), contract::example("run-answer").dump());
}

TEST_F(Service, RunsShowTheSandboxTheyAreAskedIn) {
  const Json run = test::run_of(service, test::kSuccess, test::get("").set("x-sandbox-name", "dev"));
  EXPECT_EQ(run.at("sandboxName"), "dev");
  EXPECT_NE(run.at("sandboxId"), contract::example("run-answer")["items"][0]["sandboxId"]);
}

TEST_F(Service, EachProviderStateAnswersAsDocumented) {
  EXPECT_EQ(ask(test::retry(test::kFailed)).status, 200);
  EXPECT_EQ(ask(test::retry(test::kZeroRecords)).status, 200);
  EXPECT_EQ(error(test::retry(test::kSuccess)), "1387-400");
  EXPECT_EQ(error(test::retry(test::kInProgress)), "1387-400");
  EXPECT_EQ(error(test::retry(test::kStreaming)), "1333-400");
  EXPECT_EQ(error(test::retry(test::kFailedOfDisabledFlow)), "1388-400");
  EXPECT_EQ(error(test::retry(test::kNoSuchRun)), "1439-404");
  EXPECT_EQ(error(test::get(test::kNoSuchRun)), "1439-404");
}

TEST_F(Service, TheRefusalForItsStateNamesTheRunAndTheState) {
  const auto message = [&](std::string_view id) {
    return test::body_of(ask(test::retry(id)))["errorMessage"].get<std::string>();
  };
  EXPECT_NE(message(test::kSuccess).find("state=success"), std::string::npos) << message(test::kSuccess);
  EXPECT_NE(message(test::kSuccess).find("flowRunId=" + std::string(test::kSuccess)), std::string::npos);
  EXPECT_NE(message(test::kInProgress).find("state=inProgress"), std::string::npos);
}

TEST_F(Service, EachSeededRunShowsItsState) {
  EXPECT_EQ(test::status_in(test::run_of(service, test::kFailed)), "failed");
  EXPECT_EQ(test::status_in(test::run_of(service, test::kSuccess)), "success");
  EXPECT_EQ(test::status_in(test::run_of(service, test::kZeroRecords)), "success");
  EXPECT_EQ(test::run_of(service, test::kZeroRecords)["metrics"]["recordSummary"]["outputRecordCount"], 0);
  EXPECT_EQ(test::status_in(test::run_of(service, test::kStreaming)), "failed");
  clock->advance(1000LL * 60 * 60 * 24 * 365);
  EXPECT_EQ(test::status_in(test::run_of(service, test::kInProgress)), "inProgress");
}

TEST_F(Service, OpIsComparedExactly) {
  const auto op = [&](std::string_view query) { return error(test::retry(test::kFailed, query)); };
  for (const char *empty : {"", "?", "?op", "?op=", "?Op=re-trigger", "?x=re-trigger"}) {
    EXPECT_EQ(op(empty), "1334-400") << empty;
  }
  for (const char *unsupported :
       {"?op=RE_TRIGGER", "?op=Re-Trigger", "?op=retrigger", "?op=re-trigger%20", "?op=+re-trigger",
        "?op=re%2Dtrigger2", "?op=re_trigger", "?op=re-trigge", "?op=re-trigger%00", "?op=%22re-trigger%22",
        "?op=re-trigger?", "?op=re-trigger,"}) {
    EXPECT_EQ(op(unsupported), "1401-400") << unsupported;
  }
  for (const char *twice : {"?op=re-trigger&op=re-trigger", "?op=&op=re-trigger", "?op=re-trigger&op"}) {
    EXPECT_EQ(ask(test::retry(test::kFailed, twice)).status, 400) << twice;
  }
  for (const char *same :
       {"?op=re-trigger", "?op=re%2Dtrigger", "?a=b&op=re-trigger&c", "?%6fp=re-trigger"}) {
    EXPECT_EQ(ask(test::retry(test::kFailed, same)).status, 200) << same;
  }
}

TEST_F(Service, AnUnsupportedOpIsNamedInItsError) {
  Json body = test::body_of(ask(test::retry(test::kFailed, "?op=RE_TRIGGER")));
  EXPECT_NE(body.at("errorMessage").get<std::string>().find("'RE_TRIGGER'"), std::string::npos);
}

TEST_F(Service, APresentBodyIsIgnoredIfItIsJsonOrEmpty) {
  for (const char *fine : {"", " \r\n\t", "{}", "null", "[1,2]", "\"text\"", R"({"op":"x"})"}) {
    Ask asked = test::retry(test::kZeroRecords);
    asked.body = fine;
    EXPECT_EQ(ask(asked).status, 200) << fine;
  }
  for (const char *bad : {"{", "re-trigger", "{}{}", "\xff", "op=re-trigger", "{'a':1}"}) {
    Ask asked = test::retry(test::kZeroRecords);
    asked.body = bad;
    EXPECT_EQ(error(asked), "1000-400") << bad;
  }
  Ask deep = test::retry(test::kZeroRecords);
  deep.body = std::string(1000000, '[');
  EXPECT_EQ(error(deep), "1000-400");
}

TEST_F(Service, IfMatchIsOptionalAndHeldAgainstTheCurrentEtag) {
  const std::string etag = test::run_of(service, test::kFailed).at("etag");
  const auto with = [&](std::string_view value) {
    return ask(test::retry(test::kFailed).set("If-Match", value));
  };
  EXPECT_EQ(with(etag).status, 200);
  EXPECT_EQ(with("*").status, 200);
  EXPECT_EQ(with("\"other\", " + etag).status, 200);
  EXPECT_EQ(ask(test::retry(test::kFailed).add("IF-MATCH", etag)).status, 200);
  const Response refused = with("\"other\"");
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(test::error_in(refused), "1404-412");
  EXPECT_NE(refused.body.find("other"), std::string::npos);
  EXPECT_EQ(test::body_of(refused).at("report").at("id"), test::kFailed);
  EXPECT_EQ(with(etag.substr(1, etag.size() - 2)).status, 200) << "without its quotes (update-conn)";
}

TEST_F(Service, ARefusedRetryMakesNoRunAndTakesNoScriptedOutcome) {
  EXPECT_EQ(ask(test::retry(test::kFailed).set("If-Match", "\"other\"")).status, 412);
  EXPECT_EQ(ask(test::retry(test::kFailed, "?op=x")).status, 400);
  EXPECT_EQ(error(test::get("3fb0418e-1804-45d6-8d56-dd51f05c0baf")), "1439-404");
  EXPECT_EQ(ask(test::retry(test::kFailed)).body, contract::example("retry-answer").dump());
}

TEST_F(Service, ChecksComeInTheDocumentedOrder) {
  // Everything is wrong at once; then each in turn is mended, and the next is the error.
  Ask asked = test::retry(test::kNoSuchRun, "?op=x").set("If-Match", "\"other\"");
  asked.target += "&%zz";
  asked.headers = {{"If-Match", "\"other\""}};
  EXPECT_EQ(error(asked), "403010");
  EXPECT_EQ(error(asked.set("Authorization", "Bearer t")), "403000");
  EXPECT_EQ(error(asked.set("x-api-key", "k")), "400003");
  EXPECT_EQ(error(asked.set("x-gw-ims-org-id", "o")), "2105-400");
  EXPECT_EQ(error(asked.set("x-sandbox-name", "s")), "BadRequestError");
  EXPECT_EQ(error(asked.set("Content-Type", "application/json")), "1000-400");
  asked.target = "/nowhere?op=x";
  EXPECT_EQ(error(asked), "1003-404");
  asked.target = test::run_path(test::kNoSuchRun) + "?op=x";
  EXPECT_EQ(error(asked), "Method Not Allowed");
  asked.target = test::retry(test::kNoSuchRun, "?op=x").target;
  EXPECT_EQ(error(asked), "1401-400");
  asked.target = test::retry(test::kNoSuchRun).target;
  EXPECT_EQ(error(asked), "1439-404");
  asked.target = test::retry(test::kInProgressOfDisabledFlow).target;
  EXPECT_EQ(error(asked), "1388-400");
  asked.target = test::retry(test::kStreaming).target;
  EXPECT_EQ(error(asked), "1333-400");
  asked.target = test::retry(test::kInProgress).target;
  EXPECT_EQ(error(asked), "1387-400");
  asked.target = test::retry(test::kFailed).target;
  EXPECT_EQ(error(asked), "1404-412");
  EXPECT_EQ(ask(asked.drop("If-Match")).status, 200);
}

TEST_F(Service, EveryAnswerHasARequestIdOfItsOwn) {
  std::set<std::string> ids;
  for (const Ask &asked :
       {test::retry(test::kFailed), test::get(test::kFailed), test::get("x"),
        test::get("x").drop("Authorization"), Ask{.method = "GET", .target = "/nowhere"}}) {
    const std::string id = test::header(ask(asked), "x-request-id");
    EXPECT_TRUE(std::regex_match(id, std::regex{std::string(test::kUuidForm)})) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 5U);
}

TEST_F(Service, ServiceErrorsCarryTheRequestIdOfTheHeader) {
  for (const Ask &asked :
       {test::get(test::kNoSuchRun), test::retry(test::kSuccess), test::retry(test::kStreaming),
        test::retry(test::kFailed, ""), Ask{.method = "GET", .target = "/nowhere"},
        test::get("x").drop("x-sandbox-name"), test::retry(test::kFailed).set("If-Match", "\"a\"")}) {
    const Response response = ask(asked);
    Json body = test::body_of(response);
    EXPECT_EQ(body.at("report").at("request-id"), test::header(response, "x-request-id"));
    EXPECT_EQ(body.at("status"), response.status);
    EXPECT_EQ(body.at("errorMessage"), body.at("report").at("detailed-message"));
    EXPECT_EQ(body.at("errorDetails"), body.at("report").at("detailed-message"));
  }
}

TEST_F(Service, WrongMethodAnswersWhatIsAllowed) {
  Ask asked = test::retry(test::kFailed);
  asked.method = "PUT";
  const Response response = ask(asked);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(test::header(response, "Allow"), "POST");
}

TEST_F(Service, HeadIsAnsweredAsGet) {
  Ask asked = test::get(test::kSuccess);
  const Response of_get = ask(asked);
  asked.method = "HEAD";
  const Response of_head = ask(asked);
  EXPECT_EQ(of_head.status, 200);
  EXPECT_EQ(of_head.body.size(), of_get.body.size());
}

TEST_F(Service, AnUnreadableRequestIsAnsweredWithItsError) {
  Request request{};
  request.unreadable = "request-timeout";
  const Response response = service.handle(request);
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(test::error_in(response), "1006-408");
}

TEST_F(Service, WhatGoesWrongInsideIsTheDocumentedError) {
  Request request{};
  request.unreadable = "no such error";
  const Response response = service.handle(request);
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(test::error_in(response), "1102-500");
  EXPECT_EQ(test::body_of(response)["report"]["request-id"], test::header(response, "x-request-id"));
}

TEST_F(Service, IdsThatAreNotUtf8AreRunsNotFound) {
  for (const char *id : {"%ff", "%00", "%22%0a", "..%2f..%2fetc%2fpasswd"}) {
    EXPECT_EQ(error(test::get(id)), "1439-404") << id;
  }
}

} // namespace
} // namespace flow::mock
