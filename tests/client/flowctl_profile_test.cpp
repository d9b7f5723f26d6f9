#include "tests/client/flowctl_fixture.hpp"

/// Profiles of the settings file, and `flowctl config`.
namespace flow::client {

namespace {

using testing::StartsWith;

struct FlowctlProfile : Flowctl {
  FlowctlProfile() {
    environment["FLOW_CONFIG"] = write_file("settings.toml", R"(base_url = ")" + base_url + R"("
sandbox = "dev"
api_key = "of-all"
[prod]
sandbox = "prod"
token = "s3cret"
protected = true
[stage]
sandbox = "stage" # a comment
protected = false
)");
    std::filesystem::permissions(environment["FLOW_CONFIG"], std::filesystem::perms::owner_read);
  }

  Ended on_terminal(const Arguments &arguments, const std::string &input) {
    Arguments all{std::getenv("FLOWCTL")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_on_terminal(all, environment, input);
  }
};

TEST_F(FlowctlProfile, TakesThePlaceOfWhatStandsBeforeIt) {
  const auto sandbox = [this](Arguments arguments) {
    arguments.insert(arguments.end(), {"get", kFailed});
    const Ended ended = run_bare(arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(sent("x-api-key"), "of-all");
    return sent("x-sandbox-name");
  };
  EXPECT_EQ(sandbox({}), "dev");
  EXPECT_EQ(sandbox({"--profile", "stage"}), "stage");
  EXPECT_EQ(sandbox({"--profile", "stage", "--sandbox", "flag"}), "flag");
  environment["FLOW_PROFILE"] = "prod";
  EXPECT_EQ(sandbox({}), "prod");
  EXPECT_EQ(sent("Authorization"), "Bearer s3cret");
  EXPECT_EQ(sandbox({"--profile", "stage"}), "stage");
  environment["FLOW_SANDBOX"] = "variable";
  EXPECT_EQ(sandbox({}), "variable") << "FLOW_PROFILE is one of the environment's own";
  EXPECT_EQ(sandbox({"--profile", "stage"}), "stage") << "it was named for this call";
}

TEST_F(FlowctlProfile, WithCredentialsSendsItsServerNoFartherToken) {
  environment["FLOW_CONFIG"] = write_file("credentials.toml", "base_url = \"" + base_url + R"("
token = "far"
[prod]
client_id = "id"
client_secret = "secret"
scopes = "openid"
)");
  EXPECT_EQ(run_bare({"get", kFailed}).code, 0);
  EXPECT_EQ(sent("Authorization"), "Bearer far");
  run_bare({"--profile", "prod", "get", kFailed});
  EXPECT_NE(sent("Authorization"), "Bearer far");
  environment["FLOW_TOKEN"] = "of-the-environment";
  run_bare({"--profile", "prod", "get", kFailed});
  EXPECT_NE(sent("Authorization"), "Bearer of-the-environment");
  EXPECT_EQ(run_bare({"get", kFailed}).code, 0);
  EXPECT_EQ(sent("Authorization"), "Bearer of-the-environment");
  EXPECT_EQ(run_bare({"--profile", "prod", "--token", "flag", "get", kFailed}).code, 0);
  EXPECT_EQ(sent("Authorization"), "Bearer flag");
}

TEST_F(FlowctlProfile, ThatIsNotThereIsRefusedWithThoseThereAre) {
  const Ended ended = run_bare({"--profile", "prd", "get", kFailed});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err, "flowctl: there is no profile prd in " + environment["FLOW_CONFIG"] +
                           "; known profiles: prod, stage\n");
  environment.erase("FLOW_CONFIG");
  EXPECT_EQ(run_bare({"--profile", "prod", "config", "show"}).err,
            "flowctl: there is no profile prod, as there is no settings file\n");
  EXPECT_EQ(requests, 0);
}

TEST_F(FlowctlProfile, ThatIsProtectedLetsNothingBeChangedUnasked) {
  environment["FLOW_PROFILE"] = "prod";
  for (const Arguments &arguments : {Arguments{"retry", kFailed},
                                     {"create", kOnDemand, "--window-start", "1", "--window-end", "2"},
                                     {"mock", "reset"}}) {
    const Ended ended = run_bare(arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, StartsWith("flowctl: the profile in use is protected: to "));
    EXPECT_EQ(requests, 0) << arguments.front();
  }
  EXPECT_EQ(run_bare({"retry", "--all-failed"}).code, 2);
  EXPECT_EQ(run_bare({"retry", "--all-failed", "--flow", "none"}).code, 0) << "nothing is changed";
  EXPECT_EQ(run_bare({"list", "--count"}).out, "11\n") << "what only reads is not asked for";
  EXPECT_EQ(run_bare({"mock", "clock"}).code, 0);
  EXPECT_EQ(run_bare({"retry", kFailed, "--yes"}).code, 0);
  environment["FLOW_PROFILE"] = "stage";
  EXPECT_EQ(run_bare({"retry", kFailed}).code, 0);
}

TEST_F(FlowctlProfile, ThatIsProtectedAsksOnATerminal) {
  environment["FLOW_PROFILE"] = "prod";
  const Ended refused = on_terminal({"retry", kFailed}, "no\n");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.out, HasSubstr("The profile in use is protected. Really retry run " +
                                     std::string(kFailed) + "? [y/N]"));
  EXPECT_THAT(refused.out, HasSubstr("nothing was changed"));
  EXPECT_THAT(on_terminal({"retry", "a\x1b[31m"}, "no\n").out, HasSubstr("run a\\u{1b}[31m?"));
  EXPECT_EQ(requests, 0);
  EXPECT_EQ(on_terminal({"retry", kFailed}, "yes\n").code, 0);
}

TEST_F(FlowctlProfile, ConfigShowsWhereEachSettingComesFromAndNoSecret) {
  environment["FLOW_ORG"] = "org";
  const Ended shown = run_bare({"--profile", "prod", "--api-key", "flag", "config", "show"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  const std::string file = environment["FLOW_CONFIG"];
  for (const std::string &line :
       {"\nbase_url          " + base_url + "  " + file + "\n", std::string("\ntoken             (hidden)"),
        std::string("\napi_key           flag"), "profile prod of " + file + "\n", std::string("FLOW_ORG\n"),
        std::string("\nThe profile is protected")}) {
    EXPECT_THAT(shown.out, HasSubstr(line));
  }
  const Ended as_json = run_bare({"--profile", "prod", "--json", "config", "show"});
  const json document = json::parse(as_json.out);
  EXPECT_EQ(document.at("protected"), true);
  EXPECT_EQ(document.at("settings").at(1),
            (json{{"key", "token"}, {"value", nullptr}, {"from", "profile prod of " + file}}));
  EXPECT_THAT(shown.out + as_json.out, Not(HasSubstr("s3cret")));
  EXPECT_EQ(requests, 0);
  EXPECT_THAT(run_bare({"--base-url", "https://u:s3cret@host/", "config", "show"}).out,
              Not(HasSubstr("s3cret")));
}

TEST_F(FlowctlProfile, IsReadFromAPipeToo) {
  const Ended ended =
      run_program({"/bin/bash", "-c",
                   "$0 --config <(cat \"$FLOW_CONFIG\") --profile prod --yes retry " + std::string(kFailed),
                   std::getenv("FLOWCTL")},
                  environment, folder);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(sent("x-sandbox-name"), "prod");
}

TEST_F(FlowctlProfile, TheLinesOfAFileThatAreWrongAreNamed) {
  const auto complaint = [this](const std::string &text) {
    return run_bare({"--config", write_file("wrong.toml", text), "config", "show"}).err;
  };
  EXPECT_THAT(complaint("[prod"), HasSubstr("line 1, begins with [ but is not the name of a profile"));
  EXPECT_THAT(complaint("[a.b]"), HasSubstr("line 1, begins with ["));
  EXPECT_THAT(complaint("[]"), HasSubstr("line 1, begins with ["));
  EXPECT_THAT(complaint("[a]\n[b]\n[a]"), HasSubstr("line 3, begins the profile a again"));
  EXPECT_THAT(complaint("protected = true"), HasSubstr("line 1, has protected, which belongs below"));
  EXPECT_THAT(complaint("[a]\nprotected = yes"),
              HasSubstr("line 2, gives protected a value that is neither"));
  EXPECT_THAT(complaint("[a]\nsandbox = \"a\"\nsandbox = \"b\""), HasSubstr("line 3, gives sandbox again"));
}

TEST_F(FlowctlProfile, AShellCompletesWordsByThoseThereAre) {
  environment["PATH"] =
      std::filesystem::path(std::getenv("FLOWCTL")).parent_path().string() + ":/usr/bin:/bin";
  const auto completed = [this](const std::string &words) {
    return run_program({"/bin/bash", "-c",
                        "eval \"$(flowctl completion bash)\"; COMP_WORDS=(" + words +
                            "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _flowctl; echo \"${COMPREPLY[*]}\""},
                       environment, folder)
        .out;
  };
  EXPECT_EQ(completed("flowctl mock fau"), "fault\n");
  EXPECT_EQ(completed("flowctl mock fault re"), "remove\n");
  EXPECT_EQ(completed("flowctl --json retry --al"), "--all-failed\n");
  EXPECT_EQ(completed("flowctl list --sandb"), "--sandbox\n");
  EXPECT_EQ(completed("flowctl --profile mock list --stat"), "--status\n") << "a value is no command";
  EXPECT_EQ(completed("flowctl __"), "\n") << "what is for the shell alone";
  EXPECT_THAT(run_bare({"completion", "zsh"}).out, StartsWith("#compdef flowctl\n"));
  EXPECT_THAT(run_bare({"completion", "fish"}).out, HasSubstr("complete -c flowctl"));
}

} // namespace

} // namespace flow::client
