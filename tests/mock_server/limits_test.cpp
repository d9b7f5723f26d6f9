#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/seed/seed.hpp"
#include "tests/mock_server/scarce_memory.hpp"
#include "tests/mock_server/steered.hpp"

/// The settings that say how much there can be: below, at and above.
namespace flow::mock::test {
namespace {

const std::uint64_t kSeeded = built_in_seed().run_count();

std::function<void(Settings &)> with_runs(std::uint64_t more) {
  return [more](Settings &settings) { settings.limits.runs = kSeeded + more; };
}

std::string detail_in(const Response &response) {
  const Json body = body_of(response);
  return body.contains("errors") ? body["errors"][0].at("detail") : body.at("detail");
}

std::uint64_t runs_in(Steered &steered) {
  return body_of(steered.steer("GET", "")).at("runs");
}

Json entry(const std::string &id) {
  return {{"id", id}, {"flowId", kOnDemandFlow}, {"state", "failed"}};
}

TEST(MaxRuns, ARetryBeyondIsRefusedAndNothingIsDone) {
  Steered steered(with_runs(2));
  steered.steer("PUT", "/runs/" + std::string(kFailed) + "/script",
                {{"retries", {"failed", "failed", "in-progress"}}});
  EXPECT_EQ(steered(retry(kFailed)).status, 200);
  EXPECT_EQ(steered(retry(kFailed)).status, 200);
  const Response beyond = steered(retry(kFailed));
  EXPECT_EQ(beyond.status, 507);
  EXPECT_EQ(error_in(beyond), "Insufficient Storage");
  EXPECT_NE(detail_in(beyond).find("--max-runs"), std::string::npos);
  EXPECT_EQ(steered(create()).status, 507);
  EXPECT_EQ(runs_in(steered), kSeeded + 2);
  const Json run = body_of(steered.steer("GET", "/runs/" + std::string(kFailed)));
  EXPECT_EQ(run.at("retries"), Json({"in-progress"})) << "the script was not taken from";
}

TEST(MaxRuns, WhatIsRefusedForAnotherReasonSaysSoFirst) {
  Steered steered(with_runs(0));
  EXPECT_EQ(steered(retry(kNoSuchRun)).status, 404);
  EXPECT_EQ(steered(retry(kSuccess)).status, 400);
  EXPECT_EQ(steered(get(kFailed)).status, 200);
}

TEST(MaxRuns, TheControlApiKeepsToItToo) {
  Steered steered(with_runs(2));
  EXPECT_EQ(steered.steer("POST", "/runs", entry("a")).status, 201);
  const Json two = {{"runs", {entry("b"), entry("c")}}, {"deleteRuns", {"a"}}};
  const Response beyond = steered.steer("POST", "/bulk", two);
  EXPECT_EQ(beyond.status, 409);
  EXPECT_NE(detail_in(beyond).find("--max-runs"), std::string::npos);
  EXPECT_EQ(runs_in(steered), kSeeded + 1) << "nothing is done";
  EXPECT_EQ(steered.steer("PUT", "/runs/b", entry("b")).status, 201);
  EXPECT_EQ(steered.steer("PUT", "/runs/c", entry("c")).status, 409);
  EXPECT_EQ(steered.steer("PUT", "/runs/b", entry("b")).status, 200) << "is there already";
}

TEST(MaxRuns, DeletedOnesCountUntilAReset) {
  Steered steered(with_runs(1));
  EXPECT_EQ(steered.steer("POST", "/runs", entry("a")).status, 201);
  EXPECT_EQ(steered.steer("DELETE", "/runs/a").status, 200);
  EXPECT_EQ(steered.steer("POST", "/runs", entry("a")).status, 409);
  EXPECT_EQ(steered(retry(kFailed)).status, 507);
  EXPECT_EQ(steered(create()).status, 507);
  EXPECT_EQ(steered.steer("POST", "/reset").status, 200);
  EXPECT_EQ(steered.steer("POST", "/runs", entry("a")).status, 201);
}

std::string seed_of_copies(const std::vector<std::uint64_t> &copies) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < copies.size(); ++i) {
    runs.push_back({{"id", "r" + std::to_string(i)}, {"flowId", "f"}, {"state", "failed"}});
    runs.back()["copies"] = copies[i];
  }
  return Json({{"flows", {{{"id", "f"}}}}, {"runs", runs}}).dump();
}

/// Where it is wrong, and why; "" where it can be used.
std::string seed_error(const std::vector<std::uint64_t> &copies, std::uint64_t most) {
  try {
    parse_seed(seed_of_copies(copies), "seed", most);
  } catch (const SeedError &error) {
    return error.pointer + ": " + error.reason;
  }
  return "";
}

TEST(MaxRuns, OfASeedAreCountedInSumBeforeTheyAreMade) {
  EXPECT_EQ(seed_error({2, 3}, 5), "");
  EXPECT_EQ(seed_error({2, 4}, 5), "/runs/1/copies: with this there are 6 runs, and a sandbox takes 5; give "
                                   "fewer, or raise --max-runs");
  EXPECT_EQ(seed_error({5, 1}, 5).substr(0, 9), "/runs/1: ");
  const std::vector<std::uint64_t> ten(10, 10'000'000);
  EXPECT_EQ(seed_error(ten, kMostRuns).substr(0, 15), "/runs/0/copies:");
  EXPECT_NE(seed_error({999'999'999}, kMostRuns), "");
  EXPECT_NE(seed_error({std::numeric_limits<std::uint64_t>::max()}, kMostRuns), "");
}

