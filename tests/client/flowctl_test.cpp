#include "mock_server/resources/run_state.hpp"
#include "tests/client/flowctl_fixture.hpp"
#include "tests/client/raw_server.hpp"
#include "tests/client/tls_identity.hpp"

namespace flow::client {

namespace {

TEST_F(Flowctl, RetriesAgainstAMockOnThisMachineWithoutAnySetting) {
  const Ended ended = run({"retry", kFailed});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "new run   3fb0418e-1804-45d6-8d56-dd51f05c0baf\n"
                       "etag      \"1100c53e-0000-0200-0000-627138980000\"\n");
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(sent("Authorization"), "Bearer {ACCESS_TOKEN}");
  EXPECT_EQ(sent("x-gw-ims-org-id"), "{ORG_ID}");
  EXPECT_EQ(sent("x-sandbox-name"), "{SANDBOX_NAME}");
}

TEST_F(Flowctl, JsonIsOneDocument) {
  EXPECT_EQ(json::parse(run({"--json", "retry", kFailed}).out),
            json::parse(R"({"id":"3fb0418e-1804-45d6-8d56-dd51f05c0baf",
                            "etag":"\"1100c53e-0000-0200-0000-627138980000\""})"));
  EXPECT_EQ(json::parse(run({"get", kFailed, "--json"}).out).at("id"), kFailed);
  const json run_after_wait = json::parse(run({"--json", "retry", "--wait", kFailed}).out);
  EXPECT_EQ(run_after_wait.at("metrics").at("statusSummary").at("status"), "success");
}

TEST_F(Flowctl, GetShowsTheRun) {
  const Ended ended = run({"get", kSuccess});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("state     success\n"));
  EXPECT_THAT(ended.out, HasSubstr("created   2020-08-05 19:34:39 UTC\n"));
  EXPECT_THAT(ended.out, HasSubstr("window    2020-08-05 18:55:08 UTC to 2020-08-05 19:25:08 UTC\n"));
  EXPECT_THAT(ended.out, HasSubstr("records   100 in, 99 out, 1 failed\n"));
  EXPECT_THAT(ended.out, HasSubstr("error     CONNECTOR-2001-500 "));
}

TEST_F(Flowctl, RetryAndWaitShowsTheNewRunAndItsEnd) {
  const Ended ended = run({"retry", "--wait", kFailed});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("new run   3fb0418e"));
  EXPECT_THAT(ended.out, HasSubstr("state     success\n"));
}

TEST_F(Flowctl, ARunThatFailedIsExitCode3) {
  const Ended ended = run({"wait", kFailed});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.out, HasSubstr("state     failed\n"));
}

TEST_F(Flowctl, ARunThatHasNotEndedInTimeIsExitCode4) {
  const Ended ended = run({"wait", "--timeout", "0", kInProgress});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("--timeout"));
}

TEST_F(Flowctl, ARefusalIsExitCode1AndSaysWhatToDo) {
  const Ended ended = run({"retry", kSuccess});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("FLOW-1387-400 Bad Request"));
  EXPECT_THAT(ended.err, HasSubstr("flowctl get " + std::string(kSuccess)));
  EXPECT_THAT(ended.err, HasSubstr("request id: "));
}

TEST_F(Flowctl, AdviceIsTheContractsAndSaysHowFlowctlFollowsIt) {
  const Ended ended = run({"get", "no-such-run"});
  EXPECT_THAT(ended.err, HasSubstr(contract::error("run-not-found").advice));
  answer = [] {
    return mock::Response{.status = 403, .headers = {}, .body = R"({"error_code":"403000","message":"m"})"};
  };
  EXPECT_THAT(run({"get", kFailed}).err,
              HasSubstr(contract::error("api-key-missing").advice +
                        " With flowctl: FLOW_API_KEY, api_key in the settings file, or --api-key"));
}

