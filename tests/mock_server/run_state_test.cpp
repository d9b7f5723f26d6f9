#include "mock_server/resources/run_state.hpp"

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
    EXPECT_EQ(retry_refusal(row.state, row.source, {}), row.refusal)
        << "state " << static_cast<int>(row.state) << ", source " << static_cast<int>(row.source);
  }
}

TEST(RunState, TheOlderEditionRefusesASuccessWithoutRecordsAndNothingElseMore) {
  EXPECT_EQ(retry_refusal(RunState::success_without_records, SourceKind::batch,
                          contract::Reading::of({"zero-records=refused"})),
            RetryRefusal::state);
  EXPECT_EQ(
      retry_refusal(RunState::failed, SourceKind::batch, contract::Reading::of({"zero-records=refused"})),
      std::nullopt);
}

struct StatusCase {
  const char *status;
  bool has_ended;
};
constexpr StatusCase kOtherStatuses[] = {
    {"partialSuccess", true}, {"PARTIAL_SUCCESS", true}, {"partialFailure", true}, {"PARTIAL_FAILURE", true},
    {"COMPLETED", true},      {"Processing", false},     {"Waiting", false},       {"queued", false},
    {"QUEUED", false},        {"scheduled", false},      {"SCHEDULED", false},     {"IN_PROGRESS", false},
};

TEST(RunState, EveryOtherDocumentedStatusIsKnownAndNeverRetried) {
  for (const StatusCase &row : kOtherStatuses) {
    const auto state = state_of(row.status, 0, 0);
    ASSERT_TRUE(state) << row.status;
    EXPECT_EQ(has_ended(*state), row.has_ended) << row.status;
    for (const char *choice : {"zero-records=allowed", "zero-records=refused"}) {
      EXPECT_EQ(retry_refusal(*state, SourceKind::batch, contract::Reading::of({choice})),
                RetryRefusal::state)
          << row.status;
    }
  }
}

TEST(RunState, AStatusIsGivenBackAsItWasGiven) {
  for (const char *status : {"inProgress", "INPROGRESS", "Failed", "FAILED", "fAiLeD", "Success",
                             "processing", "PARTIAL_failure", "QUEUED", "Scheduled", "completed"}) {
    const auto named = state_named(status);
    ASSERT_TRUE(named) << status;
    EXPECT_EQ(text_of(*named), status);
    EXPECT_EQ(text_of(*state_named(name_of(*named))), status) << "also after a snapshot";
    EXPECT_EQ(text_of(*state_of(status, 1, 1)), status);
  }
}

TEST(RunState, NoRunOfADestinationIsRetried) {
  for (const RunState state : {RunState::failed, RunState::success_without_records}) {
    EXPECT_EQ(retry_refusal(state, SourceKind::destination, {}), RetryRefusal::source);
  }
}

TEST(RunState, OfTheFourOldStatesOnlyInProgressHasNotEnded) {
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
  EXPECT_EQ(state_named("Success"), RunState::success_with_records);
  EXPECT_EQ(state_named("inProgress"), RunState::in_progress);
  EXPECT_EQ(state_named("done"), std::nullopt);
  EXPECT_EQ(state_named(""), std::nullopt);
  EXPECT_EQ(name_of(RunState::in_progress), "in-progress");
  EXPECT_EQ(name_of(RunState::success_without_records), "success-without-records");
  EXPECT_EQ(name_of(RunState::partial_success), "partialSuccess");
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
