#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "contracts/report/page.hpp"
#include "tests/mock_server/served.hpp"

/// The options for what tests lean on: --report, --compare and --fail-on-assumed.
namespace flow::mock {
namespace {

using test::ChildProcess;
using test::Folder;
using test::kRetry;
using test::Served;

const std::string kTwice = kRetry + "?op=re-trigger&op=re-trigger"; // retry/op/twice is assumed

bool has(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST(FailOnAssumed, EndsWithFiveAndSaysWhichHowOftenAndWhereFirst) {
  Served mock({"--fail-on-assumed"});
  EXPECT_EQ(mock.ask("POST", kTwice), 400);
  EXPECT_EQ(mock.ask("POST", kTwice), 400);
  EXPECT_EQ(mock.stop(), 5);
  EXPECT_TRUE(mock.said("Exchanges that rested on assumed rules, which no page documents: 2"))
      << mock.process.error_text();
  EXPECT_TRUE(mock.said("  retry/op/twice, 2 times, first in \"POST\" \"" + kRetry + "\"\n"))
      << mock.process.error_text();
}

TEST(FailOnAssumed, EndsWithZeroWhereAllRulesAreDocumentedOrInferred) {
  Served mock({"--fail-on-assumed"});
  EXPECT_EQ(mock.ask("GET", "/data/foundation/flowservice/runs"), 200);
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_EQ(mock.process.error_text(), "");
}

TEST(FailOnAssumed, HasToBeAskedFor) {
  Served mock({});
  mock.ask("POST", kTwice);
  EXPECT_EQ(mock.stop(), 0);
  EXPECT_EQ(mock.process.error_text(), "");
}

TEST(FailOnAssumed, ComesLastOfSeveralReasons) {
  const std::string runs = R"({"runs":[{"id":"a","state":"failed"}]})";
  Served unused({"--fail-on-assumed", "--fail-on-unused"});
  EXPECT_EQ(unused.ask("PUT", "/__admin/sandboxes/o/s/runs", runs), 200);
  unused.ask("POST", kTwice);
  EXPECT_EQ(unused.stop(), 4);
  EXPECT_TRUE(unused.said("retry/op/twice")) << "but both are said";
  Served violated({"--fail-on-assumed", "--fail-on-violation"});
  violated.ask("POST", kTwice);
  EXPECT_EQ(violated.stop(), 3);
}

TEST(FailOnAssumed, ForgetsWhatTheCoverageForgets) {
  Served mock({"--fail-on-assumed"});
  mock.ask("POST", kTwice);
  EXPECT_EQ(mock.ask("DELETE", "/__admin/coverage"), 200);
  EXPECT_EQ(mock.stop(), 0);
}

TEST(ReportFile, IsWrittenAtTheEnd) {
  const Folder folder;
  const std::string file = folder.file("report.html");
  Served mock({"--report", file});
  mock.ask("POST", kRetry);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(mock.stop(), 0);
  const std::string page = Folder::read(file);
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_TRUE(has(page, "<code>retry/op/missing</code>"));
}

TEST(ReportFile, IsWrittenWhateverTheExitCode) {
  const Folder folder;
  const std::string file = folder.file("report.html");
  Served mock({"--report", file, "--fail-on-violation"});
  mock.ask("POST", kRetry);
  EXPECT_EQ(mock.stop(), 3);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(ReportFile, ThatCannotBeWrittenIsRefusedAtTheStart) {
  const Folder folder;
  for (const std::string &file : {folder.file("missing/report.html"), folder.file(".")}) {
    ChildProcess process({"--port", "0", "--report", file});
    EXPECT_EQ(process.exit_code(), 2);
    EXPECT_EQ(process.output(), "");
    EXPECT_TRUE(has(process.error_text(), "--report: the file " + file)) << process.error_text();
  }
}

TEST(Compare, ReadsTheFileThatItThenReplaces) {
  const Folder folder;
  const std::string file = folder.file("report.html");
  Served before({"--report", file});
  before.ask("POST", kRetry);
  EXPECT_EQ(before.stop(), 0);
  EXPECT_FALSE(has(Folder::read(file), "Compared with the earlier report"));
  Served now({"--report", file, "--compare", file});
  EXPECT_EQ(now.stop(), 0);
  const std::string page = Folder::read(file);
  EXPECT_TRUE(has(page, ">no longer exercised</span></td><td><code>retry/op/missing</code>"));
  EXPECT_TRUE(has(page, ">gone violation</span></td><td><code>retry/op/missing</code>"));
}

TEST(Compare, RefusesAtTheStartAFileThatIsNoReport) {
  const Folder folder;
  const std::string other = folder.write(
      "other.html",
      report::html_of(
          {.program = "flow-contract", .title = "x", .body = "", .data = contract::Json::object()}));
  const std::string empty = folder.write(
      "bare.html",
      report::html_of({.program = "flow-mock", .title = "x", .body = "", .data = contract::Json::object()}));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {folder.write("x.html", "<html>"), "is not a report of flow-mock"},
      {other, "is a report of flow-contract, not of flow-mock"},
      {empty, "is a report whose data is damaged: it has no \"clauses\""},
      {"/dev/zero", "is larger than"},
      {folder.file("none.html"), "No such file"},
      {folder.file("."), "Is a directory"},
  };
  for (const auto &[earlier, why] : cases) {
    const std::string file = folder.file("report.html");
    ChildProcess process({"--port", "0", "--report", file, "--compare", earlier});
    EXPECT_EQ(process.exit_code(), 2);
    EXPECT_EQ(process.output(), "");
    EXPECT_TRUE(has(process.error_text(), "flow-mock: --compare: the file " + earlier))
        << process.error_text();
    EXPECT_TRUE(has(process.error_text(), why)) << process.error_text();
    EXPECT_FALSE(std::filesystem::exists(file));
  }
}

TEST(Compare, NeedsAReport) {
  ChildProcess process({"--port", "0", "--compare", "x"});
  EXPECT_EQ(process.exit_code(), 2);
  EXPECT_TRUE(has(process.error_text(), "--compare requires --report")) << process.error_text();
}

} // namespace
} // namespace flow::mock
