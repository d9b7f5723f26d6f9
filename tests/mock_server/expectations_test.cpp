#include <string>
#include <vector>

#include "tests/mock_server/journal.hpp"

/// What a test expects the next requests to break: POST …/expectations.
namespace flow::mock::test {
namespace {

using Ids = std::vector<std::string>;

const std::string kExpectations = std::string(kSandbox) + "/expectations";

/// Announces the clauses of the next requests in the sandbox.
void expect(Stage &stage, const Ids &clauses, int requests) {
  const Response response =
      stage(admin_ask("POST", kExpectations, Json{{"clauses", clauses}, {"requests", requests}}.dump()));
  ASSERT_EQ(response.status, 201) << response.body;
}

/// The ids of the clauses in a list of violations; those that are missing with a "-" in front.
Ids ids_of(const Json &violations) {
  Ids ids;
  for (const Json &violation : violations) {
    ids.push_back((violation.contains("missing") ? "-" : "") + violation.at("clause").get<std::string>());
  }
  return ids;
}

Ids violations(Stage &stage) {
  return ids_of(told(stage, "/violations").at("violations"));
}

Ids expected(Stage &stage) {
  return ids_of(told(stage, "/violations").at("expected"));
}

TEST(Expectations, KeepApartWhatTheNextRequestsBreak) {
  Stage stage;
  expect(stage, {"retry/op/missing", "retry/op/unsupported"}, 3);
  stage(retry(kFailed, ""));
  stage(retry(kFailed, "?op=cancel"));
  stage(retry(kFailed, ""));
  EXPECT_EQ(violations(stage), Ids{});
  EXPECT_EQ(expected(stage), (Ids{"retry/op/missing", "retry/op/unsupported", "retry/op/missing"}));
  stage(retry(kFailed, ""));
  EXPECT_EQ(violations(stage), Ids{"retry/op/missing"}) << "of the request behind the last one";
}

TEST(Expectations, AreOfClausesThatHoldInTheReading) {
  Stage stage([](Settings &settings) { settings.reading.take("unsupported-op=1434-400"); });
  const Response refused = stage(admin_ask("POST", kExpectations, R"({"clauses":["retry/op/unsupported"]})"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(pointer_in(refused), "/clauses/0");
  EXPECT_EQ(stage(retry(kFailed, "?op=x").set("x-flow-mock-expect", "retry/op/unsupported")).status, 400);
  expect(stage, {"readings/op/unsupported-1434"}, 1);
  stage(retry(kFailed, "?op=x"));
  EXPECT_EQ(expected(stage), Ids{"readings/op/unsupported-1434"});
}

TEST(Expectations, AreNotOfClausesWhoseBreachNamesNoSandbox) {
  Stage stage;
  for (const std::string id :
       {"headers/org/missing", "headers/sandbox/empty", "headers/sandbox/malformed", "tokens/scope"}) {
    const Response refused =
        stage(admin_ask("POST", kExpectations, Json{{"clauses", {"retry/op/missing", id}}}.dump()));
    EXPECT_EQ(refused.status, 400) << id;
    EXPECT_EQ(pointer_in(refused), "/clauses/1") << id;
    EXPECT_NE(refused.body.find("x-flow-mock-expect: " + id), std::string::npos) << refused.body;
  }
  expect(stage, {"headers/authorization/missing"}, 1);
  stage(get(kFailed).drop("Authorization"));
  EXPECT_EQ(expected(stage), Ids{"headers/authorization/missing"});
}

TEST(Expectations, AreOfOneRequestWhereNothingElseIsSaid) {
  Stage stage;
  const Response response = stage(admin_ask("POST", kExpectations, R"({"clauses":["retry/op/missing"]})"));
  EXPECT_EQ(body_of(response), Json::parse(R"({"clauses":["retry/op/missing"],"requests":1})"));
  stage(retry(kFailed, ""));
  stage(retry(kFailed, ""));
  EXPECT_EQ(violations(stage), Ids{"retry/op/missing"});
}

TEST(Expectations, LeaveOtherViolationsWhatTheyAre) {
  Stage stage;
  expect(stage, {"retry/op/missing"}, 2);
  stage(retry(kFailed, "?op=cancel"));
  stage(retry(kFailed, ""));
  EXPECT_EQ(violations(stage), Ids{"retry/op/unsupported"});
}

TEST(Expectations, AreMissingOnceTheLastRequestWasMade) {
  Stage stage;
  expect(stage, {"retry/op/missing", "retry/op/empty"}, 2);
  stage(retry(kFailed, ""));
  stage(get(kFailed));
  const Json violation = told_of_sandbox(stage, "/violations").at("violations").at(0);
  EXPECT_EQ(violation.at("clause"), "retry/op/empty");
  EXPECT_EQ(violation.at("missing"), true);
  EXPECT_EQ(violation.at("path"), run_path(kFailed)) << "that of the last request";
  EXPECT_EQ(told(stage, "/violations").at("total"), 1);
  stage(retry(kFailed, "?op="));
  EXPECT_EQ(violations(stage), (Ids{"-retry/op/empty", "retry/op/empty"})) << "it comes too late";
}

TEST(Expectations, AreMissingWhileTheyMayStillCome) {
  Stage stage;
  expect(stage, {"retry/op/missing"}, 2);
  for (const std::string &where : {std::string(), std::string(kSandbox)}) {
    const Json body = told(stage, where + "/violations");
    EXPECT_EQ(ids_of(body.at("violations")), Ids{"-retry/op/missing"});
    EXPECT_EQ(body.at("total"), 1);
    EXPECT_FALSE(body.at("violations")[0].contains("path")) << "no request was the last";
    EXPECT_EQ(body.at("violations")[0].at("sandbox"), "{SANDBOX_NAME}");
  }
  EXPECT_EQ(told(stage, "/sandboxes/o/another/violations").at("total"), 0);
  stage(retry(kFailed, ""));
  EXPECT_EQ(violations(stage), Ids{});
}

TEST(Expectations, CountRequestsThatNameTheSandboxAndWereJudged) {
  Stage stage;
  expect(stage, {"headers/api-key/missing"}, 1);
  stage(get(kFailed).set("x-sandbox-name", "another"));
  Ask head = get(kFailed);
  head.method = "HEAD";
  stage(head);
  stage(admin_ask("POST", std::string(kSandbox) + "/faults",
                  R"({"type":"status","attributes":{"status":503},"times":1})"));
  EXPECT_EQ(stage(get(kFailed)).status, 503);
  EXPECT_EQ(stage(get(kFailed).drop("x-api-key")).status, 403) << "refused before the sandbox is looked at";
  EXPECT_EQ(violations(stage), Ids{});
  EXPECT_EQ(expected(stage), Ids{"headers/api-key/missing"});
}

TEST(Expectations, SideBySideAreEachMetByTheSameRequest) {
  Stage stage;
  expect(stage, {"retry/op/missing"}, 1);
  expect(stage, {"retry/op/missing", "retry/op/empty"}, 2);
  stage(retry(kFailed, ""));
  stage(retry(kFailed, "?op="));
  EXPECT_EQ(violations(stage), Ids{});
  EXPECT_EQ(expected(stage), (Ids{"retry/op/missing", "retry/op/empty"}));
}

TEST(Expectations, EndWithAResetAndAreMissingThen) {
  for (const std::string &where : {std::string(), std::string(kSandbox)}) {
    Stage stage;
    expect(stage, {"retry/op/missing"}, 2);
    stage(admin_ask("POST", where + "/reset"));
    EXPECT_EQ(violations(stage), Ids{"-retry/op/missing"});
    stage(retry(kFailed, ""));
    EXPECT_EQ(violations(stage), (Ids{"-retry/op/missing", "retry/op/missing"}));
  }
}

TEST(Expectations, AreForgottenWithTheViolations) {
  for (const std::string &where : {std::string(), std::string(kSandbox)}) {
    Stage stage;
    expect(stage, {"retry/op/missing"}, 2);
    stage(admin_ask("DELETE", where + "/violations"));
    EXPECT_EQ(violations(stage), Ids{});
    stage(retry(kFailed, ""));
    EXPECT_EQ(violations(stage), Ids{"retry/op/missing"});
  }
}

TEST(Expectations, ThatMakeNoSenseAreRefusedByTheirPlace) {
  Stage stage;
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {R"({})", "/clauses"},
      {R"({"clauses":[]})", "/clauses"},
      {R"({"clauses":"retry/op/missing"})", "/clauses"},
      {R"({"clauses":["retry/op/missing","no/such"]})", "/clauses/1"},
      {R"({"clauses":["retry/state/failed"]})", "/clauses/0"},
      {R"({"clauses":[7]})", "/clauses/0"},
      {R"({"clauses":["retry/op/missing"],"requests":0})", "/requests"},
      {R"({"clauses":["retry/op/missing"],"requests":1000001})", "/requests"},
      {R"({"clauses":["retry/op/missing"],"requests":1.5})", "/requests"},
      {R"({"clauses":["retry/op/missing"],"requests":18446744073709551615})", "/requests"},
      {R"({"clauses":["retry/op/missing"],"times":1})", "/times"},
  };
  for (const auto &[body, pointer] : wrong) {
    const Response refused = stage(admin_ask("POST", kExpectations, body));
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(pointer_in(refused), pointer) << refused.body;
  }
  EXPECT_EQ(violations(stage), Ids{});
}

TEST(Expectations, AreAHundredOfASandboxAtMost) {
  Stage stage;
  for (int i = 0; i < 100; ++i) {
    expect(stage, {"retry/op/missing"}, 1);
  }
  const Response refused = stage(admin_ask("POST", kExpectations, R"({"clauses":["retry/op/missing"]})"));
  EXPECT_EQ(refused.status, 409);
  stage(retry(kFailed, ""));
  expect(stage, {"retry/op/missing"}, 1);
}

} // namespace
} // namespace flow::mock::test
