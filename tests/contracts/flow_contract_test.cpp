#include "tests/contracts/flow_contract_fixture.hpp"

namespace flow::contract {

namespace {

TEST_F(FlowContract, EndsWithZeroWhenAllHeld) {
  const Ended ended = flow_contract("run " + base_url());
  EXPECT_EQ(ended.status, 0) << ended.output;
  const std::string all = std::to_string(fitting(matching(""), Target::mock("")).size());
  EXPECT_TRUE(contains(ended.output, all + " clauses: " + all + " held, 0 broken, 0 skipped"))
      << ended.output;
  EXPECT_TRUE(contains(ended.output, "retry\n  held     retry/state/failed\n")) << ended.output;
}

TEST_F(FlowContract, TakesABaseUrlWithTheServicePath) {
  const Ended ended = flow_contract("run --filter retry/op " + base_url() + "/data/foundation/flowservice/");
  EXPECT_EQ(ended.status, 0) << ended.output;
}

TEST_F(FlowContract, EndsWithOneAndExplainsWhenAClauseIsBroken) {
  break_retries();
  const Ended ended = flow_contract("run --filter 'retry/state/*' " + base_url());
  EXPECT_EQ(ended.status, 1) << ended.output;
  for (const char *part :
       {"BROKEN   retry/state/failed", "Retrying a failed run of a batch source answers 200.",
        "standing: documented; source: retry-flows", "curl -i --path-as-is -X POST",
        "expected: 200\n    received: 500", "5 clauses: 0 held, 5 broken, 0 skipped"}) {
    EXPECT_TRUE(contains(ended.output, part)) << part << " in:\n" << ended.output;
  }
}

TEST_F(FlowContract, GivesACurlCommandThatBreaksTheClauseAgain) {
  break_retries();
  const std::string output = flow_contract("run --filter retry/state/failed " + base_url()).output;
  const std::size_t start = output.find("curl -i");
  ASSERT_NE(start, std::string::npos);
  const std::string command = output.substr(start, output.find("\n  status", start) - start);
  const std::string answer = (folder_ / "answer").string();
  ASSERT_EQ(std::system("command -v curl > /dev/null"), 0) << "curl is missing; scripts/test installs it";
  ASSERT_EQ(std::system((command + " > " + answer + " 2> /dev/null").c_str()), 0) << command;
  EXPECT_TRUE(contains(text_of(answer), "HTTP/1.1 500")) << text_of(answer);
}

TEST_F(FlowContract, StopsAClauseWhereAnAnswerGivesNothingToGoOnWith) {
  answer_retries("{}");
  const Ended ended = flow_contract("run --filter retry/new-run/readable " + base_url());
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(count(ended.output, "curl -i"), 1u) << ended.output;
  EXPECT_TRUE(
      contains(ended.output, "body /id\n    expected: a value\n    received: nothing, with status 200"))
      << ended.output;
}

TEST_F(FlowContract, JudgesByTheReadingNamed) {
  // The mock is in the usual one.
  EXPECT_EQ(flow_contract("run --filter readings/op --reading openapi " + base_url()).status, 1);
  EXPECT_EQ(flow_contract("run --filter readings/zero-records --edition 2022 " + base_url()).status, 1);
  const Ended ended = flow_contract("run --filter readings/op " + base_url());
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "none of these clauses holds in this --reading")) << ended.output;
  EXPECT_EQ(flow_contract("run --filter readings/op/unsupported-1434 --reading unsupported-op=1434-400 " +
                          base_url())
                .status,
            1);
  const Ended unknown = flow_contract("run --reading op=retry " + base_url());
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(
      contains(unknown.output, "'retry' is no choice in the matter op; those are re-trigger, RE_TRIGGER"))
      << unknown.output;
}

TEST_F(FlowContract, RunsOnlyWhatTheFilterNames) {
  const Ended ended = flow_contract("run --filter 'retry/op/*' " + base_url());
  EXPECT_EQ(count(ended.output, "  held "), matching("retry/op").size()) << ended.output;
}

