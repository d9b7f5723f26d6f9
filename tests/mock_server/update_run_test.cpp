#include <atomic>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/resource.hpp"

/// PUT /runs/{id} (openapi), and If-Match there and on the retry.
namespace flow::mock::test {
namespace {

constexpr std::string_view kNote = R"({"providerRefId":"changed"})";

std::string etag_of(Stage &stage, std::string_view id) {
  return run_of(stage.service, id)["etag"];
}

Response updated(Stage &stage, std::string_view id, const Json &body) {
  return stage(update(id, body.dump(), etag_of(stage, id)));
}

TEST(UpdateRun, AnswersWithTheUpdatedRun) {
  Stage stage;
  stage.clock->advance(5);
  const Json before = run_of(stage.service, kFailed);
  const Response response = updated(stage, kFailed, {{"providerRefId", "ref"}, {"params", {{"x", 1}}}});
  ASSERT_EQ(response.status, 200) << response.body;
  const Json run = body_of(response);
  EXPECT_EQ(run, run_of(stage.service, kFailed));
  EXPECT_EQ(run["id"], kFailed);
  EXPECT_EQ(run["providerRefId"], "ref");
  EXPECT_EQ(run["params"]["x"], 1);
  EXPECT_EQ(run["createdAt"], before["createdAt"]);
  EXPECT_EQ(run["updatedAt"], kNow + 5);
  EXPECT_EQ(run["updatedBy"], "{API_KEY}");
  EXPECT_EQ(run["createdBy"], before["createdBy"]);
  EXPECT_NE(run["etag"], before["etag"]);
  EXPECT_TRUE(std::regex_match(run["etag"].get<std::string>(), std::regex(std::string(kEtagForm))));
}

TEST(UpdateRun, LeavesFieldsThatItDoesNotName) {
  Stage stage;
  ASSERT_EQ(updated(stage, kFailed, {{"providerRefId", "ref"}}).status, 200);
  ASSERT_EQ(updated(stage, kFailed, {{"recordTypes", {"profile"}}}).status, 200);
  const Json run = run_of(stage.service, kFailed);
  EXPECT_EQ(run["providerRefId"], "ref");
  EXPECT_EQ(run["recordTypes"], Json({"profile"}));
}

TEST(UpdateRun, NeedsIfMatch) {
  Stage stage;
  const Response refused = stage(update(kFailed, std::string(kNote), ""));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(error_in(refused), "1403-400");
  EXPECT_FALSE(run_of(stage.service, kFailed).contains("providerRefId"));
}

TEST(UpdateRun, OfAnotherVersionIsRefusedAndNothingChanges) {
  Stage stage;
  const std::string etag = etag_of(stage, kFailed);
  for (const std::string &other :
       {std::string("\"x\""), std::string("\""), "W/" + etag, etag + "x", etag_of(stage, kSuccess)}) {
    const Response refused = stage(update(kFailed, std::string(kNote), other));
    EXPECT_EQ(refused.status, 412) << other;
    EXPECT_EQ(error_in(refused), "1404-412");
  }
  EXPECT_EQ(etag_of(stage, kFailed), etag);
}

TEST(UpdateRun, StarAndAListThatHoldsTheEtagMatch) {
  Stage stage;
  EXPECT_EQ(stage(update(kFailed, std::string(kNote), "*")).status, 200);
  EXPECT_EQ(stage(update(kFailed, std::string(kNote), "\"x\", " + etag_of(stage, kFailed))).status, 200);
}

TEST(UpdateRun, TheOldEtagIsOfNoMoreUse) {
  Stage stage;
  const std::string etag = etag_of(stage, kFailed);
  ASSERT_EQ(stage(update(kFailed, std::string(kNote), etag)).status, 200);
  EXPECT_EQ(error_in(stage(update(kFailed, std::string(kNote), etag))), "1404-412");
  EXPECT_EQ(error_in(stage(retry(kFailed).add("If-Match", etag))), "1404-412") << "nor for a retry";
  EXPECT_EQ(stage(retry(kFailed).add("If-Match", etag_of(stage, kFailed))).status, 200);
}

TEST(UpdateRun, OfOneEtagExactlyOneWriterWins) {
  for (int round = 0; round < 20; ++round) {
    Stage stage;
    const std::string etag = etag_of(stage, kFailed);
    std::atomic<int> won = 0;
    std::atomic<int> winner = -1;
    std::atomic<int> lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const int status =
            stage(update(kFailed, R"({"providerRefId":")" + std::to_string(i) + "\"}", etag)).status;
        won += status == 200 ? 1 : 0;
        lost += status == 412 ? 1 : 0;
        if (status == 200) {
          winner = i;
        }
      });
    }
    for (std::thread &thread : threads) {
      thread.join();
    }
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 7);
    EXPECT_EQ(run_of(stage.service, kFailed)["providerRefId"], std::to_string(winner));
  }
}

