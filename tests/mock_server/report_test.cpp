#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "common/printable.hpp"
#include "contracts/report/earlier.hpp"
#include "contracts/report/page.hpp"
#include "mock_server/report/report_page.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/journal.hpp"

/// The page that a mock writes at its end, and what it says of an earlier one.
namespace flow::mock::test {
namespace {

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string page_of(Stage &stage, const std::optional<Sums> &earlier = std::nullopt) {
  return report_page(stage.service.state(), earlier);
}

/// From a heading to the next.
std::string section(const std::string &page, const std::string &title) {
  const std::size_t begin = page.find("<h2>" + title + "</h2>");
  EXPECT_NE(begin, std::string::npos) << title;
  return page.substr(begin, page.find("<h2>", begin + 1) - begin);
}

std::string figure(const std::string &name, const std::string &value) {
  return "<dt>" + name + "</dt><dd>" + value + "</dd>";
}

using Changes = std::map<std::string, std::set<std::string>>;

/// The clauses in the rows of the comparison, by what has changed.
Changes changes_in(const std::string &page) {
  Changes changes;
  const std::string table = section(page, "Compared with the earlier report");
  const std::regex row(R"(<tr><td><span class="chip[^"]*">([^<]*)</span></td><td><code>([^<]*)</code>)");
  for (std::sregex_iterator found(table.begin(), table.end(), row), end; found != end; ++found) {
    changes[(*found)[1]].insert((*found)[2]);
  }
  return changes;
}

/// What traffic so far has exercised.
std::set<std::string> exercised(Stage &stage) {
  std::set<std::string> ids;
  for (const auto &[id, exchanges] : sums_of(stage.service.state()).clauses) {
    if (exchanges > 0) {
      ids.insert(id);
    }
  }
  return ids;
}

std::set<std::string> without(std::set<std::string> ids, const std::set<std::string> &others) {
  std::erase_if(ids, [&](const std::string &id) { return others.contains(id); });
  return ids;
}

TEST(Report, HasFiguresAndTheRequests) {
  Steered stage;
  stage.call(retry(kFailed));
  stage.call(retry(kFailed, ""));
  const std::string page = page_of(stage);
  EXPECT_TRUE(holds(page, figure("Requests", "2")));
  EXPECT_TRUE(holds(page, figure("Judged", "2")));
  EXPECT_TRUE(holds(page, figure("Violations", "1")));
  EXPECT_TRUE(holds(page, figure("Sandboxes", "1")));
  EXPECT_TRUE(holds(
      page, figure("Clauses exercised", std::to_string(exercised(stage).size()) + " of " +
                                            std::to_string(sums_of(stage.service.state()).clauses.size()))));
  const std::string requests = section(page, "Requests");
  EXPECT_TRUE(holds(requests, "The latest 2 of 2."));
  EXPECT_TRUE(std::regex_search(
      requests,
      std::regex(
          R"(<td class="number">1</td><td>2026-01-01 00:00:00\.000</td><td><code>\{ORG_ID\}/\{SANDBOX_NAME\}</code></td>)"
          R"(<td><code>POST</code></td><td><code>[^<]*\?op=re-trigger</code></td><td>200</td><td>retry_run</td><td></td>)")))
      << requests;
  EXPECT_TRUE(std::regex_search(
      requests,
      std::regex(R"(<td>400</td><td>retry_run</td><td><span class="chip bad">violated</span></td>)")));
  EXPECT_TRUE(holds(requests, "<code>retry/op/missing</code>"));
}

TEST(Report, SaysOfEachViolationHowToFixIt) {
  Stage stage;
  stage(retry(kFailed, ""));
  stage(retry(kFailed, ""));
  stage(retry(kFailed, "?op=cancel"));
  stage(retry(kFailed).set("X-Flow-Mock-Expect", "retry/op/empty"));
  const std::string violations = section(page_of(stage), "Violations by clause");
  for (const auto &[id, times] :
       std::map<std::string, std::string>{{"retry/op/missing", "2 times"},
                                          {"retry/op/unsupported", "1 times"},
                                          {"retry/op/empty", "1 times expected, and missing"}}) {
    const contract::Clause &clause = contract::clause(contract::clause_number(id).value());
    EXPECT_TRUE(holds(violations, times + "</span> <code>" + id + "</code>")) << id;
    EXPECT_TRUE(holds(violations, report::escaped(clause.requirement))) << id;
  }
  const contract::Clause &missing = contract::clause(contract::clause_number("retry/op/missing").value());
  EXPECT_TRUE(holds(violations, report::escaped(missing.violation->mend)));
  EXPECT_TRUE(holds(violations, report::escaped("A test announced that the application breaks this clause")));
  EXPECT_TRUE(holds(section(page_of(stage), "Set up and not used"), "retry/op/empty"))
      << "what was expected was set up";
  Stage other;
  EXPECT_TRUE(holds(section(page_of(other), "Violations by clause"), "The application kept the contract."));
}

TEST(Report, CountsWhatTheTestsLeanOn) {
  Stage stage;
  stage(create());
  stage(retry(kFailed));
  stage(retry(kFailed));
  stage(retry(kFailed, "?op=re-trigger&op=re-trigger"));
  const std::string page = page_of(stage);
  const std::string leanings = section(page, "What the tests lean on");
  for (const auto &[standing, count] :
       std::map<std::string, int>{{"documented", 1}, {"inferred", 2}, {"assumed", 1}, {"none", 0}}) {
    EXPECT_TRUE(holds(leanings,
                      ">" + standing + "</span></td><td class=\"number\">" + std::to_string(count) + "</td>"))
        << standing;
  }
  EXPECT_TRUE(std::regex_search(
      leanings,
      std::regex(R"(assumed</span></td><td class="number">1</td><td><code>retry/op/twice</code></td>)"
                 R"(<td>[^<]+</td><td><code>POST [^<]*/action</code></td>)")))
      << leanings;
}

TEST(Report, TellsCoverageBySubject) {
  Stage stage;
  stage(retry(kFailed, ""));
  const std::string coverage = section(page_of(stage), "Coverage of clauses by subject");
  const Json told_coverage = told(stage, "/coverage");
  for (const Json &clause : told_coverage.at("clauses")) {
    const std::string id = clause.at("id");
    EXPECT_TRUE(holds(coverage, std::string(clause.at("exercised") ? ">yes<" : ">no<") +
                                    "/span></td><td class=\"number\">" +
                                    (clause.at("exercised") ? "1" : "0") + "</td><td><code>" + id +
                                    "</code>"))
        << id;
  }
}

TEST(Report, ListsWhatWasSetUpAndNotUsed) {
  Steered stage;
  stage.steer(
      "PUT", "/runs",
      Json::parse(R"({"runs":[{"id":"never-read","state":"failed","retries":["failed","success"]}]})"));
  EXPECT_EQ(stage
                .steer("POST", "/faults",
                       Json::parse(R"({"id":"f9","type":"status","attributes":{"status":503},"times":2})"))
                .status,
            201);
  const std::string page = page_of(stage);
  const std::string unused = section(page, "Set up and not used");
  EXPECT_TRUE(holds(unused, "<td>run</td><td><code>never-read</code></td>")) << unused;
  EXPECT_TRUE(holds(unused, "<td>script</td><td>run <code>never-read</code></td>")) << unused;
  EXPECT_TRUE(holds(unused, "<td>fault</td><td><code>f9</code>")) << unused;
  EXPECT_TRUE(holds(page, figure("Set up and not used", "3")));
  EXPECT_TRUE(
      holds(section(page, "Faults"), "<td><code>f9</code></td><td><code>{ORG_ID}/{SANDBOX_NAME}</code>"));
}

TEST(Report, ShowsAnyNameAsText) {
  const std::string hostile =
      "</script><script>alert(1)</script><img src=x>\x07\u202e\u2066" + std::string(10'000, 'n');
  Steered stage([](Settings &) {}, "<b>s</b>");
  const Json seed = {{"flows", Json::array({{{"id", "f"}, {"name", hostile}}})},
                     {"runs", Json::array({{{"id", "r"}, {"flowId", "f"}, {"state", "failed"}}})}};
  const Response restored = stage.steer("POST", "/restore", seed);
  EXPECT_EQ(restored.status, 200) << restored.body.substr(0, 500);
  const Json fault = {{"type", "status"},
                      {"attributes", {{"status", 503}}},
                      {"match", {{"path", "/" + hostile.substr(0, 60)}}}};
  const Response added = stage.steer("POST", "/faults", fault);
  EXPECT_EQ(added.status, 201) << added.body.substr(0, 500);
  stage.call(read("/flows"));
  stage.call(read("/runs/<script>alert(1)</script>\u202e" + std::string(10'000, 'p')));
  stage.call(Ask{.method = "POST", .target = run_path("</script>") + "/action?<script>"});
  const std::string page = page_of(stage);
  EXPECT_EQ(printable_lines(page), page);
  const std::regex script("<script");
  EXPECT_EQ(std::distance(std::sregex_iterator(page.begin(), page.end(), script), std::sregex_iterator()), 1);
  EXPECT_EQ(page.find("</script"), page.rfind("</script"));
  EXPECT_FALSE(holds(page, "<img"));
  EXPECT_FALSE(holds(page, "<b>"));
  EXPECT_FALSE(holds(page, std::string(3000, 'p')));
  EXPECT_TRUE(holds(page, "&lt;script&gt;")) << "it is shown";
}

TEST(Report, HasNoReferenceToAnything) {
  Stage stage;
  stage(retry(kFailed, ""));
  EXPECT_FALSE(std::regex_search(
      page_of(stage), std::regex(R"(\s(src|href|action|background|srcset)\s*=|url\(|@import|<link|<base)")));
}

TEST(Report, DoesNotShowTokens) {
  Stage stage;
  stage(
      retry(kFailed, "?op=cancel&access_token=s3cret-of-mine").set("Authorization", "Bearer s3cret-of-mine"));
  EXPECT_FALSE(holds(page_of(stage), "s3cret-of-mine"));
}

TEST(Report, KeepsToItsBoundOfRequests) {
  Stage stage([](Settings &settings) { settings.journal_size.exchanges = 2 * report::kMostRows; });
  for (std::size_t i = 0; i < report::kMostRows + 5; ++i) {
    stage(Ask{.method = "GET", .target = "/data/foundation/flowservice/runs?limit=1"}.set(
        "x-sandbox-name", i % 2 == 0 ? "even" : "odd"));
  }
  const std::string requests = section(page_of(stage), "Requests");
  EXPECT_TRUE(holds(requests, "The latest 1000 of 1005."));
  EXPECT_FALSE(holds(requests, "<td class=\"number\">5</td>"));
  EXPECT_TRUE(holds(requests, "<td class=\"number\">6</td>"));
  EXPECT_TRUE(holds(requests, "<td class=\"number\">1005</td>"));
}

TEST(ReportCompared, SaysJustWhatDiffers) {
  Stage before;
  before(retry(kFailed));
  before(retry(kFailed, ""));
  Stage now;
  now(retry(kFailed));
  now(retry(kFailed));
  now(retry(kFailed, "?op=cancel"));
  const std::string page = page_of(now, sums_in(page_of(before)));
  const std::set<std::string> was = exercised(before);
  const std::set<std::string> is = exercised(now);
  EXPECT_EQ(changes_in(page), (Changes{{"no longer exercised", without(was, is)},
                                       {"newly exercised", without(is, was)},
                                       {"new violation", {"retry/op/unsupported"}},
                                       {"gone violation", {"retry/op/missing"}}}));
  EXPECT_TRUE(holds(section(page, "Compared with the earlier report"),
                    "<tr><td>inferred</td><td class=\"number\">2</td><td class=\"number\">3</td><td "
                    "class=\"number\">+1</td></tr>"))
      << section(page, "Compared with the earlier report");
  const std::string same = page_of(now, sums_in(page));
  EXPECT_EQ(changes_in(same), Changes{});
  EXPECT_TRUE(holds(same, "The same clauses were exercised."));
  EXPECT_TRUE(holds(same, "The same clauses were violated."));
}

TEST(ReportCompared, TakesNoDamagedData) {
  Stage stage;
  const std::string page = page_of(stage);
  const Json whole = report::data_of(page, "flow-mock");
  const auto refused = [&](const std::function<void(Json &)> &damage) {
    Json data = whole;
    damage(data);
    EXPECT_THROW(sums_in(std::string(report::kDataBegin) + data.dump() + std::string(report::kDataEnd)),
                 report::NoReport)
        << data.dump().substr(0, 200);
  };
  refused([](Json &data) { data.erase("clauses"); });
  refused([](Json &data) { data["violations"] = 1; });
  refused([](Json &data) { data["exchanges"].erase("none"); });
  refused([](Json &data) { data["exchanges"]["none"] = -1; });
  refused([](Json &data) { data["clauses"][0]["exchanges"] = "1"; });
  refused([](Json &data) { data["clauses"][0] = nullptr; });
  refused([](Json &data) { data["violations"].push_back({{"clause", "x"}}); });
  EXPECT_NO_THROW(sums_in(page));
}

} // namespace
} // namespace flow::mock::test
