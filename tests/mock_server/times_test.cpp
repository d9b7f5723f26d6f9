#include <gtest/gtest.h>

#include "mock_server/clock/given_time.hpp"
#include "mock_server/seed/seed.hpp"
#include "tests/mock_server/described_answers.hpp"
#include "tests/mock_server/steered.hpp"

/// Times as a seed and the control API take them.
namespace flow::mock {

namespace {

using test::body_of;
using test::detail_in;
using test::Json;
using test::kFailed;
using test::kNow;
using test::kOnDemandFlow;
using test::pointer_in;
using test::Steered;

constexpr std::int64_t kHour = 3'600'000;

/// A mock whose seed has one flow and one run, with those members.
Steered seeded(const Json &run, const Json &flow = Json::object()) {
  Json seed = {{"flows", {{{"id", "f"}}}}, {"runs", {{{"id", "r"}, {"flowId", "f"}, {"state", "success"}}}}};
  seed["flows"][0].update(flow);
  seed["runs"][0].update(run);
  if (run.contains("metrics")) {
    seed["runs"][0].erase("state");
  }
  return Steered([&](Settings &settings) { settings.seed = parse_seed(seed.dump(), "seed"); });
}

Json flow_of(Steered &mock) {
  return body_of(mock.call(test::read("/flows/f"))).at("items").at(0);
}

/// What the error of a seed with such a run says.
std::string error_of(const Json &run) {
  try {
    seeded(run);
    return "";
  } catch (const SeedError &error) {
    return error.what();
  }
}

TEST(GivenTime, IsEpochMillisecondsOrFromNowOrRfc3339) {
  const auto at = [](const Json &value) { return given_time(value).value().at(kNow); };
  EXPECT_EQ(at(1000), 1000);
  EXPECT_EQ(at("-90s"), kNow - 90'000);
  EXPECT_EQ(at("-15m"), kNow - 900'000);
  EXPECT_EQ(at("-1h"), kNow - kHour);
  EXPECT_EQ(at("-2d"), kNow - 48 * kHour);
  EXPECT_EQ(at("+1h"), kNow + kHour);
  EXPECT_EQ(at("2026-01-01T02:00:00+01:00"), kNow + kHour);
}

TEST(GivenTime, StaysBetween1970AndTheYear10000) {
  EXPECT_EQ(given_time("-2932896d").value().at(kNow), 0);
  EXPECT_EQ(given_time("+2932896d").value().at(kNow), 253402300799999);
}

TEST(GivenTime, AnythingElseIsNone) {
  for (const Json &value :
       std::vector<Json>{"", "-", "1h", "-1", "-1w", "now", "1767225600000", "2026-01-01", -1, 1.5, true,
                         nullptr, 253402300800000, 18446744073709551615U}) {
    EXPECT_FALSE(given_time(value)) << value;
  }
}

TEST(SeedTimes, ARunAndAFlowWithoutDatesAreOfNow) {
  Steered mock = seeded(Json::object());
  const Json run = mock.run("r");
  EXPECT_EQ(run["createdAt"], kNow);
  EXPECT_EQ(run["updatedAt"], kNow);
  EXPECT_EQ(run["metrics"]["durationSummary"], (Json{{"startedAtUTC", kNow}, {"completedAtUTC", kNow}}));
  EXPECT_EQ(flow_of(mock)["createdAt"], kNow);
  EXPECT_EQ(flow_of(mock)["updatedAt"], kNow);
  EXPECT_EQ(flow_of(mock)["lastOperation"]["started"], kNow);
}

TEST(SeedTimes, NowIsWhenTheSandboxIsFirstUsedAndAgainWhenItIsReset) {
  Steered mock = seeded({{"createdAt", "-1h"}}, {{"createdAt", "-2d"}});
  mock.clock->advance(5000);
  EXPECT_EQ(mock.run("r")["createdAt"], kNow + 5000 - kHour);
  EXPECT_EQ(flow_of(mock)["createdAt"], kNow + 5000 - 48 * kHour);
  mock.clock->advance(5000);
  EXPECT_EQ(mock.run("r")["createdAt"], kNow + 5000 - kHour) << "it stays as it was made";
  mock.steer("POST", "/reset");
  EXPECT_EQ(mock.run("r")["createdAt"], kNow + 10000 - kHour);
  EXPECT_EQ(flow_of(mock)["createdAt"], kNow + 10000 - 48 * kHour);
}

TEST(SeedTimes, NowIsTheClockOfEachSandbox) {
  Steered mock = seeded(Json::object());
  EXPECT_EQ(mock.run("r")["createdAt"], kNow);
  mock.clock->advance(kHour);
  mock.name = "other";
  EXPECT_EQ(mock.run("r")["createdAt"], kNow + kHour);
}

TEST(SeedTimes, EveryTimeOfARunMayCountFromNow) {
  Steered mock = seeded({{"createdAt", "-4h"},
                         {"updatedAt", "-1h"},
                         {"startedAt", "-3h"},
                         {"endedAt", "-2h"},
                         {"window", {{"startMs", "-2d"}, {"endMs", "-1d"}}}});
  const Json run = mock.run("r");
  EXPECT_EQ(run["createdAt"], kNow - 4 * kHour);
  EXPECT_EQ(run["updatedAt"], kNow - kHour);
  EXPECT_EQ(run["metrics"]["durationSummary"]["startedAtUTC"], kNow - 3 * kHour);
  EXPECT_EQ(run["metrics"]["durationSummary"]["completedAtUTC"], kNow - 2 * kHour);
  EXPECT_EQ(run["activities"][0]["durationSummary"]["extensions"],
            (Json{{"windowStart", kNow - 48 * kHour}, {"windowEnd", kNow - 24 * kHour}}));
}

TEST(SeedTimes, TheMetricsOfARecordedRunMayCountFromNow) {
  Steered mock =
      seeded({{"copies", 2},
              {"metrics",
               {{"durationSummary", {{"startedAtUTC", "-3h"}, {"completedAtUTC", "2025-12-31T23:00:00Z"}}},
                {"statusSummary", {{"status", "failed"}}}}}});
  for (const char *id : {"r", "r-2"}) {
    const Json run = mock.run(id);
    EXPECT_EQ(run["metrics"]["durationSummary"],
              (Json{{"startedAtUTC", kNow - 3 * kHour}, {"completedAtUTC", kNow - kHour}}));
    EXPECT_EQ(run["createdAt"], kNow - 3 * kHour) << "a run without createdAt is of its start";
  }
}

TEST(SeedTimes, WhatARecordedRunHasAndIsNoTimeIsShownAndRestoredButNotCountedWith) {
  const test::NotAsDescribed garbage;
  for (const Json &odd : std::vector<Json>{-1, 18446744073709551614U, std::int64_t{-9223372036854775807}}) {
    Steered mock =
        seeded({{"metrics",
                 {{"durationSummary", {{"startedAtUTC", odd}}}, {"statusSummary", {{"status", "failed"}}}}},
                {"activities",
                 {{{"durationSummary", {{"extensions", {{"windowStart", odd}, {"windowEnd", odd}}}}}}}}});
    const Json run = mock.run("r");
    EXPECT_EQ(run["metrics"]["durationSummary"]["startedAtUTC"], odd);
    EXPECT_EQ(run["createdAt"], kNow) << odd;
    const Response snapshot = mock.steer("GET", "/snapshot");
    EXPECT_EQ(mock.steer("POST", "/restore", Json::parse(snapshot.body)).status, 200) << odd;
    EXPECT_EQ(mock.run("r"), run);
  }
}

TEST(SeedTimes, TheEtagIsDatedWithThem) {
  Steered mock = seeded({{"createdAt", "-1h"}}, {{"updatedAt", "-1h"}});
  const std::string hour_ago = "0000-0200-0000-6955aaf0"; // 2025-12-31T23:00:00Z
  EXPECT_NE(mock.run("r")["etag"].get<std::string>().find(hour_ago), std::string::npos) << mock.run("r");
  EXPECT_NE(flow_of(mock)["etag"].get<std::string>().find(hour_ago), std::string::npos) << flow_of(mock);
}

TEST(SeedTimes, ASnapshotHasThemAsTheyBecame) {
  Steered mock = seeded({{"createdAt", "-1h"}});
  const std::string taken = mock.steer("GET", "/snapshot").body;
  mock.clock->advance(kHour);
  mock.admin("POST", "/sandboxes/o/other/restore", Json::parse(taken));
  EXPECT_EQ(mock.admin("GET", "/sandboxes/o/other/snapshot").body, taken);
  EXPECT_EQ(Json::parse(taken)["runs"][0]["createdAt"], kNow - kHour);
  EXPECT_EQ(Json::parse(taken)["flows"][0]["createdAt"], kNow);
}

TEST(SeedTimes, WhatIsNoTimeIsRefusedWithPlaceValueAndForms) {
  for (const Json &value : std::vector<Json>{"yesterday", "-1 h", -1, 1.5, true}) {
    for (const char *name : {"createdAt", "updatedAt", "startedAt", "endedAt"}) {
      const std::string error = error_of({{name, value}});
      EXPECT_TRUE(error.starts_with("seed: /runs/0/" + std::string(name) + ": is " + value.dump() +
                                    "; a time is epoch milliseconds, \"-90s\""))
          << error;
    }
    EXPECT_TRUE(error_of({{"window", {{"startMs", value}, {"endMs", 1}}}})
                    .starts_with("seed: /runs/0/window/startMs: is " + value.dump() + "; a time is"))
        << value;
  }
  const Json metrics = {{"durationSummary", {{"startedAtUTC", "noon"}}},
                        {"statusSummary", {{"status", "failed"}}}};
  EXPECT_TRUE(error_of({{"metrics", metrics}})
                  .starts_with("seed: /runs/0/metrics/durationSummary/startedAtUTC: is \"noon\"; a time is"));
}

TEST(SeedTimes, AWindowCountsFromNowAltogetherOrNotAtAll) {
  const std::string error = error_of({{"window", {{"startMs", 1}, {"endMs", "-1h"}}}});
  EXPECT_TRUE(error.starts_with("seed: /runs/0/window/endMs: must be given as startMs is")) << error;
  EXPECT_TRUE(error_of({{"window", {{"startMs", "-1h"}, {"endMs", "-2h"}}}})
                  .starts_with("seed: /runs/0/window/endMs: must not be before startMs"));
}

TEST(ControlTimes, RunsAndFlowsMayCountFromNow) {
  Steered mock;
  mock.clock->advance(1000);
  mock.steer("POST", "/runs",
             {{"id", "mine"}, {"flowId", kOnDemandFlow}, {"state", "failed"}, {"createdAt", "-1h"}});
  EXPECT_EQ(mock.run("mine")["createdAt"], kNow + 1000 - kHour);
  mock.steer("PATCH", "/runs/mine", {{"createdAt", "2026-01-01T00:00:00Z"}, {"updatedAt", "+1h"}});
  EXPECT_EQ(mock.run("mine")["createdAt"], kNow);
  EXPECT_EQ(mock.run("mine")["updatedAt"], kNow + 1000 + kHour);
  mock.steer("POST", "/bulk", {{"flows", {{{"id", "f"}, {"createdAt", "-2d"}}}}, {"runs", Json::array()}});
  EXPECT_EQ(flow_of(mock)["createdAt"], kNow + 1000 - 48 * kHour);
  const Response refused = mock.steer("PATCH", "/runs/mine", {{"updatedAt", "soon"}});
  EXPECT_EQ(pointer_in(refused), "/updatedAt");
  EXPECT_TRUE(detail_in(refused).starts_with("is \"soon\"; a time is")) << refused.body;
}

TEST(ControlTimes, AClockIsSetFromNowOrByRfc3339) {
  Steered mock;
  EXPECT_EQ(body_of(mock.steer("PUT", "/clock", {{"nowMs", "+1h"}}))["nowMs"], kNow + kHour);
  EXPECT_EQ(body_of(mock.steer("PUT", "/clock", {{"nowMs", "2026-01-01T02:00:00Z"}}))["nowMs"],
            kNow + 2 * kHour);
  for (const char *wrong : {"-1h", "noon"}) {
    const Response refused = mock.steer("PUT", "/clock", {{"nowMs", wrong}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(pointer_in(refused), "/nowMs");
  }
}

TEST(ControlTimes, TheJournalIsFilteredByThem) {
  Steered mock;
  mock.call(test::get(kFailed));
  mock.clock->advance(2 * kHour);
  const auto counted = [&](const std::string &query) {
    return body_of(mock.steer("GET", "/requests/count?" + query)).value("count", -1);
  };
  EXPECT_EQ(counted("fromMs=-3h"), 1);
  EXPECT_EQ(counted("fromMs=-1h"), 0);
  EXPECT_EQ(counted("toMs=2026-01-01T00:00:00Z"), 1);
  EXPECT_EQ(counted("fromMs=1767225600001"), 0);
  const Response refused = mock.steer("GET", "/requests?toMs=noon");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(pointer_in(refused), "toMs");
  EXPECT_TRUE(detail_in(refused).starts_with("It is \"noon\"; a time is")) << refused.body;
}

} // namespace

} // namespace flow::mock
