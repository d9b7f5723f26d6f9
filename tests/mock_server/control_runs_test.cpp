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
using test::path_of_run;
using test::pointer_in;
using test::Steered;

TEST(ControlOfRuns, ACreatedRunIsThereForTheService) {
  Steered mock;
  const Response made =
      mock.steer("POST", "/runs", {{"id", "mine"}, {"flowId", kNightlyFlow}, {"state", "failed"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(mock.status("mine"), "failed");
  EXPECT_EQ(mock.run("mine")["createdAt"], test::kNow) << "an entry without a time is made now";
  EXPECT_FALSE(mock.retried("mine").empty());
}

TEST(ControlOfRuns, ARefusedRetryNamesTheStateAsTheRunShowsIt) {
  Steered mock;
  ASSERT_EQ(mock.steer("PUT", path_of_run(kFailed, "/state"), {{"state", "Queued"}}).status, 200);
  EXPECT_EQ(mock.run(kFailed)["metrics"]["statusSummary"]["status"], "Queued");
  const std::string told = body_of(mock.call(test::retry(kFailed)))["errorMessage"];
  EXPECT_NE(told.find("state=Queued "), std::string::npos) << told;
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
    EXPECT_EQ(test::ids_in(mock.call(test::read("/runs?property=state==" + std::string(GetParam().status) +
                                                "&property=id==" + std::string(run)))),
              std::vector<std::string>{std::string(run)});
    EXPECT_EQ(!mock.retried(run).empty(), GetParam().may_be_retried);
  }
}

INSTANTIATE_TEST_SUITE_P(
    ControlOfRuns, EachState,
    testing::Values(StateSet{"failed", "failed", true}, StateSet{"success-without-records", "success", true},
                    StateSet{"success", "success", false}, StateSet{"in-progress", "inProgress", false},
                    StateSet{"Failed", "Failed", true}, StateSet{"partialSuccess", "partialSuccess", false},
                    StateSet{"PARTIAL_SUCCESS", "PARTIAL_SUCCESS", false},
                    StateSet{"partialFailure", "partialFailure", false},
                    StateSet{"COMPLETED", "COMPLETED", false}, StateSet{"Processing", "Processing", false},
                    StateSet{"Waiting", "Waiting", false}, StateSet{"queued", "queued", false},
                    StateSet{"SCHEDULED", "SCHEDULED", false}, StateSet{"IN_PROGRESS", "IN_PROGRESS", false}),
    [](const auto &info) {
      std::string name = info.param.state;
      std::erase(name, '-');
      return name;
    });

TEST(ControlOfRuns, AnUnknownStateIsRefusedAtItsPlace) {
  Steered mock;
  const Response refused = mock.steer("PUT", path_of_run(kFailed, "/state"), {{"state", "done"}});
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
      {{{"runs", {good_run}}, {"deleteFlows", {kNightlyFlow}}}, "/deleteFlows"},
      {{{"deleteRuns", {kFailed, kFailed}}}, "/deleteRuns/1"},
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

TEST(ControlOfRuns, BulkNeverLeavesARunWithoutItsFlow) {
  Steered mock;
  const Json flow = {{"id", "f"}};
  const Json run = {{"id", "r"}, {"flowId", "f"}, {"state", "failed"}};
  EXPECT_EQ(mock.steer("POST", "/bulk", {{"flows", {flow}}, {"runs", {run}}}).status, 200);
  const Json deletions = {{"deleteRuns", {"r"}}, {"deleteFlows", {"f"}}, {"runs", {run}}};
  EXPECT_EQ(mock.steer("POST", "/bulk", deletions).status, 409);
  Json replaced = deletions;
  replaced["flows"] = {flow};
  EXPECT_EQ(mock.steer("POST", "/bulk", replaced).status, 200) << "the flow is put again";
  EXPECT_EQ(mock.status("r"), "failed");
}

TEST(ControlOfFlows, AVersionHasAnEnd) {
  Steered mock;
  const Json flow = {{"id", "f"}, {"flowSpec", {{"id", "x"}, {"version", std::string(100000, 'a')}}}};
  EXPECT_EQ(pointer_in(mock.steer("POST", "/flows", flow)), "/flowSpec/version");
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

TEST(ControlOfFlows, AStateIsSetAndDecidesOnRetries) {
  Steered mock;
  const std::string flow = "/flows/" + std::string(kNightlyFlow);
  const Response disabled = mock.steer("PATCH", flow, {{"state", "disabled"}});
  EXPECT_EQ(disabled.status, 200) << disabled.body;
  EXPECT_EQ(body_of(disabled)["state"], "disabled");
  EXPECT_EQ(test::error_in(mock.call(test::retry(kFailed))), "1388-400");
  const Json snapshot = body_of(mock.steer("GET", "/snapshot"));
  EXPECT_EQ(mock.steer("PATCH", flow, {{"state", "enabled"}}).status, 200);
  EXPECT_FALSE(mock.retried(kFailed).empty());
  EXPECT_EQ(mock.steer("POST", "/restore", snapshot).status, 200);
  EXPECT_EQ(test::error_in(mock.call(test::retry(kFailed))), "1388-400") << "a snapshot keeps it";
  EXPECT_EQ(mock.steer("PATCH", flow, {{"state", nullptr}}).status, 200);
  EXPECT_FALSE(mock.retried(kFailed).empty()) << "enabled where nothing is said";
}

TEST(ControlOfFlows, AnUnknownStateIsRefusedAtItsPlace) {
  Steered mock;
  const std::string flow = "/flows/" + std::string(kNightlyFlow);
  for (const Json &state : {Json("Enabled"), Json("failed"), Json(""), Json(1)}) {
    const Response refused = mock.steer("PATCH", flow, {{"state", state}});
    EXPECT_EQ(refused.status, 400) << state;
    EXPECT_EQ(pointer_in(refused), "/state") << state;
    EXPECT_NE(detail_in(refused).find("enabled, disabled, initializing"), std::string::npos) << state;
  }
  EXPECT_FALSE(mock.retried(kFailed).empty());
}

TEST(ControlOfFlows, OneWithRunsIsNotDeleted) {
  Steered mock;
  const Response refused = mock.steer("DELETE", "/flows/" + std::string(kNightlyFlow));
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(detail_in(refused).find(kFailed), std::string::npos);
}

} // namespace

} // namespace flow::mock
