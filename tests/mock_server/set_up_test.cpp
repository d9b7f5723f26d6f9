#include <gtest/gtest.h>

#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::body_of;
using test::Json;
using test::kFailed;
using test::kNightlyFlow;
using test::path_of_run;
using test::pointer_in;
using test::Steered;

Json ids_of(const Response &listed) {
  Json ids = Json::array();
  const Json body = body_of(listed); // kept: items refer to it
  for (const Json &run : body.at("runs")) {
    ids.push_back(run.at("id"));
  }
  return ids;
}

Json unused(Steered &mock) {
  const Response answer = mock.steer("GET", "/unused");
  EXPECT_EQ(answer.status, 200) << answer.body;
  return body_of(answer);
}

Json of_sandbox(const Json &entry) {
  Json whole = {{"organisation", "{ORG_ID}"}, {"sandbox", "{SANDBOX_NAME}"}};
  whole.update(entry);
  return whole;
}

TEST(JustTheseRuns, TakeThePlaceOfAllOthers) {
  Steered mock;
  const Response put = mock.steer("PUT", "/runs",
                                  {{"runs",
                                    {{{"id", "a"}, {"flowId", kNightlyFlow}, {"state", "failed"}},
                                     {{"id", kFailed}, {"flowId", "new-flow"}, {"state", "success"}}}}});
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(ids_of(put), (Json{"a", kFailed}));
  EXPECT_EQ(ids_of(mock.steer("GET", "/runs")), (Json{"a", kFailed}));
  EXPECT_EQ(mock.status(kFailed), "success");
  EXPECT_EQ(mock.steer("GET", "/flows/new-flow").status, 200);
  EXPECT_FALSE(mock.retried("a").empty());
  EXPECT_EQ(body_of(mock.call(test::read("/runs")))["items"].size(), 3) << "and the retry's";
}

TEST(JustTheseRuns, GetTheIdsAndTheFlowThatTheyDoNotName) {
  Steered mock;
  const Json runs = body_of(
      mock.steer("PUT", "/runs",
                 {{"runs", {{{"state", "failed"}}, {{"state", "success"}}, {{"state", "failed"}}}}}))["runs"];
  ASSERT_EQ(runs.size(), 3);
  EXPECT_NE(runs[0]["id"], runs[2]["id"]);
  EXPECT_EQ(runs[0]["flowId"], runs[2]["flowId"]);
  EXPECT_EQ(mock.status(runs[1]["id"].get<std::string>()), "success");
  EXPECT_EQ(body_of(mock.steer("PUT", "/runs", {{"runs", Json::array()}}))["runs"].size(), 0);
  EXPECT_EQ(body_of(mock.call(test::read("/runs")))["items"].size(), 0);
}

TEST(JustTheseRuns, AreAllRefusedWhereOneIsWrong) {
  const std::vector<std::pair<Json, std::string>> wrong = {
      {Json::object(), "/runs"},
      {{{"runs", "all"}}, "/runs"},
      {{{"runs", {"failed"}}}, "/runs/0"},
      {{{"runs", {{{"state", "failed"}}, {{"flowId", "not an id"}, {"state", "failed"}}}}}, "/runs/1/flowId"},
      {{{"runs", {{{"flowId", 5}, {"state", "failed"}}}}}, "/runs/0/flowId"},
      {{{"runs", {{{"id", "a"}, {"state", "failed"}}, {{"id", "a"}, {"state", "failed"}}}}}, "/runs/1/id"},
      {{{"runs", {{{"id", "a"}, {"state", "failed"}, {"copies", 2}}}}}, "/runs/0/copies"},
      {{{"flows", {{{"id", ""}}}}, {"runs", Json::array()}}, "/flows/0/id"},
      {{{"runs", Json::array()}, {"deleteRuns", Json::array()}}, "/deleteRuns"},
  };
  Steered mock;
  const Json before = ids_of(mock.steer("GET", "/runs"));
  for (const auto &[body, pointer] : wrong) {
    const Response refused = mock.steer("PUT", "/runs", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(pointer_in(refused), pointer) << refused.body;
    EXPECT_EQ(ids_of(mock.steer("GET", "/runs")), before);
  }
}

TEST(JustTheseRuns, CountAsManyAsTheyAreAgainstTheMostThatThereMayBe) {
  Steered mock([](Settings &settings) {
    settings.seed = Seed();
    settings.limits.runs = 3;
  });
  const Json two = {{"runs", {{{"id", "a"}, {"state", "failed"}}, {{"id", "b"}, {"state", "failed"}}}}};
  EXPECT_EQ(mock.steer("PUT", "/runs", two).status, 200);
  EXPECT_EQ(mock.steer("PUT", "/runs", two).status, 409) << "numbers of runs are not given again";
  EXPECT_EQ(ids_of(mock.steer("GET", "/runs")), (Json{"a", "b"}));
}

TEST(JustTheseRuns, MayHaveScriptsThatGiveTheIdsOfThoseBefore) {
  Steered mock;
  const Json runs = {
      {"runs",
       {{{"id", "a"}, {"state", "failed"}, {"retries", {{{"outcome", "success"}, {"id", kFailed}}}}}}}};
  ASSERT_EQ(mock.steer("PUT", "/runs", runs).status, 200);
  EXPECT_EQ(mock.retried("a"), kFailed);
}

TEST(Unused, IsNothingOfTheSeed) {
  Steered mock;
  EXPECT_EQ(unused(mock), Json::parse(R"({"outcomes":[],"faults":[],"runs":[]})"));
}

TEST(Unused, AreRunsThatWerePutThereAndNobodyAskedFor) {
  Steered mock;
  Json runs = Json::array();
  for (const char *id : {"read", "retried", "refused", "listed", "spoiled", "deleted", "left"}) {
    runs.push_back({{"id", id}, {"flowId", id}, {"state", "failed"}});
  }
  mock.steer("PUT", "/runs", {{"runs", runs}});
  mock.call(test::get("read"));
  mock.call(test::retry("retried"));
  mock.call(test::retry("refused", "?op=nothing"));
  mock.call(test::with_property("flowId==listed"));
  mock.steer("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}, {"times", 1}});
  EXPECT_EQ(mock.call(test::get("spoiled")).status, 503);
  mock.steer("DELETE", "/runs/deleted");
  mock.steer("GET", "/runs/left");
  EXPECT_EQ(unused(mock)["runs"], Json::array({of_sandbox({{"run", "left"}})}));
}

TEST(Unused, AreOutcomesThatNoRetryTook) {
  Steered mock;
  mock.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "success"}}});
  mock.steer("PUT", "/flows/" + std::string(test::kOnDemandFlow) + "/script", {{"retries", {"success"}}});
  mock.steer("POST", "/runs",
             {{"id", "a"},
              {"flowId", kNightlyFlow},
              {"state", "failed"},
              {"retries", {{{"outcome", "success"}, {"durationMs", 5}}}}});
  const std::string made = mock.retried(kFailed);
  EXPECT_EQ(
      unused(mock)["outcomes"],
      (Json{of_sandbox({{"flow", test::kOnDemandFlow}, {"taken", 0}, {"left", {"success"}}}),
            of_sandbox({{"run", kFailed}, {"taken", 1}, {"left", {"success"}}}),
            of_sandbox(
                {{"run", "a"}, {"taken", 0}, {"left", {{{"outcome", "success"}, {"durationMs", 5}}}}})}));
  mock.retried(made);
  mock.retried("a");
  EXPECT_EQ(unused(mock)["outcomes"].size(), 1) << "of the flow";
}

