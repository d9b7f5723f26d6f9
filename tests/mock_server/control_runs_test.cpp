#include <gtest/gtest.h>

#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::body_of;
using test::detail_in;
using test::Json;
using test::kFailed;
using test::kInProgress;
using test::kNightlyFlow;
using test::kOnDemandFlow;
using test::kSuccess;
using test::pointer_in;
using test::Steered;

std::string path_of_run(std::string_view id, std::string_view rest = "") {
  return "/runs/" + std::string(id) + std::string(rest);
}

TEST(ControlOfRuns, ACreatedRunIsThereForTheService) {
  Steered mock;
  const Response made =
      mock.steer("POST", "/runs", {{"id", "mine"}, {"flowId", kNightlyFlow}, {"state", "failed"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(mock.status("mine"), "failed");
  EXPECT_EQ(mock.run("mine")["createdAt"], test::kNow) << "an entry without a time is made now";
  EXPECT_FALSE(mock.retried("mine").empty());
}

TEST(ControlOfRuns, ARunWithoutAnIdGetsAFreshOne) {
  Steered mock;
  const Response made = mock.steer("POST", "/runs", {{"flowId", kNightlyFlow}, {"state", "failed"}});
  EXPECT_EQ(mock.status(body_of(made)["id"].get<std::string>()), "failed");
}

TEST(ControlOfRuns, AnIdIsNotGivenTwice) {
  Steered mock;
  const Response refused =
      mock.steer("POST", "/runs", {{"id", kFailed}, {"flowId", kNightlyFlow}, {"state", "success"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(pointer_in(refused), "/id");
  EXPECT_EQ(mock.status(kFailed), "failed");
}

TEST(ControlOfRuns, PutCreatesAndThenReplacesInItsPlace) {
  Steered mock;
  const Json entry = {{"flowId", kNightlyFlow}, {"state", "failed"}};
  EXPECT_EQ(mock.steer("PUT", "/runs/mine", entry).status, 201);
  const auto before = test::ids_in(mock.call(test::read("/runs")));
  const std::string etag = mock.run("mine")["etag"];
  EXPECT_EQ(mock.steer("PUT", "/runs/mine", {{"flowId", kOnDemandFlow}, {"state", "success"}}).status, 200);
  EXPECT_EQ(test::ids_in(mock.call(test::read("/runs"))), before);
  EXPECT_EQ(mock.run("mine")["flowId"], kOnDemandFlow);
  EXPECT_NE(mock.run("mine")["etag"], etag);
}

TEST(ControlOfRuns, PatchChangesWhatItNamesAndTheEtag) {
  Steered mock;
  const Json before = mock.run(kFailed);
  mock.clock->advance(5000);
  const Response patched = mock.steer("PATCH", path_of_run(kFailed), {{"createdBy", "a test"}});
  ASSERT_EQ(patched.status, 200) << patched.body;
  const Json after = mock.run(kFailed);
  EXPECT_EQ(after["createdBy"], "a test");
  EXPECT_EQ(after["createdAt"], before["createdAt"]);
  EXPECT_NE(after["etag"], before["etag"]);
  EXPECT_EQ(after["updatedAt"], test::kNow + 5000);
}

TEST(ControlOfRuns, PatchKeepsTheScriptThatItDoesNotName) {
  Steered mock;
  mock.steer("PATCH", path_of_run(kFailed), {{"createdBy", "a test"}});
  EXPECT_EQ(mock.retried(kFailed), "3fb0418e-1804-45d6-8d56-dd51f05c0baf") << "as the seed scripts it";
}

TEST(ControlOfRuns, AnIdCannotBePatched) {
  Steered mock;
  const Response refused = mock.steer("PATCH", path_of_run(kFailed), {{"id", "other"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(pointer_in(refused), "/id");
}

TEST(ControlOfRuns, ADeletedRunIsGoneFromEverywhere) {
  Steered mock;
  const auto before = test::ids_in(mock.call(test::read("/runs")));
  EXPECT_EQ(mock.steer("DELETE", path_of_run(kFailed)).status, 200);
  EXPECT_EQ(mock.call(test::get(kFailed)).status, 404);
  EXPECT_EQ(test::ids_in(mock.call(test::read("/runs"))).size(), before.size() - 1);
  EXPECT_EQ(body_of(mock.call(test::read("/runs?count=true")))["count"], before.size() - 1);
  EXPECT_EQ(mock.steer("DELETE", path_of_run(kFailed)).status, 404);
}

TEST(ControlOfRuns, PagesGoOnWhileRunsAreDeleted) {
  Steered mock;
  const Response first = mock.call(test::read("/runs?limit=2"));
  const auto rest = test::ids_in(mock.call(test::read("/runs?continuationToken=" + test::token_in(first))));
  mock.steer("DELETE", path_of_run(test::ids_in(first).back()));
  EXPECT_EQ(test::ids_in(mock.call(test::read("/runs?continuationToken=" + test::token_in(first)))), rest);
}

TEST(ControlOfRuns, DeletingAFlowsLastRunMakesTheOneBeforeItsLast) {
  Steered mock;
  mock.steer("PUT", "/runs/later",
             {{"flowId", kNightlyFlow}, {"state", "failed"}, {"createdAt", test::kNow}});
  const auto last_run = [&] {
    return body_of(
        mock.call(test::read("/flows/" + std::string(kNightlyFlow))))["items"][0]["lastRunDetails"]["id"];
  };
  EXPECT_EQ(last_run(), "later");
  mock.steer("DELETE", "/runs/later");
  EXPECT_NE(last_run(), "later");
}

struct StateSet {
  const char *state;
  const char *status;
  bool may_be_retried;
};

class EachState : public testing::TestWithParam<StateSet> {};

TEST_P(EachState, CanBeSetOnAnyRun) {
  for (const std::string_view run : {kFailed, kSuccess, kInProgress}) {
    Steered mock;
    const Response set = mock.steer("PUT", path_of_run(run, "/state"), {{"state", GetParam().state}});
    ASSERT_EQ(set.status, 200) << set.body;
    EXPECT_EQ(body_of(set)["state"], GetParam().state);
    EXPECT_EQ(mock.status(run), GetParam().status);
    EXPECT_EQ(!mock.retried(run).empty(), GetParam().may_be_retried);
  }
}

INSTANTIATE_TEST_SUITE_P(ControlOfRuns, EachState,
                         testing::Values(StateSet{"failed", "failed", true},
                                         StateSet{"success-without-records", "success", true},
                                         StateSet{"success", "success", false},
                                         StateSet{"in-progress", "inProgress", false}),
                         [](const auto &info) {
                           std::string name = info.param.state;
                           std::erase(name, '-');
                           return name;
                         });

TEST(ControlOfRuns, AnUnknownStateIsRefusedAtItsPlace) {
  Steered mock;
  const Response refused = mock.steer("PUT", path_of_run(kFailed, "/state"), {{"state", "Failed"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(pointer_in(refused), "/state");
  EXPECT_NE(detail_in(refused).find("success-without-records"), std::string::npos) << "says what is possible";
}

TEST(ControlOfRuns, AScriptSaysWhatRetriesComeTo) {
  Steered mock;
  const Json retries = {"failed", {{"outcome", "success"}, {"durationMs", 60000}}};
  ASSERT_EQ(mock.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", retries}}).status, 200);
  const std::string first = mock.retried(kFailed);
  EXPECT_EQ(mock.status(first), "failed");
  const std::string second = mock.retried(first);
  EXPECT_EQ(mock.status(second), "inProgress");
  mock.clock->advance(60000);
  EXPECT_EQ(mock.status(second), "success");
}

TEST(ControlOfRuns, AFlowsScriptSpeaksForRunsWithoutOne) {
  Steered mock;
  mock.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed"}}});
  mock.steer("PUT", "/flows/" + std::string(kNightlyFlow) + "/script",
             {{"retries", {"success-without-records", "failed"}}});
  const std::string first = mock.retried(kFailed);
  EXPECT_EQ(mock.status(first), "failed") << "the run's own comes first";
  const std::string second = mock.retried(first);
  EXPECT_FALSE(mock.retried(second).empty()) << "a success without records may be retried";
  EXPECT_FALSE(mock.retried(second).empty());
}

TEST(ControlOfRuns, AFlowsScriptSpeaksForRunsOnDemand) {
  Steered mock;
  mock.steer("PUT", "/flows/" + std::string(kOnDemandFlow) + "/script", {{"retries", {"failed"}}});
  EXPECT_EQ(mock.status(test::created_id(mock.call(test::create()))), "failed");
  EXPECT_EQ(mock.status(test::created_id(mock.call(test::create()))), "success") << "then the defaults";
}

TEST(ControlOfRuns, DefaultsAreTheSandboxsOwn) {
  Steered mock;
  const Response put = mock.steer("PUT", "/defaults", {{"outcome", "failed"}});
  EXPECT_EQ(body_of(put), (Json{{"outcome", "failed"}, {"durationMs", 0}}));
  EXPECT_EQ(mock.status(test::created_id(mock.call(test::create()))), "failed");
  EXPECT_EQ(pointer_in(mock.steer("PUT", "/defaults", {{"outcome", 1}})), "/outcome");
}

TEST(ControlOfRuns, BulkChangesAllOfIt) {
  Steered mock;
  const Response changed = mock.steer("POST", "/bulk",
                                      {{"flows", {{{"id", "f"}}}},
                                       {"runs",
                                        {{{"id", "a"}, {"flowId", "f"}, {"state", "failed"}},
                                         {{"id", "b"}, {"flowId", "f"}, {"state", "failed"}}}},
                                       {"deleteRuns", {kFailed}}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(mock.status("a"), "failed");
  EXPECT_EQ(mock.status("b"), "failed");
  EXPECT_EQ(mock.call(test::get(kFailed)).status, 404);
}

TEST(ControlOfRuns, BulkChangesNothingWhereOnePartIsWrong) {
  Steered mock;
  const Json good_run = {{"id", "a"}, {"flowId", kNightlyFlow}, {"state", "failed"}};
  const std::string before = mock.steer("GET", "/snapshot").body;
  const std::vector<std::pair<Json, std::string>> wrong = {
      {{{"runs", {good_run, {{"id", "b"}, {"flowId", "nobody"}, {"state", "failed"}}}}}, "/runs/1/flowId"},
      {{{"runs", {good_run, good_run}}}, "/runs/1/id"},
      {{{"runs", {good_run}}, {"deleteRuns", {kFailed, "nobody"}}}, "/deleteRuns/1"},
      {{{"runs", {good_run}}, {"deleteFlows", {kNightlyFlow}}}, "/deleteFlows/0"},
      {{{"runs", {good_run}}, {"flow", Json::array()}}, "/flow"},
      {{{"runs", {good_run}}, {"flows", "all"}}, "/flows"},
      {{{"runs", {good_run}}, {"deleteRuns", {1}}}, "/deleteRuns/0"},
  };
  for (const auto &[body, pointer] : wrong) {
    const Response refused = mock.steer("POST", "/bulk", body);
    EXPECT_GE(refused.status, 400);
    EXPECT_EQ(pointer_in(refused), pointer) << refused.body;
    EXPECT_EQ(mock.steer("GET", "/snapshot").body, before) << body;
  }
}

TEST(ControlOfFlows, AreCreatedReplacedPatchedAndDeleted) {
  Steered mock;
  EXPECT_EQ(mock.steer("POST", "/flows", {{"id", "f"}, {"name", "one"}}).status, 201);
  EXPECT_EQ(mock.steer("POST", "/flows", {{"id", "f"}}).status, 409);
  const auto flow = [&] { return body_of(mock.call(test::read("/flows/f")))["items"][0]; };
  EXPECT_EQ(flow()["name"], "one");
  EXPECT_EQ(mock.steer("PUT", "/flows/f", {{"name", "two"}}).status, 200);
  EXPECT_EQ(flow()["name"], "two");
  const Json before = flow();
  EXPECT_EQ(mock.steer("PATCH", "/flows/f", {{"description", "patched"}}).status, 200);
  EXPECT_EQ(flow()["name"], "two");
  EXPECT_EQ(flow()["description"], "patched");
  EXPECT_NE(flow()["etag"], before["etag"]);
  EXPECT_EQ(mock.steer("DELETE", "/flows/f").status, 200);
  EXPECT_EQ(mock.call(test::read("/flows/f")).status, 404);
  EXPECT_EQ(mock.steer("GET", "/flows/f").status, 404);
}

TEST(ControlOfFlows, RunsOfAReplacedFlowAreRunsOfTheNewOne) {
  Steered mock;
  mock.steer("PATCH", "/flows/" + std::string(kNightlyFlow), {{"source", {{"kind", "streaming"}}}});
  EXPECT_TRUE(mock.retried(kFailed).empty()) << "runs of streaming sources are not retried";
}

TEST(ControlOfFlows, OneWithRunsIsNotDeleted) {
  Steered mock;
  const Response refused = mock.steer("DELETE", "/flows/" + std::string(kNightlyFlow));
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(detail_in(refused).find(kFailed), std::string::npos);
}

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
