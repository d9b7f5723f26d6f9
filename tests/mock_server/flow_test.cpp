#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/resource.hpp"

/// GET /flows/{id}: the documented fields, and lastRunDetails that are true.
namespace flow::mock::test {
namespace {

Json flow_of(Stage &stage, std::string_view id) {
  return body_of(stage(read("/flows/" + std::string(id)))).at("items").at(0);
}

TEST(GetFlow, HasTheDocumentedFields) {
  Stage stage;
  const Json answer = body_of(stage(read("/flows/" + std::string(kNightlyFlow))));
  EXPECT_EQ(answer["items"].size(), 1);
  EXPECT_EQ(answer["_links"], Json::object());
  const Json flow = answer["items"][0];
  for (const char *name : {"id",
                           "createdAt",
                           "updatedAt",
                           "createdBy",
                           "updatedBy",
                           "createdClient",
                           "updatedClient",
                           "sandboxId",
                           "sandboxName",
                           "imsOrgId",
                           "name",
                           "description",
                           "flowSpec",
                           "state",
                           "version",
                           "etag",
                           "sourceConnectionIds",
                           "targetConnectionIds",
                           "inheritedAttributes",
                           "scheduleParams",
                           "transformations",
                           "runs",
                           "lastOperation",
                           "lastRunDetails"}) {
    EXPECT_TRUE(flow.contains(name)) << name;
  }
  EXPECT_FALSE(flow.contains("source")) << "the mock's own";
  EXPECT_EQ(flow["id"], kNightlyFlow);
  EXPECT_EQ(flow["sandboxName"], "{SANDBOX_NAME}");
  EXPECT_EQ(flow["imsOrgId"], "{ORG_ID}");
  EXPECT_EQ(flow["version"], flow["etag"]);
}

TEST(GetFlow, IsWhatTheListShows) {
  Stage stage;
  const Json listed = body_of(stage(read("/flows")));
  ASSERT_EQ(listed["items"].size(), built_in_seed().flows.size());
  for (const Json &item : listed["items"]) {
    EXPECT_EQ(item, flow_of(stage, item["id"].get<std::string>()));
  }
}

TEST(GetFlow, HasConnectionsThatTellItsKind) {
  Stage stage([](Settings &settings) {
    settings.seed = parse_seed(R"({"flows":[{"id":"b"},{"id":"s","source":{"kind":"streaming"}},)"
                               R"({"id":"d","source":{"kind":"destination"}},)"
                               R"({"id":"two","sourceConnectionIds":["x","y"]}],"runs":[]})",
                               "test seed");
  });
  const auto spec = [&](std::string_view flow, const char *connections) {
    const Json shown = flow_of(stage, flow);
    const Json &first = shown["inheritedAttributes"][std::string(connections) + "Connections"][0];
    EXPECT_EQ(first["id"], shown[std::string(connections) + "ConnectionIds"][0]);
    return first["connectionSpec"]["id"].get<std::string>();
  };
  EXPECT_EQ(spec("b", "source"), "ecadc60c-7455-4d87-84dc-2a0e293d997b");
  EXPECT_EQ(spec("b", "target"), "c604ff05-7f1a-43c0-8e18-33bf874cb11c");
  EXPECT_EQ(spec("s", "source"), "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb");
  EXPECT_EQ(spec("d", "source"), "8a9c3494-9708-43d7-ae3f-cda01e5030e1");
  const auto properties = [&](std::string_view flow) {
    return flow_of(stage, flow)["inheritedAttributes"]["properties"];
  };
  EXPECT_EQ(properties("b"), Json({{"isSourceFlow", true}}));
  EXPECT_EQ(properties("s"), Json({{"isSourceFlow", true}}));
  EXPECT_EQ(properties("d"), Json({{"isDestinationFlow", true}}));
  EXPECT_EQ(flow_of(stage, "two")["inheritedAttributes"]["sourceConnections"].size(), 2);
}

TEST(GetFlow, ShowsTheConnectionsOfItsSeedAsTheyAre) {
  Stage stage;
  const Json inherited = flow_of(stage, kNightlyFlow)["inheritedAttributes"];
  EXPECT_EQ(inherited["sourceConnections"][0]["baseConnection"]["id"],
            "69f188b6-af07-4587-8061-e94d34637b41");
}

TEST(GetFlow, LeadsToItsRuns) {
  Stage stage;
  for (const std::string_view id : {kHourlyFlow, kNightlyFlow, kStreamingFlow}) {
    const std::string runs = flow_of(stage, id)["runs"];
    const Json listed = body_of(stage(read(runs)));
    ASSERT_FALSE(listed["items"].empty()) << runs;
    for (const Json &run : listed["items"]) {
      EXPECT_EQ(run["flowId"], id);
    }
  }
}

TEST(GetFlow, OfNoFlowIsNotFound) {
  Stage stage;
  for (const char *id : {"none", "4fb0418e-1804-45d6-8d56-dd51f05c0baf", "%FF"}) {
    const Response refused = stage(read(std::string("/flows/") + id));
    EXPECT_EQ(refused.status, 404);
    EXPECT_EQ(error_in(refused), "1439-404");
    EXPECT_EQ(body_of(refused)["report"]["type"], "flows");
  }
}

TEST(LastRunDetails, AreOfTheRunStartedLastAndSayWhatItSays) {
  Stage stage;
  for (const std::string_view id : {kHourlyFlow, kNightlyFlow, kStreamingFlow}) {
    const Json details = flow_of(stage, id)["lastRunDetails"];
    const Json run = run_of(stage.service, details["id"].get<std::string>());
    EXPECT_EQ(run["flowId"], id);
    EXPECT_EQ(details["state"], status_in(run));
    const Json &durations = run["metrics"]["durationSummary"];
    EXPECT_EQ(details["startedAtUTC"], durations["startedAtUTC"]);
    EXPECT_EQ(details.value("completedAtUTC", 0), durations.value("completedAtUTC", 0));
  }
  EXPECT_EQ(flow_of(stage, kNightlyFlow)["lastRunDetails"]["id"], kInProgress);
}

TEST(LastRunDetails, AreAbsentBeforeTheFirstRun) {
  Stage stage;
  EXPECT_FALSE(flow_of(stage, kOnDemandFlow).contains("lastRunDetails"));
}

TEST(LastRunDetails, FollowANewRunToItsEnd) {
  Stage stage([](Settings &settings) { settings.seed.defaults.duration_ms = 1000; });
  const std::string id = created_id(stage(create()));
  Json details = flow_of(stage, kOnDemandFlow)["lastRunDetails"];
  EXPECT_EQ(details["id"], id);
  EXPECT_EQ(details["state"], "inProgress");
  EXPECT_EQ(details["startedAtUTC"], kNow);
  EXPECT_FALSE(details.contains("completedAtUTC"));
  stage.clock->advance(5000); // nobody looks at the run itself before
  details = flow_of(stage, kOnDemandFlow)["lastRunDetails"];
  EXPECT_EQ(details["state"], "success");
  EXPECT_EQ(details["completedAtUTC"], kNow + 1000);
}

TEST(LastRunDetails, FollowARetryAndAnUpdate) {
  Stage stage;
  stage.clock->advance(10);
  const std::string id = body_of(stage(retry(kZeroRecords)))["id"];
  EXPECT_EQ(flow_of(stage, kNightlyFlow)["lastRunDetails"]["id"], id);
  stage.clock->advance(10);
  ASSERT_EQ(stage(update(id, R"({"providerRefId":"x"})", "*")).status, 200);
  const Json details = flow_of(stage, kNightlyFlow)["lastRunDetails"];
  EXPECT_EQ(details["completedAtUTC"], kNow + 10) << "an update does not move its end";
}

TEST(LastRunDetails, OfARunThatAnUpdateEnded) {
  Stage stage;
  ASSERT_EQ(stage(update(kInProgress, R"({"metrics":{"statusSummary":{"status":"failed"}}})", "*")).status,
            200);
  EXPECT_EQ(flow_of(stage, kNightlyFlow)["lastRunDetails"]["state"], "failed");
}

TEST(Flow, ShowsTheDeltaColumnThatARunGaveIt) {
  Stage stage;
  EXPECT_EQ(flow_of(stage, kOnDemandFlow)["transformations"], Json::array());
  ASSERT_EQ(stage(create()).status, 201);
  EXPECT_EQ(flow_of(stage, kOnDemandFlow)["transformations"][0]["params"]["deltaColumn"]["name"], "DOB");
}

/// A seed with one flow in that state, and a failed run `r` of it.
Seed with_flow_in(const std::string &state, const std::string &source = "batch") {
  return parse_seed(R"({"flows":[{"id":"f","state":")" + state + R"(","source":{"kind":")" + source +
                        R"("}}],"runs":[{"id":"r","flowId":"f","state":"failed"}]})",
                    "test");
}

