#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/document.hpp"

/// Source connections: the formats and tables that they can have; and connections that cannot be patched.
namespace flow::mock::test {
namespace {

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
  for (const char *format : {"delimited", "json", "parquet", "tabular"}) {
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
