#include <gtest/gtest.h>

#include <set>

#include "tests/mock_server/steered.hpp"

/// Flows to destinations, their runs, and ad-hoc activation (destinations, adhoc).
namespace flow::mock {

namespace {

using test::body_of;
using test::error_in;
using test::ids_in;
using test::Json;
using test::read;
using test::Steered;
using test::with_property;

constexpr std::string_view kSegment = "a3b7f1c2-0d4e-4f5a-9b6c-7d8e9f0a1b2c";

/// A mock with a flow of two segments, "d", and one of a data set.
struct Destinations : Steered {
  explicit Destinations(const std::function<void(Settings &)> &change = [](Settings &) {})
      : Steered([&](Settings &settings) {
          const Json selector = {{"type", "PLATFORM_SEGMENT"}, {"value", {{"id", kSegment}}}};
          const Json other = {{"type", "PLATFORM_SEGMENT"}, {"value", {{"id", "other"}}}};
          const Json transformation = {
              {"name", "GeneralTransform"},
              {"params", {{"segmentSelectors", {{"selectors", Json::array({selector, other})}}}}}};
          const Json seed = {{"flows",
                              {{{"id", "d"},
                                {"source", {{"kind", "destination"}}},
                                {"targetConnectionIds", {"target"}},
                                {"transformations", Json::array({transformation})}}}},
                             {"runs", Json::array()}};
          settings.seed = parse_seed(seed.dump(), "seed");
          change(settings);
        }) {}

  Response activate(const Json &info) {
    return activate(Json({{"activationInfo", info}}),
                    "application/vnd.adobe.adhoc.activation+json; version=2");
  }

