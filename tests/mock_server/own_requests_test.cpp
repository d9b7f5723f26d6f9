#include <string>

#include <gtest/gtest.h>

#include "mock_server/journal/journal.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/steered.hpp"

/// Requests that the mock sends to itself for who steers it, and what a request of the journal tells of
/// itself.
namespace flow::mock::test {
namespace {

Json request_of(Steered &mock, int number) {
  return body_of(mock.admin("GET", "/requests/" + std::to_string(number)));
}

TEST(OneRequest, TellsWhyItWasAnsweredSo) {
  Steered mock;
  mock.call(retry(kSuccess));
  const Json told = request_of(mock, 1);
  EXPECT_EQ(told["operation"], "retry_run");
  EXPECT_EQ(told["sandbox"], "{SANDBOX_NAME}");
  EXPECT_EQ(told["status"], 400);
  bool has_violation = false;
  for (const Json &clause : told["clauses"]) {
    EXPECT_FALSE(clause["requirement"].get<std::string>().empty()) << clause;
    EXPECT_FALSE(clause["source"].get<std::string>().empty()) << clause;
    if (clause["violated"] == true) {
      has_violation = true;
      EXPECT_EQ(clause["place"], "run") << clause;
      EXPECT_TRUE(clause.contains("mend")) << clause;
    }
  }
  EXPECT_TRUE(has_violation);
  const Json &entry = told["errorEntry"];
  EXPECT_EQ(entry["name"], told["error"]);
  EXPECT_EQ(entry["standing"], "documented");
  EXPECT_TRUE(entry.contains("code") && entry.contains("source") && entry.contains("advice")) << entry;
  mock.call(get(kFailed));
  EXPECT_FALSE(request_of(mock, 2).contains("errorEntry"));
}

TEST(OneRequest, IsFoundWhereverItWas) {
  Steered mock;
  ask(mock.service, get(kFailed).drop("Authorization").set("x-sandbox-name", "nobody's"));
  EXPECT_EQ(request_of(mock, 1)["status"], 403);
  for (const char *number : {"2", "0", "-1", "one", "99999999999999999999"}) {
    EXPECT_EQ(mock.admin("GET", "/requests/" + std::string(number)).status, 404) << number;
  }
  EXPECT_EQ(mock.admin("GET", "/requests/count").status, 200) << "no number";
}

TEST(Replay, SendsTheSameRequestAgain) {
  Steered mock;
  mock.call(get(kFailed));
  const Response sent = mock.admin("POST", "/requests/1/replay");
  EXPECT_EQ(sent.status, 201);
  EXPECT_EQ(body_of(sent), Json::parse(R"({"number":2,"status":200})"));
  Json first = request_of(mock, 1);
  Json second = request_of(mock, 2);
  for (const char *own : {"number", "durationUs", "requestId", "answerHeaders"}) {
    first.erase(own);
    second.erase(own);
  }
  EXPECT_EQ(second, first);
}

TEST(Replay, HasATokenAndAKeyThatAreLetIn) {
  Steered mock([](Settings &settings) {
    settings.seed.allow.tokens = {"only-this-token"};
    settings.seed.allow.api_keys = {"only-this-key"};
  });
  ask(mock.service,
      get(kFailed).set("Authorization", "Bearer only-this-token").set("x-api-key", "only-this-key"));
  EXPECT_EQ(request_of(mock, 1)["status"], 200);
  EXPECT_EQ(body_of(mock.admin("POST", "/requests/1/replay"))["status"], 200);
  ask(mock.service, get(kFailed).drop("Authorization"));
  EXPECT_EQ(body_of(mock.admin("POST", "/requests/3/replay"))["status"], 403) << "without one, as it was";
}

TEST(Replay, IsRefusedWhereTheTextIsNotKeptWhole) {
  Steered mock;
  Ask long_body = {.method = "POST",
                   .target = std::string(contract::kBasePath) + "/runs",
                   .body = R"({"flowId":")" + std::string(2 * JournalEntry::kBodyBytes, 'x') + "\"}"};
  mock.call(long_body);
  EXPECT_EQ(mock.admin("POST", "/requests/1/replay").status, 409);
  ask(mock.service, {.method = "POST",
                     .target = "/ims/token/v3",
                     .body = "grant_type=client_credentials&client_id=a&client_secret=b&scope=c"});
  EXPECT_EQ(mock.admin("POST", "/requests/2/replay").status, 409) << "secrets are left out";
  EXPECT_EQ(mock.admin("POST", "/requests/3/replay").status, 404);
}

TEST(Retry, IsThatOfAnApplication) {
  Steered mock;
  const Json sent = body_of(mock.steer("POST", path_of_run(kFailed, "/retry")));
  EXPECT_EQ(sent["status"], 200);
  EXPECT_EQ(sent["number"], 1);
  EXPECT_EQ(mock.status(sent["madeRun"].get<std::string>()), "success");
  const Json told = request_of(mock, 1);
  EXPECT_EQ(told["operation"], "retry_run");
  EXPECT_EQ(told["madeRun"], sent["madeRun"]);
  EXPECT_EQ(mock.service.state().violations.total(), 0);
}

TEST(Retry, ThatIsRefusedSaysSo) {
  Steered mock;
  EXPECT_EQ(body_of(mock.steer("POST", path_of_run(kSuccess, "/retry"))),
            Json::parse(R"({"number":1,"status":400})"));
  EXPECT_EQ(body_of(mock.steer("POST", "/runs/no-such-run/retry"))["status"], 404);
}

TEST(Retry, HasTheOpOfTheReading) {
  Steered mock([](Settings &settings) { settings.reading = contract::Reading::of({"op=RE_TRIGGER"}); });
  EXPECT_EQ(body_of(mock.steer("POST", path_of_run(kFailed, "/retry")))["status"], 200);
}

TEST(Retry, IsRefusedWhereNoTokenIsLeft) {
  Steered mock([](Settings &settings) { settings.limits.tokens = 1; });
  EXPECT_EQ(mock.steer("POST", path_of_run(kFailed, "/retry")).status, 201);
  const Response refused = mock.steer("POST", path_of_run(kFailed, "/retry"));
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(detail_in(refused).find("--max-tokens"), std::string::npos);
}

TEST(RunAnswer, IsThatOfTheServiceAndLeavesNoTrace) {
  Steered mock;
  const Response shown = mock.steer("GET", path_of_run(kFailed, "/answer"));
  EXPECT_EQ(body_of(mock.admin("GET", "/requests"))["requests"].size(), 0);
  EXPECT_EQ(shown.body, mock.call(get(kFailed)).body);
  EXPECT_EQ(mock.steer("GET", "/runs/no-such-run/answer").status, 404);
}

} // namespace
} // namespace flow::mock::test
