#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/raw_client.hpp"

/// Who may steer flow-mock, and what it leaves behind when it is stopped: violations and coverage.
namespace flow::mock {
namespace {

using contract::Json;
using test::ChildProcess;
using test::Folder;

const std::string kRetry = "/data/foundation/flowservice/runs/4fb0418e-1804-45d6-8d56-dd51f05c0baf/action";

struct Served {
  explicit Served(std::vector<std::string> options)
      : process([&] {
          options.insert(options.end(), {"--quiet", "--port", "0"});
          return options;
        }()) {
    const std::string line = process.first_line();
    port = std::stoi(line.substr(line.rfind(':') + 1));
  }

  int ask(const std::string &method, const std::string &target) const {
    test::RawClient client(port);
    client.send(method + " " + target +
                " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nx-api-key: k\r\n"
                "x-gw-ims-org-id: o\r\nx-sandbox-name: s\r\nContent-Type: application/json\r\n\r\n");
    return client.answer().status;
  }
  int stop() {
    process.signal(SIGTERM);
    return process.exit_code();
  }
  bool said(std::string_view words) const { return process.error_text().find(words) != std::string::npos; }

  ChildProcess process;
  int port = 0;
};

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

TEST(JournalSize, IsBounded) {
  for (const char *size : {"-1", "1000001", "x"}) {
    EXPECT_EQ(ChildProcess({"--port", "0", "--journal-size", size}).exit_code(), 2) << size;
  }
}

} // namespace
} // namespace flow::mock
