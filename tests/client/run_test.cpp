#include <gtest/gtest.h>

#include "client/run_json.hpp"
#include "contracts/model/contract.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;

Run run_of(const std::string &members) {
  return read_run(R"({"items":[{"id":"r")" + (members.empty() ? "" : "," + members) + "}]}").value();
}

TEST(RunAnswer, TheDocumentedExampleIsRead) {
  const auto run = read_run(contract::example("run-answer").dump()).value();
  EXPECT_EQ(run.id, "9830305a-985f-47d0-b030-5a985fd7d004");
  EXPECT_EQ(run.flow_id, "c9cef9cb-c934-4467-8ef9-cbc934546741");
  EXPECT_EQ(run.state, RunState::success);
  EXPECT_EQ(run.status, "success");
  EXPECT_TRUE(run.ended());
  EXPECT_EQ(run.etag, "\"b8003af1-0000-0200-0000-5f2b09f10000\"");
  EXPECT_EQ(run.created_at, Time(milliseconds(1596656079576)));
  EXPECT_EQ(run.updated_at, Time(milliseconds(1596656113526)));
  EXPECT_EQ(run.metrics.started_at, Time(milliseconds(1596656058198)));
  EXPECT_EQ(run.metrics.completed_at, Time(milliseconds(1596656113306)));
  EXPECT_EQ(run.metrics.input_bytes, 24012);
  EXPECT_EQ(run.metrics.output_bytes, 17128);
  EXPECT_EQ(run.metrics.input_records, 100);
  EXPECT_EQ(run.metrics.created_records, std::nullopt);
  EXPECT_EQ(run.metrics.output_records, 99);
  EXPECT_EQ(run.metrics.failed_records, 1);
  EXPECT_EQ(run.metrics.input_files, 1);
  EXPECT_EQ(run.metrics.output_files, 1);
  ASSERT_EQ(run.errors.size(), 1u);
  EXPECT_EQ(run.errors.front().code, "CONNECTOR-2001-500");
  EXPECT_EQ(run.window->start, Time(milliseconds(1596653708000)));
  EXPECT_EQ(run.window->end, Time(milliseconds(1596655508000)));
  EXPECT_EQ(run.json, contract::example("run-answer").at("items").at(0).dump());
}

TEST(RunAnswer, StatusesAreComparedWithoutRegardToCase) {
  const auto state = [](const std::string &status) {
    return run_of(R"("metrics":{"statusSummary":{"status":")" + status + R"("}})").state;
  };
  EXPECT_EQ(state("success"), RunState::success);
  EXPECT_EQ(state("Success"), RunState::success);
  EXPECT_EQ(state("failed"), RunState::failed);
  EXPECT_EQ(state("Failed"), RunState::failed);
  EXPECT_EQ(state("inProgress"), RunState::in_progress);
  EXPECT_EQ(state("INPROGRESS"), RunState::in_progress);
  EXPECT_EQ(state("paused"), RunState::other);
}

TEST(RunAnswer, ARunWithoutStatusIsInProgress) {
  EXPECT_EQ(run_of("").state, RunState::in_progress);
}

TEST(RunAnswer, MinusOneOfAFailedRunIsNoCount) {
  const auto run =
      run_of(R"("metrics":{"sizeSummary":{"inputBytes":-1},"recordSummary":{"inputRecordCount":-1}})");
  EXPECT_EQ(run.metrics.input_bytes, std::nullopt);
  EXPECT_EQ(run.metrics.input_records, std::nullopt);
}

TEST(RunAnswer, TheWindowOfAnOnDemandRunIsInItsParameters) {
  const auto text = run_of(R"("params":{"windowStartTime":"1596653708","windowEndTime":"1596655508"})");
  const auto numbers = run_of(R"("params":{"windowStartTime":1596653708,"windowEndTime":1596655508})");
  EXPECT_EQ(text.window.value().start, Time(milliseconds(1596653708000)));
  EXPECT_EQ(numbers.window.value().end, Time(milliseconds(1596655508000)));
}

TEST(RunAnswer, OpenapisSpellingOfTheEtagIsRead) {
  EXPECT_EQ(run_of(R"("eTag":"\"x\"")").etag, "\"x\"");
  EXPECT_EQ(read_new_run(R"({"id":"a","eTag":"\"x\"","flowId":"f"})").value().etag, "\"x\"");
}

TEST(RunAnswer, ARunAloneIsRead) {
  EXPECT_EQ(read_run(R"({"id":"r"})").value().id, "r");
}

TEST(RunAnswer, ANewRunInItemsIsRead) {
  EXPECT_EQ(read_new_run(R"({"items":[{"id":"a","etag":"\"x\""}]})").value().id, "a");
}

TEST(RunAnswer, MembersOfOtherTypesAreEmpty) {
  const auto run =
      run_of(R"("flowId":7,"etag":[],"createdAt":"soon","updatedAt":18446744073709551615,"activities":7,
    "params":{"windowStartTime":"99999999999999999999","windowEndTime":{}},
    "metrics":{"statusSummary":{"status":7,"errors":"many"},"recordSummary":[1],"sizeSummary":{"inputBytes":1.5}})");
  EXPECT_EQ(run.flow_id, "");
  EXPECT_EQ(run.etag, "");
  EXPECT_EQ(run.created_at, std::nullopt);
  EXPECT_EQ(run.updated_at, std::nullopt);
  EXPECT_FALSE(run.window.has_value());
  EXPECT_EQ(run.state, RunState::in_progress);
  EXPECT_TRUE(run.errors.empty());
  EXPECT_EQ(run.metrics.input_bytes, std::nullopt);
}

} // namespace

} // namespace flow::client