TEST_F(Flowctl, ARefusalIsJsonForMachines) {
  const Ended ended = run({"--json", "retry", kSuccess});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "");
  const json error = json::parse(ended.err).at("error");
  EXPECT_EQ(error.at("kind"), "service");
  EXPECT_EQ(error.at("code"), "FLOW-1387-400");
  EXPECT_EQ(error.at("status"), 400);
}

TEST_F(Flowctl, AServerThatIsNotTheServiceIsExitCode5) {
  answer = [] { return mock::Response{.status = 302, .headers = {}, .body = ""}; };
  const Ended ended = run({"get", kFailed});
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, HasSubstr("--base-url"));
}

TEST_F(Flowctl, AServerThatCannotBeTrustedIsExitCode5) {
  const TlsIdentity identity;
  RawServer server([&](int connection) { SSL_free(identity.accept(connection)); });
  const Ended ended = run_bare({"--base-url", server.url("https"), "--token", "t", "--api-key", "k", "--org",
                                "o", "--sandbox", "s", "get", kFailed});
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, HasSubstr("certificate"));
}

TEST_F(Flowctl, TheAuthoritiesToTrustAreGivenByFlagEnvironmentOrFile) {
  const TlsIdentity identity;
  RawServer server([&](int connection) {
    if (SSL *tls = identity.accept(connection)) {
      read_head([=](char *data, std::size_t size) {
        return static_cast<long>(SSL_read(tls, data, static_cast<int>(size)));
      });
      const std::string refusal = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
      SSL_write(tls, refusal.data(), static_cast<int>(refusal.size()));
      SSL_shutdown(tls);
      SSL_free(tls);
    }
  });
  const std::string authorities = write_file("authorities.pem", identity.pem());
  environment["FLOW_BASE_URL"] = server.url("https");
  for (const char *variable : {"FLOW_TOKEN", "FLOW_API_KEY", "FLOW_ORG", "FLOW_SANDBOX"}) {
    environment[variable] = "x";
  }
  EXPECT_EQ(run_bare({"get", kFailed}).code, 5);
  EXPECT_EQ(run_bare({"get", kFailed, "--ca-file", authorities}).code, 1);
  const std::string file = write_file("settings.toml", "ca_file = \"" + authorities + "\"\n");
  EXPECT_EQ(run_bare({"get", kFailed, "--config", file}).code, 1);
  environment["FLOW_CA_FILE"] = authorities;
  EXPECT_EQ(run_bare({"get", kFailed}).code, 1);
  EXPECT_EQ(run_bare({"mock", "health"}).code, 5) << "it is no mock, but it was asked";
}

