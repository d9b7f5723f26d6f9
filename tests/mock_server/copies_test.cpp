#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/resources/run_ids.hpp"
#include "mock_server/seed/seed.hpp"
#include "tests/mock_server/steered.hpp"

/// "copies" in the entries of a seed.
namespace flow::mock::test {
namespace {

constexpr std::string_view kUuid = "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1bff";

Json entry(std::string_view id, std::uint64_t copies) {
  return {{"id", id}, {"flowId", "f"}, {"state", "failed"}, {"copies", copies}};
}

Json seed_of(const std::vector<Json> &runs) {
  return {{"flows", {{{"id", "f"}}}}, {"runs", Json(runs)}};
}

/// What the error of a seed with these runs says behind its name, or "".
std::string error_of(const std::vector<Json> &runs) {
  try {
    parse_seed(seed_of(runs).dump(), "s");
    return "";
  } catch (const SeedError &error) {
    return std::string(error.what()).substr(3);
  }
}

Steered stage_of(const std::vector<Json> &runs) {
  return Steered([&](Settings &settings) { settings.seed = parse_seed(seed_of(runs).dump(), "s"); });
}

TEST(Copies, OfAUuidCountUpItsLastDigits) {
  const std::string uuid(kUuid);
  EXPECT_EQ(copy_id(uuid, 1), uuid);
  EXPECT_EQ(copy_id(uuid, 2), "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1c00");
  EXPECT_EQ(copy_id(uuid, 10'000'000), "5b1f0c9e-3d2a-4e6b-9c47-0d8a3006b27e");
}

TEST(Copies, OfOtherIdsTakeANumber) {
  EXPECT_EQ(copy_id("r", 1), "r");
  EXPECT_EQ(copy_id("r", 2), "r-2");
  EXPECT_EQ(copy_id("5B1F0C9E-3D2A-4E6B-9C47-0D8A2F6E1BFF", 2), "5B1F0C9E-3D2A-4E6B-9C47-0D8A2F6E1BFF-2");
}

TEST(Copies, AreRunsLikeTheEntryWithIdsAndEtagsOfTheirOwn) {
  Json like = entry("r", 3);
  like["etag"] = "\"given\"";
  like["createdAt"] = 1000;
  Steered stage = stage_of({like});
  EXPECT_EQ(ids_in(stage(read("/runs"))), (std::vector<std::string>{"r-3", "r-2", "r"}));
  Json first = stage.run("r");
  Json third = stage.run("r-3");
  EXPECT_EQ(first["etag"], "\"given\"");
  EXPECT_EQ(std::set<Json>({first["etag"], stage.run("r-2")["etag"], third["etag"]}).size(), 3);
  for (Json *run : {&first, &third}) {
    // A manifest is of its run's batch.
    (*run)["activities"][1]["fileSummary"].erase("extensions");
    run->erase("id");
    run->erase("etag");
  }
  EXPECT_EQ(first, third);
}

TEST(Copies, OneIsAsIfNotSaid) {
  Steered stage = stage_of({entry("r", 1)});
  EXPECT_EQ(ids_in(stage(read("/runs"))), std::vector<std::string>{"r"});
}

TEST(Copies, HaveRetriesOfTheirOwn) {
  Json like = entry("r", 2);
  like["retries"] = {"failed"};
  Steered stage = stage_of({like});
  EXPECT_EQ(stage.status(stage.retried("r")), "failed");
  EXPECT_EQ(stage.status(stage.retried("r")), "success");
  EXPECT_EQ(stage.status(stage.retried("r-2")), "failed");
}

TEST(Copies, ThatAreRetriesOfAnotherShareItsScript) {
  Json original = entry("r", 1);
  original["retries"] = {"failed", "failed"};
  Json like = entry("s", 2);
  like["retriesOf"] = "r";
  Steered stage = stage_of({original, like});
  EXPECT_EQ(stage.status(stage.retried("s")), "failed");
  EXPECT_EQ(stage.status(stage.retried("s-2")), "failed");
  EXPECT_EQ(stage.status(stage.retried("r")), "success");
}

TEST(Copies, StandAsPlainEntriesInASnapshotThatRestoresThem) {
  Steered stage = stage_of({entry(kUuid, 3)});
  const Json snapshot = body_of(stage.steer("GET", "/snapshot"));
  ASSERT_EQ(snapshot["runs"].size(), 3);
  EXPECT_FALSE(snapshot["runs"][0].contains("copies"));
  ASSERT_EQ(stage.steer("POST", "/restore", snapshot).status, 200);
  EXPECT_EQ(body_of(stage.steer("GET", "/snapshot")), snapshot);
}

TEST(Copies, AreRefusedInEntriesOfTheControlApi) {
  Steered stage = stage_of({entry("r", 1)});
  const Response alone = stage.steer("POST", "/runs", entry("s", 2));
  EXPECT_EQ(alone.status, 400);
  EXPECT_EQ(pointer_in(alone), "/copies");
  const Response bulk = stage.steer("POST", "/bulk", {{"runs", Json::array({entry("s", 1), entry("t", 2)})}});
  EXPECT_EQ(bulk.status, 400);
  EXPECT_EQ(pointer_in(bulk), "/runs/1/copies");
  EXPECT_EQ(ids_in(stage(read("/runs"))), std::vector<std::string>{"r"});
}

TEST(Copies, WhoseIdsAreTakenAreRefusedInAnyOrder) {
  const std::string third = copy_id(std::string(kUuid), 3);
  for (const auto &[one, other] : std::vector<std::pair<Json, Json>>{{entry("r", 3), entry("r-3", 1)},
                                                                     {entry("r", 3), entry("r", 1)},
                                                                     {entry("r", 3), entry("r-2", 4)},
                                                                     {entry(kUuid, 3), entry(third, 1)},
                                                                     {entry(kUuid, 3), entry(third, 5)},
                                                                     {entry(kUuid, 3), entry(kUuid, 2)}}) {
    EXPECT_TRUE(error_of({one, other}).starts_with("/runs/1/id: ")) << one << other;
    EXPECT_TRUE(error_of({other, one}).starts_with("/runs/1/id: ")) << other << one;
  }
}

TEST(Copies, LeaveOtherIdsAlone) {
  EXPECT_EQ(error_of({entry("r", 3), entry("r-4", 2), entry("r-03", 1), entry("r-1", 1), entry("r-x", 1),
                      entry("r-", 1), entry("r--2", 1)}),
            "");
  const std::string uuid(kUuid);
  EXPECT_EQ(error_of({entry(copy_id(uuid, 4), 2), entry(uuid, 3), entry(copy_id(uuid, 6), 1)}), "");
}

TEST(Copies, ThatHaveNoIdsAreRefused) {
  EXPECT_TRUE(error_of({entry(std::string(126, 'r'), 9)}).empty());
  EXPECT_TRUE(error_of({entry(std::string(126, 'r'), 10)}).starts_with("/runs/0/id: leaves no room"));
  const std::string last = "5b1f0c9e-3d2a-4e6b-9c47-ffffffffffff";
  EXPECT_TRUE(error_of({entry(last, 1)}).empty());
  EXPECT_TRUE(error_of({entry(last, 2)}).starts_with("/runs/0/id: leaves no room"));
}

TEST(Copies, AreFromOneToAsManyAsASandboxTakes) {
  EXPECT_TRUE(error_of({entry("r", 0)}).starts_with("/runs/0/copies: "));
  EXPECT_TRUE(error_of({entry("r", 10'000'001)}).starts_with("/runs/0/copies: "));
  EXPECT_EQ(error_of({entry("r", 2'000'000)}), "") << "made where the seed is loaded, not here";
  EXPECT_TRUE(error_of({entry("r", 2'000'001)}).starts_with("/runs/0/copies: "));
}

TEST(Copies, CannotGiveOneIdToTheRetriesOfAll) {
  Json like = entry("r", 2);
  like["retries"] = {"failed", {{"outcome", "failed"}, {"id", "s"}}};
  EXPECT_TRUE(error_of({like}).starts_with("/runs/0/retries/1/id: "));
}

} // namespace
} // namespace flow::mock::test
