#include "mock_server/webhooks/notification.hpp"

#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "contracts/model/contract.hpp"

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

Json notification_of(const mock::Run &run, const contract::Reading &reading = {}) {
  const SandboxObjects sandbox(R"(AC"ME@AdobeOrg)", "prod", 1);
  return Json::parse(notification(kEventId, "", run, sandbox, reading));
}

/// The run in a notification of success or failure.
Json run_in(const Json &told) {
  return told.is_array() ? told.at(0).at("messages").at(0).at("value") : told.at("event");
}

std::shared_ptr<const std::string> text_of(const Json &json) {
  return std::make_shared<const std::string>(json.dump());
}

/// The documented example of a success, without the second activity.
Json documented_success() {
  return Json::parse(R"({
    "event_id": "aec55616-1715-487f-8044-ba648cc8ffee",
    "event": {
      "createdAt": 1597213529158, "updatedAt": 1597213530760,
      "createdBy": "{CREATED_BY}", "updatedBy": "{UPDATED_BY}",
      "createdClient": "{CREATED_CLIENT}", "updatedClient": "{UPDATED_CLIENT}",
      "sandboxId": "7127a4f0-def8-11e9-83ce-e79494b1c2a5", "sandboxName": "prod", "imsOrgId": "{IMS_ORG}",
      "id": "933cf9f4-cf01-4d75-bcf9-f4cf010d750a", "flowId": "1c6f1047-dcaf-48fe-af10-47dcaf08feaf",
      "providerRefId": "test1234",
      "etag": "\"5100ec97-0000-0200-0000-5f338b5b0000\"",
      "metrics": {
        "durationSummary": {"startedAtUTC": 1590512053, "completedAtUTC": 1590512053},
        "sizeSummary": {"inputBytes": 2048, "outputBytes": 1024},
        "recordSummary": {"inputRecordCount": 100, "outputRecordCount": 70},
        "fileSummary": {"inputFileCount": 10, "outputFileCount": 10},
        "statusSummary": {"status": "success"}
      },
      "activities": [{
        "id": "copyActivity", "updatedAtUTC": 87473822,
        "durationSummary": {"startedAtUTC": 1590512053, "completedAtUTC": 1590512053},
        "sizeSummary": {"inputBytes": 2048, "outputBytes": 1098},
        "statusSummary": {"status": "success", "extensions": {"adf/pipeline/id": "abcd"}},
        "sourceInfo": [{"id": "sourceConnectionId1", "type": "SourceConnection", "reference": {"type": "AdfRunId"}}]
      }],
      "slaCreatedAt": 1597213531124, "processStartTime": 1597213531213,
      "header": {"_adobeio": {"imsOrgId": "{IMS_ORG}", "providerMetadata": "aep_observability_catalog_events",
                              "eventCode": "sources_flow_run_success"}},
      "transformedTime": 1597213531214
    }
  })");
}

/// The documented example of a failure, without its activity.
Json documented_failure() {
  return Json::parse(R"([{"messages": [{
    "msgType": "eventNotification", "version": "1.0", "timestamp": 1597434157622, "imsOrgId": "{IMS_ORG}",
    "schema": {"name": "run-notification", "version": "1.0"}, "provider": "FlowService",
    "_eventNotificationMeta": {"category": "Platform Notifications", "type": "sources_flow_run_failed"},
    "value": {
      "createdAt": 1597434147259, "updatedAt": 1597434157567,
      "createdBy": "{CREATED_BY}", "updatedBy": "{UPDATED_BY}",
      "createdClient": "{CREATED_CLIENT}", "updatedClient": "{UPDATED_CLIENT}",
      "sandboxId": "e49ebb00-d0fa-11e9-b164-ed6a398c8b35", "sandboxName": "prod", "imsOrgId": "{IMS_ORG}",
      "id": "d9024c32-2174-4271-824c-322174627101", "flowId": "cf4fce79-8822-456d-8fce-798822556dc6",
      "etag": "\"0c003dbf-0000-0200-0000-5f36e92d0000\"",
      "metrics": {
        "durationSummary": {"startedAtUTC": 1597434147190},
        "sizeSummary": {"inputBytes": -1}, "fileSummary": {"inputFileCount": -1},
        "statusSummary": {"status": "failed", "errors": [{"code": "CONNECTOR-2001-500", "message": "an error"}]}
      },
      "activities": []
    }
  }]}])");
}

