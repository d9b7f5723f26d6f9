#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/document.hpp"

/// Test, explore and configs of connections and connection specs: what only the seed can answer.
namespace flow::mock::test {
namespace {

std::string tables() {
  return path_of("connections", "5e73e5a2-dc36-45a8-9f16-93c7a43af318");
}

TEST(AskDocument, AnswersAsItsSeedSaysOrEmpty) {
  Stage stage;
  EXPECT_GT(body_of(stage(read(tables() + "/explore?objectType=ROOT"))).size(), 0U);
  EXPECT_EQ(stage(read(tables() + "/explore?objectType=folder&object=none")).body, "[]");
  const std::string mine = path_of("connections", made(stage, "connections", minimal("connections")));
  EXPECT_EQ(stage(read(mine + "/explore?objectType=root")).body, "[]");
  EXPECT_EQ(stage(read(mine + "/test")).body, R"({"result":true})");
  EXPECT_EQ(stage(read(mine + "/configs")).body, R"({"items":[]})");
}

TEST(AskDocument, OfWhatNoSeedKnowsHasTheShapeOfItsType) {
  Stage stage;
  const std::string mine = path_of("connections", made(stage, "connections", minimal("connections")));
  const auto explored = [&](const std::string &query) {
    return body_of(stage(read(mine + "/explore?object=o&fileType=json&objectType=" + query)));
  };
  const Json columns = {{"columns", Json::array()}};
  const Json members = {{"type", "object"}, {"properties", Json::object()}};
  EXPECT_EQ(explored("table"), Json({{"format", "flat"}, {"schema", columns}}));
  EXPECT_EQ(explored("FILE&preview=false"), Json({{"format", "flat"}, {"schema", columns}}));
  EXPECT_EQ(explored("file&preview=TRUE"),
            Json({{"format", "flat"}, {"schema", columns}, {"data", Json::array()}}));
  EXPECT_EQ(explored("Rest"), Json({{"format", "hierarchical"}, {"schema", members}}));
  EXPECT_EQ(explored("rest&preview=true"),
            Json({{"format", "hierarchical"}, {"schema", members}, {"data", Json::array()}}));
  EXPECT_EQ(explored("folder&preview=true"), Json::array());
}

TEST(AskDocument, RefusesWhatCannotBeExplored) {
  Stage stage;
  const std::string mine = path_of("connections", made(stage, "connections", minimal("connections")));
  EXPECT_EQ(stage(read(mine + "/explore")).status, 200) << "as Adobe's own collection asks";
  EXPECT_EQ(error_in(stage(read(mine + "/explore?objectType=nonsense"))), "1358-400");
  EXPECT_EQ(error_in(stage(read(mine + "/explore?objectType=file&object="))), "1337-400");
  EXPECT_EQ(error_in(stage(read("/connections/none/explore?objectType=root"))), "1439-404");
  EXPECT_EQ(error_in(stage(read("/connections/none/test"))), "1439-404");
}

TEST(ExploreFile, IsReadAsTheCallerSaysOrAsTheServiceFindsOut) {
  Stage stage;
  const std::string file = path_of("connectionSpecs", kLandingZone) +
                           "/explore?objectType=FILE&object=dlz-user-container/data8.csv";
  EXPECT_EQ(stage(read(file + "&FileType=delimited&preview=true")).status, 200);
  EXPECT_EQ(stage(read(file + "&columnDelimiter=%09")).status, 200);
  EXPECT_EQ(stage(read(file + "&determineProperties=True")).status, 200);
  EXPECT_EQ(error_in(stage(read(file))), "1359-400");
  EXPECT_EQ(error_in(stage(read(file + "&fileType=&determineProperties=false"))), "1359-400");
  EXPECT_EQ(error_in(stage(read(file + "&fileType=json&determineProperties=true"))), "1374-400");
  EXPECT_EQ(error_in(stage(read(file + "&CompressionType=gzip&determineProperties=true"))), "1374-400");
  EXPECT_EQ(error_in(stage(read(file + "&queryParams=eyJ9&determineProperties=true"))), "1374-400");
  EXPECT_EQ(stage(read(file + "&queryParams=eyJ9")).status, 200) << "says how it is to be read (dlz)";
  EXPECT_EQ(stage(read(file + "&fileType=json&determineProperties=false")).status, 200);
}

TEST(ExploreFile, HasNoPropertiesToDetermineWhereThereAreTables) {
  Stage stage;
  const std::string table = "/explore?objectType=table&object=acmeSpringCampaign";
  EXPECT_EQ(error_in(stage(read(tables() + table + "&determineProperties=true"))), "1376-400");
  EXPECT_EQ(stage(read(tables() + table + "&determineProperties=false")).status, 200);
}

TEST(ExploreSpec, IsForSpecsThatNeedNoConnection) {
  Stage stage;
  const auto explored = [&](std::string_view id) {
    return stage(read(path_of("connectionSpecs", id) + "/explore?objectType=root"));
  };
  EXPECT_EQ(error_in(explored(kS3)), "1372-400");
  EXPECT_EQ(explored(kLandingZone).status, 200);
  Json mine = {{"id", "mine"}, {"name", "n"}, {"providerId", "p"}};
  made(stage, "connectionSpecs", mine);
  EXPECT_EQ(explored("mine").status, 200) << "it says nothing of how to sign in";
  mine["authSpec"] = Json::array({{{"name", "a"}}});
  EXPECT_EQ(stage(send("PUT", "/connectionSpecs/mine", mine)).status, 200);
  EXPECT_EQ(error_in(explored("mine")), "1372-400");
}

TEST(ConfigsOfDataSets, NameWhatTheyAreTo) {
  Stage stage;
  const auto asked = [&](const std::string &query) {
    return stage(read("/connectionSpecs/23598e46-f560-407b-88d5-ea6207e49db0/configs" + query));
  };
  EXPECT_EQ(asked("?outputType=activationDatasets&outputField=datasets").status, 200);
  EXPECT_EQ(error_in(asked("")), "1359-400");
  EXPECT_EQ(error_in(asked("?outputType=activationDatasets")), "1359-400");
  EXPECT_EQ(error_in(asked("?outputType=activationDatasets&outputField=")), "1393-400");
  EXPECT_EQ(stage(read(path_of("connectionSpecs", kS3) + "/configs")).status, 200);
}

} // namespace
} // namespace flow::mock::test
