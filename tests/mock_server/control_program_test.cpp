#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/client/raw_server.hpp"
#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/raw_client.hpp"
#include "tests/mock_server/served.hpp"

/// Who may steer flow-mock, and what it leaves behind when it is stopped: violations and coverage.
namespace flow::mock {
namespace {

using contract::Json;
using test::ChildProcess;
using test::Folder;
using test::kRetry;
using test::Served;

TEST(ControlApiOfTheProgram, IsOffWhereOtherMachinesReachTheMock) {
  const Served mock({"--host", "0.0.0.0"});
  EXPECT_EQ(mock.ask("GET", "/__admin/settings"), 403);
  EXPECT_EQ(mock.ask("GET", "/__admin/health/live"), 200);
  EXPECT_EQ(mock.ask("POST", kRetry + "?op=re-trigger"), 200) << "the service is there all the same";
}

TEST(ControlApiOfTheProgram, IsThereForWhoHasTheToken) {
  const Served mock({"--host", "0.0.0.0", "--admin-token", "t"});
  EXPECT_EQ(mock.ask("GET", "/__admin/settings"), 200);
  const Served other({"--admin-token", "other"});
  EXPECT_EQ(other.ask("GET", "/__admin/settings"), 401) << "also on loopback, once there is one";
}

TEST(WebhookOfTheProgram, ThatDoesNotAnswerHoldsUpNeitherTheClockNorTheEnd) {
  std::promise<void> arrived;
  client::RawServer silent([&](int connection) {
    arrived.set_value();
    char byte = 0;
    while (::recv(connection, &byte, 1, 0) > 0) {
    }
  });
  Served mock({"--deterministic", "1"});
  const std::string sandbox = "/__admin/sandboxes/o/s";
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(mock.ask("PUT", sandbox + "/webhook", R"({"url":")" + silent.url() + R"(","timeoutMs":60000})"),
            200);
  EXPECT_EQ(mock.ask("POST", kRetry + "?op=re-trigger"), 200);
  arrived.get_future().wait();
  EXPECT_EQ(mock.ask("PUT", sandbox + "/clock", R"({"advanceMs":86400000})"), 200);
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30)) << "an attempt takes 60 s";
}

TEST(FailOnViolation, EndsWithThreeAndSaysWhatWhereAndHowOften) {
  Served mock({"--fail-on-violation"});
  EXPECT_EQ(mock.ask("POST", kRetry), 400);
  EXPECT_EQ(mock.ask("POST", kRetry), 400);
  EXPECT_EQ(mock.stop(), 3);
  EXPECT_TRUE(mock.said("retry/op/missing, seen 2 times, first in \"POST\" \"" + kRetry + "\""))
      << mock.process.error_text();
  EXPECT_TRUE(mock.said("query op: Add ?op=re-trigger")) << mock.process.error_text();
}

TEST(FailOnViolation, EndsWithZeroWhereTheContractWasKept) {
  Served mock({"--fail-on-violation"});
  EXPECT_EQ(mock.ask("POST", kRetry + "?op=re-trigger"), 200);
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_EQ(mock.process.error_text(), "");
}

TEST(FailOnViolation, EndsWithZeroWhenTheViolationsWereForgotten) {
  Served mock({"--fail-on-violation"});
  mock.ask("POST", kRetry);
  EXPECT_EQ(mock.ask("DELETE", "/__admin/violations"), 200);
  EXPECT_EQ(mock.stop(), 0);
}

TEST(FailOnViolation, EndsWithThreeWhereWhatWasExpectedDidNotCome) {
  const std::string expectations = "/__admin/sandboxes/o/s/expectations";
  const std::string clause = R"({"clauses":["retry/op/missing"],"requests":2})";
  Served mock({"--fail-on-violation"});
  EXPECT_EQ(mock.ask("POST", expectations, clause), 201);
  EXPECT_EQ(mock.stop(), 3);
  EXPECT_TRUE(mock.said("retry/op/missing, missing 1 times, first in sandbox \"s\" of organisation \"o\""))
      << mock.process.error_text();
  Served met({"--fail-on-violation"});
  EXPECT_EQ(met.ask("POST", expectations, clause), 201);
  EXPECT_EQ(met.ask("POST", kRetry), 400);
  EXPECT_EQ(met.stop(), 0);
}

