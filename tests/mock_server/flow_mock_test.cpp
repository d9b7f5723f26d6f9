#include <array>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/raw_client.hpp"

/// The program flow-mock, as its users start and stop it.
namespace flow::mock {
namespace {

using contract::Json;
using test::Answer;
using test::ChildProcess;
using test::Folder;
using test::Streams;

const std::string kRuns = "/data/foundation/flowservice/runs/";
const std::string kFailed = "4fb0418e-1804-45d6-8d56-dd51f05c0baf";
const std::string kZeroRecords = "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34";

/// A flow-mock that serves, on a port of its own.
struct Mock {
  explicit Mock(std::vector<std::string> options)
      : process([&] {
          options.insert(options.end(), {"--port", "0"});
          return options;
        }()) {
    const std::string line = process.first_line();
    std::smatch found;
    if (std::regex_match(line, found, std::regex("flow-mock listening on http://127\\.0\\.0\\.1:([0-9]+)"))) {
      port = std::stoi(found[1]);
    } else {
      ADD_FAILURE() << "it said: " << line << "\n" << process.error_text();
    }
  }

  Answer ask(const std::string &method, const std::string &target, const std::string &token = "t") const {
    test::RawClient client(port);
    client.send(method + " " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token +
                "\r\nx-api-key: k\r\nx-gw-ims-org-id: o\r\nx-sandbox-name: prod\r\n"
                "Content-Type: application/json\r\n\r\n");
    return client.answer();
  }
  Answer retry(const std::string &id) const { return ask("POST", kRuns + id + "/action?op=re-trigger"); }
  Json run(const std::string &id) const { return ask("GET", kRuns + id).json().at("items").at(0); }
  int stop(int signal = SIGTERM) {
    process.signal(signal);
    return process.exit_code();
  }

  ChildProcess process;
  int port = 0;
};

/// How it ends when it cannot start.
struct Refusal {
  explicit Refusal(const std::vector<std::string> &options) {
    ChildProcess process(options);
    exit_code = process.exit_code();
    error = process.error_text();
    output = process.output();
  }
  bool says(std::string_view words) const { return error.find(words) != std::string::npos; }

  int exit_code;
  std::string error;
  std::string output;
};

TEST(FlowMock, SaysWhereItListensAndAnswersTheDocumentedCall) {
  const Mock mock({});
  const Answer answer = mock.retry(kFailed);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, contract::example("retry-answer").dump());
}

TEST(FlowMock, SaysNothingElseOnStandardOutput) {
  Mock mock({});
  mock.retry(kFailed);
  const std::string line = mock.process.first_line();
  mock.stop();
  EXPECT_EQ(mock.process.output(), line + "\n");
}

TEST(FlowMock, WritesItsPortToTheFile) {
  const Folder folder;
  Mock mock({"--port-file", folder.file("port")});
  EXPECT_EQ(mock.retry(kFailed).status, 200);
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_EQ(Folder::read(folder.file("port")), std::to_string(mock.port) + "\n");
}

TEST(FlowMock, EndsWithTwoWhenThePortFileCannotBeWritten) {
  const Folder folder;
  const Refusal refusal({"--port", "0", "--port-file", folder.file("missing/port")});
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_TRUE(refusal.says("--port-file")) << refusal.error;
}

TEST(FlowMock, ServesAsManyConnectionsAsItIsTold) {
  const Mock mock({"--max-connections", "2", "--threads", "1"});
  std::vector<test::RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(mock.port).send("GET /__admin/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(clients.back().answer().status, i < 2 ? 200 : 503) << i;
  }
}

TEST(FlowMock, IsStoppedCleanlyBySignals) {
  EXPECT_EQ(Mock({}).stop(SIGTERM), 0);
  EXPECT_EQ(Mock({}).stop(SIGINT), 0);
}

TEST(FlowMock, IsStoppedThoughClientsStayConnected) {
  Mock mock({});
  test::RawClient idle(mock.port);
  mock.retry(kFailed);
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_TRUE(idle.is_closed());
}

TEST(FlowMock, EndsWithTwoOnOptionsItDoesNotKnow) {
  for (const std::vector<std::string> &options :
       std::vector<std::vector<std::string>>{{"--no-such-option"},
                                             {"--port", "65536"},
                                             {"--port", "http"},
                                             {"--log-level", "loud"},
                                             {"stray"},
                                             {"--allow", "sandbox"},
                                             {"--allow", "colour=red"},
                                             {"--allow", "sandbox="},
                                             {"--deterministic", "x"},
                                             {"--run-duration", "-1"}}) {
    const Refusal refusal(options);
    EXPECT_EQ(refusal.exit_code, 2) << options[0];
    EXPECT_FALSE(refusal.error.empty()) << options[0];
    EXPECT_EQ(refusal.output, "") << options[0];
  }
}

TEST(FlowMock, HelpAndVersionEndWithZero) {
  for (const char *option : {"--help", "--version"}) {
    const Refusal asked({option});
    EXPECT_EQ(asked.exit_code, 0) << option;
    EXPECT_FALSE(asked.output.empty()) << option;
  }
}

TEST(FlowMock, EndsWithTwoOnABadSeedAndNamesFilePointerAndReason) {
  const Folder folder;
  const std::string bad = folder.write("bad.json", R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"g",)"
                                                   R"("state":"failed"}]})");
  const Refusal refusal({"--port", "0", "--seed", bad});
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_TRUE(refusal.says(bad)) << refusal.error;
  EXPECT_TRUE(refusal.says("/runs/0/flowId")) << refusal.error;
  EXPECT_TRUE(refusal.says("no flow")) << refusal.error;
  EXPECT_EQ(refusal.output, "");
}

