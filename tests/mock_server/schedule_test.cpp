#include "mock_server/resources/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::body_of;
using test::error_in;
using test::Json;
using test::kNow;
using test::read;
using test::Steered;

constexpr std::int64_t kOneSecond = 1000;
constexpr std::int64_t kOneMinute = 60 * kOneSecond;
constexpr std::int64_t kOneHour = 60 * kOneMinute;
constexpr std::int64_t kOneDay = 24 * kOneHour;

// --- when
// --------------------------------------------------------------------------------------------------------

struct Said {
  const char *params;
  std::int64_t step_ms;
};

TEST(Schedule, IsReadAsTheTutorialsAndTheOpenApiFileWriteIt) {
  for (const Said &said :
       {Said{R"({"startTime":"1612310466","frequency":"minute","interval":"15"})", 15 * kOneMinute},
        Said{R"({"startTime":1612310466,"frequency":"minute","interval":15})", 15 * kOneMinute},
        Said{R"({"startTime":"1612310466","frequency":"hour","interval":"3"})", 3 * kOneHour},
        Said{R"({"startTime":"1612310466","frequency":"day","interval":"1"})", kOneDay},
        Said{R"({"startTime":"1612310466","frequency":"week","interval":2})", 14 * kOneDay},
        Said{R"({"startTime":"1612310466","frequency":"once"})", 0},
        Said{R"({"startTime":1612310466,"timeUnit":"hour","interval":6})", 6 * kOneHour}}) {
    const auto schedule = schedule_in(Json::parse(said.params));
    ASSERT_TRUE(schedule) << said.params;
    EXPECT_EQ(schedule->first_ms, 1612310466000);
    EXPECT_EQ(schedule->step_ms, said.step_ms) << said.params;
    EXPECT_TRUE(schedule->backfill);
  }
}

TEST(Schedule, IsNoneWhereItCannotBeOne) {
  for (const char *params :
       {"{}", "[]", R"({"frequency":"hour","interval":1})", R"({"startTime":"x","frequency":"once"})",
        R"({"startTime":-1,"frequency":"once"})", R"({"startTime":1,"frequency":"month","interval":1})",
        R"({"startTime":1,"frequency":"hour"})", R"({"startTime":1,"frequency":"hour","interval":0})",
        R"({"startTime":1,"frequency":"hour","interval":99999999999})",
        R"({"startTime":99999999999999,"frequency":"once"})", R"({"startTime":[],"frequency":{}})"}) {
    EXPECT_FALSE(schedule_in(Json::parse(params))) << params;
  }
}

TEST(Schedule, BackfillIsOffOnlyWhereItIsSaid) {
  const auto backfill = [](const Json &value) {
    return schedule_in({{"startTime", 1}, {"frequency", "once"}, {"backfill", value}})->backfill;
  };
  EXPECT_TRUE(backfill(true));
  EXPECT_TRUE(backfill("true"));
  EXPECT_FALSE(backfill(false));
  EXPECT_FALSE(backfill("false"));
}

TEST(Schedule, HasTheTimesFromItsFirstOnUntilItsEnd) {
  const Schedule hourly{.first_ms = 10, .step_ms = 5, .last_ms = 20};
  EXPECT_EQ(next_after(hourly, 0), 10);
  EXPECT_EQ(next_after(hourly, 9), 10);
  EXPECT_EQ(next_after(hourly, 10), 15);
  EXPECT_EQ(next_after(hourly, 14), 15);
  EXPECT_EQ(next_after(hourly, 19), 20);
  EXPECT_EQ(next_after(hourly, 20), std::nullopt);
  EXPECT_EQ(last_until(hourly, 9), std::nullopt);
  EXPECT_EQ(last_until(hourly, 10), 10);
  EXPECT_EQ(last_until(hourly, 14), 10);
  EXPECT_EQ(last_until(hourly, 99), 20);
  EXPECT_EQ(count_until(hourly, 10, 9), 0U);
  EXPECT_EQ(count_until(hourly, 10, 10), 1U);
  EXPECT_EQ(count_until(hourly, 15, 99), 2U);
}