TEST(Unused, AreFaultsThatFellOnFewerRequestsThanTheyWereTo) {
  Steered mock;
  const auto add = [&](const char *id, const Json &more) {
    Json fault = {{"id", id}, {"type", "latency"}, {"attributes", {{"latencyMs", 0}}}};
    fault.update(more);
    EXPECT_EQ(mock.steer("POST", "/faults", fault).status, 201);
  };
  add("always", Json::object());
  add("once", {{"times", 1}});
  add("twice", {{"times", 2}});
  add("never", {{"match", {{"method", "DELETE"}}}});
  mock.call(test::get(kFailed));
  Json ids = Json::array();
  const Json found = unused(mock);
  for (const Json &fault : found["faults"]) {
    ids.push_back(fault["id"]);
    EXPECT_EQ(fault["sandbox"], "{SANDBOX_NAME}");
  }
  EXPECT_EQ(ids, (Json{"twice", "never"}));
}

TEST(FaultsOfASandbox, FallOnAnOperationAndTheJournalSaysOnWhich) {
  Steered mock;
  mock.steer(
      "POST", "/faults",
      {{"type", "status"}, {"attributes", {{"status", 502}}}, {"match", {{"operation", "retry_run"}}}});
  EXPECT_EQ(mock.call(test::get(kFailed)).status, 200);
  EXPECT_EQ(mock.call(test::retry(kFailed)).status, 502);
  const Json seen = body_of(mock.steer("GET", "/requests?fault=f1"))["requests"];
  ASSERT_EQ(seen.size(), 1);
  EXPECT_EQ(seen[0]["operation"], "retry_run");
  EXPECT_EQ(seen[0]["run"], kFailed);
}

TEST(Unused, IsKeptWhenTheSandboxIsResetAndShownForAll) {
  Steered mock;
  const auto put = [&] { mock.steer("PUT", "/runs", {{"runs", {{{"id", "a"}, {"state", "failed"}}}}}); };
  const auto runs_of_all = [&] { return body_of(mock.admin("GET", "/unused"))["runs"].size(); };
  put();
  EXPECT_EQ(runs_of_all(), 1);
  mock.steer("POST", "/reset");
  EXPECT_EQ(unused(mock)["runs"].size(), 0);
  EXPECT_EQ(runs_of_all(), 1);
  put();
  mock.steer("POST", "/restore", {{"flows", Json::array()}, {"runs", Json::array()}});
  EXPECT_EQ(runs_of_all(), 2);
  put();
  mock.admin("POST", "/faults", {{"type", "reset"}, {"match", {{"path", "/nowhere"}}}});
  mock.admin("POST", "/reset");
  EXPECT_EQ(runs_of_all(), 3);
  EXPECT_EQ(body_of(mock.admin("GET", "/unused"))["faults"].size(), 1) << "the mock's own";
}

} // namespace

} // namespace flow::mock
