#include <string>
#include <vector>

#include "mock_server/journal/violation_log.hpp"
#include "tests/mock_server/journal.hpp"

/// Traffic judged by the contract: what the application does wrong.
namespace flow::mock::test {
namespace {

using Ids = std::vector<std::string>;

/// The documented body of a create with another windowEndTime, or without one.
Json with_window_end(const Json &other = nullptr) {
  Json body = run_on_demand();
  body["params"].erase("windowEndTime");
  if (!other.is_null()) {
    body["params"]["windowEndTime"] = other;
  }
  return body;
}

TEST(Violations, AreSeenInEveryRequestThatBreaksTheContract) {
  const std::vector<std::pair<std::string, Ask>> cases = {
      {"headers/authorization/missing", retry(kFailed).drop("Authorization")},
      {"headers/api-key/missing", retry(kFailed).drop("x-api-key")},
      {"headers/org/missing", retry(kFailed).drop("x-gw-ims-org-id")},
      {"headers/sandbox/missing", retry(kFailed).drop("x-sandbox-name")},
      {"headers/content-type/missing", retry(kFailed).drop("Content-Type")},
      {"headers/content-type/other", retry(kFailed).set("Content-Type", "text/plain")},
      {"retry/op/missing", retry(kFailed, "")},
      {"retry/op/upper-case", retry(kFailed, "?op=RE-TRIGGER")},
      {"retry/op/unsupported", retry(kFailed, "?op=cancel")},
      {"retry/state/refused", retry(kSuccess)},
      {"retry/state/refused", retry(kInProgress)},
      {"retry/flow/disabled", retry(kFailedOfDisabledFlow)},
      {"retry/source/streaming", retry(kStreaming)},
      {"create/error/flow-streaming", create(run_on_demand(kStreamingFlow))},
      {"create/error/flow-repeated", create(run_on_demand(kHourlyFlow))},
      {"create/error/params-none", create(Json{{"flowId", kOnDemandFlow}})},
      {"create/error/params-invalid", create(with_window_end(Json("soon")))},
      {"create/error/no-windowEndTime", create(with_window_end())},
      {"create/error/window-backwards", create(with_window_end(Json(1)))},
      {"list/error/parameter", read("/runs?colour=red")},
      {"routes/method/action", Ask{.method = "GET", .target = run_path(kFailed) + "/action?op=re-trigger"}},
  };
  for (const auto &[clause, asked] : cases) {
    Stage stage;
    stage(asked);
    EXPECT_EQ(broken(stage), Ids{clause});
  }
}

TEST(Violations, AreSeenInAnsweredRequestsWithUndocumentedParameters) {
  Stage stage;
  EXPECT_EQ(stage(retry(kFailed, "?op=re-trigger&force=true")).status, 200);
  const Json violations = told(stage, "/violations").at("violations");
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_NE(violations[0].at("place").get<std::string>().find("query"), std::string::npos);
}

TEST(Violations, AreNotSeenInWhatTheDocumentationShows) {
  Stage stage;
  stage(retry(kFailed));
  stage(get(kFailed));
  stage(read("/runs?property=flowId==" + std::string(kHourlyFlow) + "&limit=2&orderby=-createdAt"));
  stage(create());
  stage(get(kNoSuchRun)); // it may have been deleted: no fault of the application
  EXPECT_EQ(broken(stage), Ids{});
}

TEST(Violations, AreNotSeenInWhatVisitorsAskFor) {
  Stage stage;
  for (const char *method : {"GET", "HEAD"}) {
    const Response page = stage(Ask{.method = method, .target = "/", .headers = {}});
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("/__admin/ui"), std::string::npos) << page.body;
    for (const char *path : {"/favicon.ico", "/robots.txt", "/healthz", "/health?verbose=1"}) {
      EXPECT_EQ(stage(Ask{.method = method, .target = path, .headers = {}}).status, 404) << path;
    }
  }
  EXPECT_EQ(broken(stage), Ids{});
  EXPECT_TRUE(told(stage, "/requests").at("requests").empty());
}

TEST(Violations, AreNotSeenInAHead) {
  Stage stage;
  Ask head = get(kFailed);
  head.method = "HEAD";
  EXPECT_EQ(stage(head).status, 200);
  EXPECT_EQ(stage(head.drop("x-api-key")).status, 403);
  EXPECT_EQ(broken(stage), Ids{});
}

TEST(Violations, ThatWereAnnouncedAreKeptApart) {
  Stage stage;
  EXPECT_EQ(stage(retry(kFailed, "?op=cancel").set("X-Flow-Mock-Expect", "retry/op/unsupported")).status,
            400);
  EXPECT_EQ(stage(retry(kFailed, "?op=cancel")
                      .drop("x-api-key")
                      .set("x-flow-mock-expect", "retry/op/empty, headers/api-key/missing"))
                .status,
            403);
  const Json body = told_of_sandbox(stage, "/violations");
  ASSERT_EQ(body.at("expected").size(), 2U);
  EXPECT_EQ(body.at("expected")[0].at("clause"), "retry/op/unsupported");
  EXPECT_EQ(body.at("expected")[1].at("clause"), "headers/api-key/missing");
  ASSERT_EQ(body.at("total"), 1);
  EXPECT_EQ(body.at("violations")[0].at("clause"), "retry/op/empty");
  EXPECT_EQ(body.at("violations")[0].at("missing"), true);
  EXPECT_TRUE(told(stage, "/sandboxes/o/another/violations").at("expected").empty());
  EXPECT_EQ(stage(admin_ask("DELETE", "/violations")).status, 200);
  EXPECT_EQ(told(stage, "/violations"), Json::parse(R"({"violations": [], "total": 0, "expected": []})"));
}

TEST(Violations, ThatWereAnnouncedTwiceAreMissingOnce) {
  Stage stage;
  stage(retry(kFailed)
            .add("x-flow-mock-expect", "retry/op/empty,retry/op/empty")
            .add("x-flow-mock-expect", "retry/op/empty"));
  EXPECT_EQ(broken(stage), Ids{"retry/op/empty"});
}

TEST(Violations, OfClausesThatNobodyCanBreakCannotBeAnnounced) {
  Stage stage;
  for (const char *name : {"no/such/clause", "retry/state/failed"}) {
    const Response refused = stage(retry(kFailed).set("x-flow-mock-expect", name));
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.body.find(name), std::string::npos) << refused.body;
  }
  EXPECT_EQ(broken(stage), Ids{});
}

