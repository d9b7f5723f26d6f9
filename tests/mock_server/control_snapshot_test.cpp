#include <gtest/gtest.h>

#include "tests/mock_server/described_answers.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::body_of;
using test::Json;
using test::kFailed;
using test::kNightlyFlow;
using test::kSuccess;
using test::path_of_run;
using test::pointer_in;
using test::Steered;

TEST(Reset, BringsBackTheSeedTheTimeAndNothingElse) {
  Steered mock;
  const std::string before = mock.steer("GET", "/snapshot").body;
  mock.retried(kFailed);
  mock.steer("POST", "/flows", {{"id", "f"}});
  mock.steer("PUT", "/clock", {{"advanceMs", 1000}});
  mock.steer("PUT", "/defaults", {{"outcome", "failed"}});
  mock.steer("POST", "/faults", {{"type", "reset"}});
  EXPECT_EQ(mock.steer("POST", "/reset").status, 200);
  EXPECT_EQ(mock.steer("GET", "/snapshot").body, before);
  EXPECT_EQ(body_of(mock.steer("GET", "/clock"))["nowMs"], test::kNow);
  EXPECT_EQ(body_of(mock.steer("GET", "/faults"))["faults"], Json::array());
  EXPECT_EQ(mock.retried(kFailed), "3fb0418e-1804-45d6-8d56-dd51f05c0baf") << "the script begins anew";
}

TEST(Reset, OfAllReachesEverySandboxAndTheCommonClock) {
  Steered mock;
  mock.admin("POST", "/sandboxes/o/other/flows", {{"id", "f"}});
  mock.steer("POST", "/flows", {{"id", "f"}});
  mock.admin("PUT", "/clock", {{"advanceMs", 1000}});
  EXPECT_EQ(mock.admin("POST", "/reset").status, 200);
  EXPECT_EQ(mock.admin("GET", "/sandboxes/o/other/flows/f").status, 404);
  EXPECT_EQ(mock.steer("GET", "/flows/f").status, 404);
  EXPECT_EQ(body_of(mock.admin("GET", "/clock"))["nowMs"], test::kNow);
}

TEST(Reset, OfADeterministicSandboxGivesTheSameIdsAgain) {
  Steered mock([](Settings &settings) { settings.deterministic = 7; });
  mock.retried(kFailed);
  const std::string id = mock.retried(kFailed);
  mock.steer("POST", "/reset");
  mock.retried(kFailed);
  EXPECT_EQ(mock.retried(kFailed), id);
}

/// A sandbox in which everything has happened that a snapshot has to keep.
void live(Steered &mock) {
  mock.steer("PUT", "/defaults", {{"outcome", "failed"}, {"durationMs", 500}});
  mock.steer("PUT", path_of_run(kFailed, "/script"),
             {{"retries",
               {"failed", {{"outcome", "success"}, {"durationMs", 60000}, {"id", "scripted"}}, "failed"}}});
  const std::string first = mock.retried(kFailed);
  mock.clock->advance(500);
  EXPECT_EQ(mock.retried(first), "scripted");
  mock.call(test::create());
  const std::string updated = mock.retried(test::kZeroRecords);
  test::Ask update{
      .method = "PUT",
      .target = test::run_path(updated),
      .body = R"({"metrics":{"durationSummary":{}},"providerRefId":"p","predecessors":[{"id":"x"}]})"};
  EXPECT_EQ(mock.call(update.add("If-Match", "*")).status, 200);
  mock.steer("PUT", "/flows/" + std::string(kNightlyFlow) + "/script", {{"retries", {"failed"}}});
  mock.steer("DELETE", path_of_run(test::kStreaming));
  mock.steer("PUT", path_of_run(kSuccess, "/state"), {{"state", "in-progress"}});
}

TEST(Snapshot, RestoredElsewhereIsTheSameToTheByte) {
  Steered mock;
  live(mock);
  const std::string snapshot = mock.steer("GET", "/snapshot").body;
  const std::string elsewhere = "/sandboxes/o/elsewhere";
  ASSERT_EQ(mock.admin("POST", elsewhere + "/restore", Json::parse(snapshot)).status, 200);
  EXPECT_EQ(mock.admin("GET", elsewhere + "/snapshot").body, snapshot);
}

TEST(Snapshot, IsASeedThatTheServiceAnswersTheSameBy) {
  Steered mock;
  live(mock);
  const std::string snapshot = mock.steer("GET", "/snapshot").body;
  Steered seeded([&](Settings &settings) { settings.seed = parse_seed(snapshot, "snapshot"); });
  EXPECT_EQ(seeded.steer("GET", "/snapshot").body, snapshot);
  for (const char *path : {"/runs?limit=100", "/flows?limit=100"}) {
    EXPECT_EQ(seeded.call(test::read(path)).body, mock.call(test::read(path)).body) << path;
  }
  mock.clock->advance(60000);
  seeded.clock->advance(60000);
  EXPECT_EQ(seeded.status("scripted"), "success");
  EXPECT_EQ(mock.status("scripted"), "success");
}

