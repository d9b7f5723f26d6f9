#include <map>
#include <regex>
#include <set>
#include <string>

#include "contracts/report/page.hpp"
#include "tests/contracts/flow_contract_fixture.hpp"

/// The page and the SARIF log that flow-contract writes, and what a page says of an earlier one.
namespace flow::contract {

namespace {

/// The clauses of a --json file, by id.
std::map<std::string, Json> clauses_in(const std::filesystem::path &file) {
  std::map<std::string, Json> clauses;
  const Json document = Json::parse(text_of(file)); // kept: items refer to it
  for (const Json &clause : document.at("clauses")) {
    clauses.emplace(clause.at("id").get<std::string>(), clause);
  }
  return clauses;
}

/// The ids in the rows of a comparison, by what has changed.
std::map<std::string, std::set<std::string>> changes_in(const std::string &page) {
  std::map<std::string, std::set<std::string>> changes;
  const std::regex row(R"(<tr><td><span class="chip[^"]*">([^<]*)</span></td><td><code>([^<]*)</code></td>)");
  const std::size_t begin = page.find("<h2>Compared with the earlier report</h2>");
  const std::string table = page.substr(begin, page.find("<h2>", begin + 1) - begin);
  for (std::sregex_iterator found(table.begin(), table.end(), row), end; found != end; ++found) {
    changes[(*found)[1]].insert((*found)[2]);
  }
  return changes;
}

std::set<std::string> ids_of(const std::string &pattern) {
  std::set<std::string> ids;
  for (const Clause *clause : matching(pattern)) {
    ids.insert(clause->id);
  }
  return ids;
}

class FlowContractPage : public FlowContract {
protected:
  std::string page() const { return (folder_ / "page.html").string(); }
  std::string sarif() const { return (folder_ / "log.sarif").string(); }
  std::string json() const { return (folder_ / "report.json").string(); }

  Ended judge(const std::string &options) const {
    return flow_contract("run --json " + json() + " --html " + page() + " --sarif " + sarif() + " " +
                         base_url() + " " + options);
  }
};

TEST_F(FlowContractPage, SaysOfEveryBrokenClauseWhatItIsAndWhatCame) {
  break_retries();
  EXPECT_EQ(judge("--filter retry").status, 1);
  const std::string text = text_of(page());
  std::size_t broken = 0;
  for (const auto &[id, clause] : clauses_in(json())) {
    EXPECT_TRUE(contains(text, "<code>" + id + "</code>")) << id;
    if (clause.at("outcome") != "broken") {
      continue;
    }
    ++broken;
    const std::size_t card = text.find("</span> <code>" + id + "</code></h3>");
    ASSERT_NE(card, std::string::npos) << id;
    const std::string shown = text.substr(card, text.find("</section>", card) - card);
    EXPECT_TRUE(contains(shown, report::escaped(clause.at("requirement").get<std::string>()))) << id;
    EXPECT_TRUE(contains(shown, report::escaped(clause.at("source").get<std::string>()))) << id;
    EXPECT_TRUE(contains(shown, ">" + clause.at("standing").get<std::string>() + "</span>")) << id;
    for (const Json &command : clause.at("curl")) {
      EXPECT_TRUE(contains(shown, report::preformatted(command.get<std::string>()))) << id;
    }
    for (const Json &deviation : clause.at("deviations")) {
      EXPECT_TRUE(
          contains(shown, "<td>" + report::escaped(deviation.at("where").get<std::string>()) + "</td><td>" +
                              report::code(deviation.at("expected").get<std::string>()) + "</td><td>" +
                              report::code(deviation.at("received").get<std::string>())))
          << shown;
    }
  }
  EXPECT_GT(broken, 5U);
  EXPECT_TRUE(contains(text, "<dt>Broken</dt><dd>" + std::to_string(broken) + "</dd>"));
}

TEST_F(FlowContractPage, CountsVerdictsByStanding) {
  break_retries();
  EXPECT_EQ(judge("--filter retry").status, 1);
  std::map<std::string, std::map<std::string, int>> counts;
  for (const auto &[id, clause] : clauses_in(json())) {
    ++counts[clause.at("standing")][clause.at("outcome")];
  }
  for (const char *standing : {"documented", "inferred", "assumed"}) {
    std::string row = std::string(">") + standing + "</span></td>";
    for (const char *outcome : {"held", "broken", "finding", "skipped"}) {
      row += "<td class=\"number\">" + std::to_string(counts[standing][outcome]) + "</td>";
    }
    EXPECT_TRUE(contains(text_of(page()), row)) << row;
  }
}

TEST_F(FlowContractPage, ShowsWhatAServerSaysAsText) {
  const std::string name =
      "</script><script>alert(1)</script><img src=x onerror=y>\x1b]0;x\x07\u202e\u2066\ufeff";
  const Json message = name + std::string(10'000, 'n');
  const Json error = {{"type", message},         {"title", message},
                      {"status", 400},           {"errorMessage", message},
                      {"errorDetails", message}, {"report", {{"detailed-message", message}}}};
  for (const std::string &body : {error.dump(), Json{{"id", message}}.dump(), message.get<std::string>()}) {
    answer_retries(body);
    EXPECT_EQ(judge("--filter retry").status, 1);
    for (const std::string &file : {page(), sarif()}) {
      const std::string text = text_of(file);
      EXPECT_EQ(printable_lines(text), text) << file;
      EXPECT_FALSE(contains(text, std::string(9'000, 'n')) && file == page()) << "it is cut";
    }
    const std::string text = text_of(page());
    EXPECT_EQ(count(text, "<script"), 1U) << "that of the data";
    EXPECT_EQ(count(text, "</script"), 1U);
    EXPECT_EQ(count(text, "<img"), 0U);
    EXPECT_TRUE(contains(text, "&lt;/script&gt;&lt;script&gt;alert(1)")) << "it is shown";
  }
}

TEST_F(FlowContractPage, HasNoReferenceToAnything) {
  break_retries();
  judge("--filter retry");
  const std::string text = text_of(page());
  EXPECT_FALSE(std::regex_search(
      text, std::regex(R"(\s(src|href|action|background|srcset)\s*=|url\(|@import|<link|<base)")))
      << "a reference";
}

TEST_F(FlowContractPage, DoesNotShowTheToken) {
  answer_retries(R"({"title":"the token s3cret-of-mine is bad","status":400})");
  const Ended ended = judge("--filter retry --token s3cret-of-mine");
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(contains(ended.output, "clauses are broken in the same way")) << "and that is said without it";
  EXPECT_FALSE(contains(ended.output, "s3cret-of-mine")) << ended.output;
  for (const std::string &file : {page(), sarif()}) {
    EXPECT_FALSE(contains(text_of(file), "s3cret-of-mine")) << file;
    EXPECT_TRUE(contains(text_of(file), "$FLOW_TOKEN")) << file;
  }
}

TEST_F(FlowContractPage, ComparesWithAnEarlierOne) {
  EXPECT_EQ(judge("--filter retry/state --filter retry/op").status, 0);
  const std::string earlier = (folder_ / "earlier.html").string();
  std::filesystem::rename(page(), earlier);
  break_retries();
  EXPECT_EQ(judge("--filter retry/state --filter retry/body --compare " + earlier).status, 1);
  std::map<std::string, std::set<std::string>> expected;
  for (const auto &[id, clause] : clauses_in(json())) {
    const bool is_new = id.starts_with("retry/body");
    if (clause.at("outcome") == "broken") {
      expected[is_new ? "new, and does not hold" : "newly broken"].insert(id);
    } else if (is_new) {
      expected["new"].insert(id);
    }
  }
  expected["gone"] = ids_of("retry/op");
  EXPECT_FALSE(expected["newly broken"].empty());
  EXPECT_EQ(changes_in(text_of(page())), expected);
}

TEST_F(FlowContractPage, TellsWhichClausesAreMended) {
  break_retries();
  EXPECT_EQ(judge("--filter retry/state").status, 1);
  std::set<std::string> broken;
  for (const auto &[id, clause] : clauses_in(json())) {
    if (clause.at("outcome") == "broken") {
      broken.insert(id);
    }
  }
  mend_retries();
  EXPECT_EQ(judge("--filter retry/state --compare " + page()).status, 0) << "the same file may be both";
  EXPECT_EQ(changes_in(text_of(page())), (std::map<std::string, std::set<std::string>>{{"mended", broken}}));
  EXPECT_EQ(judge("--filter retry/state --compare " + page()).status, 0);
  EXPECT_TRUE(contains(text_of(page()), "Every clause has the verdict that it had."));
}

TEST_F(FlowContractPage, RefusesAnEarlierOneThatIsNoneBeforeAnythingIsSent) {
  const std::string other =
      file("other.html",
           report::html_of(
               {.program = "flow-mock", .title = "x", .body = "", .data = {{"clauses", Json::array()}}}));
  const std::string odd = file(
      "odd.html", report::html_of({.program = "flow-contract",
                                   .title = "x",
                                   .body = "",
                                   .data = {{"clauses", Json::array({{{"id", "a"}, {"outcome", "<b>"}}})}}}));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {file("empty.html", ""), "is not a report of flow-contract"},
      {other, "is a report of flow-mock, not of flow-contract"},
      {odd, "a clause has an unknown outcome"},
      {"/dev/zero", "is larger than"},
      {folder_.string(), "Is a directory"},
      {(folder_ / "none.html").string(), "No such file"},
  };
  for (const auto &[earlier, why] : cases) {
    const Ended ended = judge("--filter retry/state/failed --compare " + earlier);
    EXPECT_EQ(ended.status, 2) << ended.output;
    EXPECT_TRUE(contains(ended.output, "--compare: the file " + earlier)) << ended.output;
    EXPECT_TRUE(contains(ended.output, why)) << ended.output;
    EXPECT_FALSE(std::filesystem::exists(page()));
  }
  EXPECT_EQ(writes(), 0);
  const Ended alone = flow_contract("run " + base_url() + " --compare " + other);
  EXPECT_EQ(alone.status, 2);
  EXPECT_TRUE(contains(alone.output, "--compare requires --html")) << alone.output;
}

TEST_F(FlowContractPage, CannotBeWrittenIsSaidBeforeTheRun) {
  for (const char *option : {"--html ", "--sarif "}) {
    const Ended ended = flow_contract("run " + base_url() + " " + option + folder_.string());
    EXPECT_EQ(ended.status, 2);
    EXPECT_TRUE(contains(ended.output, "cannot be written")) << ended.output;
  }
  EXPECT_EQ(writes(), 0);
}

/// What SARIF 2.1.0 requires of a log's members, and what code scanning needs besides.
TEST_F(FlowContractPage, WritesSarifWithARuleForEachClauseAndAResultForEachThatIsBroken) {
  break_retries();
  EXPECT_EQ(judge("--filter retry").status, 1);
  const Json log = Json::parse(text_of(sarif()));
  EXPECT_EQ(log.at("version"), "2.1.0");
  EXPECT_EQ(log.at("$schema"), "https://json.schemastore.org/sarif-2.1.0.json");
  ASSERT_EQ(log.at("runs").size(), 1U);
  const Json &driver = log.at("runs")[0].at("tool").at("driver");
  EXPECT_EQ(driver.at("name"), "flow-contract");
  EXPECT_FALSE(driver.at("version").get<std::string>().empty());
  const auto clauses = clauses_in(json());
  std::set<std::string> rules;
  for (const Json &rule : driver.at("rules")) {
    const Json &clause = clauses.at(rule.at("id"));
    EXPECT_TRUE(rules.insert(rule.at("id")).second) << "once";
    EXPECT_EQ(rule.at("shortDescription").at("text"), clause.at("title"));
    EXPECT_EQ(rule.at("fullDescription").at("text"), clause.at("requirement"));
    EXPECT_EQ(rule.at("defaultConfiguration").at("level"), "error");
    EXPECT_EQ(rule.at("properties").at("standing"), clause.at("standing"));
    EXPECT_EQ(rule.at("properties").at("source"), clause.at("source"));
  }
  EXPECT_EQ(rules.size(), clauses.size());
  std::set<std::string> results;
  for (const Json &result : log.at("runs")[0].at("results")) {
    const std::string id = result.at("ruleId");
    results.insert(id);
    EXPECT_EQ(driver.at("rules").at(result.at("ruleIndex").get<std::size_t>()).at("id"), id);
    EXPECT_EQ(result.at("level"), "error");
    EXPECT_TRUE(contains(result.at("message").at("text"), "received: "));
    const Json &place = result.at("locations").at(0);
    EXPECT_EQ(place.at("physicalLocation").at("artifactLocation").at("uri"),
              "contracts/data/clauses/retry.json");
    EXPECT_EQ(place.at("physicalLocation").at("region").at("startLine"), 1);
    EXPECT_EQ(place.at("logicalLocations").at(0).at("fullyQualifiedName"), id);
    EXPECT_EQ(result.at("partialFingerprints").at("clause/v1"), id);
  }
  std::set<std::string> broken;
  for (const auto &[id, clause] : clauses) {
    if (clause.at("outcome") == "broken") {
      broken.insert(id);
    }
  }
  EXPECT_EQ(results, broken);
}

TEST_F(FlowContractPage, FindingsAreWarningsInSarif) {
  break_retries();
  be_another_server();
  const std::string states =
      file("states.json", R"({"a failed run": "4fb0418e-1804-45d6-8d56-dd51f05c0baf"})");
  const Ended ended = judge(
      "--filter retry/twice --allow-writes --token s3cret --api-key key --org org --sandbox prod --states " +
      states);
  EXPECT_EQ(ended.status, 0) << ended.output;
  const Json results = Json::parse(text_of(sarif())).at("runs")[0].at("results");
  ASSERT_FALSE(results.empty());
  for (const Json &result : results) {
    EXPECT_EQ(result.at("level"), "warning");
  }
  EXPECT_TRUE(contains(text_of(page()), "<dt>Findings</dt><dd>" + std::to_string(results.size()) + "</dd>"));
}

} // namespace

} // namespace flow::contract
