#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/document.hpp"
#include "tests/mock_server/steered.hpp"

/// Flows made through the API: what they need, how they change, their runs, and how they go.
namespace flow::mock::test {
namespace {

std::string refused_flow(Stage &stage, const Json &body, std::string_view query = "") {
  const Response response = stage(send("POST", "/flows" + std::string(query), body));
  EXPECT_GE(response.status, 400) << response.body;
  return error_in(response);
}

/// A flow's body with that schedule.
Json scheduled(const Ends &ends, const Json &schedule) {
  Json body = flow_body(ends);
  body["scheduleParams"] = schedule;
  return body;
}

Response run_of_flow(Stage &stage, const std::string &flow, bool with_column = false) {
  Json body = run_on_demand(flow);
  if (!with_column) {
    body["params"].erase("deltaColumn");
  }
  return stage(create(body));
}

// --- creates

TEST(CreateFlow, ShowsWhatItDependsOn) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const std::string id = made(stage, "flows", flow_body(ends));
  const Json flow = document(stage, "flows", id);
  EXPECT_EQ(flow["state"], "enabled");
  EXPECT_EQ(flow["inheritedAttributes"]["properties"], Json({{"isSourceFlow", true}}));
  EXPECT_EQ(flow["inheritedAttributes"]["sourceConnections"],
            Json::array({{{"id", ends.source},
                          {"connectionSpec", spec(kS3)},
                          {"baseConnection", {{"id", ends.base}, {"connectionSpec", spec(kS3)}}}}}));
  EXPECT_EQ(flow["inheritedAttributes"]["targetConnections"],
            Json::array({{{"id", ends.target}, {"connectionSpec", spec(kDataLake)}}}));
  EXPECT_EQ(flow["lastOperation"], Json({{"started", kNow}, {"updated", 0}, {"operation", "create"}}));
  EXPECT_EQ(flow["runs"], "/runs?property=flowId==" + id);
  EXPECT_EQ(flow["transformations"], Json::array());
  EXPECT_FALSE(flow.contains("lastRunDetails"));
}

TEST(CreateFlow, NeedsItsFields) {
  Stage stage;
  const Json whole = flow_body(make_ends(stage));
  for (const char *field : {"name", "flowSpec", "sourceConnectionIds", "targetConnectionIds"}) {
    Json body = whole;
    body.erase(field);
    EXPECT_EQ(refused_flow(stage, body), "1304-400") << field;
  }
  for (const char *field : {"sourceConnectionIds", "targetConnectionIds"}) {
    Json body = whole;
    body[field] = Json::array();
    EXPECT_EQ(refused_flow(stage, body), "1320-400");
    body[field] = {""};
    EXPECT_EQ(refused_flow(stage, body), "1320-400");
    body[field] = {whole[field][0], whole[field][0]};
    EXPECT_EQ(refused_flow(stage, body), "1321-400");
    body[field] = {kNoSuchDocument};
    EXPECT_EQ(refused_flow(stage, body), "1439-404");
    body[field] = {5};
    EXPECT_EQ(refused_flow(stage, body), "1312-400");
  }
}

TEST(CreateFlow, FitsAFlowSpecOfTheCallers) {
  Stage stage;
  const Ends ends = make_ends(stage);
  Json mine = {{"id", "mine"},
               {"name", "n"},
               {"providerId", "p"},
               {"attributes", {{"isDestinationFlow", "yes"}, {"frequency", {1}}}},
               {"sourceConnectionSpecIds", {kS3}},
               {"targetConnectionSpecIds", {kBigQuery}}};
  made(stage, "flowSpecs", mine);
  EXPECT_EQ(refused_flow(stage, flow_body(ends, "mine")), "1413-400");
  mine["targetConnectionSpecIds"] = {kBigQuery, kDataLake};
  EXPECT_EQ(stage(send("PUT", "/flowSpecs/mine", mine)).status, 200);
  made(stage, "flows", flow_body(ends, "mine"));
  mine.erase("targetConnectionSpecIds");
  mine["sourceConnectionSpecIds"] = Json::array();
  EXPECT_EQ(stage(send("PUT", "/flowSpecs/mine", mine)).status, 200);
  EXPECT_EQ(refused_flow(stage, flow_body(ends, "mine")), "1413-400");
}

TEST(CreateFlow, HasAScheduleUnlessItsSourceStreams) {
  Stage stage;
  const Ends ends = make_ends(stage);
  Json body = flow_body(ends);
  body.erase("scheduleParams");
  EXPECT_EQ(refused_flow(stage, body), "1317-400");
  body["flowSpec"] = spec(kStreamFlows);
  made(stage, "flows", body);
  body["flowSpec"] = spec(kSegmentFlows);
  made(stage, "flows", body);
}

TEST(CreateFlow, ChecksItsSchedule) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const auto refused = [&](const Json &schedule) { return refused_flow(stage, scheduled(ends, schedule)); };
  EXPECT_EQ(refused(Json::object()), "1317-400");
  EXPECT_EQ(refused({{"frequency", "once"}}), "1304-400");
  EXPECT_EQ(refused({{"startTime", "x"}, {"frequency", "once"}}), "1312-400");
  EXPECT_EQ(refused({{"startTime", -1}, {"frequency", "once"}}), "1312-400");
  EXPECT_EQ(refused({{"startTime", 253402300800}, {"frequency", "once"}}), "1312-400");
  EXPECT_EQ(refused({{"startTime", Json::array()}, {"frequency", "once"}}), "1312-400");
  EXPECT_EQ(refused({{"startTime", 1}}), "1304-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "month"}}), "1397-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", {1}}}), "1397-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "once"}, {"interval", 1}}), "1361-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "once"}, {"backfill", true}}), "1364-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "hour"}}), "1304-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "hour"}, {"interval", "x"}}), "1312-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "hour"}, {"interval", 1000001}}), "1312-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "hour"}, {"interval", 0}}), "1362-400");
  EXPECT_EQ(refused({{"startTime", 1}, {"frequency", "minute"}, {"interval", 14}}), "1362-400");
  EXPECT_EQ(refused({{"timeUnit", "day"}, {"startTime", 1}}), "1304-400");
  EXPECT_EQ(refused({{"timeUnit", "day"}, {"interval", "x"}, {"startTime", 1}}), "1312-400");
  EXPECT_EQ(refused({{"timeUnit", "day"}, {"interval", 1}}), "1304-400");
  EXPECT_EQ(refused({{"timeUnit", "day"}, {"interval", 1}, {"startTime", 1}, {"frequency", 5}}), "1397-400");
}