TEST_F(FlowContract, RunsWhatAnyFilterNamesButWhatIsExcluded) {
  const Ended ended =
      flow_contract("run --filter retry/op --filter etags --exclude 'retry/op/*case' --exclude "
                    "etags/run " +
                    base_url());
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(count(ended.output, "  held "),
            matching("retry/op").size() - matching("retry/op/*case").size() + matching("etags/retry").size())
      << ended.output;
  const Ended nothing = flow_contract("run --filter retry --exclude 'retry/*' " + base_url());
  EXPECT_EQ(nothing.status, 2);
  EXPECT_TRUE(contains(nothing.output, "select no clause")) << nothing.output;
}

TEST_F(FlowContract, RunsOnlyClausesOfTheStandingsNamed) {
  const auto standings = [&](const std::string &options) {
    std::map<std::string, std::size_t> numbers;
    for (const Json &clause : Json::parse(flow_contract("list --json " + options).output)) {
      ++numbers[clause.at("standing")];
    }
    return numbers;
  };
  const auto all = standings("");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(standings("--standing documented"),
            (std::map<std::string, std::size_t>{{"documented", all.at("documented")}}));
  EXPECT_EQ(standings("--standing inferred --standing assumed").size(), 2U);
  EXPECT_EQ(flow_contract("list --standing rumoured").status, 2);
}

TEST_F(FlowContract, EndsWithTwoWhenTheFilterNamesNothing) {
  const Ended ended = flow_contract("run --filter no/such/clause " + base_url());
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "no clause matches 'no/such/clause'")) << ended.output;
}

TEST_F(FlowContract, EndsWithTwoWhenNoServerAnswers) {
  const Ended ended = flow_contract("run --base-url http://127.0.0.1:1");
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "cannot judge the server at http://127.0.0.1:1/")) << ended.output;
}

/// Answers so many requests, each on a connection of its own, and then listens no more.
class DyingServer {
public:
  explicit DyingServer(int requests) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto *const plain = reinterpret_cast<sockaddr *>(&address);
    EXPECT_EQ(::bind(socket_, plain, size), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    EXPECT_EQ(::getsockname(socket_, plain, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, requests] {
      for (int answered = 0; answered < requests; ++answered) {
        answer();
      }
      ::close(socket_);
    });
  }
  ~DyingServer() { thread_.join(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
  void answer() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    std::array<char, 8192> request{};
    EXPECT_GT(::recv(connection, request.data(), request.size(), 0), 0);
    const std::string body = R"({"status":"live","server":"flow-mock","items":[],"_links":{}})";
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                             "Content-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_EQ(::send(connection, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    ::close(connection);
  }

  int socket_;
  int port_ = 0;
  std::thread thread_;
};

TEST_F(FlowContract, GivesUpOnAServerThatStopsAnswering) {
  const DyingServer server(3);
  const Ended ended = flow_contract("run --base-url " + server.url());
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "stopped answering; the remaining clauses were skipped"))
      << ended.output;
  EXPECT_LE(count(ended.output, "  BROKEN "), 6U) << "it goes on for ever";
}

TEST_F(FlowContract, EndsWithTwoWhenTheFileOfAuthoritiesIsNotThere) {
  const Ended ended = flow_contract("run --ca-file /no/such.pem " + base_url());
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "/no/such.pem")) << ended.output;
}

TEST_F(FlowContract, EndsWithTwoOnOptionsItDoesNotKnow) {
  for (const char *arguments :
       {"", "run", "judge", "run --base-url http://127.0.0.1:1 --fast", "list --fast"}) {
    EXPECT_EQ(flow_contract(arguments).status, 2) << arguments;
  }
}

TEST_F(FlowContract, HelpEndsWithZero) {
  EXPECT_EQ(flow_contract("run --help").status, 0);
}