TEST(Schedule, OnceIsOneTime) {
  const Schedule once{.first_ms = 10, .step_ms = 0, .last_ms = std::nullopt};
  EXPECT_EQ(next_after(once, 9), 10);
  EXPECT_EQ(next_after(once, 10), std::nullopt);
  EXPECT_EQ(last_until(once, 50), 10);
  EXPECT_EQ(count_until(once, 10, 50), 1U);
}

// --- runs
// ----------------------------------------------------------------------------------------------------------

/// A mock whose seed has one flow, "f", with these scheduleParams.
struct Scheduled : Steered {
  explicit Scheduled(
      const Json &params, const std::function<void(Settings &)> &change = [](Settings &) {},
      const char *how = "run")
      : Steered([&](Settings &settings) {
          Json flow = {{"id", "f"}, {"scheduleParams", params}};
          if (*how != '\0') {
            flow["schedule"] = how;
          }
          settings.seed = parse_seed(Json({{"flows", {flow}}, {"runs", Json::array()}}).dump(), "seed");
          change(settings);
        }) {
    runs(); // the sandbox is there from now on
  }

  Response advance(std::int64_t by_ms) { return steer("PUT", "/clock", {{"advanceMs", by_ms}}); }

  /// The runs of a flow, in the order of their making.
  Json runs(const std::string &flow = "f") {
    return body_of(call(read("/runs?limit=100&orderby=createdAt&property=flowId==" + flow))).at("items");
  }
};

Json hourly(std::int64_t start_ms) {
  return {{"startTime", std::to_string(start_ms / kOneSecond)}, {"frequency", "hour"}, {"interval", "1"}};
}

std::int64_t second_of(const Json &run, const char *param) {
  return std::stoll(run.at("params").at(param).get<std::string>()) * kOneSecond;
}

TEST(ScheduledRuns, AreMadeAtTheirTimesAsTheClockPassesThem) {
  Scheduled mock(hourly(kNow - 30 * kOneMinute));
  EXPECT_EQ(mock.runs().size(), 0U) << "those before are the seed's to give";
  EXPECT_EQ(mock.advance(kOneDay).status, 200);
  const Json runs = mock.runs();
  ASSERT_EQ(runs.size(), 24U);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::int64_t at_ms = kNow + 30 * kOneMinute + static_cast<std::int64_t>(i) * kOneHour;
    EXPECT_EQ(runs[i]["createdAt"], at_ms);
    EXPECT_EQ(runs[i]["metrics"]["statusSummary"]["status"], "success");
    EXPECT_EQ(second_of(runs[i], "windowEndTime"), at_ms);
    EXPECT_EQ(second_of(runs[i], "windowStartTime"), at_ms - kOneHour) << "windows touch";
  }
  const Json flow = body_of(mock.call(read("/flows/f"))).at("items").at(0);
  EXPECT_EQ(flow["lastRunDetails"]["id"], runs[23]["id"]);
}

TEST(ScheduledRuns, AreMadeAlsoWhereTimePassesByItself) {
  Scheduled mock(hourly(kNow + kOneHour));
  mock.clock->advance(kOneHour - 1);
  EXPECT_EQ(mock.runs().size(), 0U);
  mock.clock->advance(1);
  ASSERT_EQ(mock.runs().size(), 1U);
  EXPECT_EQ(mock.runs()[0]["createdAt"], kNow + kOneHour);
}

TEST(ScheduledRuns, AreNoneOfAFlowWhoseSeedDoesNotSayIt) {
  Scheduled mock(
      hourly(kNow), [](Settings &settings) { settings.schedules = true; }, "");
  mock.advance(kOneDay);
  EXPECT_EQ(mock.runs().size(), 0U);
}

