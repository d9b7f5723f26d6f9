#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "contracts/model/faults.hpp"
#include "tests/client/flowctl_fixture.hpp"
#include "tests/client/raw_server.hpp"
#include "tests/full_device.hpp"

namespace flow::client {

namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::StartsWith;

/// `flowctl mock` against the mock itself.
struct FlowctlMock : Flowctl {
  Ended mock(Arguments arguments) {
    arguments.insert(arguments.begin(), "mock");
    return run(arguments);
  }

  /// The JSON that a command prints.
  json mock_json(Arguments arguments) {
    arguments.emplace_back("--json");
    const Ended ended = mock(arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return json::parse(ended.out);
  }
};

/// "5 runs, 4 flows" of the built-in seed.
std::string contents() {
  const mock::Seed &seed = mock::built_in_seed();
  return std::to_string(seed.runs.size()) + " runs, " + std::to_string(seed.flows.size()) + " flows";
}

std::string text_of_file(const std::string &file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST_F(FlowctlMock, AStateIsSetAndShown) {
  const Ended set = mock({"state", kFailed, "success-without-records"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_THAT(set.out, HasSubstr("state     success-without-records\n"));
  EXPECT_EQ(mock({"state", kFailed}).out, set.out);
  EXPECT_THAT(run({"get", kFailed}).out, HasSubstr("state     success\n"));
  EXPECT_EQ(mock_json({"state", kFailed}).at("id"), kFailed);
  EXPECT_THAT(mock({"state", kSuccess}).out, HasSubstr("state     success\n")); // told by its metrics
}

TEST_F(FlowctlMock, EveryDocumentedStatusIsAStateAndAnOutcome) {
  for (const char *status :
       {"inProgress", "failed", "success", "partialSuccess", "partialFailure", "COMPLETED", "Processing",
        "Waiting", "queued", "scheduled", "IN_PROGRESS", "PARTIAL_SUCCESS", "PARTIAL_FAILURE"}) {
    const Ended set = mock({"state", kFailed, status});
    EXPECT_EQ(set.code, 0) << set.err;
    EXPECT_THAT(run({"--json", "get", kFailed}).out,
                HasSubstr("\"status\": \"" + std::string(status) + "\""));
    EXPECT_EQ(mock({"script", kFailed, std::string(status) + ":30s"}).code, 0) << status;
  }
}

TEST_F(FlowctlMock, AnUnknownStateOfARunIsRefusedWithThoseThereAre) {
  const Ended state = mock({"state", kFailed, "broken"});
  EXPECT_EQ(state.code, 1);
  EXPECT_THAT(state.err, HasSubstr("at /state: must be one of in-progress, success-without-records, "));
  const Ended script = mock({"script", kFailed, "failed", "broken"});
  EXPECT_EQ(script.code, 1);
  EXPECT_THAT(script.err, HasSubstr("at /retries/1: must be one of in-progress, success-without-records, "));
}

TEST_F(FlowctlMock, TheStateOfAFlowIsSetAndShown) {
  EXPECT_THAT(mock({"flow", kNightly}).out, HasSubstr("state     enabled\n"));
  const Ended set = mock({"flow", kNightly, "disabled"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_EQ(set.out, "flow      " + std::string(kNightly) +
                         "\nname      Cloud storage, nightly\nstate     disabled\n");
  EXPECT_EQ(mock({"flow", kNightly}).out, set.out);
  const Ended refused = run({"retry", kFailed});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("FLOW-1388-400 Bad Request"));
  EXPECT_THAT(refused.err, HasSubstr(contract::error("flow-not-enabled").advice));
  EXPECT_EQ(mock({"flow", kNightly, "enabled"}).code, 0);
  EXPECT_EQ(run({"retry", kFailed}).code, 0);
}

TEST_F(FlowctlMock, AnUnknownStateOfAFlowIsRefusedWithThoseThereAre) {
  const Ended ended = mock({"flow", kNightly, "paused"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("at /state: must be one of enabled, disabled, "));
  EXPECT_THAT(mock({"flow", "nobody"}).err, HasSubstr("in sandbox {SANDBOX_NAME}"));
}

TEST_F(FlowctlMock, AScriptDecidesWhatTheNextRetriesComeTo) {
  EXPECT_EQ(mock({"script", kFailed}).out, "success\n"); // that of the seed
  EXPECT_EQ(mock({"script", kFailed, "failed", "success:90s", "in-progress:2h"}).out,
            "failed success:90s in-progress:2h\n");
  EXPECT_EQ(run({"retry", "--wait", "--timeout", "5", kFailed}).code, 3);
  EXPECT_EQ(mock({"script", kFailed}).out, "success:90s in-progress:2h\n");
  EXPECT_THAT(mock({"script", kFailed, "--clear"}).out, StartsWith("no script"));
}

TEST_F(FlowctlMock, AFlowHasAScript) {
  EXPECT_EQ(mock({"script", "--flow", kNightly, "failed:500ms"}).out, "failed:500ms\n");
  EXPECT_EQ(mock_json({"script", "--flow", kNightly}).at("retries"),
            json::parse(R"([{"outcome":"failed","durationMs":500}])"));
}

TEST_F(FlowctlMock, TimeIsFrozenSetAdvancedAndLetGo) {
  EXPECT_THAT(mock({"clock", "freeze"}).out, EndsWith("Z, frozen\n"));
  EXPECT_EQ(mock({"clock", "set", "2199-01-01T00:00:00Z"}).out, "2199-01-01T00:00:00.000Z, frozen\n");
  EXPECT_EQ(mock({"clock", "advance", "1h"}).out, "2199-01-01T01:00:00.000Z, frozen\n");
  EXPECT_EQ(mock({"clock", "advance", "250ms"}).out, "2199-01-01T01:00:00.250Z, frozen\n");
  EXPECT_EQ(mock({"clock", "set", "7226586000500"}).out, "2199-01-01T01:00:00.500Z, frozen\n");
  EXPECT_EQ(mock_json({"clock"}).at("frozen"), true);
  EXPECT_THAT(mock({"clock", "resume"}).out, Not(HasSubstr("frozen")));
}

TEST_F(FlowctlMock, TheGlobalClockLeavesASandboxWithAClockOfItsOwnAlone) {
  mock({"clock", "freeze"});
  const json own = mock_json({"clock"});
  EXPECT_EQ(mock({"clock", "--global", "set", "2199-01-01T00:00:00Z"}).code, 0);
  EXPECT_EQ(mock_json({"clock"}), own);
  EXPECT_THAT(mock({"clock", "--global"}).out, StartsWith("2199-01-01T00:00:0"));
}

TEST_F(FlowctlMock, TimeThatWouldGoBackIsRefusedWithThePlace) {
  const Ended ended = mock({"clock", "set", "1"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, StartsWith("flowctl: Time goes forward only at /nowMs: "));
  const json error = json::parse(mock({"--json", "clock", "set", "1"}).err).at("error");
  EXPECT_EQ(error.at("kind"), "service");
  EXPECT_EQ(error.at("status"), 400);
  EXPECT_EQ(error.at("title"), "Time goes forward only");
}

TEST_F(FlowctlMock, ResetPutsBackOneSandboxOrAll) {
  mock({"state", kFailed, "success"});
  mock({"--sandbox", "other", "state", kFailed, "success"});
  EXPECT_EQ(mock({"reset"}).out,
            "sandbox {SANDBOX_NAME} of organisation {ORG_ID} is reset to the seed: " + contents() + "\n");
  EXPECT_THAT(mock({"state", kFailed}).out, HasSubstr("state     failed\n"));
  EXPECT_THAT(mock({"--sandbox", "other", "state", kFailed}).out, HasSubstr("state     success\n"));
  EXPECT_EQ(mock({"reset", "--all"}).code, 0);
  EXPECT_THAT(mock({"--sandbox", "other", "state", kFailed}).out, HasSubstr("state     failed\n"));
}

TEST_F(FlowctlMock, ASnapshotIsRestoredExactly) {
  mock({"clock", "freeze"});
  mock({"script", kFailed, "failed", "success:1m"});
  const std::string file = folder + "/kept.json";
  const Ended taken = mock({"snapshot", file});
  EXPECT_EQ(taken.code, 0) << taken.err;
  EXPECT_EQ(taken.out, file + ": " + contents() + "; flow-mock --seed reads it, too\n");
  EXPECT_EQ(text_of_file(file), mock({"snapshot"}).out);
  mock({"state", kFailed, "success"});
  const Ended restored = mock({"restore", file});
  EXPECT_EQ(restored.code, 0) << restored.err;
  EXPECT_THAT(restored.out, EndsWith("kept.json: " + contents() + "\n"));
  EXPECT_EQ(text_of_file(file), mock({"snapshot"}).out);
  EXPECT_EQ(mock_json({"snapshot", file}), json({{"file", file},
                                                 {"runs", mock::built_in_seed().runs.size()},
                                                 {"flows", mock::built_in_seed().flows.size()}}));
}

TEST_F(FlowctlMock, ASnapshotThatCannotBeWrittenLeavesNothing) {
  const Ended nowhere = mock({"snapshot", folder + "/none/kept.json"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("kept.json cannot be written: No such file"));
  std::filesystem::create_directory(folder + "/taken");
  EXPECT_EQ(mock({"snapshot", folder + "/taken"}).code, 2);
  const FullDevice full;
  EXPECT_TRUE(full.path().empty() ||
              mock({"snapshot", full.path()}).err.find("No space left") != std::string::npos);
  EXPECT_EQ(mock({"snapshot", folder + "/kept.json"}).code, 0);
  std::vector<std::string> kept;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().string().find("kept") != std::string::npos) {
      kept.push_back(entry.path().filename());
    }
  }
  EXPECT_THAT(kept, ElementsAre("kept.json"));
}

TEST_F(FlowctlMock, ASnapshotThatFailsLeavesTheFileThatWasThere) {
  const std::string file = write_file("kept.json", "before");
  EXPECT_EQ(mock({"--sandbox", "a b", "snapshot", file}).code, 1);
  EXPECT_EQ(text_of_file(file), "before");
}

TEST_F(FlowctlMock, ALinkToASnapshotStaysALink) {
  const std::string file = write_file("kept.json", "before");
  std::filesystem::create_symlink(file, folder + "/link.json");
  EXPECT_EQ(mock({"snapshot", folder + "/link.json"}).code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(folder + "/link.json"));
  EXPECT_EQ(json::parse(text_of_file(file)).at("runs").size(), mock::built_in_seed().runs.size());
}

TEST_F(FlowctlMock, AFileThatIsNoSeedIsRefused) {
  for (const char *text : {"no json", R"({"flows":[],"runs":[{"id":"a"}]})"}) {
    const Ended ended = mock({"restore", write_file("bad.json", text)});
    EXPECT_EQ(ended.code, 1) << text;
    EXPECT_THAT(ended.err, HasSubstr("the sandbox is unchanged")) << text;
  }
  requests = 0;
  EXPECT_THAT(mock({"restore", folder + "/none.json"}).err, HasSubstr("cannot be read: No such file"));
  EXPECT_EQ(mock({"restore", folder}).code, 2);
  EXPECT_EQ(mock({"restore", write_file("empty.json", "")}).code, 2);
  EXPECT_EQ(requests, 0);
}

TEST_F(FlowctlMock, HealthAndSettingsAreShown) {
  EXPECT_EQ(mock({"health"}).out, "ready\n");
  EXPECT_THAT(mock({"settings"}).out, testing::ContainsRegex("defaults.outcome +success\n"));
  EXPECT_EQ(mock_json({"settings"}).at("strict"), false);
}

TEST_F(FlowctlMock, JsonIsWhatTheServerSent) {
  mock({"clock", "freeze"});
  answer = [] { return mock::Response{.status = 200, .headers = {}, .body = R"({"b": 1.50,"a":{}})"}; };
  EXPECT_EQ(mock({"--json", "clock"}).out, "{\"b\": 1.50,\"a\":{}}\n");
}

TEST_F(FlowctlMock, NamesArePercentEncodedAndThePathOfTheBaseUrlIsDropped) {
  base_url += "/data/foundation/flowservice";
  environment["FLOW_ORG"] = "1/2@AdobeOrg";
  const Ended ended = mock({"--sandbox", "a?b", "clock"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(mock({"state", "../x"}).code, 1);
  EXPECT_THAT(asked(), ElementsAre("/__admin/sandboxes/1%2F2%40AdobeOrg/a%3Fb/clock",
                                   "/__admin/sandboxes/1%2F2%40AdobeOrg/%7BSANDBOX_NAME%7D/runs/..%2Fx"));
}

TEST_F(FlowctlMock, NoCredentialOfTheServiceIsNeededOrSent) {
  environment["FLOW_TOKEN"] = "s3cret";
  environment["FLOW_CLIENT_ID"] = "half"; // of client credentials
  EXPECT_EQ(mock({"clock"}).code, 0);
  EXPECT_EQ(sent("Authorization"), "");
  EXPECT_EQ(sent("x-api-key"), "");
}

TEST_F(FlowctlMock, TheTokenOfTheControlApiIsSentAndAskedFor) {
  mock::Settings settings;
  settings.control.token = "t0ken";
  serve_as(std::move(settings));
  const Ended without = mock({"clock"});
  EXPECT_EQ(without.code, 1);
  EXPECT_THAT(without.err, HasSubstr("Token needed"));
  EXPECT_THAT(without.err, HasSubstr("FLOW_MOCK_ADMIN_TOKEN"));
  EXPECT_EQ(mock({"health"}).code, 0);
  EXPECT_EQ(mock({"--admin-token", "t0ken", "clock"}).code, 0);
  environment["FLOW_MOCK_ADMIN_TOKEN"] = "t0ken";
  EXPECT_EQ(mock({"clock"}).code, 0);
  EXPECT_EQ(sent("Authorization"), "Bearer t0ken");
}

TEST_F(FlowctlMock, WhatIsNotThereIsExitCode1AndSaysWhereItWasLookedFor) {
  const Ended ended = mock({"--sandbox", "dev", "state", "none"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("There is no run none here."));
  EXPECT_THAT(ended.err, HasSubstr("in sandbox dev of organisation {ORG_ID}"));
}

TEST_F(FlowctlMock, AnywhereElseOrganisationAndSandboxAreNeededByWhatConcernsOneSandbox) {
  base_url = "http://mock.invalid:8080";
  const Ended ended = mock({"clock"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("FLOW_ORG"));
  EXPECT_THAT(ended.err, HasSubstr("--sandbox"));
  EXPECT_EQ(mock({"clock", "--global"}).code, 5); // needs neither, but there is no such host
}

TEST_F(FlowctlMock, WithoutABaseUrlNobodyIsCalled) {
  const Ended ended = run_bare({"mock", "health"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--base-url"));
}

TEST_F(FlowctlMock, AServerThatIsNoMockIsExitCode5) {
  for (const auto &[status, body] : std::vector<std::pair<int, std::string>>{
           {404, R"({"type":"FLOW-1003-404","title":"Not found","status":404})"},
           {404, "<html>"},
           {403, R"({"error_code":"403010","message":"Oauth token is missing"})"},
           {302, ""},
           {200, "<html>"},
           {404, R"({"errors":[]})"}}) {
    answer = [status = status, body = body] {
      return mock::Response{.status = status, .headers = {}, .body = body};
    };
    const Ended ended = mock({"clock"});
    EXPECT_EQ(ended.code, 5) << body;
    EXPECT_THAT(ended.err, StartsWith("flowctl: this server has no control API: http://127.0.0.1")) << body;
  }
}

TEST_F(FlowctlMock, AServerThatIsOverloadedIsToldAsSuch) {
  answer = [] { return mock::Response{.status = 503, .headers = {}, .body = "busy"}; };
  const Ended ended = mock({"clock"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(requests, 1);
  EXPECT_THAT(ended.err, StartsWith("flowctl: busy (HTTP 503)"));
}

TEST_F(FlowctlMock, AllErrorsOfAnAnswerAreTold) {
  answer = [] {
    return mock::Response{.status = 400, .headers = {}, .body = R"({"errors":[
        {"title":"Bad entry","source":{"pointer":"/a"},"detail":"Mend a."},{"title":"Bad\u001b","detail":7}]})"};
  };
  EXPECT_EQ(mock({"clock"}).err, "flowctl: Bad entry at /a: Mend a.; Bad\\u{1b}:  (HTTP 400)\n");
}

TEST_F(FlowctlMock, NobodyThereIsExitCode5) {
  const LocalPort nobody;
  base_url = "http://127.0.0.1:" + std::to_string(nobody.number);
  const Ended ended = mock({"clock", "freeze"});
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, HasSubstr("--base-url"));
}

TEST_F(FlowctlMock, AChangeWhoseAnswerIsLostIsExitCode6) {
  const RawServer server([](int connection) {
    // All of it, as the body is sent by itself: what breaks before its end has not arrived.
    std::string text;
    char byte = 0;
    while (!text.ends_with("}") && !(text.starts_with("GET") && text.ends_with("\r\n\r\n")) &&
           recv(connection, &byte, 1, 0) > 0) {
      text += byte;
    }
  });
  base_url = server.url();
  const Ended ended = mock({"clock", "advance", "1h"});
  EXPECT_EQ(ended.code, 6);
  EXPECT_THAT(ended.err, HasSubstr("the request may have been carried out"));
  EXPECT_EQ(mock({"clock"}).code, 5);
}

TEST_F(FlowctlMock, WrongUsageIsExitCode2) {
  for (const Arguments &arguments : {Arguments{},
                                     {"state"},
                                     {"state", ""},
                                     {"script"},
                                     {"script", kFailed, "failed:"},
                                     {"script", kFailed, "failed:1w"},
                                     {"script", kFailed, "failed:-1s"},
                                     {"script", kFailed, "failed:99999999999999999999s"},
                                     {"script", kFailed, "failed", "--clear"},
                                     {"clock", "advance"},
                                     {"clock", "advance", "1"},
                                     {"clock", "set", "noon"},
                                     {"clock", "stop"},
                                     {"fault"},
                                     {"fault", "add"},
                                     {"fault", "add", "status", "429"},
                                     {"fault", "add", "status", "=429"},
                                     {"fault", "add", "status", "status=429", "status=500"},
                                     {"fault", "add", "fire"},
                                     {"fault", "add", "latency"},
                                     {"fault", "add", "latency", "latencyMs=-1"},
                                     {"fault", "add", "latency", "latencyMs=1s"},
                                     {"fault", "add", "latency", "latencyMs=1", "--at", "request"},
                                     {"fault", "add", "status", "status=418"},
                                     {"fault", "add", "status", "status=403", "errorCode=401013"},
                                     {"fault", "add", "status", "status=502", "errorCode=403025"},
                                     {"fault", "add", "hang", "bytes=1"},
                                     {"fault", "add", "hang", "--header", "x-test"},
                                     {"fault", "add", "hang", "--times", "0"},
                                     {"fault", "add", "hang", "--probability", "1.5"},
                                     {"fault", "add", "hang", "--seed", "-1"},
                                     {"fault", "add", "hang", "--at", "noon"},
                                     {"fault", "add", "hang", "--path", "\xff"},
                                     {"fault", "remove"},
                                     {"journal", "--limit", "0"},
                                     {"journal", "--count", "--clear"},
                                     {"expect"},
                                     {"expect", "retry/op/missing", "--requests", "0"},
                                     {"restore"},
                                     {"redeliver"},
                                     {"nonsense"}}) {
    const Ended ended = mock(arguments);
    EXPECT_EQ(ended.code, 2) << testing::PrintToString(arguments);
    EXPECT_NE(ended.err, "") << testing::PrintToString(arguments);
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(FlowctlMock, AFaultIsCheckedByTheContractAndItsHelpSaysWhatItTakes) {
  const std::string help = mock({"fault", "add", "--help"}).out;
  for (const contract::FaultType &type : contract::fault_types()) {
    EXPECT_THAT(help, HasSubstr("\n  " + type.name + " ")) << type.name;
    for (const contract::FaultAttribute &attribute : type.attributes) {
      EXPECT_THAT(help, HasSubstr("\n    " + attribute.name + " ")) << type.name;
    }
  }
  EXPECT_EQ(mock({"fault", "add", "latency"}).err,
            "flowctl: a fault of type latency needs latencyMs=…: ms before the first byte, 0 to 300000\n");
  EXPECT_EQ(mock({"fault", "add", "truncate", "bytes=x"}).err,
            "flowctl: bytes=x cannot be used; bytes: bytes of the body that are sent, 0 to 1000000000\n");
  EXPECT_EQ(mock({"fault", "add", "hang", "bytes=1"}).err,
            "flowctl: a fault of type hang has no attribute bytes; see flowctl mock fault add --help\n");
}

TEST_F(FlowctlMock, EachCommandHasAHelpText) {
  const std::string help = mock({"--help"}).out;
  for (const char *command :
       {"state", "script", "clock", "fault", "journal", "violations", "expect", "coverage", "reset",
        "snapshot", "restore", "webhook", "events", "redeliver", "health", "settings"}) {
    EXPECT_THAT(help, HasSubstr("\n  " + std::string(command) + " ")) << command;
    EXPECT_EQ(mock({command, "--help"}).code, 0) << command;
  }
}

} // namespace

} // namespace flow::client
