#include "mock_server/runs/run_state.hpp"

#include <gtest/gtest.h>

namespace flow::mock {
namespace {

struct RetryCase {
  RunState state;
  SourceKind source;
  std::optional<RetryRefusal> refusal;
};

TEST(RunState, TableOfWhatMayBeRetried) {
  constexpr auto kBatch = SourceKind::batch;
  constexpr auto kStreaming = SourceKind::streaming;
  const RetryCase cases[] = {
      {RunState::failed, kBatch, std::nullopt},
      {RunState::success_without_records, kBatch, std::nullopt},
      {RunState::success_with_records, kBatch, RetryRefusal::state},
      {RunState::in_progress, kBatch, RetryRefusal::state},
      {RunState::failed, kStreaming, RetryRefusal::source},
      {RunState::success_without_records, kStreaming, RetryRefusal::source},
      {RunState::success_with_records, kStreaming, RetryRefusal::source},
      {RunState::in_progress, kStreaming, RetryRefusal::source},
  };
  for (const RetryCase &row : cases) {
    EXPECT_EQ(retry_refusal(row.state, row.source, Edition::newest), row.refusal)
        << "state " << static_cast<int>(row.state) << ", source " << static_cast<int>(row.source);
  }
}

TEST(RunState, TheEditionOf2022RefusesASuccessWithoutRecordsAndNothingElseMore) {
  EXPECT_EQ(retry_refusal(RunState::success_without_records, SourceKind::batch, Edition::of_2022),
            RetryRefusal::state);
  EXPECT_EQ(retry_refusal(RunState::failed, SourceKind::batch, Edition::of_2022), std::nullopt);
}

TEST(RunState, OnlyInProgressHasNotEnded) {
  EXPECT_FALSE(has_ended(RunState::in_progress));
  EXPECT_TRUE(has_ended(RunState::failed));
  EXPECT_TRUE(has_ended(RunState::success_without_records));
  EXPECT_TRUE(has_ended(RunState::success_with_records));
}

TEST(RunState, StatusIsSpeltAsDocumented) {
  EXPECT_EQ(status(RunState::in_progress), "inProgress");
  EXPECT_EQ(status(RunState::failed), "failed");
  EXPECT_EQ(status(RunState::success_without_records), "success");
  EXPECT_EQ(status(RunState::success_with_records), "success");
}

TEST(RunState, StatusIsReadInAnyCase) {
  for (const char *failed : {"failed", "Failed", "FAILED"}) {
    EXPECT_EQ(state_of(failed, -1, -1), RunState::failed) << failed;
  }
  for (const char *in_progress : {"inProgress", "inprogress", "INPROGRESS"}) {
    EXPECT_EQ(state_of(in_progress, std::nullopt, std::nullopt), RunState::in_progress) << in_progress;
  }
  for (const char *success : {"success", "Success", "SUCCESS"}) {
    EXPECT_EQ(state_of(success, 7, std::nullopt), RunState::success_with_records) << success;
  }
}

TEST(RunState, UnknownStatusIsNoState) {
  for (const char *unknown : {"", "succes", "success ", "pending", "in-progress", "failed2"}) {
    EXPECT_EQ(state_of(unknown, 1, 1), std::nullopt) << unknown;
  }
}

TEST(RunState, OutputRecordsDecideWhetherASuccessIngestedAny) {
  EXPECT_EQ(state_of("success", 0, std::nullopt), RunState::success_without_records);
  EXPECT_EQ(state_of("success", 1, std::nullopt), RunState::success_with_records);
  EXPECT_EQ(state_of("success", 0, 5), RunState::success_without_records);
  EXPECT_EQ(state_of("success", 5, 0), RunState::success_with_records);
}

TEST(RunState, WithoutOutputRecordsTheCreatedOnesDecide) {
  EXPECT_EQ(state_of("success", std::nullopt, std::nullopt), RunState::success_without_records);
  EXPECT_EQ(state_of("success", std::nullopt, 0), RunState::success_without_records);
  EXPECT_EQ(state_of("success", std::nullopt, 1), RunState::success_with_records);
}

TEST(RunState, HasANameInSeeds) {
  EXPECT_EQ(state_named("in-progress"), RunState::in_progress);
  EXPECT_EQ(state_named("failed"), RunState::failed);
  EXPECT_EQ(state_named("success-without-records"), RunState::success_without_records);
  EXPECT_EQ(state_named("success"), RunState::success_with_records);
  EXPECT_EQ(state_named("Success"), std::nullopt);
  EXPECT_EQ(state_named("inProgress"), std::nullopt);
}

TEST(RunState, EndsAtTheMillisecondItsEndingSays) {
  const Ending ending{.at_ms = 1000, .state = RunState::failed};
  EXPECT_EQ(state_at(ending, 999), RunState::in_progress);
  EXPECT_EQ(state_at(ending, 1000), RunState::failed);
  EXPECT_EQ(state_at(ending, 1001), RunState::failed);
}

TEST(RunState, NeverEndsWithoutAnEnding) {
  EXPECT_EQ(state_at(std::nullopt, INT64_MAX), RunState::in_progress);
}

} // namespace
} // namespace flow::mock