TEST_F(FlowContract, IsSharded) {
  std::size_t held = 0;
  for (const char *shard : {"0", "1", "2"}) {
    const Ended ended = flow_contract("run --filter retry " + base_url(),
                                      std::string("GTEST_TOTAL_SHARDS=3 GTEST_SHARD_INDEX=") + shard);
    EXPECT_EQ(ended.status, 0) << ended.output;
    held += count(ended.output, "  held ");
  }
  EXPECT_EQ(held, matching("retry").size());
}

const std::string kWho = " --token s3cret --api-key key --org org --sandbox prod ";

TEST_F(FlowContract, SkipsClausesWhoseStateIsNotNamedAndSaysWhy) {
  const std::string states =
      file("states.json", R"({"a failed run": "4fb0418e-1804-45d6-8d56-dd51f05c0baf"})");
  const Ended ended = flow_contract("run " + base_url() + kWho + "--states " + states);
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_TRUE(contains(ended.output, "held     retry/state/failed")) << ended.output;
  EXPECT_TRUE(contains(ended.output, "held     retry/run/unknown")) << ended.output;
  EXPECT_TRUE(contains(ended.output,
                       "skipped  retry/state/in-progress  no run is given for the state 'a run in progress'"))
      << ended.output;
  EXPECT_TRUE(contains(ended.output, "skipped  runs/sandbox/isolated  it needs a second sandbox"))
      << ended.output;
}

TEST_F(FlowContract, TakesWhoItIsFromTheEnvironment) {
  const std::string states =
      file("states.json", R"({"a failed run": "4fb0418e-1804-45d6-8d56-dd51f05c0baf"})");
  const Ended ended =
      flow_contract("run --filter retry/state/failed --states " + states,
                    "FLOW_TOKEN=t FLOW_API_KEY=k FLOW_ORG=o FLOW_SANDBOX=prod FLOW_BASE_URL=" +
                        base_url().substr(std::string("--base-url ").size()));
  EXPECT_EQ(ended.status, 0) << ended.output;
}

TEST_F(FlowContract, NeverShowsTheToken) {
  break_retries();
  const std::string states =
      file("states.json", R"({"a failed run": "4fb0418e-1804-45d6-8d56-dd51f05c0baf"})");
  const auto junit = folder_ / "report.xml";
  const Ended ended =
      flow_contract("run " + base_url() + kWho + "--states " + states + " --junit " + junit.string());
  EXPECT_EQ(ended.status, 1);
  EXPECT_FALSE(contains(ended.output, "s3cret"));
  EXPECT_FALSE(contains(text_of(junit), "s3cret"));
  EXPECT_TRUE(contains(ended.output, "$FLOW_TOKEN"));
}

const std::string kAllStates = R"({
  "a failed run": "4fb0418e-1804-45d6-8d56-dd51f05c0baf",
  "a successful run with zero ingested records": "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34",
  "a run in progress": "c2a7e4d1-6f3b-4b8e-8a95-1e0d7c3f5a62"})";

TEST_F(FlowContract, SendsNothingThatWritesToAnotherServer) {
  be_another_server();
  const Ended ended =
      flow_contract("run " + base_url() + kWho + "--states " + file("states.json", kAllStates));
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(writes(), 0);
  EXPECT_TRUE(contains(ended.output, "held     runs/failed/status")) << ended.output;
  EXPECT_TRUE(contains(ended.output,
                       "skipped  retry/state/failed  it writes, and the server is not a flow-mock; "
                       "--allow-writes"))
      << ended.output;
}

TEST_F(FlowContract, PrintsThePlanBeforeItWritesToAnotherServer) {
  be_another_server();
  const std::string states = file("states.json", kAllStates);
  const std::string command =
      "run --filter retry/state --filter retry/twice --allow-writes " + base_url() + kWho;
  const Ended dry = flow_contract(command + "--dry-run --states " + states);
  EXPECT_EQ(dry.status, 0) << dry.output;
  EXPECT_TRUE(
      contains(dry.output, "     5 retries of run 4fb0418e-1804-45d6-8d56-dd51f05c0baf (a failed run)\n"))
      << dry.output;
  EXPECT_EQ(count(dry.output, "  held "), 0U) << dry.output;
  EXPECT_EQ(writes(), 0);

  const Ended ended = flow_contract(command + "--states " + states);
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(ended.output.find("plan for http"), 0U) << ended.output;
  EXPECT_TRUE(contains(ended.output, "     7 writes in all\n")) << ended.output;
  EXPECT_EQ(writes(), 7);
}

