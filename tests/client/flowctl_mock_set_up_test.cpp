#include <regex>
#include <sstream>

#include "tests/client/flowctl_fixture.hpp"
#include "tests/mock_server/described_answers.hpp"

/// `flowctl mock` for what a test sets up, awaits, and leaves over.
namespace flow::client {

namespace {

using testing::EndsWith;
using testing::StartsWith;

struct FlowctlMockSetUp : Flowctl {
  Ended mock(Arguments arguments) {
    arguments.insert(arguments.begin(), "mock");
    return run(arguments);
  }

  /// What a command prints that is expected to be done.
  std::string printed(const Arguments &arguments) {
    const Ended ended = mock(arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.out;
  }

  std::string retried(const std::string &run_id) {
    return json::parse(run({"--json", "retry", run_id}).out).at("id");
  }
};

TEST_F(FlowctlMockSetUp, OnlyTheRunsThatAreNamedAreThere) {
  const std::string runs = printed({"run", "only", "first", "second=success", "third=in-progress"});
  EXPECT_THAT(runs, StartsWith("RUN     FLOW "));
  EXPECT_EQ(std::count(runs.begin(), runs.end(), '\n'), 4);
  EXPECT_EQ(printed({"run", "list"}), runs);
  EXPECT_THAT(printed({"state", "first"}), HasSubstr("state     failed\n"));
  EXPECT_THAT(printed({"state", "second"}), HasSubstr("state     success\n"));
  EXPECT_EQ(run({"get", kFailed}).code, 1);
  const Ended nameless = mock({"run", "only", "=failed"});
  EXPECT_EQ(nameless.code, 2);
  EXPECT_THAT(nameless.err, HasSubstr("\"=failed\" is not RUN[=STATE]"));
  EXPECT_THAT(mock({"run", "only", "a=b"}).err, HasSubstr("at /runs/0/state: must be one of in-progress, "));
  EXPECT_EQ(printed({"run", "list"}), runs) << "nothing is half done";
}

TEST_F(FlowctlMockSetUp, RunsAreListedPageByPage) {
  printed({"run", "only", "a", "b=success", "c", "d"});
  const std::string page = printed({"run", "list", "--limit", "2"});
  EXPECT_THAT(page, HasSubstr("\na "));
  EXPECT_THAT(page, HasSubstr("\nb "));
  EXPECT_THAT(page, EndsWith("There are 4 runs; --offset 2 shows the next ones.\n"));
  const std::string rest = printed({"run", "list", "--offset", "2"});
  EXPECT_THAT(rest, HasSubstr("\nc "));
  EXPECT_EQ(std::count(rest.begin(), rest.end(), '\n'), 3) << "no further page: " << rest;
  const std::string found = printed({"run", "list", "--property", "state==success"});
  EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 2) << found;
  EXPECT_THAT(mock({"run", "list", "--property", "state=success"}).err, HasSubstr("=="));
  EXPECT_EQ(mock({"run", "list", "--limit", "0"}).code, 2);
}

TEST_F(FlowctlMockSetUp, ARunIsPutAndDeleted) {
  const Ended homeless = mock({"run", "put", "r1", "--flow", "f1"});
  EXPECT_NE(homeless.code, 0);
  EXPECT_THAT(homeless.err, HasSubstr("flowctl mock flow put f1"));
  EXPECT_THAT(printed({"flow", "put", "f1", "disabled", "--name", "of a test"}),
              HasSubstr("name      of a test\nstate     disabled\n"));
  EXPECT_EQ(printed({"run", "put", "r1", "--flow", "f1"}), "run r1 is there, failed\n");
  EXPECT_EQ(printed({"run", "put", "r1", "success", "--flow", "f1"}), "run r1 is there, success\n");
  EXPECT_THAT(printed({"state", "r1"}), HasSubstr("flow      f1\nstate     success\n"));
  EXPECT_NE(mock({"flow", "delete", "f1"}).code, 0) << "it has a run";
  EXPECT_EQ(printed({"run", "delete", "r1"}), "run r1 is deleted\n");
  EXPECT_THAT(mock({"run", "delete", "r1"}).err, HasSubstr("It was looked for in sandbox {SANDBOX_NAME}"));
  EXPECT_EQ(printed({"flow", "delete", "f1"}), "flow f1 is deleted\n");
  EXPECT_EQ(mock({"flow", "f1"}).code, 1);
  EXPECT_EQ(mock({"flow"}).code, 2);
  EXPECT_EQ(mock({"flow", kNightly, "disabled", "put", "f2"}).code, 2);
  EXPECT_EQ(mock({"flow", kNightly, "delete", "f2"}).code, 2);
  EXPECT_THAT(printed({"flow", kNightly}), HasSubstr("state     enabled\n"));
}

TEST_F(FlowctlMockSetUp, WhatHasComeIsListedAtOnce) {
  retried(kFailed);
  retried(kFailed);
  const std::string listed =
      printed({"await", "--operation", "retry_run", "--run", kFailed, "--count", "2", "--timeout", "1m"});
  EXPECT_THAT(listed, StartsWith("NO "));
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 3);
  EXPECT_THAT(asked().back(), HasSubstr("count=2&timeoutMs=60000"));
}

TEST_F(FlowctlMockSetUp, WhatDoesNotComeInTimeIsToldWithWhatCameInstead) {
  retried(kFailed);
  const Ended late =
      mock({"await", "--operation", "retry_run", "--status", "503", "--count", "2", "--timeout", "10ms"});
  EXPECT_EQ(late.code, 4);
  EXPECT_EQ(late.out, "0 requests of 2 came within 10ms\nPOST /data/foundation/flowservice/runs/" +
                          std::string(kFailed) + "/action?op=re-trigger (200): status: 200 instead of 503\n");
  const Ended as_json =
      mock({"await", "--operation", "retry_run", "--status", "503", "--timeout", "10ms", "--json"});
  EXPECT_EQ(as_json.code, 4);
  EXPECT_EQ(json::parse(as_json.out).at("nearest").size(), 1);
  EXPECT_EQ(mock({"await", "--status", "often"}).code, 1) << "refused, not late";
  EXPECT_EQ(mock({"await", "--timeout", "soon"}).code, 2);
  EXPECT_EQ(mock({"await", "--count", "0"}).code, 2);
}

TEST_F(FlowctlMockSetUp, WhatWasNeverUsedIsListedAndTheExitCodeTells) {
  EXPECT_EQ(printed({"unused"}), "nothing is unused\n");
  printed({"script", kFailed, "failed", "success:30s"});
  printed({"fault", "add", "status", "status=503", "--times", "2"});
  const Ended unused = mock({"unused"});
  EXPECT_EQ(unused.code, 1);
  EXPECT_EQ(unused.err, "");
  EXPECT_EQ(unused.out, "outcomes of run " + std::string(kFailed) +
                            " ({SANDBOX_NAME}) not taken: failed success:30s\n"
                            "fault f1 (status status=503) fell on 0 requests, 2 still to come\n");
  printed({"run", "only", "a"});
  EXPECT_THAT(mock({"unused", "--any-sandbox"}).out,
              EndsWith("run a ({SANDBOX_NAME}) was put there, and no request has asked for it\n"));
  const Ended as_json = mock({"unused", "--json"});
  EXPECT_EQ(as_json.code, 1);
  EXPECT_EQ(json::parse(as_json.out).at("runs").size(), 1);
}

TEST_F(FlowctlMockSetUp, AnAnswerWithoutTheListsIsNotOneThatListsNothing) {
  answer = [] { return answered(200, "{}"); };
  for (const Arguments &arguments : {Arguments{"unused"},
                                     {"lease", "end", "l"},
                                     {"await", "--timeout", "0"},
                                     {"lease"},
                                     {"unused", "--json"},
                                     {"lease", "end", "l", "--json"},
                                     {"await", "--json"},
                                     {"lease", "--json"}}) {
    const Ended ended = mock(arguments);
    EXPECT_EQ(ended.code, 5) << arguments.front();
    EXPECT_EQ(ended.out, "") << "nothing for a shell to evaluate";
    EXPECT_THAT(ended.err, HasSubstr("the answer is not that of a flow-mock: "));
  }
}

/// What a shell makes of the output of `mock lease`.
std::map<std::string, std::string> exported(const std::string &output) {
  std::map<std::string, std::string> variables;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find("='");
    EXPECT_TRUE(line.starts_with("export ") && equals != std::string::npos && line.ends_with("'")) << line;
    variables[line.substr(7, equals - 7)] = line.substr(equals + 2, line.size() - equals - 3);
  }
  return variables;
}

