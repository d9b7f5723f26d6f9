#include <algorithm>

#include "tests/client/flowctl_fixture.hpp"

namespace flow::client {

namespace {

using testing::ElementsAre;
using testing::StartsWith;

using FlowctlLists = Flowctl;

std::vector<std::string> ids(const std::string &document) {
  std::vector<std::string> found;
  const json parsed = json::parse(document);
  for (const json &item : parsed.at("items")) {
    found.push_back(item.at("id"));
  }
  return found;
}

TEST_F(FlowctlLists, RunsAreATable) {
  const Ended ended = run({"list", "--status", "Failed", "--flow", kNightly});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "RUN                                   STATE   STARTED (UTC)        FLOW\n"
                       "4fb0418e-1804-45d6-8d56-dd51f05c0baf  failed  2022-05-03 14:12:00  "
                       "3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d\n");
  EXPECT_EQ(ended.err, "");
}

TEST_F(FlowctlLists, JsonIsOneDocumentOfWhatTheServiceSent) {
  const json document = json::parse(run({"--json", "list", "--status", "failed"}).out);
  EXPECT_EQ(document.at("more"), false);
  EXPECT_EQ(document.at("items").size(), 4u);
  EXPECT_EQ(document.at("items").at(0).at("metrics").at("statusSummary").at("status"), "failed");
}

TEST_F(FlowctlLists, TimesAreSecondsMillisecondsOrRfc3339) {
  for (const char *after : {"1651588320", "1651588320000", "2022-05-03T14:32:00Z",
                            "2022-05-03t14:32:00.000+00:00", "2022-05-03T16:32:00+02:00"}) {
    EXPECT_THAT(
        ids(run({"--json", "list", "--started-after", after, "--started-before", "2022-05-03T15:30:00Z"})
                .out),
        ElementsAre("5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34"))
        << after;
  }
  for (const char *bad : {"", "now", "-1", "2022-02-30T00:00:00Z", "2022-05-03T14:00", "2022-05-03T14:00:00",
                          "2022-05-03T24:00:00Z", "99999999999999999999"}) {
    const Ended ended = run({"list", "--started-after", bad});
    EXPECT_EQ(ended.code, 2) << bad;
    EXPECT_THAT(ended.err, HasSubstr("is not a time")) << bad;
  }
}

TEST_F(FlowctlLists, PropertiesAndOrderReachTheService) {
  EXPECT_THAT(ids(run({"--json", "list", "--property", "createdAt>1651587119999", "--property",
                       "createdAt<1651590721000", "--orderby=-createdAt"})
                      .out),
              ElementsAre("5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34", kStreaming, kFailed));
  EXPECT_EQ(run({"list", "--property", "nonsense>1"}).code, 1);
}

TEST_F(FlowctlLists, ALimitSaysWhetherThereAreMore) {
  const Ended two = run({"list", "--limit", "2"});
  EXPECT_EQ(std::count(two.out.begin(), two.out.end(), '\n'), 3);
  EXPECT_THAT(two.err, HasSubstr("--all"));
  EXPECT_EQ(run({"list", "--limit", "100"}).err, "");
  EXPECT_EQ(json::parse(run({"--json", "list", "--limit", "2"}).out).at("more"), true);
  EXPECT_EQ(run({"--json", "list", "--limit", "2"}).err, "");
}

TEST_F(FlowctlLists, AllIsAllPages) {
  answer = [this] {
    return requests == 1
               ? answered(200,
                          R"({"items":[{"id":"a"}],"_links":{"next":{"href":"/runs?continuationToken=T"}}})")
               : answered(200, R"({"items":[{"id":"b"}],"_links":{}})");
  };
  EXPECT_THAT(ids(run({"--json", "list", "--all"}).out), ElementsAre("a", "b"));
  EXPECT_THAT(asked().at(1), testing::EndsWith("/runs?continuationToken=T"));
}

TEST_F(FlowctlLists, AServerWhosePagesFormACycleIsExitCode5) {
  answer = [] {
    return answered(200, R"({"items":[],"_links":{"next":{"href":"/runs?continuationToken=T"}}})");
  };
  const Ended ended = run({"list"});
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, HasSubstr("cycle"));
}

TEST_F(FlowctlLists, CountIsANumber) {
  EXPECT_EQ(run({"list", "--count", "--status", "failed"}).out, "4\n");
  EXPECT_EQ(json::parse(run({"--json", "flows", "--count"}).out).at("count"),
            mock::built_in_seed().flows.size());
}