TEST(FailOnUnused, EndsWithFourAndSaysWhatWasNotUsed) {
  const std::string runs = "/__admin/sandboxes/o/s/runs";
  const std::string failed = R"({"runs":[{"id":"a","state":"failed","retries":["failed","success"]}]})";
  Served mock({"--fail-on-unused"});
  EXPECT_EQ(mock.ask("PUT", runs, failed), 200);
  EXPECT_EQ(mock.stop(), 4);
  EXPECT_TRUE(mock.said("run a in o/s: no request asked for it")) << mock.process.error_text();
  EXPECT_TRUE(mock.said("outcomes of run a in o/s: 0 taken, not [\"failed\",\"success\"]"))
      << mock.process.error_text();
  Served quiet({});
  EXPECT_EQ(quiet.ask("PUT", runs, failed), 200);
  EXPECT_EQ(quiet.stop(), 0) << "it has to be asked for";
  Served broken({"--fail-on-unused", "--fail-on-violation"});
  EXPECT_EQ(broken.ask("PUT", runs, failed), 200);
  EXPECT_EQ(broken.ask("POST", kRetry), 400);
  EXPECT_EQ(broken.stop(), 3) << "the contract comes first";
  EXPECT_TRUE(broken.said("no request asked for it")) << "but both are said";
}

TEST(FailOnUnused, EndsWithZeroWhereAllWasUsed) {
  Served mock({"--fail-on-unused"});
  EXPECT_EQ(mock.ask("PUT", "/__admin/sandboxes/o/s/runs", R"({"runs":[{"id":"a","state":"failed"}]})"), 200);
  EXPECT_EQ(mock.ask("POST", "/data/foundation/flowservice/runs/a/action?op=re-trigger"), 200);
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_EQ(mock.process.error_text(), "");
}

TEST(FailOnViolation, HasToBeAskedFor) {
  Served mock({});
  mock.ask("POST", kRetry);
  EXPECT_EQ(mock.stop(), 0);
}

TEST(CoverageFile, IsWrittenAtTheEnd) {
  const Folder folder;
  const std::string file = folder.file("coverage.json");
  Served mock({"--coverage-file", file});
  mock.ask("POST", kRetry);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(mock.stop(), 0);
  const Json coverage = Json::parse(Folder::read(file));
  EXPECT_GT(coverage.at("exercised"), 0);
  EXPECT_EQ(coverage.at("total"), coverage.at("clauses").size());
  EXPECT_FALSE(std::filesystem::exists(file + ".tmp"));
}

TEST(CoverageFile, ThatCannotBeWrittenIsRefusedAtTheStart) {
  const Folder folder;
  for (const std::string &file : {folder.file("missing/coverage.json"), folder.file(".")}) {
    ChildProcess process({"--port", "0", "--coverage-file", file});
    EXPECT_EQ(process.exit_code(), 2);
    EXPECT_EQ(process.output(), "");
    EXPECT_NE(process.error_text().find("--coverage-file: the file " + file), std::string::npos)
        << process.error_text();
  }
}

TEST(Limits, AreWhatTheOptionsSay) {
  const Served mock({"--max-sandboxes", "1", "--max-runs", "12", "--max-webhooks", "0", "--max-tokens", "1",
                     "--journal-bytes", "0"}); // of runs the built-in seed has 11
  const std::string sandbox = "/__admin/sandboxes/o/s";
  EXPECT_EQ(mock.ask("POST", kRetry + "?op=re-trigger"), 200);
  const test::Answer run = mock.answer("POST", kRetry + "?op=re-trigger");
  EXPECT_EQ(run.status, 507);
  EXPECT_NE(run.body.find("--max-runs"), std::string::npos) << run.body;
  const test::Answer other = mock.answer("POST", kRetry + "?op=re-trigger", "", "other");
  EXPECT_EQ(other.status, 507);
  EXPECT_NE(other.body.find("--max-sandboxes"), std::string::npos) << other.body;
  EXPECT_EQ(mock.answer("PUT", sandbox + "/webhook", R"({"url":"http://127.0.0.1:1/"})").status, 409);
  const std::string token = "/ims/token/v3?grant_type=client_credentials&client_id=c&client_secret=s&scope=x";
  EXPECT_EQ(mock.ask("POST", token), 200);
  EXPECT_EQ(mock.ask("POST", token), 503);
  EXPECT_EQ(mock.answer("GET", sandbox + "/requests/count").json().value("count", -1), 0);
}

TEST(Limits, OfRunsHoldForTheSeedToo) {
  const Folder folder;
  const std::string seed = folder.write(
      "seed.json", R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"f","state":"failed","copies":3}]})");
  for (const std::vector<std::string> &options :
       std::vector<std::vector<std::string>>{{"--max-runs", "4"}, {"--max-runs", "2", "--seed", seed}}) {
    std::vector<std::string> all = {"--port", "0"};
    all.insert(all.end(), options.begin(), options.end());
    ChildProcess process(all);
    EXPECT_EQ(process.exit_code(), 2);
    EXPECT_NE(process.error_text().find("--max-runs"), std::string::npos) << process.error_text();
  }
  EXPECT_EQ(Served({"--max-runs", "3", "--seed", seed}).stop(), 0);
}

TEST(JournalSize, IsBounded) {
  for (const char *size : {"-1", "1000001", "x"}) {
    EXPECT_EQ(ChildProcess({"--port", "0", "--journal-size", size}).exit_code(), 2) << size;
  }
}

} // namespace
} // namespace flow::mock