TEST_F(FlowctlMockSetUp, ALeaseIsWhatFlowctlTakesFromItsEnvironment) {
  const auto variables = exported(printed({"lease", "--ttl", "1m"}));
  EXPECT_EQ(variables.size(), 6);
  const std::string lease = variables.at("FLOW_MOCK_LEASE");
  EXPECT_THAT(printed({"lease", "list"}), HasSubstr(lease));
  for (const auto &[name, value] : variables) {
    environment[name] = value;
  }
  EXPECT_EQ(run_bare({"mock", "run", "only", "mine", "other=in-progress"}).code, 0);
  EXPECT_EQ(run_bare({"retry", "mine"}).code, 0) << "it is let in";
  EXPECT_EQ(run_bare({"mock", "script", "mine", "failed"}).code, 0);
  const Ended ended = run_bare({"mock", "lease", "end", lease});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out,
              HasSubstr("outcomes of run mine (" + variables.at("FLOW_SANDBOX") + ") not taken: failed\n"));
  EXPECT_THAT(ended.out, HasSubstr("run other is in progress"));
  const Ended gone = run_bare({"mock", "lease", "end", lease});
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.err, HasSubstr("flowctl mock lease list"));
}

TEST_F(FlowctlMockSetUp, ALeaseThatLeavesNothingOverEndsWell) {
  const std::string lease = exported(printed({"lease"})).at("FLOW_MOCK_LEASE");
  EXPECT_EQ(printed({"lease", "end", lease}), "nothing was left over\n");
  EXPECT_EQ(mock({"lease", "--ttl", "soon"}).code, 2);
}