TEST_F(FlowctlLists, FlowsAreATableAndAFlowIsShown) {
  const Ended flows = run({"flows", "--property", std::string("id==") + kNightly});
  EXPECT_EQ(flows.code, 0) << flows.err;
  EXPECT_THAT(flows.out, StartsWith("FLOW "));
  EXPECT_THAT(flows.out, HasSubstr("day       2022-05-03 16:12:00 in progress  Cloud storage, nightly\n"));
  const Ended flow = run({"flow", kNightly});
  EXPECT_THAT(flow.out, HasSubstr("name      Cloud storage, nightly\n"));
  EXPECT_THAT(flow.out, HasSubstr("schedule  day\nlast run  c2a7e4d1-6f3b-4b8e-8a95-1e0d7c3f5a62\n"));
  EXPECT_EQ(json::parse(run({"--json", "flow", kNightly}).out).at("lastRunDetails").at("state"),
            "inProgress");
  EXPECT_EQ(run({"flow", "none"}).code, 1);
}

TEST_F(FlowctlLists, CreateMakesARunOfTheWindow) {
  const Ended ended = run({"--json", "create", kOnDemand, "--window-start", "1651500000", "--window-end",
                           "2022-05-02T15:00:00Z", "--delta-column", "updated_at"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const std::string id = json::parse(ended.out).at("id");
  const json params = json::parse(run({"--json", "get", id}).out).at("params");
  EXPECT_EQ(params.at("windowStartTime"), "1651500000");
  EXPECT_EQ(params.at("windowEndTime"), "1651503600");
  EXPECT_EQ(params.at("deltaColumn").at("name"), "updated_at");
}

TEST_F(FlowctlLists, CreateAndWaitShowsTheNewRunAndItsEnd) {
  const Ended ended =
      run({"create", kOnDemand, "--window-start", "1", "--window-end", "2", "--start", "3", "--wait"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, StartsWith("new run   "));
  EXPECT_THAT(ended.out, HasSubstr("state     success\n"));
}

TEST_F(FlowctlLists, ACreationThatIsRefusedIsExitCode1AndOneOfUnknownOutcomeIs6) {
  const Arguments create{"create", "none", "--window-start", "1", "--window-end", "2"};
  const Ended refused = run(create);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("flowctl flows"));
  answer = [] { return answered(502, "{}"); };
  requests = 0;
  const Ended unknown = run(create);
  EXPECT_EQ(unknown.code, 6);
  EXPECT_EQ(requests, 1);
  EXPECT_THAT(unknown.err, HasSubstr("flowctl list --flow none"));
}

TEST_F(FlowctlLists, AllFailedRunsAreRetriedAlsoAfterARefusal) {
  const Ended ended = run({"retry", "--all-failed"});
  EXPECT_EQ(ended.code, 1); // the streaming one, a destination's, and that of the disabled flow
  EXPECT_THAT(ended.out, StartsWith("a1d94f6e-7c3b-4e52-8f08-6b9e2d5c7a14  FLOW-1388-400 "));
  EXPECT_THAT(ended.out, HasSubstr("\n4fb0418e-1804-45d6-8d56-dd51f05c0baf  new run 3fb0418e-1804-45d6-8d56-"
                                   "dd51f05c0baf\n"
                                   "e8d4b6a3-0c5f-4f71-b2e9-7a3c1d9f8045  FLOW-1333-400 "));
  EXPECT_THAT(ended.out, testing::EndsWith("\n1 retried, 3 not\n"));
  EXPECT_EQ(run({"list", "--count"}).out, "12\n");
  EXPECT_EQ(run({"retry", "--all-failed", "--flow", kNightly}).code, 0);
}

TEST_F(FlowctlLists, ARefusalInTheMiddleDoesNotKeepTheRestFromBeingRetried) {
  answer = [this] {
    return requests == 1   ? answered(200, R"({"items":[{"id":"a"},{"id":"b"},{"id":"c"}],"_links":{}})")
           : requests == 3 ? answered(400, R"({"type":"FLOW-1387-400","title":"Bad Request"})")
                           : answered(200, R"({"id":"new","etag":"e"})");
  };
  const Ended ended = run({"--json", "retry", "--all-failed"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "");
  const json report = json::parse(ended.out);
  ASSERT_EQ(report.at("retried").size(), 3u);
  EXPECT_EQ(report.at("retried").at(1).at("id"), "b");
  EXPECT_EQ(report.at("retried").at(1).at("error").at("code"), "FLOW-1387-400");
  EXPECT_EQ(report.at("retried").at(2).at("new").at("id"), "new");
  EXPECT_EQ(report.at("not_tried"), 0);
}

TEST_F(FlowctlLists, WhatWouldMeetTheOtherRunsTooEndsTheSeries) {
  answer = [this] {
    return requests == 1 ? answered(200, R"({"items":[{"id":"a"},{"id":"b"},{"id":"c"}],"_links":{}})")
                         : answered(502, "{}");
  };
  const Ended ended = run({"retry", "--all-failed"});
  EXPECT_EQ(ended.code, 6);
  EXPECT_EQ(requests, 2);
  EXPECT_THAT(ended.out, testing::EndsWith("\n0 retried, 0 not, 1 perhaps, 2 not tried\n"));
}

TEST_F(FlowctlLists, ADryRunOnlyLists) {
  const Ended ended = run({"--json", "retry", "--all-failed", "--dry-run"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ids(ended.out),
              ElementsAre("a1d94f6e-7c3b-4e52-8f08-6b9e2d5c7a14", kFailed, kStreaming, kFailedOfDestination));
  EXPECT_EQ(run({"list", "--count"}).out, "11\n");
}

TEST_F(FlowctlLists, WrongUsageIsExitCode2) {
  for (const Arguments &arguments : {Arguments{"retry"},
                                     {"retry", kFailed, "--all-failed"},
                                     {"retry", kFailed, "--dry-run"},
                                     {"retry", kFailed, "--flow", kNightly},
                                     {"retry", kFailed, "--parallel", "2"},
                                     {"retry", "--all-failed", "--parallel", "0"},
                                     {"retry", "--all-failed", "--since", "lately"},
                                     {"list", "--limit", "0"},
                                     {"list", "--limit", "1", "--all"},
                                     {"list", "--count", "--all"},
                                     {"list", "--flow", "a,b"},
                                     {"create", kOnDemand, "--window-start", "1"},
                                     {"create", "--window-start", "1", "--window-end", "2"},
                                     {"flow"}}) {
    EXPECT_EQ(run(arguments).code, 2) << arguments.front();
  }
  EXPECT_EQ(requests, 0);
}

/// A mock that lets nobody in but by tokens of its own.
struct FlowctlTokens : Flowctl {
  FlowctlTokens() {
    mock::Settings settings;
    settings.strict = true;
    settings.seed.allow.clients = {{.id = "id-1", .secret = "s3cret+/", .scopes = {"openid"}}};
    settings.seed.allow.api_keys = {"id-1"};
    settings.seed.allow.organisations = {"{ORG_ID}"};
    settings.seed.allow.sandboxes = {"{SANDBOX_NAME}"};
    serve_as(std::move(settings));
    environment["FLOW_CLIENT_ID"] = "id-1";
    environment["FLOW_CLIENT_SECRET"] = "s3cret+/";
    environment["FLOW_SCOPES"] = "openid";
  }
};

TEST_F(FlowctlTokens, ClientCredentialsGetATokenOfTheMockOnThisMachine) {
  const Ended ended = run({"list", "--count"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(asked().front(), "/ims/token/v3");
  EXPECT_EQ(sent("x-api-key"), "id-1");
}

TEST_F(FlowctlTokens, TheyMayComeFromTheFileAndFlags) {
  environment.erase("FLOW_CLIENT_ID");
  environment.erase("FLOW_CLIENT_SECRET");
  environment.erase("FLOW_SCOPES");
  write_file(".config/flowctl.toml", "client_secret = \"s3cret+/\"\nscopes = \"openid\"\ntoken_url = \"" +
                                         base_url + "/ims/token/v2\"\n");
  const Ended ended = run({"--client-id", "id-1", "list", "--count"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(asked().front(), "/ims/token/v2");
}

TEST_F(FlowctlTokens, ATokenThatIsGivenWins) {
  environment["FLOW_TOKEN"] = "given";
  const Ended ended = run({"list", "--count"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("401013"));
  EXPECT_EQ(sent("Authorization"), "Bearer given");
  EXPECT_EQ(requests, 1);
}

TEST_F(FlowctlTokens, WrongOnesAreExitCode1AndAreNotPrinted) {
  environment["FLOW_CLIENT_SECRET"] = "wr0ng";
  const Ended ended = run({"--json", "list", "--count"});
  EXPECT_EQ(ended.code, 1);
  const json error = json::parse(ended.err).at("error");
  EXPECT_EQ(error.at("kind"), "token_refused");
  EXPECT_EQ(error.at("code"), "invalid_client");
  EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("wr0ng")));
}

TEST_F(FlowctlTokens, CredentialsThatAreNotWholeAreExitCode2) {
  environment.erase("FLOW_SCOPES");
  const Ended ended = run({"list"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("FLOW_SCOPES"));
  EXPECT_THAT(ended.err, Not(HasSubstr("s3cret")));
  EXPECT_EQ(run({"--client-secret", "s", "list"}).code, 2); // there is no such flag
}

} // namespace

} // namespace flow::client