/// The mock's run that a documented notification tells of.
mock::Run run_of_documented(const Json &told) {
  const Json shown = run_in(told);
  mock::Run run = run_that_is(told.is_array() ? RunState::failed : RunState::success_with_records);
  run.id = shown.at("id");
  auto flow = std::make_shared<Flow>();
  flow->id = shown.at("flowId");
  run.flow = flow;
  run.created_at_ms = shown.at("createdAt");
  run.updated_at_ms = shown.at("updatedAt");
  run.etag = shown.at("etag");
  run.actors = std::make_shared<const Actors>(
      Actors{shown.at("createdBy").dump(), shown.at("updatedBy").dump(), shown.at("createdClient").dump(),
             shown.at("updatedClient").dump()});
  run.metrics = text_of(shown.at("metrics"));
  run.activities = text_of(shown.at("activities"));
  if (shown.contains("providerRefId")) {
    run.extras = text_of({{"providerRefId", shown.at("providerRefId")}});
  }
  return run;
}

Json told_of_documented(const mock::Run &run) {
  return Json::parse(notification(kEventId, "", run, SandboxObjects("{IMS_ORG}", "prod", 1), {}));
}

/// To be compared whatever their order.
nlohmann::json members_of(const Json &json) {
  return nlohmann::json::parse(json.dump());
}

TEST(Notification, OfASuccessIsTheDocumentedOneMemberByMember) {
  const Json documented = documented_success();
  mock::Run run = run_of_documented(documented);
  Json metrics = documented.at("event").at("metrics");
  Json activities = documented.at("event").at("activities");
  for (Json *durations : {&metrics["durationSummary"], &activities[0]["durationSummary"]}) {
    *durations = {{"startedAtUTC", 1590512053999}, {"completedAtUTC", 1590512053999}}; // ms, as in every run
  }
  run.metrics = text_of(metrics);
  run.activities = text_of(activities);
  Json expected = documented;
  expected["event"]["sandboxId"] = told_of_documented(run)["event"]["sandboxId"]; // each sandbox has its own
  for (const char *of_the_end : {"slaCreatedAt", "processStartTime", "transformedTime"}) {
    expected["event"][of_the_end] = run.updated_at_ms;
  }
  EXPECT_EQ(members_of(told_of_documented(run)), members_of(expected));
}

TEST(Notification, OfAFailureIsTheDocumentedOneMemberByMember) {
  Json expected = documented_failure();
  const mock::Run run = run_of_documented(expected);
  Json &message = expected[0]["messages"][0];
  message["value"]["sandboxId"] = run_in(told_of_documented(run))["sandboxId"];
  message["timestamp"] = run.updated_at_ms;
  EXPECT_EQ(members_of(told_of_documented(run)), members_of(expected)) << "times in ms, as the run's";
}

TEST(Notification, OfASuccessNamesTheClientThatRegisteredItsWebhook) {
  const SandboxObjects sandbox("o", "prod", 1);
  const auto told_to = [&](const std::string &client_id) {
    const mock::Run run = run_that_is(RunState::success_with_records);
    return Json::parse(notification(kEventId, client_id, run, sandbox, {}));
  };
  EXPECT_EQ(told_to("my \"client\"").at("recipient_client_id"), "my \"client\"");
  EXPECT_FALSE(told_to("").contains("recipient_client_id"));
}

TEST(Notification, HasItsMembersInTheDocumentedOrder) {
  const SandboxObjects sandbox("o", "prod", 1);
  const auto run = run_that_is(RunState::success_with_records);
  const auto told = nlohmann::ordered_json::parse(notification(kEventId, "", run, sandbox, {}));
  std::string last;
  for (const auto &member : told.at("event").items()) {
    last += " " + member.key();
  }
  EXPECT_TRUE(last.ends_with(" activities slaCreatedAt processStartTime header transformedTime")) << last;
}

TEST(Notification, EscapesTheOrganisation) {
  const Json success = notification_of(run_that_is(RunState::success_with_records));
  EXPECT_EQ(success.at("event").at("header").at("_adobeio").at("imsOrgId"), R"(AC"ME@AdobeOrg)");
  const Json failure = notification_of(run_that_is(RunState::failed));
  EXPECT_EQ(failure.at(0).at("messages").at(0).at("imsOrgId"), R"(AC"ME@AdobeOrg)");
  const SandboxObjects no_text("\xff", "prod", 1);
  EXPECT_TRUE(Json::accept(notification(kEventId, "", run_that_is(RunState::failed), no_text, {})));
}

