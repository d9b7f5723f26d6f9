#include <cstdint>
#include <string>
#include <vector>

#include "tests/mock_server/journal.hpp"

/// What the control API tells of the journal.
namespace flow::mock::test {
namespace {

using Numbers = std::vector<std::uint64_t>;

TEST(JournalSecrets, OfTheTokenServiceAreNowhereInWhatTheControlApiTells) {
  Stage stage;
  const Response given = stage(Ask{.method = "POST",
                                   .target = "/ims/token/v3?scope=openid",
                                   .body = "grant_type=client_credentials&client_id=ID0&client_secret=S3CRET",
                                   .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
  ASSERT_EQ(given.status, 200) << given.body;
  const std::string token = body_of(given).at("access_token");
  stage(get(kFailed).set("Authorization", "Bearer " + token));
  const std::string all = told(stage, "/requests").dump();
  EXPECT_EQ(all.find(token), std::string::npos);
  EXPECT_EQ(all.find("S3CRET"), std::string::npos);
  EXPECT_EQ(all.find("ID0"), std::string::npos);
  EXPECT_EQ(all.find("{API_KEY}"), std::string::npos);
  EXPECT_NE(all.find("/ims/token/v3"), std::string::npos);
}

TEST(Journal, TellsARetryWhole) {
  Stage stage;
  const Response answer = stage(retry(kFailed));
  const Json all = told_of_sandbox(stage, "/requests");
  EXPECT_EQ(all.at("dropped"), 0);
  EXPECT_EQ(all.at("capacity"), 1000);
  ASSERT_EQ(all.at("requests").size(), 1U);
  const Json entry = all["requests"][0];
  EXPECT_EQ(entry.at("organisation"), "{ORG_ID}");
  EXPECT_EQ(entry.at("sandbox"), "{SANDBOX_NAME}");
  EXPECT_EQ(entry.at("atMs"), kNow);
  EXPECT_EQ(entry.at("method"), "POST");
  EXPECT_EQ(entry.at("target"), run_path(kFailed) + "/action?op=re-trigger");
  EXPECT_EQ(entry.at("headers").at(0), (Json{{"name", "Authorization"}, {"value", "(not kept)"}}));
  EXPECT_EQ(entry.at("headers").at(3), (Json{{"name", "x-sandbox-name"}, {"value", "{SANDBOX_NAME}"}}));
  EXPECT_EQ(entry.at("status"), 200);
  EXPECT_EQ(entry.at("answerBody"), answer.body);
  EXPECT_EQ(entry.at("operation"), "retry_run");
  EXPECT_EQ(entry.at("run"), kFailed);
  EXPECT_EQ(entry.at("madeRun"), body_of(answer).at("id"));
  EXPECT_EQ(entry.at("requestId"), header(answer, "x-request-id"));
  EXPECT_EQ(entry.at("cut"), Json::array());
  EXPECT_FALSE(entry.at("clauses").empty());
  EXPECT_FALSE(entry.contains("error"));
}

TEST(Journal, DoesNotNoteTheControlApi) {
  Stage stage;
  told(stage, "/sandboxes");
  EXPECT_TRUE(told(stage, "/requests").at("requests").empty());
}

// "Was this run retried exactly twice, at least 5 s apart?"
TEST(Verification, CountsTheRetriesOfARunAndTheShortestTimeBetweenThem) {
  Stage stage;
  const std::string retries = "/requests/count?operation=retry_run&run=" + std::string(kZeroRecords);
  EXPECT_EQ(told_of_sandbox(stage, retries), (Json{{"count", 0},
                                                   {"firstMs", nullptr},
                                                   {"lastMs", nullptr},
                                                   {"shortestGapMs", nullptr},
                                                   {"dropped", 0},
                                                   {"capacity", 1000}}));
  stage(retry(kZeroRecords));
  EXPECT_EQ(told_of_sandbox(stage, retries).at("shortestGapMs"), nullptr);
  stage(get(kZeroRecords));
  const auto moved = stage(admin_ask("PUT", std::string(kSandbox) + "/clock", R"({"advanceMs":5000})"));
  ASSERT_EQ(moved.status, 200) << moved.body;
  stage(retry(kFailed));
  stage(retry(kZeroRecords));
  const Json twice = told_of_sandbox(stage, retries);
  EXPECT_EQ(twice.at("count"), 2);
  EXPECT_EQ(twice.at("firstMs"), kNow);
  EXPECT_EQ(twice.at("lastMs"), kNow + 5000);
  EXPECT_EQ(twice.at("shortestGapMs"), 5000);
  stage.clock->advance(1000);
  stage(retry(kZeroRecords));
  EXPECT_EQ(told_of_sandbox(stage, retries).at("count"), 3);
  EXPECT_EQ(told_of_sandbox(stage, retries).at("shortestGapMs"), 1000);
}

TEST(Verification, FiltersByWhatIsAskedFor) {
  Stage stage;
  const std::string made = body_of(stage(retry(kFailed))).at("id"); // 1
  stage.clock->advance(10);
  stage(get(kFailed));          // 2
  stage(retry(kSuccess));       // 3: 400, a violation
  stage(get(kNoSuchRun));       // 4: 404
  stage(read("/runs?limit=1")); // 5
  const auto numbers = [&](const std::string &filter) {
    Numbers found;
    const Json body = told_of_sandbox(stage, "/requests?" + filter);
    for (const Json &entry : body.at("requests")) {
      found.push_back(entry.at("number"));
    }
    EXPECT_EQ(told_of_sandbox(stage, "/requests/count?" + filter).at("count"), found.size()) << filter;
    return found;
  };
  EXPECT_EQ(numbers(""), (Numbers{1, 2, 3, 4, 5}));
  EXPECT_EQ(numbers("method=post"), (Numbers{1, 3}));
  EXPECT_EQ(numbers("path=/runs/*/action"), (Numbers{1, 3}));
  EXPECT_EQ(numbers("path=/runs/*"), (Numbers{2, 4}));
  EXPECT_EQ(numbers("path=" + percent_encoded(run_path(kFailed))), Numbers{2});
  EXPECT_EQ(numbers("operation=get_run"), (Numbers{2, 4}));
  EXPECT_EQ(numbers("run=" + made), Numbers{1});
  EXPECT_EQ(numbers("run=" + std::string(kSuccess)), Numbers{3});
  EXPECT_EQ(numbers("status=404"), Numbers{4});
  EXPECT_EQ(numbers("clause=retry/state/refused"), Numbers{3});
  EXPECT_EQ(numbers("violated=true"), Numbers{3});
  EXPECT_EQ(numbers("violated=false"), (Numbers{1, 2, 4, 5}));
  EXPECT_EQ(numbers("toMs=" + std::to_string(kNow)), Numbers{1});
  EXPECT_EQ(numbers("fromMs=" + std::to_string(kNow + 10) + "&method=GET"), (Numbers{2, 4, 5}));
  EXPECT_EQ(numbers("fault=f1"), Numbers{});
  EXPECT_EQ(told_of_sandbox(stage, "/requests?limit=2").at("requests").at(0).at("number"), 4);
}

TEST(Verification, RefusesWhatItDoesNotUnderstandAndNamesIt) {
  Stage stage;
  for (const std::string filter :
       {"colour=red", "status=ok", "status=99", "limit=-1", "limit=10001", "fromMs=x", "toMs=-1",
        "operation=retry", "clause=retry/nothing", "violated=yes", "method=GET&method=POST"}) {
    const Response refused = stage(admin_ask("GET", std::string(kSandbox) + "/requests?" + filter));
    EXPECT_EQ(refused.status, 400) << filter;
    EXPECT_EQ(body_of(refused).at("errors").at(0).at("source").at("pointer"),
              filter.substr(0, filter.find('=')))
        << refused.body;
  }
  EXPECT_EQ(stage(admin_ask("GET", "/requests/count?limit=1")).status, 400);
  EXPECT_EQ(stage(admin_ask("DELETE", "/requests?run=r")).status, 400);
}

TEST(Journal, OfASandboxIsItsOwn) {
  Stage stage;
  stage(retry(kFailed));
  stage(retry(kFailed).set("x-sandbox-name", "other"));
  stage(retry(kFailed).set("x-sandbox-name", "other"));
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count").at("count"), 1);
  const std::string other = "/sandboxes/%7BORG_ID%7D/other";
  EXPECT_EQ(told(stage, other + "/requests/count").at("count"), 2);
  EXPECT_EQ(told(stage, "/requests/count").at("count"), 3);
  EXPECT_EQ(stage(admin_ask("DELETE", other + "/requests")).status, 200);
  EXPECT_EQ(told(stage, other + "/requests/count").at("count"), 0);
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count").at("count"), 1);
  EXPECT_EQ(stage(admin_ask("POST", std::string(kSandbox) + "/reset")).status, 200);
  EXPECT_EQ(told(stage, "/requests/count").at("count"), 0);
}

TEST(Journal, OfTheWholeMockIsInOrderAndHasWhatReachedNoSandbox) {
  Stage stage;
  stage(retry(kFailed));
  stage(Ask{.method = "GET", .target = "/nowhere", .headers = {}});
  stage(retry(kFailed).set("x-sandbox-name", "other"));
  stage(retry(kFailed));
  const Json all = told(stage, "/requests").at("requests");
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].at("number"), i + 1);
  }
  EXPECT_FALSE(all[1].contains("sandbox"));
  EXPECT_EQ(all[2].at("sandbox"), "other");
  EXPECT_EQ(told(stage, "/requests?limit=2").at("requests").at(0).at("number"), 3);
  EXPECT_EQ(stage(admin_ask("POST", "/reset")).status, 200);
  EXPECT_TRUE(told(stage, "/requests").at("requests").empty());
}

TEST(Journal, NotesWhatIsRefusedInTheSandboxItNames) {
  Stage stage;
  stage(get(kFailed));
  stage(get(kFailed).drop("Authorization"));
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count?status=403").at("count"), 1);
}

TEST(Journal, IsAsLargeAsTheSettingsSay) {
  Stage stage([](Settings &settings) { settings.journal_size.exchanges = 2; });
  for (int i = 0; i < 5; ++i) {
    stage(get(kFailed));
  }
  const Json all = told_of_sandbox(stage, "/requests");
  EXPECT_EQ(all.at("requests").size(), 2U);
  EXPECT_EQ(all.at("dropped"), 3);
  EXPECT_EQ(all.at("capacity"), 2);
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count").at("dropped"), 3);
}

} // namespace
} // namespace flow::mock::test