TEST(FlowMock, EndsWithTwoOnASeedThatIsNotThere) {
  const Folder folder;
  const Refusal refusal({"--port", "0", "--seed", folder.file("missing.json")});
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_TRUE(refusal.says(folder.file("missing.json"))) << refusal.error;
}

TEST(FlowMock, EndsWithTwoWhenTheFileOfAuthoritiesIsNotThere) {
  const Folder folder;
  const Refusal refusal({"--port", "0", "--ca-file", folder.file("missing.pem")});
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_TRUE(refusal.says(folder.file("missing.pem"))) << refusal.error;
}

TEST(FlowMock, EndsWithTwoWhenStrictNamesNobody) {
  const Refusal refusal({"--port", "0", "--strict"});
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_TRUE(refusal.says("--strict")) << refusal.error;
  EXPECT_TRUE(refusal.says("--allow")) << refusal.error;
  EXPECT_EQ(Refusal({"--strict", "--allow", "token=t", "--allow", "api-key=k", "--allow", "org=o"}).exit_code,
            2);
}

TEST(FlowMock, StrictLetsInWhomItNames) {
  const Mock mock({"--strict", "--allow", "token=t", "--allow", "api-key=k", "--allow", "org=o", "--allow",
                   "sandbox=prod"});
  EXPECT_EQ(mock.retry(kFailed).status, 200);
  const Answer refused = mock.ask("GET", kRuns + kFailed, "other");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.json().value("error_code", ""), "401013");
}

TEST(FlowMock, EndsWithTwoWhenItsPortIsTaken) {
  const Mock first({});
  const Refusal refusal({"--port", std::to_string(first.port)});
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_TRUE(refusal.says("cannot listen on 127.0.0.1:" + std::to_string(first.port))) << refusal.error;
  EXPECT_TRUE(refusal.says("in use")) << refusal.error;
  EXPECT_EQ(refusal.output, "");
}

/// The lines of its log, once it has ended.
std::vector<std::string> log_of(Mock &mock) {
  EXPECT_EQ(mock.stop(), 0);
  std::vector<std::string> lines;
  std::istringstream text(mock.process.error_text());
  for (std::string line; std::getline(text, line);) {
    lines.push_back(line);
  }
  return lines;
}

TEST(FlowMockLog, HasALineForEachRequest) {
  Mock mock({});
  const Answer answer = mock.retry(kFailed);
  mock.ask("GET", "/nowhere");
  const auto lines = log_of(mock);
  ASSERT_EQ(lines.size(), 3U) << "two requests and the stop";
  const std::string form = "[-0-9T:.]+Z level=info method=POST path=\"" + kRuns + kFailed +
                           "/action\" status=200 us=[0-9]+ request_id=" + answer.header("x-request-id");
  EXPECT_TRUE(std::regex_match(lines[0], std::regex(form))) << lines[0];
  EXPECT_NE(lines[1].find("method=GET path=\"/nowhere\" status=404"), std::string::npos) << lines[1];
}

TEST(FlowMockLog, NeverShowsTokensHeadersOrQueries) {
  Mock mock({"--log-level", "debug"});
  mock.ask("GET", kRuns + kFailed + "?access_token=query-secret", "header-secret");
  mock.ask("GET", "/x?access_token=query-secret%zz", "header-secret secret");
  mock.ask("GET", "http://user:query-secret@host/x", "header-secret");
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_EQ(mock.process.error_text().find("secret"), std::string::npos) << mock.process.error_text();
}

TEST(FlowMockLog, CannotBeForged) {
  Mock mock({});
  mock.ask("GET", "/x\"\x1b[31m%0Amethod=FORGED");
  const auto lines = log_of(mock);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].find('\x1b'), std::string::npos) << lines[0];
}

TEST(FlowMockLog, IsSilencedByQuiet) {
  Mock mock({"--quiet"});
  mock.retry(kFailed);
  EXPECT_TRUE(log_of(mock).empty());
}