TEST(Notification, LeavesOddMetricsOfAClientAsTheyAre) {
  for (const char *odd : {R"(7)", R"({"durationSummary":7})", R"({"durationSummary":{"startedAtUTC":"x"}})",
                          R"({"durationSummary":{"startedAtUTC":-1,"completedAtUTC":1.5}})"}) {
    mock::Run run = run_that_is(RunState::success_with_records);
    run.metrics = std::make_shared<const std::string>(odd);
    run.activities = std::make_shared<const std::string>(std::string("[") + odd + "]");
    const Json event = notification_of(run).at("event");
    EXPECT_EQ(event.at("metrics"), Json::parse(odd));
    EXPECT_EQ(event.at("activities").at(0), Json::parse(odd));
  }
}

TEST(Notification, OfAFailureHasNoEndMinusOnesAndItsError) {
  const Json metrics = run_in(notification_of(run_that_is(RunState::failed))).at("metrics");
  EXPECT_FALSE(metrics.at("durationSummary").contains("completedAtUTC"));
  EXPECT_EQ(metrics.at("sizeSummary").at("inputBytes"), -1);
  EXPECT_EQ(metrics.at("fileSummary").at("inputFileCount"), -1);
  EXPECT_EQ(metrics.at("statusSummary").at("status"), "failed");
  EXPECT_EQ(metrics.at("statusSummary").at("errors").at(0).at("code"), "CONNECTOR-2001-500");
}

TEST(Notification, OfASuccessWithoutRecordsIsOneOfSuccess) {
  const Json event = run_in(notification_of(run_that_is(RunState::success_without_records)));
  EXPECT_EQ(event.at("header").at("_adobeio").at("eventCode"), "sources_flow_run_success");
  EXPECT_EQ(event.at("metrics").at("recordSummary").at("outputRecordCount"), 0);
}

TEST(Notification, ShowsTheRunInTheReadingAskedFor) {
  const mock::Run run = run_that_is(RunState::failed);
  EXPECT_TRUE(run_in(notification_of(run, {})).contains("etag"));
  EXPECT_TRUE(run_in(notification_of(run, contract::Reading::of({"openapi"}))).contains("eTag"));
  mock::Run success = run_that_is(RunState::success_with_records);
  success.started_at_ms = 1'590'512'053'000;
  const Json told = run_in(notification_of(success, contract::Reading::of({"openapi"})));
  EXPECT_EQ(told.at("activites").at(0).at("durationSummary").at("startedAtUTC"), 1'590'512'053);
}

TEST(Notification, ThereIsNoneOfARunInProgress) {
  EXPECT_THROW(notification_of(run_that_is(RunState::in_progress)), std::invalid_argument);
  EXPECT_EQ(event_code(run_that_is(RunState::in_progress), {}), std::nullopt);
}

TEST(Notification, APartialFailureIsAFailureAndAPartialSuccessIsASuccess) {
  for (const RunState state : {RunState::partial_failure, RunState::dto_partial_failure}) {
    const Json told = notification_of(run_that_is(state));
    EXPECT_TRUE(told.is_array()) << told;
    EXPECT_EQ(event_code(run_that_is(state), {}), "sources_flow_run_failed");
  }
  for (const RunState state :
       {RunState::partial_success, RunState::dto_partial_success, RunState::completed}) {
    EXPECT_TRUE(notification_of(run_that_is(state)).contains("event"));
    EXPECT_EQ(event_code(run_that_is(state), {}), "sources_flow_run_success");
  }
}

TEST(Notification, ThereIsNoneOfADestinationsRun) {
  auto flow = std::make_shared<Flow>();
  flow->source = SourceKind::destination;
  for (const RunState state : {RunState::success_with_records, RunState::failed}) {
    mock::Run run = run_that_is(state);
    run.flow = flow;
    EXPECT_EQ(event_code(run, {}), std::nullopt);
    EXPECT_THROW(notification_of(run), std::invalid_argument);
  }
}

} // namespace
} // namespace flow::mock