TEST(FlowState, DecidesWhetherItsRunsCanBeRetried) {
  for (const Json &name : seed_schema()["definitions"]["flowState"]["enum"]) {
    const std::string state = name;
    Stage stage([&](Settings &settings) { settings.seed = with_flow_in(state); });
    EXPECT_EQ(flow_of(stage, "f")["state"], state);
    const Response answer = stage(retry("r"));
    if (state == "enabled") {
      EXPECT_EQ(answer.status, 200);
      continue;
    }
    EXPECT_EQ(error_in(answer), "1388-400") << state;
    const Json body = body_of(answer);
    EXPECT_EQ(body["title"], "Bad Request");
    EXPECT_NE(body["errorMessage"].get<std::string>().find("flow=f"), std::string::npos) << body;
    EXPECT_NE(body["errorMessage"].get<std::string>().find("state=" + state), std::string::npos) << body;
    EXPECT_EQ(body["report"]["type"], "flows");
    EXPECT_EQ(body["report"]["id"], "f");
  }
}

TEST(FlowState, IsLookedAtBeforeItsSource) {
  Stage stage([](Settings &settings) { settings.seed = with_flow_in("disabled", "streaming"); });
  EXPECT_EQ(error_in(stage(retry("r"))), "1388-400");
}

TEST(FlowState, DoesNotConcernRunsOnDemand) {
  Stage stage([](Settings &settings) { settings.seed = with_flow_in("disabled"); });
  EXPECT_EQ(stage(create(run_on_demand("f"))).status, 201) << "no page speaks of it";
}

TEST(FlowState, IsWhatFlowsAreFilteredBy) {
  Stage stage;
  EXPECT_EQ(ids_in(stage(read("/flows?property=state==disabled"))),
            std::vector<std::string>{std::string(kDisabledFlow)});
}

TEST(Flow, SeededWithADeltaColumnHasIt) {
  Stage stage([](Settings &settings) {
    settings.seed = parse_seed(R"({"flows":[{"id":"f","transformations":[{"name":"Copy","params":
        {"deltaColumn":{"name":"seeded"}}}]}],"runs":[]})",
                               "test");
  });
  EXPECT_EQ(error_in(stage(create(run_on_demand("f")))), "1382-400");
  Json body = run_on_demand("f");
  body["params"]["deltaColumn"]["name"] = "seeded";
  EXPECT_EQ(stage(create(body)).status, 201);
  EXPECT_EQ(flow_of(stage, "f")["transformations"].size(), 1);
}

} // namespace
} // namespace flow::mock::test