TEST(ScheduledRuns, GoAsTheFlowsScriptSays) {
  Scheduled mock(hourly(kNow));
  mock.steer(
      "PUT", "/flows/f/script",
      {{"retries", {"failed", {{"outcome", "success-without-records"}, {"durationMs", kOneHour / 2}}}}});
  mock.advance(2 * kOneHour + kOneHour / 4);
  Json runs = mock.runs();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0]["metrics"]["statusSummary"]["status"], "failed");
  EXPECT_EQ(runs[1]["metrics"]["statusSummary"]["status"], "inProgress");
  EXPECT_NE(mock.retried(runs[0]["id"].get<std::string>()), "") << "and can be retried";
  mock.advance(kOneHour / 4);
  runs = mock.runs();
  EXPECT_EQ(runs[1]["metrics"]["statusSummary"]["status"], "success");
  EXPECT_EQ(runs[1]["updatedAt"], kNow + 2 * kOneHour + kOneHour / 2);
}

TEST(ScheduledRuns, AreOneWhereTheScheduleIsOnce) {
  Scheduled mock({{"startTime", (kNow + kOneHour) / kOneSecond}, {"frequency", "once"}});
  mock.advance(30 * kOneDay);
  EXPECT_EQ(mock.runs().size(), 1U);
  Scheduled passed({{"startTime", (kNow - kOneHour) / kOneSecond}, {"frequency", "once"}});
  passed.advance(30 * kOneDay);
  EXPECT_EQ(passed.runs().size(), 0U) << "its run would be the seed's";
}

TEST(ScheduledRuns, StopWhileTheFlowIsDisabledAndAreNotMadeUpFor) {
  Scheduled mock(hourly(kNow));
  mock.advance(2 * kOneHour);
  const auto act = [&](const char *op) {
    test::Ask asked = read(std::string("/flows/f/action?op=") + op);
    asked.method = "POST";
    return mock.call(asked);
  };
  ASSERT_EQ(act("disable").status, 200);
  mock.advance(10 * kOneHour + kOneMinute);
  EXPECT_EQ(mock.runs().size(), 2U);
  ASSERT_EQ(act("enable").status, 200);
  EXPECT_EQ(mock.runs().size(), 2U);
  mock.advance(kOneHour);
  const Json runs = mock.runs();
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[2]["createdAt"], kNow + 13 * kOneHour);
  EXPECT_EQ(second_of(runs[2], "windowStartTime"), kNow + 2 * kOneHour) << "since the last run";
}

TEST(ScheduledRuns, StopWithTheFlow) {
  Scheduled mock(hourly(kNow));
  mock.advance(kOneHour);
  test::Ask asked = read("/flows/f");
  asked.method = "DELETE";
  ASSERT_EQ(mock.call(asked).status, 204);
  mock.advance(kOneDay);
  EXPECT_EQ(mock.runs().size(), 1U) << "and the run stays";
}

TEST(ScheduledRuns, AreCountedOnFromTheLastOneWhereTheRateChanges) {
  Scheduled mock(hourly(kNow - kOneMinute));
  mock.advance(kOneHour);
  test::Ask asked = read("/flows/f");
  asked.method = "PATCH";
  asked.body = R"([{"op":"replace","path":"/scheduleParams/frequency","value":"minute"},
                   {"op":"replace","path":"/scheduleParams/interval","value":"30"}])";
  asked.set("Content-Type", "application/json").set("If-Match", "*");
  ASSERT_EQ(mock.call(asked).status, 200);
  mock.advance(kOneHour);
  const Json runs = mock.runs();
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0]["createdAt"], kNow + kOneHour - kOneMinute);
  EXPECT_EQ(runs[1]["createdAt"], kNow + kOneHour + 29 * kOneMinute);
  EXPECT_EQ(runs[2]["createdAt"], kNow + kOneHour + 59 * kOneMinute);
}