TEST(CreateFlow, TakesTheDocumentedSchedules) {
  Stage stage;
  const Ends ends = make_ends(stage);
  for (const Json &schedule : std::vector<Json>{
           {{"startTime", "1612310466"}, {"frequency", "minute"}, {"interval", "15"}, {"backfill", "true"}},
           {{"startTime", 1612310466}, {"frequency", "week"}, {"interval", 1}},
           {{"timeUnit", "hour"}, {"interval", 3}, {"startTime", 1612310466}, {"exportMode", "FULL"}}}) {
    const std::string id = made(stage, "flows", scheduled(ends, schedule));
    EXPECT_EQ(document(stage, "flows", id)["scheduleParams"], schedule) << "it is given back as it was sent";
  }
}

TEST(CreateFlow, OfAnyShapeLeavesOutWhatItsScheduleGivesAsNothing) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const Json once = {{"startTime", "1"}, {"frequency", "once"}};
  Json given = once;
  given["interval"] = nullptr;
  given["backfill"] = "";
  EXPECT_EQ(document(stage, "flows", made(stage, "flows", scheduled(ends, given)))["scheduleParams"], once);
}

TEST(CreateFlow, AsADraftNeedsNoSchedule) {
  Stage stage;
  const Ends ends = make_ends(stage);
  Json body = flow_body(ends);
  body.erase("scheduleParams");
  const std::string id = made(stage, "flows", body, "?mode=draft");
  EXPECT_EQ(document(stage, "flows", id)["state"], "draft");
  EXPECT_FALSE(document(stage, "flows", id).contains("scheduleParams"));
  EXPECT_EQ(stage(send("DELETE", path_of("sourceConnections", ends.source))).status, 204)
      << "it uses nothing";
  EXPECT_EQ(stage(patch("flows", id, change("add", "/description", "d"))).status, 200);
  EXPECT_EQ(stage(read(path_of("sourceConnections", ends.source))).status, 404) << "it is not made again";
}

