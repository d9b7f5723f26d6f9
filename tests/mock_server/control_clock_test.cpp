#include <gtest/gtest.h>

#include <thread>

#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::body_of;
using test::Json;
using test::kFailed;
using test::kNow;
using test::pointer_in;
using test::Steered;

std::int64_t now_of(const Response &clock) {
  return body_of(clock).at("nowMs");
}

TEST(ControlOfTime, AFrozenSandboxStandsStillWhileOthersGoOn) {
  Steered mock;
  mock.steer("PUT", "/clock", {{"frozen", true}});
  mock.clock->advance(1000);
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow);
  EXPECT_EQ(now_of(mock.admin("GET", "/sandboxes/o/other/clock")), kNow + 1000);
  EXPECT_EQ(body_of(mock.steer("GET", "/clock"))["frozen"], true);
  mock.steer("PUT", "/clock", {{"frozen", false}});
  mock.clock->advance(10);
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow + 10) << "goes on from where it stood";
}

TEST(ControlOfTime, IsSetAndAdvancedFrozenOrNot) {
  Steered mock;
  EXPECT_EQ(now_of(mock.steer("PUT", "/clock", {{"advanceMs", 5}})), kNow + 5);
  EXPECT_EQ(now_of(mock.steer("PUT", "/clock", {{"nowMs", kNow + 100}, {"frozen", true}})), kNow + 100);
  mock.clock->advance(1000);
  EXPECT_EQ(now_of(mock.steer("PUT", "/clock", {{"advanceMs", 1}})), kNow + 101);
  EXPECT_EQ(body_of(mock.steer("GET", "/clock"))["now"], "2026-01-01T00:00:00.101Z");
}

TEST(ControlOfTime, TheCommonClockMovesThoseThatFollowIt) {
  Steered mock;
  mock.admin("PUT", "/sandboxes/o/frozen/clock", {{"frozen", true}});
  mock.admin("PUT", "/clock", {{"advanceMs", 1000}});
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow + 1000);
  EXPECT_EQ(now_of(mock.admin("GET", "/sandboxes/o/frozen/clock")), kNow);
}

