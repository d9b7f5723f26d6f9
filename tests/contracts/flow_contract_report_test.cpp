#include "tests/contracts/flow_contract_fixture.hpp"

/// What a run of flow-contract writes, and for whom.
namespace flow::contract {

namespace {

TEST_F(FlowContract, WritesJUnit) {
  break_retries();
  const auto junit = folder_ / "new" / "report.xml";
  const Ended ended = flow_contract("run --filter retry " + base_url() + " --junit " + junit.string());
  EXPECT_EQ(ended.status, 1) << ended.output;
  const std::string xml = text_of(junit);
  EXPECT_EQ(count(xml, "<testcase "), matching("retry").size()) << xml;
  EXPECT_TRUE(contains(xml, "<testcase name=\"state/failed\"")) << xml;
  EXPECT_TRUE(contains(xml, "classname=\"retry\"")) << xml;
  EXPECT_TRUE(contains(xml, "Retrying a failed run of a batch source answers 200.")) << xml;
}

const std::string kHostile = "\x1b]0;x\x07\x7f\u009b31m\u202e\u2066\u061c\U000e0041\ufeff\r";

TEST_F(FlowContract, ShowsHiddenCharactersOfTheServerAsText) {
  const Json message = kHostile + "\n  held     retry/op/missing";
  const Json error = {{"type", message},         {"title", message},
                      {"status", 400},           {"errorMessage", message},
                      {"errorDetails", message}, {"report", {{"detailed-message", message}}}};
  for (const std::string &body :
       {kHostile, Json(kHostile).dump(), error.dump(), Json{{"id", message}}.dump()}) {
    answer_retries(body);
    const auto junit = folder_ / "report.xml";
    const auto as_json = folder_ / "report.json";
    const Ended ended = flow_contract("run --filter retry --github " + base_url() + " --junit " +
                                      junit.string() + " --json " + as_json.string());
    EXPECT_EQ(ended.status, 1) << ended.output;
    EXPECT_EQ(printable_lines(ended.output), ended.output);
    EXPECT_EQ(printable_lines(text_of(as_json)), text_of(as_json));
    EXPECT_EQ(count(ended.output, "\n::error title=retry/op/missing"), 1U) << "none is forged";
    EXPECT_EQ(count(ended.output, "\n  held     retry/op/missing\n"), 0U) << "a line is forged";
    EXPECT_EQ(printable_lines(text_of(junit)), text_of(junit));
  }
}

TEST_F(FlowContract, WritesTheOutcomeOfEachClauseAsJson) {
  break_retries();
  const auto file = folder_ / "report.json";
  const Ended ended = flow_contract("run --filter retry " + base_url() + " --json " + file.string());
  EXPECT_EQ(ended.status, 1) << ended.output;
  const Json report = Json::parse(text_of(file));
  EXPECT_EQ(report.at("clauses").size(), matching("retry").size());
  EXPECT_EQ(report.at("held").get<std::size_t>() + report.at("broken").get<std::size_t>(),
            report.at("clauses").size());
  const auto broken =
      std::find_if(report.at("clauses").begin(), report.at("clauses").end(),
                   [](const Json &clause) { return clause.at("id") == "retry/state/failed"; });
  EXPECT_EQ(broken->at("outcome"), "broken");
  EXPECT_EQ(broken->at("standing"), "documented");
  EXPECT_EQ(broken->at("deviations").at(0),
            (Json{{"where", "status"}, {"expected", "200"}, {"received", "500"}}));
  EXPECT_TRUE(contains(broken->at("curl").at(0), "op=re-trigger"));
  EXPECT_FALSE(broken->at("source").get<std::string>().empty());
}

TEST_F(FlowContract, AnnotatesForGitHubAndAddsToTheSummaryOfTheJob) {
  break_retries();
  const std::string summary = file("summary.md", "of another step\n");
  const Ended ended = flow_contract("run --filter retry/state/failed --github " + base_url(),
                                    "GITHUB_STEP_SUMMARY='" + summary + "'");
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(contains(ended.output,
                       "\n::error title=retry/state/failed::Retrying a failed run of a batch source "
                       "answers 200.%0A  standing: documented; source: "))
      << ended.output;
  EXPECT_EQ(text_of(summary).rfind(
                "of another step\n## flow-contract\n\n1 clause: 0 held, 1 broken, 0 skipped\n", 0),
            0U)
      << text_of(summary);
  EXPECT_TRUE(contains(text_of(summary), "| broken | retry/state/failed | Retrying a failed run"));
  EXPECT_EQ(
      flow_contract("run --filter retry/state/failed --github " + base_url(), "GITHUB_STEP_SUMMARY=/dev/full")
          .status,
      2);
}

TEST_F(FlowContract, PrintsOnlyFailuresWhereThatIsAskedFor) {
  const Ended held = flow_contract("run --filter retry --failures-only " + base_url());
  EXPECT_EQ(held.status, 0);
  EXPECT_EQ(count(held.output, "\n"), 2U) << held.output;
  break_retries();
  const Ended broken = flow_contract("run --filter retry --failures-only " + base_url());
  EXPECT_EQ(count(broken.output, "  held     "), 0U);
  EXPECT_EQ(count(broken.output, "  skipped  "), 0U);
  EXPECT_TRUE(contains(broken.output, "  BROKEN   retry/state/failed")) << broken.output;
}

TEST_F(FlowContract, EndsWithTwoWhenItCannotWriteJUnit) {
  for (const std::string option : {"--junit ", "--json "}) {
    const Ended ended = flow_contract("run " + base_url() + " " + option + folder_.string());
    EXPECT_EQ(ended.status, 2);
    EXPECT_TRUE(contains(ended.output, "cannot be written")) << ended.output;
  }
}

TEST_F(FlowContract, EndsWithTwoWhenTheReportCannotBeWritten) {
  const Ended ended = flow_contract("run --filter retry/state/failed " + base_url() + " --junit /dev/full");
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(contains(ended.output, "/dev/full cannot be written: No space left on device")) << ended.output;
  EXPECT_TRUE(contains(ended.output, "held     retry/state/failed")) << "it is known only after the run";
}

TEST_F(FlowContract, EndsWithTwoWhenStandardOutputCannotBeWritten) {
  for (const std::string &command :
       {std::string("list"), std::string("list --json"), std::string("rules"), std::string("--help"),
        "run --filter retry/state/failed " + base_url()}) {
    for (const char *output : {"/dev/full", "&-"}) {
      const std::string errors = (folder_ / "errors").string();
      EXPECT_EQ(flow_contract(command + " > " + output + " 2> " + errors + " #").status, 2)
          << command << output;
      EXPECT_TRUE(contains(text_of(errors), "standard output cannot be written: ")) << command << output;
    }
  }
}

TEST_F(FlowContract, LeavesAJUnitFileOfAnotherUsersLinkAlone) {
  const std::string victim = file("victim", "old");
  const std::string planted = (folder_ / "planted").string();
  std::filesystem::create_symlink(victim, planted);
  if (::lchown(planted.c_str(), 65534, 65534) != 0) {
    GTEST_SKIP() << "only root can give a link away";
  }
  EXPECT_EQ(flow_contract("run --filter retry/state/failed " + base_url() + " --junit " + planted).status, 2);
  EXPECT_EQ(text_of(victim), "old");
}

} // namespace

} // namespace flow::contract