TEST_F(Flowctl, AFileOfAuthoritiesThatIsNotThereIsExitCode2BeforeAnythingIsSent) {
  for (const Arguments &command : {Arguments{"get", kFailed}, Arguments{"mock", "health"}}) {
    Arguments arguments = command;
    arguments.insert(arguments.end(), {"--ca-file", "/no/such.pem"});
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("/no/such.pem"));
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(Flowctl, AnUnknownOutcomeIsExitCode6) {
  answer = [] { return mock::Response{.status = 502, .headers = {}, .body = "{}"}; };
  const Ended ended = run({"retry", kFailed});
  EXPECT_EQ(ended.code, 6);
  EXPECT_EQ(requests, 1);
  EXPECT_THAT(ended.err, HasSubstr("It is unknown whether run"));
  EXPECT_THAT(ended.err, HasSubstr("--repeat-when-unknown"));
}

TEST_F(Flowctl, ARetryThatWasDoneIsToldWhenTheWaitFails) {
  answer = [this] {
    return requests == 1
               ? mock::Response{.status = 200, .headers = {}, .body = R"({"id":"new-1","etag":"e"})"}
               : mock::Response{.status = 404, .headers = {}, .body = "{}"};
  };
  const Ended ended = run({"--json", "retry", "--wait", kFailed});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(json::parse(ended.err).at("error").at("advice").get<std::string>(),
              HasSubstr("flowctl wait new-1"));
}

TEST_F(Flowctl, IfMatchReachesTheService) {
  EXPECT_THAT(run({"retry", "--if-match", "\"stale\"", kFailed}).err, HasSubstr("FLOW-1404-412"));
}

TEST_F(Flowctl, FlagsComeBeforeEnvironmentBeforeFile) {
  write_file(".config/flowctl.toml", "sandbox = \"of-file\"\norg = \"of-file\"\napi-key = \"of-file\"\n");
  environment["FLOW_SANDBOX"] = "of-environment";
  environment["FLOW_ORG"] = "of-environment";
  environment["FLOW_API_KEY"] = "";
  const Ended ended = run({"--sandbox", "of-flag", "get", kFailed});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(sent("x-sandbox-name"), "of-flag");
  EXPECT_EQ(sent("x-gw-ims-org-id"), "of-environment");
  EXPECT_EQ(sent("x-api-key"), "of-file");
  EXPECT_EQ(sent("Authorization"), "Bearer {ACCESS_TOKEN}");
}

TEST_F(Flowctl, TheBaseUrlAndTheTokenMayComeFromTheEnvironment) {
  environment["FLOW_BASE_URL"] = base_url;
  environment["FLOW_TOKEN"] = "of-environment";
  EXPECT_EQ(run_bare({"get", kFailed}).code, 0);
  EXPECT_EQ(sent("Authorization"), "Bearer of-environment");
}

TEST_F(Flowctl, TheFileIsTheOneOfTheFlagElseOfTheEnvironmentElseOfXdg) {
  environment["XDG_CONFIG_HOME"] = folder + "/xdg";
  write_file("xdg/flowctl.toml", "sandbox = \"of-xdg\"\n");
  EXPECT_EQ(run({"get", kFailed}).code, 0);
  EXPECT_EQ(sent("x-sandbox-name"), "of-xdg");
  environment["FLOW_CONFIG"] = write_file("named.toml", "sandbox = \"of-named\"\n");
  EXPECT_EQ(run({"get", kFailed}).code, 0);
  EXPECT_EQ(sent("x-sandbox-name"), "of-named");
  EXPECT_EQ(run({"--config", write_file("flag.toml", "sandbox = \"of-flag\"\n"), "get", kFailed}).code, 0);
  EXPECT_EQ(sent("x-sandbox-name"), "of-flag");
}

TEST_F(Flowctl, MissingSettingsAreExitCode2AndNameTheThreeWays) {
  environment["FLOW_TOKEN"] = "s3cret";
  const Ended ended = run_bare({"retry", kFailed});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("FLOW_SANDBOX=…, or sandbox = \"…\" in " + folder +
                                   "/.config/flowctl.toml, or --sandbox …"));
  EXPECT_THAT(ended.err, Not(HasSubstr("FLOW_TOKEN")));
}