TEST_F(FlowctlMockSetUp, LineageGoesFromTheFirstRunToEachRetryOfARetry) {
  printed({"script", kFailed, "failed:0s", "failed:0s"});
  const std::string first = retried(kFailed);
  const std::string second = retried(kFailed);
  printed({"script", first, "success"});
  const std::string third = retried(first);
  const std::string line = printed({"lineage", third});
  const std::regex expected(std::string(kFailed) + "\n  " + first + "  retried [0-9-]+ [0-9:.]+ UTC\n    " +
                            third + "  retried [0-9-]+ [0-9:.]+ UTC  \\*\n  " + second +
                            "  retried [0-9-]+ [0-9:.]+ UTC\n");
  EXPECT_TRUE(std::regex_match(line, expected)) << line;
  EXPECT_EQ(printed({"lineage", "alone"}), "the journal has no retry of run alone, nor one that made it\n");
}

TEST_F(FlowctlMockSetUp, LineageEndsWhereAServerTellsOfACircle) {
  answer = [] {
    mock::Response circle;
    circle.body = R"({"requests":[{"run":"a","madeRun":"b"},{"run":"b","madeRun":"a"}]})";
    return circle;
  };
  EXPECT_THAT(printed({"lineage", "a"}), HasSubstr("b"));
}