TEST(UpdateRun, ReadChangeWriteLosesNothing) {
  Stage stage;
  ASSERT_EQ(stage(update(kFailed, R"({"params":{"count":0}})", "*")).status, 200);
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int done = 0; done < kEach;) {
        Json run = run_of(stage.service, kFailed);
        run["params"]["count"] = run["params"]["count"].get<int>() + 1;
        done += stage(update(kFailed, run.dump(), run["etag"].get<std::string>())).status == 200 ? 1 : 0;
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(run_of(stage.service, kFailed)["params"]["count"], kThreads * kEach);
}

TEST(UpdateRun, ARunReadCanBeSentBackAsItIs) {
  for (const char *reading : {"tutorial", "openapi"}) {
    Stage stage([&](Settings &settings) { settings.reading = contract::Reading::of({reading}); });
    for (const std::string_view id : {kFailed, kSuccess, kZeroRecords, kInProgress, kStreaming}) {
      Json before = run_of(stage.service, id);
      const Response response = stage(update(id, before.dump(), "*"));
      ASSERT_EQ(response.status, 200) << id << response.body;
      Json after = body_of(response);
      for (const char *name : {"etag", "eTag", "updatedAt", "updatedBy", "updatedClient"}) {
        before.erase(name);
        after.erase(name);
      }
      EXPECT_EQ(after, before);
    }
  }
}

TEST(UpdateRun, ItsOwnEndStaysWhereItWas) {
  Stage stage;
  const Json before = run_of(stage.service, kZeroRecords);
  stage.clock->advance(1000);
  ASSERT_EQ(updated(stage, kZeroRecords, {{"providerRefId", "x"}}).status, 200);
  EXPECT_EQ(run_of(stage.service, kZeroRecords)["metrics"], before["metrics"]);
}

TEST(UpdateRun, CanEndARunInProgressButNotChangeHowAnEndedOneEnded) {
  Stage stage;
  const auto with_status = [](const char *status) {
    return Json{{"metrics", {{"statusSummary", {{"status", status}}}}}};
  };
  EXPECT_EQ(error_in(updated(stage, kFailed, with_status("success"))), "1312-400");
  EXPECT_EQ(error_in(updated(stage, kSuccess, with_status("inProgress"))), "1312-400");
  EXPECT_EQ(updated(stage, kFailed, with_status("failed")).status, 200);
  EXPECT_EQ(updated(stage, kInProgress, with_status("inProgress")).status, 200);
  EXPECT_EQ(error_in(stage(retry(kInProgress))), "1387-400");
  EXPECT_EQ(updated(stage, kInProgress, with_status("Failed")).status, 200);
  EXPECT_EQ(stage(retry(kInProgress)).status, 200) << "failed now";
}

TEST(UpdateRun, OfARunThatWouldEndLaterEndsItNow) {
  Stage stage([](Settings &settings) { settings.seed.defaults.duration_ms = 1000; });
  const std::string id = created_id(stage(create()));
  ASSERT_EQ(updated(stage, id, {{"metrics", {{"statusSummary", {{"status", "failed"}}}}}}).status, 200);
  stage.clock->advance(5000);
  EXPECT_EQ(status_in(run_of(stage.service, id)), "failed");
}