TEST(ControlOfTime, WhatMakesNoSenseIsRefusedAndChangesNothing) {
  Steered mock;
  const std::vector<std::pair<Json, std::string>> wrong = {
      {{{"nowMs", kNow - 1}}, "/nowMs"},
      {{{"advanceMs", -1}}, "/advanceMs"},
      {{{"advanceMs", 1.5}}, "/advanceMs"},
      {{{"advanceMs", 253402300799999}}, "/advanceMs"},
      {{{"advanceMs", "1h"}}, "/advanceMs"},
      {{{"nowMs", kNow}, {"advanceMs", 1}}, "/advanceMs"},
      {{{"frozen", "yes"}}, "/frozen"},
      {{{"freeze", true}}, "/freeze"},
      {{{"mode", "fast"}, {"advanceMs", 1}}, "/mode"},
      {{{"mode", true}}, "/mode"},
      {{{"mode", "auto"}, {"advanceMs", -1}}, "/advanceMs"},
      {{{"frozen", true}, {"nowMs", 0}}, "/nowMs"},
  };
  for (const auto &[body, pointer] : wrong) {
    const Response refused = mock.steer("PUT", "/clock", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(pointer_in(refused), pointer) << refused.body;
    EXPECT_EQ(
        body_of(mock.steer("GET", "/clock")),
        (Json{{"nowMs", kNow}, {"now", "2026-01-01T00:00:00.000Z"}, {"frozen", false}, {"mode", "normal"}}));
  }
  EXPECT_EQ(pointer_in(mock.admin("PUT", "/clock", {{"mode", "auto"}})), "/mode");
  EXPECT_FALSE(body_of(mock.admin("GET", "/clock")).contains("mode")) << "no run ends by it";
}

TEST(ControlOfTime, NoStepIsLostWhereManyAdvanceIt) {
  Steered mock;
  mock.steer("PUT", "/clock", {{"frozen", true}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int step = 0; step < 100; ++step) {
        EXPECT_EQ(mock.steer("PUT", "/clock", {{"advanceMs", 1000}}).status, 200);
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow + 400000);
}

TEST(ControlOfTime, InTheOpenapiReadingHoldsForCallsThatNameNoSandbox) {
  Steered mock([](Settings &settings) { settings.reading.take("openapi"); }, "prod");
  mock.steer("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}, {"times", 1}});
  test::Ask asked = test::get(kFailed);
  EXPECT_EQ(mock(asked.drop("x-sandbox-name")).status, 503);
  EXPECT_EQ(mock(asked).status, 200);
}

TEST(ControlOfTime, RunsEndInTheOrderOfTheirTimes) {
  Steered mock;
  const auto add = [&](const char *id, std::int64_t after_ms) {
    mock.steer("POST", "/runs",
               {{"id", id},
                {"flowId", test::kNightlyFlow},
                {"state", "in-progress"},
                {"ends", {{"afterMs", after_ms}, {"outcome", "failed"}}}});
  };
  add("late", 2000);
  add("early", 1000);
  mock.steer("PUT", "/clock", {{"advanceMs", 999}});
  EXPECT_EQ(mock.status("early"), "inProgress");
  mock.steer("PUT", "/clock", {{"advanceMs", 5000}});
  EXPECT_EQ(mock.run("early")["updatedAt"], kNow + 1000);
  EXPECT_EQ(mock.run("late")["updatedAt"], kNow + 2000);
}

/// Puts a failed run, the retries of which take so long, into the sandbox.
void script_retries(Steered &mock, const Json &retries) {
  ASSERT_EQ(mock.steer("PUT", test::path_of_run(kFailed, "/script"), {{"retries", retries}}).status, 200);
}

TEST(AutomaticTime, WhoReadsARunInProgressFindsItEnded) {
  Steered mock;
  script_retries(mock, {{{"outcome", "failed"}, {"durationMs", 60000}},
                        {{"outcome", "success"}, {"durationMs", 3600000}}});
  EXPECT_EQ(body_of(mock.steer("PUT", "/clock", {{"mode", "auto"}}))["mode"], "auto");
  const std::string first = mock.retried(kFailed);
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow) << "a retry takes no time";
  EXPECT_EQ(mock.status(first), "failed");
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow + 60000);
  const std::string second = mock.retried(first);
  EXPECT_EQ(mock.run(second)["metrics"]["durationSummary"]["completedAtUTC"], kNow + 3660000);
  EXPECT_EQ(mock.status(second), "success") << "and no time passes where it has ended";
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow + 3660000);
}

TEST(AutomaticTime, WhoListsRunsFindsAllEndedInTheirOrder) {
  Steered mock;
  mock.steer("PUT", "/clock", {{"mode", "auto"}, {"frozen", true}});
  for (const auto &[id, after_ms] : {std::pair{"late", 2000}, std::pair{"early", 1000}}) {
    mock.steer("POST", "/runs",
               {{"id", id},
                {"flowId", test::kNightlyFlow},
                {"state", "in-progress"},
                {"ends", {{"afterMs", after_ms}, {"outcome", "failed"}}}});
  }
  mock.steer("POST", "/runs", {{"id", "endless"}, {"flowId", test::kNightlyFlow}, {"state", "in-progress"}});
  EXPECT_EQ(mock.call(test::read("/runs")).status, 200);
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow + 2000);
  mock.steer("PUT", "/clock", {{"mode", "normal"}});
  EXPECT_EQ(mock.run("early")["updatedAt"], kNow + 1000);
  EXPECT_EQ(mock.run("late")["updatedAt"], kNow + 2000);
  EXPECT_EQ(mock.status("endless"), "inProgress");
}