TEST_F(Flowctl, SettingsThatCannotBeUsedAreExitCode2) {
  EXPECT_EQ(run({"--config", folder + "/none.toml", "get", kFailed}).code, 2);
  EXPECT_EQ(run({"--config", folder, "get", kFailed}).code, 2);
  EXPECT_EQ(run_bare({"--base-url", "ftp://host", "get", kFailed}).code, 2);
  EXPECT_EQ(run({"--sandbox", "a\nb", "get", kFailed}).code, 2);
  for (const char *text : {"sandboxx = \"x\"\n", "[a b]\nsandbox = \"x\"\n", "sandbox = a, b\n"}) {
    EXPECT_EQ(run({"--config", write_file("bad.toml", text), "get", kFailed}).code, 2) << text;
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(Flowctl, WrongUsageIsExitCode2) {
  for (const Arguments &arguments : {Arguments{},
                                     {"get"},
                                     {"get", ""},
                                     {"get", "a", "b"},
                                     {"--nonsense", "get", kFailed},
                                     {"cancel", kFailed},
                                     {"wait", "--timeout", "-1", kFailed},
                                     {"wait", "--timeout", "soon", kFailed}}) {
    EXPECT_EQ(run(arguments).code, 2);
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(Flowctl, ATokenIsNeverPrinted) {
  environment["FLOW_TOKEN"] = "s3cret";
  const std::string file = write_file("odd.toml", "tokn = \"s3cret\"\n");
  const std::vector<Arguments> all{{"get", kFailed},
                                   {"--json", "get", "none"},
                                   {"--config", file, "get", kFailed},
                                   {"--help"},
                                   {"--token", "s3cret\n", "get", kFailed}};
  for (const Arguments &arguments : all) {
    const Ended ended = run(arguments);
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("s3cret")));
  }
}

TEST_F(Flowctl, HelpNamesExitCodesAndTheDangerOfTheTokenFlag) {
  const Ended ended = run_bare({"--help"});
  EXPECT_EQ(ended.code, 0);
  for (const char *text :
       {"Exit codes:", "FLOW_TOKEN", "(ps)", "flowctl.toml", "retry", "wait", "{ACCESS_TOKEN}"}) {
    EXPECT_THAT(ended.out, HasSubstr(text));
  }
  EXPECT_THAT(run_bare({"retry", "-h"}).out, HasSubstr("--repeat-when-unknown"));
}

TEST_F(Flowctl, TellsItsVersion) {
  EXPECT_EQ(run_bare({"--version"}).out, "flowctl " FLOW_CLIENT_VERSION "\n");
}

TEST_F(Flowctl, AWordThatNothingIsCalledIsNamedWithTheNearestOne) {
  for (const auto &[arguments, told] :
       {std::pair{Arguments{"lst"}, "there is no command \"lst\". Did you mean list? See flowctl --help"},
        {{"mock", "fautl", "add"},
         "there is no command \"fautl\". Did you mean fault? See flowctl mock --help"},
        {{"list", "--stat=failed"},
         "there is no option --stat. Did you mean --status? See flowctl list --help"},
        {{"retry", "--all-faild"}, "there is no option --all-faild. Did you mean --all-failed? See"},
        {{"list", "--sandbx", "a"}, "there is no option --sandbx. Did you mean --sandbox? See"},
        {{"frobnicate"}, "there is no command \"frobnicate\". See flowctl --help"},
        {{"get", "a", "b"}, "\"b\" is more than flowctl get takes. See flowctl get --help"}}) {
    const Ended ended = run_bare(arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, testing::StartsWith("flowctl: " + std::string(told)));
  }
}

TEST_F(Flowctl, HelpIsACommandToo) {
  EXPECT_EQ(run_bare({"help"}).out, run_bare({"--help"}).out);
  EXPECT_THAT(run_bare({"help", "mock", "fault", "add"}).out, HasSubstr("Usage: flowctl mock fault add "));
  EXPECT_THAT(run_bare({"help", "mock", "falt"}).err, HasSubstr("Did you mean fault?"));
}

TEST_F(Flowctl, AnUnknownStatusIsRefusedWithThoseThereAre) {
  const Ended ended = run({"list", "--status", "broken"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("\"broken\": success, failed, inProgress, "));
  EXPECT_THAT(ended.err, HasSubstr("--property metrics.statusSummary.status==broken"));
  EXPECT_EQ(requests, 0);
  EXPECT_EQ(run({"list", "--status", "FAILED"}).out, run({"list", "--status", "failed"}).out);
  const std::string help = run({"list", "--help"}).out;
  for (std::size_t state = 0; state < mock::kRunStates; ++state) {
    const std::string status(mock::status(static_cast<mock::RunState>(state)));
    EXPECT_THAT(help, HasSubstr(status)) << "the mock knows it";
    EXPECT_EQ(run({"list", "--status", status}).code, 0) << status;
  }
}

} // namespace

} // namespace flow::client