TEST(ScheduledRuns, StayAsTheyAreWhereTheFlowChangesOtherwise) {
  Scheduled mock(hourly(kNow + 10 * kOneMinute));
  test::Ask asked = read("/flows/f");
  asked.method = "PATCH";
  asked.body = R"([{"op":"replace","path":"/name","value":"x"}])";
  asked.set("Content-Type", "application/json").set("If-Match", "*");
  ASSERT_EQ(mock.call(asked).status, 200);
  mock.advance(kOneHour);
  ASSERT_EQ(mock.runs().size(), 1U);
  EXPECT_EQ(mock.runs()[0]["createdAt"], kNow + 10 * kOneMinute);
}

TEST(ScheduledRuns, BeyondWhatTheSandboxTakesRefuseTheMoveOfTheClock) {
  Scheduled mock(hourly(kNow), [](Settings &settings) { settings.limits.runs = 10; });
  for (const Json &move : {Json{{"advanceMs", kOneDay}}, Json{{"nowMs", kNow + kOneDay}}}) {
    for (const Response &refused : {mock.steer("PUT", "/clock", move), mock.admin("PUT", "/clock", move)}) {
      EXPECT_EQ(refused.status, 409);
      EXPECT_NE(test::detail_in(refused).find("--max-runs"), std::string::npos) << refused.body;
      EXPECT_EQ(test::pointer_in(refused), "/" + move.begin().key());
    }
  }
  EXPECT_EQ(body_of(mock.steer("GET", "/clock"))["nowMs"], kNow);
  EXPECT_EQ(mock.runs().size(), 0U);
  EXPECT_EQ(mock.advance(10 * kOneHour).status, 200) << "just as many fit";
  EXPECT_EQ(mock.runs().size(), 10U);
  mock.clock->advance(kOneDay);
  EXPECT_EQ(mock.runs().size(), 10U) << "time itself cannot be refused: no more are made";
}

TEST(ScheduledRuns, GoOnAfterASnapshot) {
  Scheduled mock(hourly(kNow));
  mock.advance(90 * kOneMinute);
  const Json snapshot = body_of(mock.steer("GET", "/snapshot"));
  EXPECT_EQ(snapshot.at("flows").at(0).at("schedule"), "run");
  ASSERT_EQ(mock.steer("POST", "/restore", snapshot).status, 200);
  mock.advance(kOneHour);
  const Json runs = mock.runs();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(second_of(runs[1], "windowStartTime"), kNow + kOneHour);
}

TEST(ScheduledRuns, KeepTheirSandboxFromBeingForgotten) {
  Scheduled mock(hourly(kNow));
  EXPECT_EQ(body_of(mock.admin("GET", "/sandboxes"))["sandboxes"].size(), 1U);
}

// --- flows that are made through the API
// ----------------------------------------------------------------------------

/// A mock with --schedules.
struct Scheduling : Steered {
  Scheduling() : Steered([](Settings &settings) { settings.schedules = true; }) {}

  /// The id of a new flow with these scheduleParams, of the documented Blob source.
  std::string made(const Json &params, const std::string &query = "") {
    test::Ask asked = read("/flows" + query);
    asked.method = "POST";
    asked.body = Json({{"name", "made"},
                       {"flowSpec", {{"id", "9753525b-82c7-4dce-8a9b-5ccfce2b9876"}, {"version", "1.0"}}},
                       {"sourceConnectionIds", {"26b53912-1005-49f0-b539-12100559f0e2"}},
                       {"targetConnectionIds", {"f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"}},
                       {"transformations", Json::array()},
                       {"scheduleParams", params}})
                     .dump();
    asked.set("Content-Type", "application/json");
    const Response answer = call(asked);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return body_of(answer).value("id", "");
  }

  Json runs(const std::string &flow) {
    return body_of(call(read("/runs?limit=100&orderby=createdAt&property=flowId==" + flow))).at("items");
  }
};