TEST(AutomaticTime, IsOfOneSandboxAndEndsWithAReset) {
  Steered mock;
  script_retries(mock, {{{"outcome", "success"}, {"durationMs", 60000}}});
  mock.admin("PUT", "/sandboxes/o/other/clock", {{"mode", "auto"}});
  const std::string made = mock.retried(kFailed);
  EXPECT_EQ(mock.status(made), "inProgress");
  mock.steer("PUT", "/clock", {{"mode", "auto"}});
  EXPECT_EQ(mock.status(made), "success");
  EXPECT_EQ(now_of(mock.admin("GET", "/sandboxes/o/other/clock")), kNow);
  EXPECT_EQ(now_of(mock.admin("GET", "/clock")), kNow);
  mock.steer("POST", "/reset");
  EXPECT_EQ(body_of(mock.steer("GET", "/clock"))["mode"], "normal");
}

TEST(ControlOfTime, AnHourOfRetriesPassesAtOnce) {
  Steered mock;
  mock.steer("PUT", "/clock", {{"frozen", true}});
  Json retries = Json::array();
  for (int i = 0; i < 11; ++i) {
    retries.push_back({{"outcome", "failed"}, {"durationMs", 60000}});
  }
  retries.push_back({{"outcome", "success"}, {"durationMs", 60000}});
  mock.steer("PUT", "/runs/" + std::string(kFailed) + "/script", {{"retries", retries}});
  std::string run(kFailed);
  int retried = 0;
  while (mock.status(run) != "success") {
    run = mock.retried(run);
    ASSERT_EQ(mock.status(run), "inProgress");
    mock.steer("PUT", "/clock", {{"advanceMs", 300000}});
    ++retried;
  }
  EXPECT_EQ(retried, 12);
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow + 12 * 300000);
  EXPECT_EQ(mock.run(run)["metrics"]["durationSummary"]["completedAtUTC"], kNow + 11 * 300000 + 60000);
}

TEST(ControlOfTime, DeterministicStartsFrozenAndCanBeLetGo) {
  Steered mock([](Settings &settings) {
    settings.deterministic = 1;
    settings.frozen_at_ms = kNow - 5000;
  });
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow - 5000);
  mock.clock->advance(1000);
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow - 5000);
  EXPECT_EQ(body_of(mock.steer("GET", "/clock"))["frozen"], true);
  const Response refused = mock.steer("PUT", "/clock", {{"frozen", false}});
  EXPECT_EQ(refused.status, 409) << "it follows a frozen clock";
  mock.admin("PUT", "/clock", {{"frozen", false}});
  mock.clock->advance(1000);
  EXPECT_EQ(now_of(mock.steer("GET", "/clock")), kNow - 4000);
}

/// A token of the mock's own, tried in a sandbox.
int status_with(Steered &mock, const std::string &token, std::string_view sandbox) {
  test::Ask asked = test::get(kFailed);
  asked.set("Authorization", "Bearer " + token).set("x-sandbox-name", sandbox);
  return test::ask(mock.service, asked).status;
}

std::string new_token(Steered &mock) {
  const test::Ask asked{.method = "POST",
                        .target =
                            "/ims/token/v3?grant_type=client_credentials&client_id=a&client_secret=b&scope=c",
                        .headers = {}};
  return body_of(test::ask(mock.service, asked)).at("access_token");
}

TEST(ControlOfTime, TokensAgeWithTheSandboxTheyAreUsedIn) {
  Steered mock;
  const std::string token = new_token(mock);
  mock.admin("PUT", "/sandboxes/%7BORG_ID%7D/later/clock", {{"advanceMs", 86398999}});
  EXPECT_EQ(status_with(mock, token, "later"), 200);
  mock.admin("PUT", "/sandboxes/%7BORG_ID%7D/later/clock", {{"advanceMs", 1}});
  EXPECT_EQ(status_with(mock, token, "later"), 401);
  EXPECT_EQ(status_with(mock, token, "other"), 200) << "no time has passed there";
  EXPECT_EQ(status_with(mock, new_token(mock), "later"), 200) << "a new one is young";
}

TEST(ControlOfTime, TokensAgeWithTheCommonClock) {
  Steered mock;
  const std::string token = new_token(mock);
  mock.admin("PUT", "/clock", {{"advanceMs", 86399000}});
  EXPECT_EQ(status_with(mock, token, "any"), 401);
}

} // namespace

} // namespace flow::mock