TEST_F(FlowContract, WritesNoMoreThanItMay) {
  be_another_server();
  const Ended ended = flow_contract("run --filter retry --allow-writes --max-writes 4 " + base_url() + kWho +
                                    "--states " + file("states.json", kAllStates));
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_GT(writes(), 0);
  EXPECT_LE(writes(), 4);
  EXPECT_TRUE(
      contains(ended.output, "skipped  retry/if-match/other  it would write 1 times, and --max-writes 4"))
      << ended.output;
}

TEST_F(FlowContract, NeedsToKnowWhoAsksOfAnotherServer) {
  be_another_server();
  const Ended ended = flow_contract("run " + base_url());
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "is not a flow-mock: it needs --token, --api-key, --org and --sandbox"))
      << ended.output;
}

TEST_F(FlowContract, LetsOnlyDocumentedClausesDecideOnAnotherServerUnlessItIsStrict) {
  break_retries();
  const std::string states = file("states.json", kAllStates);
  const auto judged = [&](const std::string &options) {
    return flow_contract("run --allow-writes " + options + " " + base_url() + kWho + "--states " + states);
  };
  EXPECT_EQ(judged("--filter retry/twice").status, 1) << "on the mock all decide";
  be_another_server();
  const auto junit = folder_ / "report.xml";
  const Ended ended = judged("--filter retry/twice --junit " + junit.string());
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_TRUE(contains(ended.output, "finding  retry/twice/two-runs")) << ended.output;
  EXPECT_TRUE(contains(ended.output, "0 held, 0 broken, 2 findings, 0 skipped")) << ended.output;
  EXPECT_TRUE(contains(ended.output, "received: 500")) << "it is explained: " << ended.output;
  EXPECT_TRUE(contains(text_of(junit), "finding: Each newly created run")) << text_of(junit);
  EXPECT_EQ(judged("--filter retry/twice --strict").status, 1);
  EXPECT_EQ(judged("--filter retry/state/failed").status, 1) << "it is documented";
}

TEST_F(FlowContract, SaysFirstThatAllIsBrokenInTheSameWay) {
  break_retries();
  const Ended ended = flow_contract("run --filter retry " + base_url());
  const std::size_t hint =
      ended.output.find("clauses are broken in the same way (status 500). Check that this is the right");
  ASSERT_NE(hint, std::string::npos) << ended.output;
  EXPECT_LT(hint, ended.output.find("curl -i"));
}

TEST_F(FlowContract, FindsStatesAndWritesAFileThatRunTakes) {
  const std::string states = (folder_ / "new" / "found.json").string();
  const Ended found = flow_contract("find-states " + base_url() + kWho + "--states " + states);
  EXPECT_EQ(found.status, 0) << found.output;
  EXPECT_EQ(writes(), 0);
  EXPECT_TRUE(contains(found.output, "a failed run")) << found.output;
  EXPECT_EQ(Json::parse(text_of(states)).at("a failed run"), "4fb0418e-1804-45d6-8d56-dd51f05c0baf");
  const Ended ended = flow_contract("run --filter retry/state " + base_url() + kWho + "--states " + states);
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(count(ended.output, "  held "), matching("retry/state").size()) << ended.output;
}