TEST(Snapshot, RunsThatShareAScriptStillShareIt) {
  Steered mock;
  mock.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "failed", "success"}}});
  const std::string first = mock.retried(kFailed);
  mock.steer("POST", "/restore", body_of(mock.steer("GET", "/snapshot")));
  const std::string second = mock.retried(first);
  EXPECT_EQ(mock.status(second), "failed");
  EXPECT_EQ(mock.status(mock.retried(kFailed)), "success")
      << "the retry of the retry took the second outcome";
}

TEST(Snapshot, RestoredWhereItWasTakenLeavesFreshIdsFresh) {
  Steered mock([](Settings &settings) { settings.deterministic = 7; });
  mock.steer("PUT", "/defaults", {{"outcome", "failed"}});
  for (int i = 0; i < 4; ++i) {
    ASSERT_FALSE(mock.retried(kFailed).empty());
    mock.steer("POST", "/restore", body_of(mock.steer("GET", "/snapshot")));
    EXPECT_EQ(mock.steer("POST", "/runs", {{"flowId", kNightlyFlow}, {"state", "failed"}}).status, 201);
  }
  Steered seeded([&](Settings &settings) {
    settings.deterministic = 7;
    settings.seed = parse_seed(mock.steer("GET", "/snapshot").body, "snapshot");
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(seeded.retried(kFailed).empty());
  }
}

TEST(Snapshot, IsWholeWhateverClientsHavePut) {
  const test::NotAsDescribed garbage;
  for (const char *body :
       {R"({"metrics":{"statusSummary":{"status":"failed"},"recordSummary":{"outputRecordCount":"many"}}})",
        R"({"metrics":{"statusSummary":{"status":"failed"},"recordSummary":{"failedRecordCount":1.5}}})",
        R"({"metrics":{"durationSummary":{"startedAtUTC":"x"}}})",
        R"({"activities":[{"durationSummary":{"extensions":{"windowStart":5,"windowEnd":3}}}]})",
        R"({"activities":[{"durationSummary":{"extensions":{"windowStart":3,"windowEnd":5}}}]})"}) {
    Steered mock;
    const std::string made = mock.retried(test::kZeroRecords);
    mock.steer("PUT", path_of_run(made, "/script"), {{"retries", {{{"outcome", "failed"}, {"id", made}}}}});
    test::Ask update{.method = "PUT", .target = test::run_path(made), .body = body};
    mock.call(update.add("If-Match", "*"));
    const Response snapshot = mock.steer("GET", "/snapshot");
    ASSERT_EQ(snapshot.status, 200) << body;
    const Response restored = mock.steer("POST", "/restore", body_of(snapshot));
    EXPECT_EQ(restored.status, 200) << body << restored.body;
    EXPECT_EQ(mock.steer("GET", "/snapshot").body, snapshot.body) << body;
  }
}

TEST(Snapshot, KeepsWhatFlowsNeedOnDemand) {
  Steered mock;
  test::Json without = test::run_on_demand(test::kTableFlow);
  without["params"].erase("deltaColumn");
  without["params"]["windowEndTime"] = without["params"]["windowStartTime"];
  const Response fresh = mock.steer("GET", "/snapshot");
  EXPECT_EQ(mock.call(test::create(test::run_on_demand(test::kTableFlow))).status, 201);
  EXPECT_EQ(mock.call(test::create(without)).status, 201);
  const Response run_once = mock.steer("GET", "/snapshot");
  EXPECT_EQ(mock.steer("POST", "/restore", body_of(fresh)).status, 200);
  EXPECT_EQ(test::error_in(mock.call(test::create(without))), "1383-400");
  EXPECT_EQ(mock.steer("POST", "/restore", body_of(run_once)).status, 200) << "also of an empty window";
  EXPECT_EQ(mock.call(test::create(without)).status, 201);
}

TEST(Snapshot, ABadOneChangesNothing) {
  Steered mock;
  const std::string before = mock.steer("GET", "/snapshot").body;
  Json bad = Json::parse(before);
  bad["runs"][1]["flowId"] = "nobody";
  const Response refused = mock.steer("POST", "/restore", bad);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(pointer_in(refused), "/runs/1/flowId");
  bad = Json::parse(before);
  bad["allow"] = Json::object();
  EXPECT_EQ(pointer_in(mock.steer("POST", "/restore", bad)), "/allow");
  EXPECT_EQ(mock.steer("GET", "/snapshot").body, before);
}

} // namespace

} // namespace flow::mock