TEST_F(FlowctlMockSetUp, AnOffsetIsFromTheClockThatIsSet) {
  printed({"clock", "freeze"});
  EXPECT_THAT(printed({"clock", "set", "2100-01-01"}), StartsWith("2100-01-01T00:00:00"));
  EXPECT_THAT(printed({"clock", "set", "+2h"}), StartsWith("2100-01-01T02:00:00"));
  EXPECT_EQ(mock({"clock", "set", "-1h"}).code, 1) << "it does not go back";
}

TEST_F(FlowctlMockSetUp, ALongLineageIsNotWiderThanItIsLong) {
  json requests = json::array();
  for (int i = 0; i < 1000; ++i) {
    requests.push_back({{"run", std::to_string(i)}, {"madeRun", std::to_string(i + 1)}});
  }
  answer = [body = json{{"requests", requests}}.dump()] { return answered(200, body); };
  const std::string lines = printed({"lineage", "1000"});
  EXPECT_THAT(lines, EndsWith(" 1000  *\n"));
  EXPECT_LT(lines.size(), 60'000);
}

TEST_F(FlowctlMockSetUp, RunsInProgressAreFoundEndedByAClockThatSkips) {
  EXPECT_THAT(printed({"clock", "auto"}), EndsWith(", auto\n"));
  printed({"script", kFailed, "success:3h"});
  EXPECT_THAT(run({"get", retried(kFailed)}).out, HasSubstr("state     success\n"));
  EXPECT_THAT(printed({"clock", "normal"}), Not(HasSubstr("auto")));
}

TEST_F(FlowctlMockSetUp, DocumentsArePutListedShownAndDeleted) {
  const mock::test::NotAsDescribed only_a_name;
  const std::string entry = write_file("entry.json", R"({"id":"mine","name":"Mine","state":"disabled"})");
  EXPECT_EQ(printed({"document", "put", "connections", "-f", entry}), "connection mine is there\n");
  EXPECT_EQ(printed({"document", "put", "sourceConnections", "-f", entry}),
            "source connection mine is there\n");
  EXPECT_THAT(printed({"document", "list", "connections"}), HasSubstr("\nmine "));
  const json shown = json::parse(printed({"document", "get", "connections", "mine"}));
  EXPECT_EQ(shown.at("state"), "disabled");
  EXPECT_FALSE(shown.contains("sandboxName")) << "it is an entry of a seed";
  EXPECT_THAT(run({"connection", "mine"}).out, HasSubstr("Mine"));
  EXPECT_EQ(printed({"document", "delete", "connections", "mine"}), "connection mine is deleted\n");
  const Ended gone = mock({"document", "get", "connections", "mine"});
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.err, HasSubstr("It was looked for in sandbox {SANDBOX_NAME}"));
  answer = [] { return answered(200, R"({"documents":[{"id":"a"}],"offset":0,"total":20000})"); };
  EXPECT_THAT(printed({"document", "list", "connections"}),
              EndsWith("There are 20000; the first are shown.\n"));
}

TEST_F(FlowctlMockSetUp, ADocumentWithoutAnIdGetsOneAndABadOneIsRefusedWithItsPlace) {
  const mock::test::NotAsDescribed only_a_name;
  const std::string nameless = write_file("nameless.json", R"({"name":"Mine"})");
  const json made = json::parse(printed({"--json", "document", "put", "connections", "-f", nameless}));
  EXPECT_THAT(run({"connection", made.at("id")}).out, HasSubstr("Mine"));
  const std::string bad = write_file("bad.json", R"({"id":"mine","auth":7})");
  const Ended refused = mock({"document", "put", "connections", "-f", bad});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("at /auth: it must be an object"));
  requests = 0;
  EXPECT_EQ(mock({"document", "list", "runs"}).code, 2) << "they have commands of their own";
  EXPECT_EQ(mock({"document", "put", "connections", "-f", write_file("no.json", "no")}).code, 2);
  EXPECT_EQ(requests, 0);
}

} // namespace

} // namespace flow::client