TEST(MaxRuns, OfASnapshotAreCountedBeforeAnythingIsChanged) {
  Steered steered(with_runs(0));
  const Response beyond = steered.steer("POST", "/restore", Json::parse(seed_of_copies({kSeeded, 1})));
  EXPECT_EQ(beyond.status, 400);
  EXPECT_EQ(body_of(beyond)["errors"][0]["source"]["pointer"], "/runs/1");
  EXPECT_NE(detail_in(beyond).find("--max-runs"), std::string::npos);
  EXPECT_EQ(steered(get(kFailed)).status, 200);
  EXPECT_EQ(steered.steer("POST", "/restore", Json::parse(seed_of_copies({kSeeded}))).status, 200);
}

TEST(MaxRuns, OfASandboxThatIsResetTakeNoMemory) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  Steered steered;
  steered(get(kFailed));
  const std::int64_t before = bytes_in_use();
  ASSERT_EQ(steered.steer("POST", "/restore", Json::parse(seed_of_copies({100'000}))).status, 200);
  EXPECT_GT(bytes_in_use() - before, 20 * kMiB);
  ASSERT_EQ(steered.steer("POST", "/reset").status, 200);
  EXPECT_LT(bytes_in_use() - before, kMiB);
}

TEST(Endings, OfARunThatIsReplacedAgainAndAgainTakeNoMemory) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  Steered steered;
  steered(get(kFailed));
  SandboxObjects &sandbox = steered.service.state().sandboxes.of("{ORG_ID}", "{SANDBOX_NAME}")->objects;
  Transaction transaction(sandbox, kNow);
  mock::Run run = *transaction->find_run(kFailed);
  run.state = RunState::in_progress;
  run.ending = Ending{.at_ms = kNow + 1'000'000'000, .state = RunState::failed};
  const std::int64_t before = bytes_in_use();
  for (int i = 0; i < 100'000; ++i) {
    ++run.ending->at_ms;
    transaction->replace_run(run);
  }
  EXPECT_LT(bytes_in_use() - before, kMiB / 4);
  transaction->settle(run.ending->at_ms);
  EXPECT_EQ(transaction->find_run(kFailed)->state, RunState::failed) << "it still ends";
}

Json flows(std::size_t from, std::size_t to) {
  Json flows = Json::array();
  for (std::size_t i = from; i < to; ++i) {
    flows.push_back({{"id", "f" + std::to_string(i)}});
  }
  return {{"flows", std::move(flows)}};
}

TEST(MaxFlows, AreAHundredThousand) {
  constexpr std::size_t kAtOnce = 10'000;
  Steered steered;
  const std::size_t seeded = built_in_seed().flows.size();
  for (std::size_t first = 0; first < kMostFlows - seeded; first += kAtOnce) {
    const std::size_t end = std::min(first + kAtOnce, kMostFlows - seeded);
    ASSERT_EQ(steered.steer("POST", "/bulk", flows(first, end)).status, 200);
  }
  const Response beyond = steered.steer("POST", "/flows", {{"id", "one-more"}});
  EXPECT_EQ(beyond.status, 409);
  EXPECT_NE(detail_in(beyond).find("100000"), std::string::npos);
  EXPECT_EQ(steered.steer("DELETE", "/flows/f0").status, 200);
  EXPECT_EQ(steered.steer("POST", "/flows", {{"id", "one-more"}}).status, 201);
}

TEST(MaxWebhooks, AreAsManyAsTheSettingsSay) {
  Stage stage([](Settings &settings) { settings.limits.webhooks = 2; });
  const auto webhook = [&](const char *method, const std::string &sandbox) {
    return stage(admin_ask(method, "/sandboxes/o/" + sandbox + "/webhook",
                           std::string(method) == "PUT" ? R"({"url": "http://127.0.0.1:9/"})" : ""));
  };
  EXPECT_EQ(webhook("PUT", "a").status, 200);
  EXPECT_EQ(webhook("PUT", "b").status, 200);
  stage(admin_ask("PUT", "/sandboxes/o/c/defaults", R"({"durationMs":5})")); // it stays
  const Response beyond = webhook("PUT", "c");
  EXPECT_EQ(beyond.status, 409);
  EXPECT_NE(detail_in(beyond).find("--max-webhooks"), std::string::npos);
  EXPECT_EQ(webhook("GET", "c").status, 404);
  EXPECT_EQ(webhook("PUT", "b").status, 200) << "one takes the place of its own";
  EXPECT_EQ(webhook("DELETE", "a").status, 200);
  EXPECT_EQ(webhook("PUT", "c").status, 200);
  EXPECT_EQ(webhook("PUT", "a").status, 409);
  EXPECT_EQ(stage(admin_ask("POST", "/reset")).status, 200);
  EXPECT_EQ(webhook("PUT", "a").status, 200);
}

Ask token() {
  return {.method = "POST",
          .target = "/ims/token/v3?grant_type=client_credentials&client_id=c&client_secret=s&scope=x",
          .headers = {}};
}

TEST(MaxTokens, AreAsManyAsTheSettingsSayUntilTheyExpire) {
  Stage stage([](Settings &settings) { settings.limits.tokens = 2; });
  EXPECT_EQ(stage(token()).status, 200);
  stage.clock->advance(1000);
  EXPECT_EQ(stage(token()).status, 200);
  const Response beyond = stage(token());
  EXPECT_EQ(beyond.status, 503);
  EXPECT_NE(beyond.body.find("--max-tokens"), std::string::npos);
  stage.clock->advance(86'398'000); // the first is 86,399 s old
  EXPECT_EQ(stage(token()).status, 200);
  EXPECT_EQ(stage(token()).status, 503);
}

} // namespace
} // namespace flow::mock::test