TEST(UpdateRun, ARunStillEndsByItselfAfterAnUpdateThatDoesNotEndIt) {
  Stage stage([](Settings &settings) { settings.seed.defaults.duration_ms = 1000; });
  const std::string id = created_id(stage(create()));
  const Response response = updated(stage, id, {{"metrics", {{"sizeSummary", {{"inputBytes", 5}}}}}});
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(status_in(body_of(response)), "inProgress") << "a run always says how it stands";
  const std::string etag = etag_of(stage, id);
  stage.clock->advance(1000);
  EXPECT_EQ(status_in(run_of(stage.service, id)), "success");
  EXPECT_EQ(error_in(stage(update(id, std::string(kNote), etag))), "1404-412") << "its end is a change";
}

TEST(UpdateRun, BodyErrors) {
  Stage stage;
  for (const char *body : {"", " ", "null"}) {
    EXPECT_EQ(error_in(stage(update(kFailed, body, "*"))), "1405-400") << body;
  }
  for (const char *body : {"{", "[]", "1", "\"x\"", "{\"a\":\xff}", "{\"nosuch\":1}", "{\"Params\":{}}"}) {
    EXPECT_EQ(error_in(stage(update(kFailed, body, "*"))), "1000-400") << body;
  }
}

TEST(UpdateRun, WrongTypesAreRefusedAndNothingChanges) {
  Stage stage;
  const Json before = run_of(stage.service, kFailed);
  const std::vector<Json> values = {1,      1.5, true, "x", Json::array(), Json::object(), Json::array({1}),
                                    nullptr};
  const auto refused = [&](const Json &body) {
    const Response response = stage(update(kFailed, body.dump(), "*"));
    EXPECT_EQ(error_in(response), "1312-400") << body << response.body;
  };
  for (const Json &value : values) {
    if (!value.is_string()) {
      refused({{"providerRefId", value}});
      refused({{"parentFlowRunId", value}});
      refused({{"flowId", value}});
      refused({{"metrics", {{"statusSummary", {{"status", value}}}}}});
    }
    if (!value.is_object()) {
      refused({{"params", value}});
      refused({{"metrics", value}});
      for (const char *summary :
           {"durationSummary", "sizeSummary", "recordSummary", "fileSummary", "statusSummary"}) {
        refused({{"metrics", {{summary, value}}}});
      }
    }
    if (!value.is_array() || !value.empty()) {
      for (const char *list : {"childFlowRunIds", "predecessors", "recordTypes", "activities"}) {
        refused({{list, value}});
      }
    }
  }
  refused({{"flowId", kHourlyFlow}});
  refused({{"metrics", {{"statusSummary", {{"status", "done"}}}}}});
  EXPECT_EQ(run_of(stage.service, kFailed), before);
}

TEST(UpdateRun, HugeNumbersDoNotMoveTheStart) {
  Stage stage;
  for (const char *number : {"18446744073709551615", "9223372036854775808", "1e300", "-1e300", "1.5"}) {
    const std::string body = std::string(R"({"metrics":{"durationSummary":{"startedAtUTC":)") + number +
                             R"(,"completedAtUTC":)" + number + "}}}";
    const Response response = stage(update(kFailed, body, "*"));
    EXPECT_LT(response.status, 500) << number;
    EXPECT_TRUE(Json::accept(response.body));
    EXPECT_EQ(ids_in(stage(read("/runs?property=metrics.durationSummary.startedAtUTC<0"))).size(), 0)
        << number;
  }
}

TEST(UpdateRun, OfNoRunIsNotFound) {
  Stage stage;
  EXPECT_EQ(error_in(stage(update(kNoSuchRun, std::string(kNote), "*"))), "1439-404");
}

TEST(UpdateRun, MovesTheRunInTheOrderOfUpdates) {
  Stage stage;
  ASSERT_EQ(updated(stage, kSuccess, {{"providerRefId", "x"}}).status, 200);
  EXPECT_EQ(ids_in(stage(read("/runs?orderby=-updatedAt&limit=1"))).front(), kSuccess);
  EXPECT_EQ(ids_in(stage(read("/runs?property=providerRefId==x"))).front(), kSuccess);
}

} // namespace
} // namespace flow::mock::test