TEST(Violations, SayWhereAndHowToMendIt) {
  Stage stage;
  stage(retry(kFailed, "?client_secret=hidden"));
  const Json body = told_of_sandbox(stage, "/violations");
  EXPECT_EQ(body.at("total"), 1);
  const Json violation = body.at("violations").at(0);
  EXPECT_EQ(violation.at("clause"), "retry/op/missing");
  EXPECT_EQ(violation.at("place"), "query op");
  EXPECT_EQ(violation.at("method"), "POST");
  EXPECT_EQ(violation.at("path"), run_path(kFailed) + "/action");
  EXPECT_EQ(violation.at("organisation"), "{ORG_ID}");
  EXPECT_EQ(violation.at("sandbox"), "{SANDBOX_NAME}");
  EXPECT_EQ(violation.at("atMs"), kNow);
  EXPECT_FALSE(violation.at("mend").get<std::string>().empty());
  const Json noted = told_of_sandbox(stage, "/requests?violated=true").at("requests").at(0);
  EXPECT_EQ(noted.at("number"), violation.at("number"));
}

TEST(Violations, OfASandboxAreItsOwn) {
  Stage stage;
  stage(retry(kSuccess));
  stage(retry(kSuccess).set("x-sandbox-name", "other"));
  stage(retry(kSuccess).set("x-sandbox-name", "other").drop("Authorization"));
  stage(retry(kSuccess).drop("x-sandbox-name"));
  const std::string other = "/sandboxes/%7BORG_ID%7D/other";
  EXPECT_EQ(broken(stage, std::string(kSandbox)), Ids{"retry/state/refused"});
  EXPECT_EQ(broken(stage, other), (Ids{"retry/state/refused", "headers/authorization/missing"}));
  EXPECT_EQ(broken(stage).size(), 4U);
  EXPECT_EQ(stage(admin_ask("DELETE", other + "/violations")).status, 200);
  EXPECT_EQ(broken(stage, other), Ids{});
  EXPECT_EQ(told(stage, "/violations").at("total"), 2);
  EXPECT_EQ(stage(admin_ask("DELETE", "/violations")).status, 200);
  EXPECT_EQ(told(stage, "/violations").at("total"), 0);
}

TEST(Violations, OutliveAReset) {
  Stage stage;
  stage(retry(kSuccess));
  stage(admin_ask("POST", "/reset"));
  stage(admin_ask("POST", std::string(kSandbox) + "/reset"));
  EXPECT_EQ(broken(stage).size(), 1U);
}

TEST(Violations, FollowTheReadingInForce) {
  Stage stage([](Settings &settings) { settings.reading.take("openapi"); });
  EXPECT_EQ(stage(retry(kFailed, "?op=RE_TRIGGER")).status, 200);
  EXPECT_EQ(broken(stage), Ids{});
  stage(retry(kFailed));
  EXPECT_EQ(broken(stage), Ids{"readings/op-of-tutorial"});
}

TEST(ViolationLog, KeepsTheFirstThousandAndCountsTheRest) {
  ViolationLog log;
  for (int i = 0; i < 1500; ++i) {
    log.add(
        {.clause = 1, .method = "GET", .path = "/" + std::to_string(i), .organisation = "o", .sandbox = "s"});
  }
  EXPECT_EQ(log.total(), 1500U);
  EXPECT_EQ(log.all().size(), 1000U);
  EXPECT_EQ(log.sums().size(), 1U);
  EXPECT_EQ(log.sums().at(0).times, 1500U);
  EXPECT_EQ(log.sums().at(0).first.path, "/0");
}

TEST(ViolationLog, ForgetsTheFirstOneOfASandboxThatIsCleared) {
  ViolationLog log;
  log.add({.clause = 1, .method = "GET", .path = "/a", .organisation = "o", .sandbox = "a"});
  log.add({.clause = 1, .method = "GET", .path = "/b", .organisation = "o", .sandbox = "b"});
  log.clear("o", "a");
  ASSERT_EQ(log.sums().size(), 1U);
  EXPECT_EQ(log.sums().at(0).times, 1U);
  EXPECT_EQ(log.sums().at(0).first.path, "/b");
}

} // namespace
} // namespace flow::mock::test
