#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "contracts/model/errors.hpp"
#include "contracts/model/operations.hpp"
#include "tests/mock_server/document.hpp"
#include "tests/mock_server/steered.hpp"

/// A resource that is added by its descriptor alone, tests/resources/schedules.json: this program has it, and
/// the mock that it is linked with knows nothing of it.
namespace flow::mock::test {
namespace {

/// The connection that a schedule needs, of the built-in seed.
constexpr std::string_view kConnection = "4cb0c374-d3bb-4557-b139-5712880adc55";

Json schedule(const std::string &name) {
  return {{"name", name}, {"connectionId", kConnection}};
}

TEST(SeventhResource, HasOperationsAndErrors) {
  EXPECT_EQ(contract::operation("list_schedules").method, "GET");
  EXPECT_EQ(contract::operation("schedule_action").parameters, std::vector<std::string>({"op", "subOp"}));
  EXPECT_EQ(contract::error("schedule-not-found").resource, "schedules");
  EXPECT_EQ(contract::resources().size(), 8U) << "with runs";
}

TEST(SeventhResource, IsMadeReadListedAndDeleted) {
  Stage stage;
  const std::string id = made(stage, "schedules", schedule("one"));
  stage.clock->advance(1);
  const std::string other = made(stage, "schedules", schedule("two"));
  const Json whole = document(stage, "schedules", id);
  EXPECT_EQ(whole["name"], "one");
  EXPECT_EQ(whole["state"], "enabled");
  EXPECT_EQ(whole["version"], whole["etag"]);
  EXPECT_EQ(ids_in(stage(read("/schedules"))), std::vector<std::string>({other, id}));
  EXPECT_EQ(ids_in(stage(read("/schedules?property=name==one"))), std::vector<std::string>({id}));
  EXPECT_EQ(stage(send("DELETE", path_of("schedules", id))).status, 204);
  EXPECT_EQ(error_in(stage(read(path_of("schedules", id)))), "1439-404");
  EXPECT_EQ(stage(read("/schedules?count=true")).body, R"({"count":1})");
}

TEST(SeventhResource, IsCheckedByItsDescriptor) {
  Stage stage;
  const auto refused = [&](const Json &body) { return error_in(stage(send("POST", "/schedules", body))); };
  EXPECT_EQ(refused({{"name", "n"}}), "1304-400");
  EXPECT_EQ(refused({{"name", "n"}, {"connectionId", "none"}}), "1439-404");
  EXPECT_EQ(refused({{"name", "n"}, {"connectionId", kConnection}, {"hours", {1}}}), "1312-400");
  EXPECT_EQ(refused({{"name", "n"}, {"connectionId", kConnection}, {"nonsense", 1}}), "1000-400");
  EXPECT_EQ(header(stage(send("PUT", "/schedules/x")), "Allow"), "GET, PATCH, DELETE");
}

TEST(SeventhResource, IsPatched) {
  Stage stage;
  const std::string id = made(stage, "schedules", schedule("one"));
  EXPECT_EQ(error_in(stage(patch("schedules", id, change("add", "/hours", {"1"}), ""))), "1403-400");
  EXPECT_EQ(stage(patch("schedules", id, change("add", "/hours", {"1"}))).status, 200);
  EXPECT_EQ(document(stage, "schedules", id)["hours"], Json({"1"}));
  EXPECT_EQ(error_in(stage(patch("schedules", id, change("replace", "/connectionId", "x")))), "1414-400");
  EXPECT_EQ(error_in(stage(patch("schedules", id, change("replace", "/hours/0", 1)))), "1312-400");
}

TEST(SeventhResource, IsSearchedForAskedAndActedUpon) {
  Stage stage;
  const std::string id = made(stage, "schedules", schedule("one"));
  const Json body = {{"queryString", "property=name==one"}, {"limit", 5}};
  EXPECT_EQ(ids_in(stage(send("POST", "/schedules/search", body))), std::vector<std::string>({id}));
  const std::string path = path_of("schedules", id);
  EXPECT_EQ(stage(read(path + "/test")).body, R"({"result":true})");
  EXPECT_EQ(stage(read(path + "/explore?objectType=root")).status, 404) << "it has no such verb";
  EXPECT_EQ(stage(send("POST", path + "/action?op=disable")).status, 200);
  EXPECT_EQ(document(stage, "schedules", id)["state"], "disabled");
  EXPECT_EQ(error_in(stage(send("POST", path + "/action?op=disable"))), "1422-400");
}

TEST(SeventhResource, IsSeededAndInSnapshots) {
  const Json seed = {{"flows", Json::array()},
                     {"runs", Json::array()},
                     {"schedules", {{{"id", "s"}, {"name", "seeded"}, {"createdAt", "-1h"}}}}};
  Steered stage([&](Settings &settings) { settings.seed = parse_seed(seed.dump(), "test"); });
  EXPECT_EQ(document(stage, "schedules", "s")["createdAt"], kNow - 3'600'000);
  EXPECT_EQ(stage(patch("schedules", "s", change("add", "/priority", 5))).status, 200);
  const std::string snapshot = stage.steer("GET", "/snapshot").body;
  EXPECT_EQ(Json::parse(snapshot)["schedules"][0]["priority"], 5);
  ASSERT_EQ(stage.admin("POST", "/sandboxes/o/elsewhere/restore", Json::parse(snapshot)).status, 200);
  EXPECT_EQ(stage.admin("GET", "/sandboxes/o/elsewhere/snapshot").body, snapshot);
  try {
    parse_seed(R"({"flows":[],"runs":[],"schedules":[{"id":"s","nonsense":1}]})", "test");
    FAIL() << "a seed is checked";
  } catch (const SeedError &error) {
    EXPECT_EQ(error.pointer, "/schedules/0/nonsense");
  }
}

} // namespace
} // namespace flow::mock::test