TEST(CreateFlow, PublishedUsesWhatItDependsOn) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const std::string id = made(stage, "flows", flow_body(ends), "?mode=draft");
  EXPECT_EQ(stage(send("POST", path_of("flows", id) + "/action?op=publish")).status, 200);
  EXPECT_EQ(document(stage, "flows", id)["state"], "enabled");
  EXPECT_EQ(error_in(stage(send("DELETE", path_of("connections", ends.base)))), "1418-400");
}

// --- changes

TEST(PatchFlow, NotesItsOperation) {
  Stage stage;
  const std::string id = made(stage, "flows", flow_body(make_ends(stage)));
  stage.clock->advance(7);
  const Json operations = change("add", "/labels", {"core/C12"});
  EXPECT_EQ(stage(patch("flows", id, operations)).status, 200);
  const Json flow = document(stage, "flows", id);
  EXPECT_EQ(flow["labels"], Json({"core/C12"}));
  EXPECT_EQ(flow["updatedAt"], kNow + 7);
  EXPECT_EQ(flow["lastOperation"], Json({{"started", kNow + 7},
                                         {"updated", kNow + 7},
                                         {"percentCompleted", 100.0},
                                         {"status", {{"value", "completed"}, {"errors", Json::array()}}},
                                         {"ops", operations},
                                         {"operation", "update"}}));
}

TEST(PatchFlow, FollowsItsNewConnections) {
  Stage stage;
  const Ends before = make_ends(stage);
  const Ends after = make_ends(stage, kBigQuery, "tabular");
  const std::string id = made(stage, "flows", flow_body(before));
  EXPECT_EQ(error_in(stage(send("DELETE", path_of("sourceConnections", before.source)))), "1447-400")
      << "from now on it is known who uses what";
  EXPECT_EQ(stage(patch("flows", id, change("replace", "/sourceConnectionIds", {after.source}))).status, 200);
  EXPECT_EQ(stage(patch("flows", id, change("replace", "/targetConnectionIds/0", after.target))).status, 200);
  const Json inherited = document(stage, "flows", id)["inheritedAttributes"];
  EXPECT_EQ(inherited["sourceConnections"][0]["baseConnection"]["id"], after.base);
  EXPECT_EQ(inherited["targetConnections"][0]["id"], after.target);
  for (const char *resource : {"sourceConnections", "targetConnections", "connections"}) {
    const auto id_of = [&](const Ends &ends) {
      return resource == std::string("connections")         ? ends.base
             : resource == std::string("sourceConnections") ? ends.source
                                                            : ends.target;
    };
    EXPECT_EQ(stage(send("DELETE", path_of(resource, id_of(before)))).status, 204) << resource;
    EXPECT_EQ(stage(send("DELETE", path_of(resource, id_of(after)))).status, 400) << resource;
  }
  EXPECT_EQ(error_in(run_of_flow(stage, id)), "1383-400") << "its source has tables now";
}

TEST(PatchFlow, RefusesConnectionsThatItCannotHave) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const std::string id = made(stage, "flows", flow_body(ends));
  const auto refused = [&](const Json &operations) {
    return error_in(stage(patch("flows", id, operations)));
  };
  EXPECT_EQ(refused(change("replace", "/sourceConnectionIds", Json::array())), "1320-400");
  EXPECT_EQ(refused(change("remove", "/sourceConnectionIds/0")), "1320-400");
  EXPECT_EQ(refused(change("remove", "/sourceConnectionIds")), "1304-400");
  EXPECT_EQ(refused(change("add", "/targetConnectionIds/-", ends.target)), "1321-400");
  EXPECT_EQ(refused(change("replace", "/targetConnectionIds/0", ends.source)), "1439-404");
  EXPECT_EQ(refused(change("replace", "/flowSpec/version", "2.0")), "1414-400");
  EXPECT_EQ(refused(change("replace", "/flowSpec", spec(kTableFlows))), "1414-400");
  EXPECT_EQ(refused(change("replace", "/runs", "x")), "1365-400");
}