TEST(ScheduledFlows, RunAtOnceWhereTheirStartHasPassed) {
  Scheduling mock;
  const std::int64_t start_ms = kNow - 90 * kOneMinute;
  const std::string flow = mock.made(hourly(start_ms));
  Json runs = mock.runs(flow);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0]["createdAt"], kNow);
  EXPECT_EQ(second_of(runs[0], "windowStartTime"), start_ms) << "with all that there is: backfill";
  EXPECT_EQ(second_of(runs[0], "windowEndTime"), kNow);
  mock.clock->advance(kOneHour);
  runs = mock.runs(flow);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[1]["createdAt"], kNow + 30 * kOneMinute) << "the first multiple after now";
  EXPECT_EQ(second_of(runs[1], "windowStartTime"), kNow);
}

TEST(ScheduledFlows, TakeOnlyTheLastPeriodWithoutBackfill) {
  Scheduling mock;
  Json params = hourly(kNow - 90 * kOneMinute);
  params["backfill"] = "false";
  const Json runs = mock.runs(mock.made(params));
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(second_of(runs[0], "windowStartTime"), kNow - 30 * kOneMinute);
}

TEST(ScheduledFlows, WaitForTheirStart) {
  Scheduling mock;
  const std::string flow = mock.made(hourly(kNow + kOneHour));
  EXPECT_EQ(mock.runs(flow).size(), 0U);
  mock.clock->advance(kOneHour);
  ASSERT_EQ(mock.runs(flow).size(), 1U);
  EXPECT_EQ(second_of(mock.runs(flow)[0], "windowStartTime"), kNow) << "since it was made";
}

TEST(ScheduledFlows, RunOnceAtOnce) {
  Scheduling mock;
  const std::string flow = mock.made({{"startTime", "1612310466"}, {"frequency", "once"}});
  mock.clock->advance(kOneDay);
  EXPECT_EQ(mock.runs(flow).size(), 1U);
}

TEST(ScheduledFlows, RunFromTheirPublishingOnWhereTheyWereDrafts) {
  Scheduling mock;
  const std::string flow = mock.made(hourly(kNow - kOneHour), "?mode=draft");
  mock.clock->advance(kOneDay);
  EXPECT_EQ(mock.runs(flow).size(), 0U);
  test::Ask asked = read("/flows/" + flow + "/action?op=publish");
  asked.method = "POST";
  ASSERT_EQ(mock.call(asked).status, 200);
  ASSERT_EQ(mock.runs(flow).size(), 1U);
  EXPECT_EQ(mock.runs(flow)[0]["createdAt"], kNow + kOneDay);
}

TEST(ScheduledFlows, DoNotRunWithoutTheSetting) {
  Scheduled mock(hourly(kNow));
  test::Ask asked = read("/flows");
  asked.method = "POST";
  asked.body = R"({"name":"n","flowSpec":{"id":"9753525b-82c7-4dce-8a9b-5ccfce2b9876"},
                   "sourceConnectionIds":["x"],"targetConnectionIds":["x"],
                   "scheduleParams":{"startTime":1,"frequency":"once"}})";
  asked.set("Content-Type", "application/json");
  EXPECT_EQ(error_in(mock.call(asked)), "1439-404") << "the connections of another seed";
  Steered usual;
  asked.body = R"({"name":"n","flowSpec":{"id":"9753525b-82c7-4dce-8a9b-5ccfce2b9876"},
                   "sourceConnectionIds":["26b53912-1005-49f0-b539-12100559f0e2"],
                   "targetConnectionIds":["f7eb08fa-5f04-4e45-ab08-fa5f046e45ee"],
                   "scheduleParams":{"startTime":1,"frequency":"once"}})";
  const Response made = usual.call(asked);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string flow = body_of(made).at("id");
  EXPECT_EQ(body_of(usual.call(read("/runs?property=flowId==" + flow))).at("items").size(), 0U);
}

} // namespace

} // namespace flow::mock
