#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/document.hpp"
#include "tests/mock_server/steered.hpp"

/// Source connections: the formats and tables that they can have, and the base connections that the service
/// makes for them.
namespace flow::mock::test {
namespace {

constexpr std::string_view kDataSetSource = "23598e46-f560-407b-88d5-ea6207e49db0";

std::string refused_source(Stage &stage, std::string_view connection_spec, const Json &data,
                           const Json &params) {
  const Response response = stage(
      send("POST", "/sourceConnections",
           {{"name", "s"}, {"connectionSpec", spec(connection_spec)}, {"data", data}, {"params", params}}));
  return response.status == 201 ? "" : error_in(response);
}

TEST(CreateSourceConnection, HasADocumentedFormat) {
  Stage stage;
  const Json none = Json::object();
  for (const char *format : {"delimited", "json", "parquet", "parquet_xdm", "tabular"}) {
    EXPECT_EQ(refused_source(stage, kS3, {{"format", format}}, none), "") << format;
  }
  EXPECT_EQ(refused_source(stage, kS3, {{"format", "xml"}}, none), "1327-400");
  EXPECT_EQ(refused_source(stage, kBigQuery, {{"format", "CSV"}}, none), "1327-400");
  EXPECT_EQ(refused_source(stage, kS3, none, none), "") << "it need not say one";
  EXPECT_EQ(refused_source(stage, kHttpApi, {{"format", "xml"}}, none), "") << "not all of streams are known";
  EXPECT_EQ(refused_source(stage, kProfileStore, {{"format", "CSV"}}, none), "") << "as dest-batch sends";
}

TEST(CreateSourceConnection, OfATableHasColumns) {
  Stage stage;
  const Json data = {{"format", "tabular"}};
  EXPECT_EQ(refused_source(stage, kBigQuery, data, {{"tableName", "t"}, {"columns", Json::array()}}),
            "1330-400");
  EXPECT_EQ(refused_source(stage, kBigQuery, data, {{"tableName", "t"}, {"columns", {{{"name", "c"}}}}}), "");
  EXPECT_EQ(refused_source(stage, kBigQuery, data, {{"tableName", "t"}}), "");
  const std::string id =
      made(stage, "sourceConnections",
           {{"name", "s"}, {"connectionSpec", spec(kBigQuery)}, {"params", Json::object()}});
  EXPECT_EQ(
      error_in(stage(patch("sourceConnections", id,
                           change("replace", "/params", {{"tableName", "t"}, {"columns", Json::array()}})))),
      "1330-400");
}

Json own_base(Stage &stage, const std::string &id) {
  return document(stage, "sourceConnections", id)["inheritedAttributes"]["baseConnection"];
}

TEST(OwnBaseConnection, IsMadeForTheStoresOfThePlatform) {
  Stage stage;
  const std::string sets =
      made(stage, "sourceConnections", {{"name", "s"}, {"connectionSpec", spec(kDataSetSource)}});
  const Json base = own_base(stage, sets);
  EXPECT_EQ(base["connectionSpec"], spec(kDataSetSource));
  EXPECT_FALSE(document(stage, "sourceConnections", sets).contains("baseConnectionId"));
  const Json connection = document(stage, "connections", base["id"].get<std::string>());
  EXPECT_EQ(connection["connectionSpec"], spec(kDataSetSource));
  const std::string more =
      made(stage, "sourceConnections", {{"name", "t"}, {"connectionSpec", spec(kDataSetSource)}});
  EXPECT_EQ(own_base(stage, more), base) << "it is one for all";
  const std::string profiles =
      made(stage, "sourceConnections", {{"name", "s"}, {"connectionSpec", spec(kProfileStore)}});
  const Json other = own_base(stage, profiles);
  EXPECT_EQ(other["connectionSpec"], spec(kProfileStore));
  EXPECT_EQ(document(stage, "connections", other["id"].get<std::string>())["createdAt"], kNow);
}

TEST(OwnBaseConnection, OfTheBuiltInSeedIsTheSame) {
  Stage stage;
  const Json seeded = own_base(stage, "8191fc9c-1e12-44c2-8d9a-bc40f5d81c9b");
  EXPECT_EQ(document(stage, "connections", seeded["id"].get<std::string>())["connectionSpec"],
            spec(kDataSetSource));
  EXPECT_EQ(own_base(stage, made(stage, "sourceConnections",
                                 {{"name", "s"}, {"connectionSpec", spec(kDataSetSource)}})),
            seeded);
}

TEST(OwnBaseConnection, IsNotMadeForOthers) {
  Stage stage;
  for (const auto &[resource, body] :
       {std::pair("sourceConnections", Json({{"name", "s"}, {"connectionSpec", spec(kLandingZone)}})),
        std::pair("targetConnections", lake_target())}) {
    EXPECT_FALSE(document(stage, resource, made(stage, resource, body)).contains("inheritedAttributes"));
  }
  const std::string base =
      made(stage, "connections", {{"name", "b"}, {"connectionSpec", spec(kProfileStore)}});
  const std::string named =
      made(stage, "sourceConnections",
           {{"name", "s"}, {"baseConnectionId", base}, {"connectionSpec", spec(kProfileStore)}});
  EXPECT_EQ(own_base(stage, named)["id"], base);
}

TEST(OwnBaseConnection, IsMadeWhereItWasDeletedOrAnotherIsNoLongerNamed) {
  Stage stage;
  const std::string source =
      made(stage, "sourceConnections", {{"name", "s"}, {"connectionSpec", spec(kProfileStore)}});
  const std::string own = own_base(stage, source)["id"];
  EXPECT_EQ(stage(send("DELETE", path_of("connections", own))).status, 204);
  const std::string base =
      made(stage, "connections", {{"name", "b"}, {"connectionSpec", spec(kProfileStore)}});
  const Json body = {{"name", "s"}, {"baseConnectionId", base}, {"connectionSpec", spec(kProfileStore)}};
  const std::string other = made(stage, "sourceConnections", body);
  EXPECT_EQ(stage(patch("sourceConnections", other, change("remove", "/baseConnectionId"))).status, 200);
  EXPECT_EQ(own_base(stage, other)["id"], own);
  EXPECT_EQ(stage(read(path_of("connections", own))).status, 200);
}

TEST(OwnBaseConnection, IsNotShownByAFlow) {
  Stage stage;
  const std::string source =
      made(stage, "sourceConnections", {{"name", "s"}, {"connectionSpec", spec(kProfileStore)}});
  const std::string target =
      made(stage, "targetConnections", {{"name", "t"}, {"connectionSpec", spec(kS3Destination)}});
  const std::string flow = made(stage, "flows", flow_body({"", source, target}, kSegmentFlows));
  EXPECT_EQ(document(stage, "flows", flow)["inheritedAttributes"]["sourceConnections"],
            Json::array({{{"id", source}, {"connectionSpec", spec(kProfileStore)}}}));
}

TEST(OwnBaseConnection, IsInASnapshot) {
  Steered stage;
  const std::string source =
      made(stage, "sourceConnections", {{"name", "s"}, {"connectionSpec", spec(kDataSetSource)}});
  const std::string snapshot = stage.steer("GET", "/snapshot").body;
  ASSERT_EQ(stage.steer("POST", "/restore", Json::parse(snapshot)).status, 200);
  EXPECT_EQ(stage.steer("GET", "/snapshot").body, snapshot);
  EXPECT_EQ(stage(read(path_of("connections", own_base(stage, source)["id"].get<std::string>()))).status,
            200);
}

TEST(PatchConnection, IsRefusedWhereItsSpecDoesNotSupportIt) {
  Stage stage;
  Json mine = {{"id", "mine"}, {"name", "Stream"}, {"providerId", "p"}};
  mine["attributes"]["uiAttributes"]["apiFeatures"]["updateSupported"] = false;
  made(stage, "connectionSpecs", mine);
  const std::string id = made(stage, "connections", {{"name", "c"}, {"connectionSpec", {{"id", "mine"}}}});
  const Response refused = stage(patch("connections", id, change("replace", "/name", "d")));
  EXPECT_EQ(error_in(refused), "1300-400");
  EXPECT_NE(refused.body.find("Stream"), std::string::npos);
  mine["attributes"]["uiAttributes"]["apiFeatures"]["updateSupported"] = true;
  EXPECT_EQ(stage(send("PUT", "/connectionSpecs/mine", mine)).status, 200);
  EXPECT_EQ(stage(patch("connections", id, change("replace", "/name", "d"))).status, 200);
}

} // namespace
} // namespace flow::mock::test