TEST(PatchFlow, ChangesItsScheduleAndTransformations) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const std::int64_t future = kNow / 1000 + 1000;
  const std::string id =
      made(stage, "flows", scheduled(ends, {{"startTime", future}, {"frequency", "hour"}, {"interval", 1}}));
  const auto patched = [&](const Json &operations) { return stage(patch("flows", id, operations)); };
  EXPECT_EQ(patched(change("replace", "/scheduleParams/frequency", "day")).status, 200);
  EXPECT_EQ(error_in(patched(change("remove", "/scheduleParams/frequency"))), "1304-400");
  EXPECT_EQ(error_in(patched(change("remove", "/scheduleParams"))), "1317-400");
  EXPECT_EQ(patched(change("replace", "/scheduleParams/startTime", future + 1)).status, 200);
  stage.clock->advance(2'000'000);
  EXPECT_EQ(error_in(patched(change("replace", "/scheduleParams/startTime", future + 5000))), "1366-400");
  EXPECT_EQ(patched(change("replace", "/scheduleParams/startTime", std::to_string(future + 1))).status, 200)
      << "the same time";
  EXPECT_EQ(patched(change("replace", "/scheduleParams/interval", 2)).status, 200);
  const Json copy = {{"name", "Copy"}, {"params", {{"deltaColumn", {{"name", "c"}}}}}};
  EXPECT_EQ(patched(change("add", "/transformations", Json::array({copy}))).status, 200);
  EXPECT_EQ(error_in(patched(change("replace", "/transformations/0/params", "odd"))), "1392-400");
  EXPECT_EQ(error_in(patched(change("add", "/transformations/-", 5))), "1312-400");
  EXPECT_EQ(patched(change("remove", "/transformations")).status, 200);
  EXPECT_EQ(document(stage, "flows", id)["transformations"], Json::array());
}

TEST(PatchFlow, OfASeedKeepsWhatItWas) {
  Steered stage;
  const Json entry = {{"id", "f"},
                      {"flowSpec", {{"id", "unknown"}, {"version", "7"}}},
                      {"source", {{"kind", "streaming"}, {"specId", "x"}}},
                      {"sourceConnectionIds", Json::array()}};
  ASSERT_EQ(stage.steer("POST", "/flows", entry).status, 201);
  const Json before = document(stage, "flows", "f");
  EXPECT_EQ(stage(patch("flows", "f", change("add", "/labels", {"l"}))).status, 200);
  const Json after = document(stage, "flows", "f");
  EXPECT_EQ(after["inheritedAttributes"], before["inheritedAttributes"]);
  EXPECT_EQ(body_of(stage.steer("GET", "/flows/f"))["source"], entry["source"]);
  EXPECT_EQ(error_in(run_of_flow(stage, "f")), "1385-400") << "it still streams";
}

TEST(PatchFlow, OfASeedThatSaysNothingOfIt) {
  Steered stage;
  ASSERT_EQ(stage.steer("POST", "/flows", {{"id", "f"}}).status, 201);
  EXPECT_EQ(stage(patch("flows", "f", change("add", "/labels", {"l"}))).status, 200);
  EXPECT_EQ(stage(send("POST", "/flows/f/action?op=disable")).status, 200);
  EXPECT_EQ(document(stage, "flows", "f")["labels"], Json({"l"}));
}

TEST(ActOnFlow, DisablesAndEnablesIt) {
  Stage stage;
  const std::string path = path_of("flows", made(stage, "flows", flow_body(make_ends(stage))));
  const auto act = [&](const std::string &op) { return stage(send("POST", path + "/action?op=" + op)); };
  EXPECT_EQ(error_in(act("enable")), "1422-400");
  EXPECT_EQ(act("DISABLE").status, 200);
  EXPECT_EQ(body_of(stage(read(path)))["items"][0]["state"], "disabled");
  EXPECT_EQ(error_in(act("disable")), "1422-400");
  EXPECT_EQ(error_in(act("publish")), "1422-400");
  EXPECT_EQ(act("enable").status, 200);
}