TEST(FlowMockLog, LevelWarnLeavesOutRequests) {
  Mock mock({"--log-level", "warn"});
  mock.retry(kFailed);
  EXPECT_TRUE(log_of(mock).empty());
}

/// Exits with 0 where a mock that may have 256 files open serves, and says so if it was told to serve more
/// connections. A limit that was lowered stays low: so this has a process of its own.
void serve_within_few_files() {
  const rlimit few{.rlim_cur = 256, .rlim_max = 256};
  ::setrlimit(RLIMIT_NOFILE, &few);
  int exit_code = 1;
  {
    Mock usual({"--log-level", "warn"});
    Mock told({"--log-level", "warn", "--max-connections", "5000"});
    const bool serve = usual.retry(kFailed).status == 200 && told.retry(kFailed).status == 200;
    const auto lines = log_of(told);
    const bool says_so =
        lines.size() == 1 && lines[0].find("serving 128 connections at once, not 5000") != std::string::npos;
    exit_code = serve && says_so && log_of(usual).empty() ? 0 : 1;
  }
  std::_Exit(exit_code);
}

TEST(FlowMockLog, SaysWhenTheLimitOfOpenFilesBoundsTheConnections) {
  EXPECT_EXIT(serve_within_few_files(), testing::ExitedWithCode(0), "");
}

/// A pipe whose writing end nobody inherits: it stands for what a parent holds.
struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    ::close(ends[0]);
    end();
  }
  void end() { ::close(std::exchange(ends[1], -1)); }
  std::array<int, 2> ends{};
};

TEST(ExitWithParent, StopsWhenStandardInputEndsAndReadsOverWhatComes) {
  Pipe input;
  ChildProcess mock({"--port", "0", "--quiet", "--exit-with-parent"}, Streams{.in = input.ends[0]});
  const std::string line = mock.first_line();
  ASSERT_EQ(::write(input.ends[1], "hello\n", 6), 6);
  test::RawClient client(std::stoi(line.substr(line.rfind(':') + 1)));
  client.send("GET /__admin/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200) << "it goes on";
  input.end();
  EXPECT_EQ(mock.exit_code(), 0);
}

TEST(ExitWithParent, IsRefusedWhereStandardInputHasEnded) {
  Pipe input;
  input.end();
  ChildProcess mock({"--port", "0", "--exit-with-parent"}, Streams{.in = input.ends[0]});
  EXPECT_EQ(mock.exit_code(), 2);
  EXPECT_NE(mock.error_text().find("--exit-with-parent: standard input has ended"), std::string::npos);
  ChildProcess other({"--port", "0", "--quiet"}, Streams{.in = input.ends[0]});
  EXPECT_NE(other.first_line(), "") << "it has to be asked for";
  other.signal(SIGTERM);
  EXPECT_EQ(other.exit_code(), 0);
}

TEST(FlowMock, DeterministicIsReproducible) {
  const auto story = [](const char *seed) {
    const Mock mock({"--deterministic", seed});
    std::string told;
    for (int i = 0; i < 3; ++i) {
      const Answer answer = mock.retry(kZeroRecords);
      told += answer.body + answer.header("x-request-id") + mock.ask("GET", kRuns + kZeroRecords).body;
    }
    return told;
  };
  const std::string first = story("42");
  EXPECT_EQ(story("42"), first);
  EXPECT_NE(story("43"), first);
}

TEST(FlowMock, RunDurationLeavesTheNewRunInProgress) {
  const Mock mock({"--run-duration", "1h"});
  const std::string id = mock.retry(kZeroRecords).json().at("id");
  EXPECT_EQ(mock.run(id)["metrics"]["statusSummary"]["status"], "inProgress");
}

TEST(FlowMock, RunDurationBeginsToCountAtTheRetry) {
  const Mock mock({"--run-duration", "1"});
  const std::string id = mock.retry(kZeroRecords).json().at("id");
  // Real time: ends in a millisecond, and is waited for as long as it takes.
  std::string status = "inProgress";
  for (int i = 0; i < 100000 && status == "inProgress"; ++i) {
    status = mock.run(id)["metrics"]["statusSummary"]["status"];
  }
  EXPECT_EQ(status, "success");
}

TEST(FlowMock, SeedsMergeAndReplaceTheBuiltInOne) {
  const Folder folder;
  const std::string flows = folder.write("flows.json", R"({"flows":[{"id":"f"}],"runs":[]})");
  const std::string runs =
      folder.write("runs.json", R"({"flows":[],"runs":[{"id":"mine","flowId":"f","state":"failed"}]})");
  const Mock mock({"--seed", flows, "--seed", runs});
  EXPECT_EQ(mock.retry("mine").status, 200);
  EXPECT_EQ(mock.retry(kFailed).status, 404);
}

} // namespace
} // namespace flow::mock
