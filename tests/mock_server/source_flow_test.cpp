#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/document.hpp"
#include "tests/mock_server/steered.hpp"

/// Flows of sources: the targets and transformations that they need, and what their schedules keep.
namespace flow::mock::test {
namespace {

constexpr std::string_view kMappedStreamFlows = "c1a19761-d2c7-4702-b9fa-fe91f0613e81";
constexpr std::string_view kDataSetFlows = "269ba276-16fc-47db-92b0-c1049a3c131f";

/// The error of a create; empty: it is made.
std::string refusal_of(Stage &stage, const Json &body, std::string_view query = "") {
  const Response response = stage(send("POST", "/flows" + std::string(query), body));
  return response.status == 201 ? "" : error_in(response);
}

std::string publish(Stage &stage, const std::string &id) {
  const Response response = stage(send("POST", path_of("flows", id) + "/action?op=publish"));
  return response.status == 200 ? "" : error_in(response);
}

Json mapping(const Json &params) {
  return Json::array({{{"name", "Mapping"}, {"params", params}}});
}

Json copy(std::string_view column) {
  return Json::array({{{"name", "Copy"}, {"params", {{"deltaColumn", {{"name", column}}}}}}});
}

TEST(TargetOfASourceFlow, IsADataSetOfTheDataLake) {
  Stage stage;
  Ends ends = make_ends(stage);
  Json target = lake_target();
  for (const Json &params : {Json::object(), Json({{"dataSetId", ""}}), Json({{"dataSetId", 5}})}) {
    target["params"] = params;
    ends.target = made(stage, "targetConnections", target);
    EXPECT_EQ(refusal_of(stage, flow_body(ends)), "1325-400") << params;
  }
  ends.target = made(stage, "targetConnections", {{"name", "t"}, {"connectionSpec", spec(kS3Destination)}});
  EXPECT_EQ(refusal_of(stage, flow_body(ends)), "1307-400");
  EXPECT_EQ(refusal_of(stage, flow_body(ends, kSegmentFlows)), "") << "it is no flow of a source";
  EXPECT_EQ(refusal_of(stage, flow_body(ends, kStreamFlows)), "") << "its spec goes with other targets, too";
  const std::string id = made(stage, "flows", flow_body(make_ends(stage)));
  EXPECT_EQ(error_in(stage(patch("flows", id, change("replace", "/targetConnectionIds/0", ends.target)))),
            "1307-400");
}

TEST(TargetOfASourceFlow, IsLookedAtWhereADraftIsPublished) {
  Stage stage;
  Ends ends = make_ends(stage);
  const std::string good = made(stage, "flows", flow_body(ends), "?mode=draft");
  const std::string gone = made(stage, "flows", flow_body(ends), "?mode=draft");
  EXPECT_EQ(publish(stage, good), "");
  EXPECT_EQ(stage(send("DELETE", path_of("flows", good))).status, 204);
  EXPECT_EQ(stage(send("DELETE", path_of("targetConnections", ends.target))).status, 204);
  EXPECT_EQ(publish(stage, gone), "1306-400");
  EXPECT_EQ(document(stage, "flows", gone)["state"], "draft");
  ends.target = made(stage, "targetConnections", {{"name", "t"}, {"connectionSpec", spec(kDataLake)}});
  EXPECT_EQ(publish(stage, made(stage, "flows", flow_body(ends), "?mode=draft")), "1325-400");
}

TEST(TargetOfASourceFlow, MayBeLeftOutByASeed) {
  Steered stage;
  for (const Json &entry : {Json({{"id", "f"}}), Json({{"id", "g"}, {"targetConnectionIds", {"t"}}})}) {
    Json draft = entry;
    draft["state"] = "draft";
    draft["flowSpec"] = spec(kFileFlows);
    ASSERT_EQ(stage.steer("POST", "/flows", draft).status, 201);
  }
  EXPECT_EQ(publish(stage, "f"), "");
  EXPECT_EQ(publish(stage, "g"), "1306-400") << "it names one that is not there";
}

TEST(TransformationsOfAFlow, HaveNamesAndParams) {
  Stage stage;
  Json body = flow_body(make_ends(stage));
  for (const Json &transformation : {Json::object(), Json({{"name", 5}}), Json({{"name", "Mapping"}}),
                                     Json({{"name", "M"}, {"params", "x"}})}) {
    body["transformations"] = Json::array({transformation});
    EXPECT_EQ(refusal_of(stage, body), "1392-400") << transformation;
    EXPECT_EQ(refusal_of(stage, body, "?mode=draft"), "1392-400") << transformation;
  }
  body["transformations"] = mapping(Json::object());
  EXPECT_EQ(refusal_of(stage, body), "");
}

TEST(TransformationsOfAFlow, MapWhereItsSpecRequiresIt) {
  Stage stage;
  const Ends ends = make_ends(stage, kHttpApi, "json");
  Json body = flow_body(ends, kStreamFlows);
  EXPECT_EQ(refusal_of(stage, body), "") << "there the mapping is optional";
  body["flowSpec"] = spec(kMappedStreamFlows);
  EXPECT_EQ(refusal_of(stage, body), "1328-400");
  body["transformations"] = mapping({{"mappingId", ""}});
  EXPECT_EQ(refusal_of(stage, body), "1329-400");
  EXPECT_EQ(refusal_of(stage, body, "?mode=draft"), "");
  body["transformations"] = mapping({{"mappingId", "m"}});
  const std::string id = made(stage, "flows", body);
  EXPECT_EQ(error_in(stage(patch("flows", id, change("remove", "/transformations")))), "1328-400");
  EXPECT_EQ(stage(patch("flows", id, change("replace", "/name", "m"))).status, 200);
}

TEST(InletOfAFlow, IsGivenWhereNoConnectionCouldHaveIt) {
  Stage stage;
  constexpr std::string_view kGenericStreaming = "e77fde5a-22a8-11ed-861d-0242ac120002";
  constexpr std::string_view kChatlio = "073127a3-26e3-496c-9d94-9f48fb93fba8";
  Ends ends = make_ends(stage);
  ends.source = made(stage, "sourceConnections",
                     {{"name", "s"}, {"connectionSpec", spec(kChatlio)}, {"data", {{"format", "json"}}}});
  const auto options_of = [&](std::string_view flow_spec, const Json &given) {
    Json body = flow_body(ends, flow_spec);
    body.update(given);
    return document(stage, "flows", made(stage, "flows", body)).value("options", Json());
  };
  const std::string url = options_of(kGenericStreaming, Json::object()).at("inletUrl");
  const std::string begin = "https://dcs.adobedc.net/collection/";
  EXPECT_TRUE(url.starts_with(begin)) << url;
  EXPECT_EQ(url.size(), begin.size() + 64);
  const Json others = options_of(kGenericStreaming, {{"options", {{"other", 1}, {"inletUrl", "mine"}}}});
  EXPECT_EQ(others.at("other"), 1);
  EXPECT_TRUE(others.at("inletUrl").get<std::string>().starts_with(begin)) << "it is the service's";
  EXPECT_NE(others.at("inletUrl"), url);
  EXPECT_EQ(options_of(kStreamFlows, Json::object()), Json()) << "another specification";
  const std::string base = made(stage, "connections", {{"name", "b"}, {"connectionSpec", spec(kHttpApi)}});
  ends.source = made(stage, "sourceConnections",
                     {{"name", "s"}, {"baseConnectionId", base}, {"connectionSpec", spec(kHttpApi)}});
  EXPECT_EQ(options_of(kGenericStreaming, Json::object()), Json()) << "its base connection has one";
}

TEST(DeltaColumn, IsNeededByFlowsOfTablesThatRunMoreThanOnce) {
  Stage stage;
  const Ends ends = make_ends(stage, kBigQuery, "tabular");
  Json body = flow_body(ends, kTableFlows);
  body["scheduleParams"] = {{"startTime", "1"}, {"frequency", "hour"}, {"interval", 1}};
  EXPECT_EQ(refusal_of(stage, body), "1367-400");
  body["transformations"] = copy("");
  EXPECT_EQ(refusal_of(stage, body), "1367-400");
  body["transformations"] = copy("c");
  const std::string id = made(stage, "flows", body);
  EXPECT_EQ(error_in(stage(patch("flows", id, change("remove", "/transformations/0")))), "1367-400");
  body["flowSpec"] = spec(kFileFlows);
  body.erase("transformations");
  EXPECT_EQ(refusal_of(stage, body), "") << "files have no columns to tell what is new by";
}

TEST(DeltaColumn, IsRefusedByFlowsThatRunOnce) {
  Stage stage;
  Json body = flow_body(make_ends(stage, kBigQuery, "tabular"), kTableFlows);
  body["transformations"] = copy("c");
  EXPECT_EQ(refusal_of(stage, body), "1369-400");
  EXPECT_EQ(refusal_of(stage, body, "?mode=draft"), "");
  body["transformations"] = Json::array();
  const std::string id = made(stage, "flows", body);
  EXPECT_EQ(error_in(stage(patch("flows", id, change("add", "/transformations", copy("c"))))), "1369-400");
}

// A flow that runs once shows the column of its first run, which a change of something else does not have to
// answer for.
TEST(DeltaColumn, OfTheFirstRunIsNoFaultOfAChange) {
  Stage stage;
  const std::string id = made(stage, "flows", flow_body(make_ends(stage, kBigQuery, "tabular"), kTableFlows));
  EXPECT_EQ(stage(create(run_on_demand(id))).status, 201);
  EXPECT_EQ(document(stage, "flows", id)["transformations"][0]["name"], "Copy");
  EXPECT_EQ(stage(patch("flows", id, change("add", "/transformations/-", mapping(Json::object())[0]))).status,
            200);
}

TEST(ScheduleThatHasStarted, KeepsItsKindAndItsBackfill) {
  Stage stage;
  Json body = flow_body(make_ends(stage));
  body["scheduleParams"] = {
      {"startTime", kNow / 1000 + 1}, {"frequency", "hour"}, {"interval", 1}, {"backfill", "true"}};
  const std::string id = made(stage, "flows", body);
  const auto patched = [&](const Json &operations) {
    const Response response = stage(patch("flows", id, operations));
    return response.status == 200 ? "" : error_in(response);
  };
  EXPECT_EQ(patched(change("replace", "/scheduleParams/backfill", false)), "") << "it has not started";
  EXPECT_EQ(patched(change("replace", "/scheduleParams/backfill", "true")), "");
  stage.clock->advance(2000);
  EXPECT_EQ(patched(change("replace", "/scheduleParams/backfill", false)), "1404-400");
  EXPECT_EQ(patched(change("replace", "/scheduleParams/backfill", true)), "") << "it is the same";
  EXPECT_EQ(patched(change("remove", "/scheduleParams/backfill")), "") << "it is so if not given";
  EXPECT_EQ(patched(change("add", "/scheduleParams/backfill", "false")), "1404-400");
  EXPECT_EQ(patched(change("replace", "/scheduleParams/frequency", "once")), "1403-400");
  Json once = change("replace", "/scheduleParams/frequency", "once");
  once.push_back(change("remove", "/scheduleParams/interval")[0]);
  EXPECT_EQ(patched(once), "1403-400");
  EXPECT_EQ(patched(change("replace", "/scheduleParams/frequency", "day")), "");
}

TEST(ScheduleOfADataSet, HasADocumentedInterval) {
  Stage stage;
  const std::string source =
      made(stage, "sourceConnections",
           {{"name", "s"}, {"connectionSpec", spec("23598e46-f560-407b-88d5-ea6207e49db0")}});
  const std::string target =
      made(stage, "targetConnections",
           {{"name", "t"}, {"connectionSpec", spec("4fce964d-3f37-408f-9778-e597338a21ee")}});
  Json body = flow_body({"", source, target}, kDataSetFlows);
  const auto refused = [&](const char *unit, int interval) {
    body["scheduleParams"] = {{"interval", interval}, {"timeUnit", unit}, {"startTime", 1668474000}};
    return refusal_of(stage, body);
  };
  for (const int hours : {3, 6, 9, 12, 24}) {
    EXPECT_EQ(refused("hour", hours), "") << hours;
  }
  for (const int hours : {-3, 0, 1, 5, 48}) {
    EXPECT_EQ(refused("hour", hours), "1363-400") << hours;
  }
  EXPECT_EQ(refused("day", 1), "");
  EXPECT_EQ(refused("day", 2), "1363-400");
  EXPECT_EQ(refused("week", 2), "") << "no page says which";
}

} // namespace
} // namespace flow::mock::test