TEST(ActOnFlow, ReachesItsRuns) {
  Steered stage([](Settings &) {});
  const std::string flow = made(stage, "flows", flow_body(make_ends(stage)));
  stage.steer("PUT", "/defaults", {{"outcome", "failed"}});
  const std::string run = created_id(run_of_flow(stage, flow));
  EXPECT_EQ(stage(send("POST", path_of("flows", flow) + "/action?op=disable")).status, 200);
  EXPECT_EQ(error_in(stage(retry(run))), "1388-400");
  EXPECT_EQ(stage(send("POST", path_of("flows", flow) + "/action?op=enable")).status, 200);
  EXPECT_EQ(stage(retry(run)).status, 200);
}

// --- runs

TEST(RunsOfAFlow, OfFilesAreMadeOnDemand) {
  Stage stage;
  const std::string flow = made(stage, "flows", flow_body(make_ends(stage)));
  const Response response = run_of_flow(stage, flow);
  ASSERT_EQ(response.status, 201) << response.body;
  const Json run = run_of(stage.service, created_id(response));
  EXPECT_EQ(run["flowSpec"], spec(kFileFlows));
  EXPECT_EQ(document(stage, "flows", flow)["lastRunDetails"]["id"], created_id(response));
  EXPECT_EQ(ids_in(stage(with_property("flowId==" + flow))),
            std::vector<std::string>({created_id(response)}));
}

TEST(RunsOfAFlow, OfTablesNameADeltaColumn) {
  Stage stage;
  Json body = flow_body(make_ends(stage, kBigQuery, "tabular"), kTableFlows);
  const std::string flow = made(stage, "flows", body);
  EXPECT_EQ(error_in(run_of_flow(stage, flow)), "1383-400");
  EXPECT_EQ(run_of_flow(stage, flow, true).status, 201);
  EXPECT_EQ(document(stage, "flows", flow)["transformations"][0]["params"]["deltaColumn"]["name"], "DOB");
  EXPECT_EQ(stage(patch("flows", flow, change("replace", "/name", "m"))).status, 200);
  EXPECT_EQ(run_of_flow(stage, flow).status, 201) << "it has one";
  Json other = run_on_demand(flow);
  other["params"]["deltaColumn"]["name"] = "other";
  EXPECT_EQ(error_in(stage(create(other))), "1382-400");
}

TEST(RunsOfAFlow, ThatStreamsOrHasASchedule) {
  Stage stage;
  const std::string streaming =
      made(stage, "flows", flow_body(make_ends(stage, kHttpApi, "json"), kStreamFlows));
  EXPECT_EQ(error_in(run_of_flow(stage, streaming)), "1385-400");
  const std::string hourly =
      made(stage, "flows",
           scheduled(make_ends(stage), {{"startTime", 1}, {"frequency", "hour"}, {"interval", 1}}));
  EXPECT_EQ(error_in(run_of_flow(stage, hourly)), "1386-400");
  const std::string destination = made(stage, "flows", flow_body(make_ends(stage), kSegmentFlows));
  EXPECT_EQ(error_in(run_of_flow(stage, destination)), "1385-400");
  EXPECT_EQ(document(stage, "flows", destination)["inheritedAttributes"]["properties"],
            Json({{"isDestinationFlow", true}}));
}

// --- deletes

TEST(DeleteFlow, LeavesItsRunsReadable) {
  Steered stage;
  const std::string flow = made(stage, "flows", flow_body(make_ends(stage)));
  stage.steer("PUT", "/defaults", {{"outcome", "failed"}, {"durationMs", 1000}});
  const std::string run = created_id(run_of_flow(stage, flow));
  EXPECT_EQ(stage(send("DELETE", path_of("flows", flow))).status, 204) << "while the run is in progress";
  EXPECT_EQ(error_in(stage(read(path_of("flows", flow)))), "1439-404");
  stage.clock->advance(1000);
  EXPECT_EQ(stage.status(run), "failed");
  EXPECT_EQ(stage.run(run)["flowId"], flow);
  EXPECT_EQ(error_in(stage(retry(run))), "1439-404");
  EXPECT_EQ(error_in(run_of_flow(stage, flow)), "1430-400");
  EXPECT_EQ(ids_in(stage(with_property("flowId==" + flow))), std::vector<std::string>({run}));
}