TEST_F(FlowContract, GetsATokenForClientCredentials) {
  const std::string token_url = base_url().substr(std::string("--base-url ").size()) + "/ims/token/v3";
  const std::string who =
      " --client-id app --scopes openid --token-url " + token_url + " --org org --sandbox prod ";
  break_retries();
  const Ended refused = flow_contract("run --filter runs/read/id " + base_url() + who + "--states " +
                                          file("states.json", kAllStates),
                                      "FLOW_CLIENT_SECRET=s3cret");
  EXPECT_EQ(refused.status, 2) << refused.output;
  EXPECT_TRUE(contains(refused.output, "no access token from " + token_url + ": status 500"))
      << refused.output;
  EXPECT_FALSE(contains(refused.output, "s3cret")) << refused.output;
}

TEST_F(FlowContract, UsesTheTokenOfClientCredentials) {
  const std::string token_url = base_url().substr(std::string("--base-url ").size()) + "/ims/token/v3";
  const std::string who =
      " --client-id app --scopes openid --token-url " + token_url + " --org org --sandbox prod ";
  const Ended ended = flow_contract("run --filter runs/read " + base_url() + who + "--states " +
                                        file("states.json", kAllStates),
                                    "FLOW_CLIENT_SECRET=s3cret");
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(writes(), 1) << "the one for a token";
  EXPECT_TRUE(
      contains(flow_contract("run " + base_url() + who + "--states " + file("states.json", "{}")).output,
               "--client-id also needs FLOW_CLIENT_SECRET"));
}

TEST_F(FlowContract, TakesAnotherBasePath) {
  const Ended ended =
      flow_contract("run --filter list/error --base-path flowservice/ " + base_url() + "/data/foundation");
  EXPECT_EQ(ended.status, 2) << ended.output;
  const std::string url = base_url() + "/data/foundation/flowservice";
  EXPECT_EQ(flow_contract("run --filter retry --base-path /data/foundation/flowservice/ " + url).status, 0);
}

TEST_F(FlowContract, ShowsAClause) {
  EXPECT_EQ(flow_contract("show retry/op/missing").output, shown(*matching("retry/op/missing").at(0)));
  const Ended ended = flow_contract("show retry/op");
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "no clause has the id 'retry/op'")) << ended.output;
}

TEST_F(FlowContract, TellsItsVersion) {
  const Ended ended = flow_contract("--version");
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.output.find("flow-contract 0."), 0U) << ended.output;
}

TEST_F(FlowContract, EndsWithTwoOnStatesItCannotUse) {
  const auto complaint = [&](const std::string &states) {
    const Ended ended = flow_contract("run " + base_url() + kWho + "--states " + states);
    EXPECT_EQ(ended.status, 2) << ended.output;
    return ended.output;
  };
  EXPECT_TRUE(contains(complaint((folder_ / "none.json").string()), "cannot be read"));
  EXPECT_TRUE(contains(complaint(file("a.json", "[]")), "not a JSON object"));
  EXPECT_TRUE(contains(complaint(file("b.json", "{")), "not a JSON object"));
  EXPECT_TRUE(contains(complaint(file("c.json", R"({"a tired run": "7"})")), "'a tired run'"));
  EXPECT_TRUE(contains(complaint(file("d.json", R"({"a failed run": 7})")), "not a string"));
}

TEST_F(FlowContract, NeedsToKnowWhoAsksWhenStatesAreGiven) {
  const Ended ended = flow_contract("run " + base_url() + " --states " + file("states.json", "{}"));
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "--token, --api-key, --org and --sandbox")) << ended.output;
}

TEST_F(FlowContract, ListsWithoutAServer) {
  EXPECT_EQ(flow_contract("list").output, listed(matching("")));
  EXPECT_EQ(flow_contract("list --json --filter etags").output, listed_as_json(matching("etags")));
}

TEST_F(FlowContract, PrintsTheRules) {
  EXPECT_EQ(flow_contract("rules").output, rules());
}

TEST(TheRulesFile, IsPrintedFromTheClauses) {
  EXPECT_EQ(text_of(PROJECT_ROOT "/docs/rules.md"), rules())
      << "docs/rules.md is stale: build/contracts/flow-contract rules > docs/rules.md";
}

} // namespace

} // namespace flow::contract
