#include "mock_server/events/notification.hpp"

#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "contracts/contract.hpp"

namespace flow::mock {
namespace {

using contract::Json;

constexpr std::string_view kEventId = "aec55616-1715-487f-8044-ba648cc8ffee";

mock::Run run_that_is(RunState state) {
  mock::Run run;
  run.id = "r";
  auto flow = std::make_shared<Flow>();
  flow->id = "f";
  run.flow = flow;
  run.state = state;
  run.started_at_ms = 10;
  run.ended_at_ms = 20;
  run.etag = "\"e\"";
  run.actors = std::make_shared<const Actors>(Actors{R"("a")", R"("b")", R"("c")", R"("d")"});
  return run;
}

Json notification_of(const mock::Run &run, Reading reading = Reading::tutorial) {
  const Sandbox sandbox(R"(AC"ME@AdobeOrg)", "prod", 1);
  return Json::parse(notification(kEventId, run, sandbox, reading));
}

Json header_with(const std::string &code) {
  return {{"_adobeio",
           {{"imsOrgId", R"(AC"ME@AdobeOrg)"},
            {"providerMetadata", "aep_observability_catalog_events"},
            {"eventCode", code}}}};
}

TEST(Notification, OfASuccessHasEveryDocumentedMember) {
  const Json told = notification_of(run_that_is(RunState::success_with_records));
  EXPECT_EQ(told.at("event_id"), kEventId);
  EXPECT_EQ(told.size(), 2);
  const Json &event = told.at("event");
  for (const char *member :
       {"createdAt", "updatedAt", "createdBy", "updatedBy", "createdClient", "updatedClient", "sandboxId",
        "sandboxName", "imsOrgId", "id", "flowId", "etag", "metrics", "activities"}) {
    EXPECT_TRUE(event.contains(member)) << member;
  }
  EXPECT_EQ(event.at("header"), header_with("sources_flow_run_success"));
  EXPECT_EQ(event.at("metrics").at("durationSummary").at("completedAtUTC"), 20);
  EXPECT_EQ(event.at("metrics").at("statusSummary").at("status"), "success");
}

TEST(Notification, OfAFailureHasNoEndMinusOnesAndItsError) {
  const Json told = notification_of(run_that_is(RunState::failed));
  const Json &event = told.at("event");
  EXPECT_EQ(event.at("header"), header_with("sources_flow_run_failed"));
  const Json &metrics = event.at("metrics");
  EXPECT_FALSE(metrics.at("durationSummary").contains("completedAtUTC"));
  EXPECT_EQ(metrics.at("sizeSummary").at("inputBytes"), -1);
  EXPECT_EQ(metrics.at("fileSummary").at("inputFileCount"), -1);
  EXPECT_EQ(metrics.at("statusSummary").at("status"), "failed");
  EXPECT_EQ(metrics.at("statusSummary").at("errors").at(0).at("code"), "CONNECTOR-2001-500");
}

TEST(Notification, OfASuccessWithoutRecordsIsOneOfSuccess) {
  const Json told = notification_of(run_that_is(RunState::success_without_records));
  EXPECT_EQ(told.at("event").at("header"), header_with("sources_flow_run_success"));
  EXPECT_EQ(told.at("event").at("metrics").at("recordSummary").at("outputRecordCount"), 0);
}

TEST(Notification, ShowsTheRunInTheReadingAskedFor) {
  const mock::Run run = run_that_is(RunState::failed);
  EXPECT_TRUE(notification_of(run, Reading::tutorial).at("event").contains("etag"));
  EXPECT_TRUE(notification_of(run, Reading::openapi).at("event").contains("eTag"));
}

TEST(Notification, ThereIsNoneOfARunInProgress) {
  EXPECT_THROW(notification_of(run_that_is(RunState::in_progress)), std::invalid_argument);
  EXPECT_THROW(event_code(RunState::in_progress), std::invalid_argument);
}

} // namespace
} // namespace flow::mock