TEST(DeleteFlow, IsOutOfListsAndCounts) {
  Stage stage;
  const Ends ends = make_ends(stage);
  std::vector<std::string> flows;
  for (int i = 0; i < 5; ++i) {
    stage.clock->advance(1);
    flows.push_back(made(stage, "flows", flow_body(ends)));
  }
  const Response first = stage(read("/flows?limit=2"));
  EXPECT_EQ(ids_in(first), std::vector<std::string>({flows[4], flows[3]}));
  EXPECT_EQ(stage(send("DELETE", path_of("flows", flows[4]))).status, 204);
  EXPECT_EQ(stage(send("DELETE", path_of("flows", flows[2]))).status, 204);
  EXPECT_EQ(ids_in(stage(read("/flows?continuationToken=" + token_in(first)))).front(), flows[1]);
  EXPECT_EQ(stage(read("/flows?property=name==flow&count=true")).body, R"({"count":3})");
  EXPECT_EQ(document(stage, "flows", flows[3])["id"], flows[3]);
}

TEST(DeleteFlow, IsRefusedInAStateThatAllowsNoChange) {
  Steered stage;
  const auto action = [&](const char *op) {
    return error_in(stage(send("POST", std::string("/flows/f/action?op=") + op)));
  };
  const auto patched = [&] { return error_in(stage(patch("flows", "f", change("add", "/labels", {"l"})))); };
  const auto deleted = [&] { return error_in(stage(send("DELETE", "/flows/f"))); };
  ASSERT_EQ(stage.steer("PUT", "/flows/f", {{"state", "updating"}}).status, 201);
  EXPECT_EQ(deleted(), "1458-400");
  EXPECT_EQ(patched(), "1457-400");
  EXPECT_EQ(action("disable"), "1421-400");
  ASSERT_EQ(stage.steer("PUT", "/flows/f", {{"state", "disabling"}}).status, 200);
  EXPECT_EQ(deleted(), "1458-400");
  EXPECT_EQ(patched(), "1420-400");
  EXPECT_EQ(action("enable"), "1422-400");
}

TEST(DeleteFlow, OutlivesASnapshot) {
  Steered stage;
  const Ends ends = make_ends(stage);
  const std::string gone = made(stage, "flows", flow_body(ends));
  const std::string run = created_id(run_of_flow(stage, gone));
  const std::string left = made(stage, "flows", flow_body(ends));
  EXPECT_EQ(stage(send("DELETE", path_of("flows", gone))).status, 204);
  stage.clock->advance(5000);
  const std::string snapshot = stage.steer("GET", "/snapshot").body;
  ASSERT_EQ(stage.admin("POST", "/sandboxes/o/elsewhere/restore", Json::parse(snapshot)).status, 200);
  EXPECT_EQ(stage.admin("GET", "/sandboxes/o/elsewhere/snapshot").body, snapshot);
  ASSERT_EQ(stage.steer("POST", "/restore", Json::parse(snapshot)).status, 200);
  EXPECT_EQ(error_in(stage(read(path_of("flows", gone)))), "1439-404");
  EXPECT_EQ(stage.run(run)["flowId"], gone);
  EXPECT_EQ(error_in(stage(retry(run))), "1439-404");
  EXPECT_EQ(document(stage, "flows", left)["sourceConnectionIds"], Json({ends.source}));
}

TEST(DeleteFlow, PutAgainHasItsRunsAgain) {
  Steered stage;
  const std::string flow = made(stage, "flows", flow_body(make_ends(stage)));
  const std::string run = created_id(run_of_flow(stage, flow));
  EXPECT_EQ(stage(send("DELETE", path_of("flows", flow))).status, 204);
  ASSERT_EQ(stage.steer("POST", "/flows", {{"id", flow}}).status, 201);
  EXPECT_EQ(document(stage, "flows", flow)["lastRunDetails"]["id"], run);
  EXPECT_FALSE(body_of(stage.steer("GET", "/snapshot"))["flows"].back().contains("deleted"));
}

} // namespace
} // namespace flow::mock::test
