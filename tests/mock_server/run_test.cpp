#include "mock_server/resources/run.hpp"

#include <gtest/gtest.h>

namespace flow::mock {
namespace {

mock::Run failed_run() {
  mock::Run run;
  run.id = "original";
  run.flow = std::make_shared<const Flow>();
  run.state = RunState::failed;
  run.created_at_ms = 10;
  run.updated_at_ms = 20;
  run.started_at_ms = 10;
  run.etag = "\"old\"";
  run.actors = std::make_shared<const Actors>();
  run.window = Window{.start_ms = 1, .end_ms = 2};
  run.metrics = std::make_shared<const std::string>("{}");
  run.activities = std::make_shared<const std::string>("[]");
  run.script = std::make_shared<RetryScript>();
  return run;
}

NewRun fresh(std::optional<Ending> ending) {
  return {.id = "fresh",
          .etag = "\"new\"",
          .now_ms = 5000,
          .actors = std::make_shared<const Actors>(),
          .ending = ending};
}

std::string etag_of(std::int64_t at_ms) {
  return "\"ended " + std::to_string(at_ms) + "\"";
}

TEST(RetryOf, HasFlowWindowAndScriptOfTheOriginal) {
  const mock::Run original = failed_run();
  const mock::Run made = retry_of(original, fresh(std::nullopt));
  EXPECT_EQ(made.flow, original.flow);
  ASSERT_TRUE(made.window);
  EXPECT_EQ(made.window->start_ms, 1);
  EXPECT_EQ(made.window->end_ms, 2);
  EXPECT_EQ(made.script, original.script);
}

TEST(RetryOf, HasIdEtagAndTimesOfItsOwn) {
  const mock::Run made = retry_of(failed_run(), fresh(std::nullopt));
  EXPECT_EQ(made.id, "fresh");
  EXPECT_EQ(made.etag, "\"new\"");
  EXPECT_EQ(made.created_at_ms, 5000);
  EXPECT_EQ(made.updated_at_ms, 5000);
  EXPECT_EQ(made.started_at_ms, 5000);
}

TEST(RetryOf, DoesNotShowTheMetricsOfTheOriginal) {
  const mock::Run made = retry_of(failed_run(), fresh(std::nullopt));
  EXPECT_EQ(made.metrics, nullptr);
  EXPECT_EQ(made.activities, nullptr);
}

TEST(RetryOf, StartsInProgressUntilItsEnding) {
  EXPECT_EQ(retry_of(failed_run(), fresh(std::nullopt)).state, RunState::in_progress);
  EXPECT_EQ(retry_of(failed_run(), fresh(Ending{.at_ms = 5001, .state = RunState::failed})).state,
            RunState::in_progress);
}

TEST(RetryOf, EndingAtOnceHasEndedAndKeepsItsEtag) {
  mock::Run made =
      retry_of(failed_run(), fresh(Ending{.at_ms = 5000, .state = RunState::success_with_records}));
  EXPECT_EQ(made.state, RunState::success_with_records);
  EXPECT_FALSE(settle(made, 9999, etag_of));
  EXPECT_EQ(made.etag, "\"new\"");
  EXPECT_EQ(made.updated_at_ms, 5000);
}

TEST(Settle, LeavesARunAloneBeforeItsTime) {
  mock::Run made = retry_of(failed_run(), fresh(Ending{.at_ms = 6000, .state = RunState::failed}));
  EXPECT_FALSE(settle(made, 5999, etag_of));
  EXPECT_EQ(made.state, RunState::in_progress);
  EXPECT_EQ(made.etag, "\"new\"");
}

TEST(Settle, EndsWithTheDateOfTheEndNotOfTheLook) {
  mock::Run made = retry_of(failed_run(), fresh(Ending{.at_ms = 6000, .state = RunState::failed}));
  EXPECT_TRUE(settle(made, 8000, etag_of));
  EXPECT_EQ(made.state, RunState::failed);
  EXPECT_EQ(made.updated_at_ms, 6000);
  EXPECT_EQ(made.etag, "\"ended 6000\"");
  EXPECT_EQ(made.created_at_ms, 5000);
}

TEST(Settle, EndsOnce) {
  mock::Run made = retry_of(failed_run(), fresh(Ending{.at_ms = 6000, .state = RunState::failed}));
  EXPECT_TRUE(settle(made, 6000, etag_of));
  EXPECT_FALSE(settle(made, 7000, [](std::int64_t) { return std::string("\"again\""); }));
  EXPECT_EQ(made.etag, "\"ended 6000\"");
}

TEST(Settle, ForgetsTheMetricsOfARunInProgress) {
  mock::Run run = failed_run();
  run.state = RunState::in_progress;
  run.ending = Ending{.at_ms = 30, .state = RunState::success_with_records};
  EXPECT_TRUE(settle(run, 30, etag_of));
  EXPECT_EQ(run.metrics, nullptr);
  EXPECT_EQ(run.activities, nullptr);
}

TEST(Settle, NeverEndsARunWithoutAnEnding) {
  mock::Run run = failed_run();
  run.state = RunState::in_progress;
  EXPECT_FALSE(settle(run, INT64_MAX, etag_of));
  EXPECT_EQ(run.state, RunState::in_progress);
}

} // namespace
} // namespace flow::mock