  /// `accept`: empty for none.
  Response activate(const Json &body, const std::string &accept) {
    test::Ask asked{
        .method = "POST", .target = "/data/core/activation/disflowprovider/adhocrun", .body = body.dump()};
    return call(accept.empty() ? asked : asked.set("Accept", accept));
  }
};

TEST(DestinationRuns, AreFoundByTheDocumentedFilters) {
  test::Stage stage;
  const std::string source = "1d6b7dc0-6d54-464e-abb3-54fb9701cb29";
  EXPECT_EQ(ids_in(stage(with_property("metrics.recordSummary.sourceSummaries[].id==" + source))).size(), 2U);
  EXPECT_EQ(ids_in(stage(read("/runs?property=metrics.recordSummary.sourceSummaries%5B%5D.id==" + source +
                              "&property=metrics.statusSummary.status==Success"))),
            std::vector<std::string>{"e80e24c1-82de-48de-8352-b2d0fca1c392"});
}

TEST(DestinationRuns, AreMadeByAdHocActivationAndLeadToTheirSegments) {
  Destinations mock;
  for (const char *destination : {"d", "target"}) {
    const Response answer = mock.activate({{destination, {kSegment}}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json order = body_of(answer).at("order").at(0);
    EXPECT_EQ(order.at("segment"), kSegment);
    EXPECT_EQ(order.at("order"), "d");
    const std::string url = order.at("statusURL");
    const std::string begin = "https://platform.adobe.io/data/foundation/flowservice/runs/";
    ASSERT_TRUE(url.starts_with(begin)) << url;
    const Json run = mock.run(url.substr(begin.size()));
    EXPECT_EQ(run.at("flowId"), "d");
    EXPECT_EQ(run.at("metrics").at("statusSummary").at("status"), "success");
    const Json records = run.at("metrics").at("recordSummary");
    EXPECT_EQ(records.at("sourceSummaries")[0].at("entitySummaries")[0].at("id"),
              "segment:" + std::string(kSegment));
    EXPECT_EQ(records.at("targetSummaries")[0].at("id"), "target");
    EXPECT_EQ(records.at("targetSummaries")[0].at("entitySummaries").size(), 2U);
  }
  const std::string filter =
      "metrics.recordSummary.sourceSummaries[].entitySummaries[].id==segment:" + std::string(kSegment);
  EXPECT_EQ(ids_in(mock.call(with_property(filter))).size(), 2U);
}

TEST(DestinationRuns, OfEachDocumentedStatusAreMadeByTheScript) {
  Destinations mock;
  mock.steer("PUT", "/flows/d/script", {{"retries", {"failed", "Processing", "Waiting"}}});
  const auto status = [&] {
    const std::string url = body_of(mock.activate({{"d", {kSegment}}})).at("order").at(0).at("statusURL");
    return mock.run(url.substr(url.rfind('/') + 1));
  };
  const Json failed = status();
  EXPECT_EQ(failed.at("metrics").at("statusSummary").at("status"), "failed");
  EXPECT_EQ(failed.at("metrics").at("recordSummary").at("failedInfo")[0].at("code"),
            "ACTIVATION_BATCH-0000-FAILED");
  EXPECT_EQ(failed.at("metrics").at("recordSummary").at("sourceSummaries")[0].at("inputRecordCount"), 0);
  EXPECT_EQ(status().at("metrics").at("statusSummary").at("status"), "Processing");
  const Response refused = mock.activate({{"d", {kSegment}}});
  EXPECT_EQ(error_in(refused), "1312-400") << "one run at a time";
  const Json waiting = body_of(mock.call(read("/runs?orderby=-createdAt&limit=1")))["items"][0];
  EXPECT_NE(refused.body.find(waiting.at("id")), std::string::npos) << "the run that has to end first";
}

TEST(AdHocActivation, SaysWhatIsWrongAndMakesNothing) {
  Destinations mock;
  EXPECT_EQ(error_in(mock.activate({{"nobody", {kSegment}}})), "1439-404");
  EXPECT_EQ(error_in(mock.activate({{"d", {kSegment, "unknown"}}})), "1312-400");
  EXPECT_EQ(error_in(mock.activate({{"d", kSegment}})), "1312-400");
  EXPECT_EQ(error_in(mock.activate({{"d", {1}}})), "1312-400");
  EXPECT_EQ(error_in(mock.activate({{"d", Json::array()}})), "1312-400");
  EXPECT_EQ(error_in(mock.activate(Json::object())), "1312-400");
  EXPECT_EQ(error_in(mock.activate("d")), "1312-400");
  EXPECT_EQ(error_in(mock.activate({{"d", std::vector<std::string>(81, std::string(kSegment))}})),
            "1312-400");
  EXPECT_EQ(ids_in(mock.call(read("/runs"))).size(), 0U);
}

TEST(AdHocActivation, IsOfVersion2WhereAcceptSaysSoAndElseNeedsExportIds) {
  Destinations mock;
  const std::string media = "application/vnd.adobe.adhoc.activation+json";
  const Json plain = {{"activationInfo", {{"d", {kSegment}}}}};
  for (const std::string &accept :
       {media + "; version=2", media + ";version=2", media + "; version=2, */*"}) {
    EXPECT_EQ(mock.activate(plain, accept).status, 200) << accept;
  }
  for (const std::string &accept : {std::string(), std::string("*/*"), std::string("application/json"), media,
                                    media + "; version=1", media + "; version=20"}) {
    EXPECT_EQ(error_in(mock.activate(plain, accept)), "1312-400") << accept;
    Json with_ids = plain;
    for (const Json &ids : {Json(), Json("x"), Json::array(), Json::array({1}), Json::object()}) {
      with_ids["exportIds"] = ids;
      EXPECT_EQ(error_in(mock.activate(with_ids, accept)), "1312-400") << accept << ids;
    }
    with_ids["exportIds"] = {"export"};
    EXPECT_EQ(mock.activate(with_ids, accept).status, 200) << accept;
  }
}

TEST(AdHocActivation, NeedsTheUsualHeaders) {
  Destinations mock;
  test::Ask asked{.method = "POST",
                  .target = "/data/core/activation/disflowprovider/adhocrun",
                  .body = R"({"activationInfo":{"d":["x"]}})"};
  asked.set("Content-Type", "application/json");
  std::erase_if(asked.headers, [](const auto &header) { return header.first == "Authorization"; });
  EXPECT_EQ(mock.call(asked).status, 403);
}

TEST(AdHocActivation, StaysWithinWhatTheSandboxTakes) {
  Destinations mock([](Settings &settings) { settings.limits.runs = 1; });
  EXPECT_EQ(mock.activate({{"d", {kSegment, "other"}}}).status, 507);
  EXPECT_EQ(mock.activate({{"d", {kSegment}}}).status, 200);
  EXPECT_EQ(mock.activate({{"d", {kSegment}}}).status, 507);
}

} // namespace

} // namespace flow::mock
