#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/resource.hpp"

/// GET /runs and GET /flows, from the request to the answer.
namespace flow::mock::test {
namespace {

using Ids = std::vector<std::string>;

/// Adds runs, a millisecond each; those of one call of `add` after another have the same time with `step_ms`
/// 0.
struct Runs {
  explicit Runs(int first, std::int64_t step = 1) : step_ms(step) { add(first); }

  void add(int runs) {
    for (int i = 0; i < runs; ++i) {
      stage.clock->advance(step_ms);
      Json body = run_on_demand();
      body["params"].erase("deltaColumn");
      const Response created = stage(create(body));
      ASSERT_EQ(created.status, 201) << created.body;
      made.push_back(created_id(created));
    }
  }
  /// All runs of the sandbox, by id: no more than fit a page.
  [[nodiscard]] std::set<std::string> all() {
    const Response listed = stage(read("/runs?limit=100"));
    EXPECT_EQ(token_in(listed), "");
    const Ids ids = ids_in(listed);
    return {ids.begin(), ids.end()};
  }

  std::int64_t step_ms;
  Stage stage;
  Ids made{};
};

enum class Way { token_alone, query_repeated };

/// The query of the next page, in either documented way; "" after the last.
std::string next_query(const Response &listed, const std::string &first, Way way) {
  const std::string token = token_in(listed);
  if (token.empty()) {
    return "";
  }
  return way == Way::token_alone ? "continuationToken=" + token : first + "&continuationToken=" + token;
}

struct Paging {
  std::string name;
  std::string query;
  Way way;
};

std::vector<Paging> pagings() {
  std::vector<Paging> all;
  for (const auto &[name, query] : std::vector<std::pair<std::string, std::string>>{
           {"NoOrder", "limit=3"},
           {"CreatedAt", "limit=3&orderby=createdAt"},
           {"CreatedAtDescending", "orderby=-createdAt&limit=3"},
           {"UpdatedAt", "limit=3&orderby=+updatedAt"},
           {"UpdatedAtDescending", "limit=3&orderby=-updatedAt"},
           {"Id", "limit=3&orderby=%2Bid"},
           {"FlowAndCreatedAtDescending", "limit=3&orderby=-createdAt,+flowId,id"},
           {"DefaultsSent", "limit=3&property=&orderby=&count=false"}}) {
    all.push_back({name + "TokenAlone", query, Way::token_alone});
    all.push_back({name + "QueryRepeated", query, Way::query_repeated});
  }
  return all;
}

class EveryPaging : public testing::TestWithParam<Paging> {};

TEST_P(EveryPaging, LosesAndRepeatsNothingWhileRunsAreAdded) {
  for (const std::int64_t step_ms : {1, 0}) { // 0: all added runs tie
    Runs runs(20, step_ms);
    const std::set<std::string> before = runs.all();
    Ids listed;
    int pages = 0;
    for (std::string query = GetParam().query; !query.empty(); ++pages) {
      const Response page = runs.stage(read("/runs?" + query));
      ASSERT_EQ(page.status, 200) << page.body;
      const Ids ids = ids_in(page);
      ASSERT_LE(ids.size(), 3);
      listed.insert(listed.end(), ids.begin(), ids.end());
      query = next_query(page, GetParam().query, GetParam().way);
      if (pages < 6) {
        runs.add(2);
      }
      ASSERT_LT(pages, 50) << "no end";
    }
    const std::set<std::string> once(listed.begin(), listed.end());
    EXPECT_EQ(once.size(), listed.size()) << "a run was listed twice";
    EXPECT_TRUE(std::includes(once.begin(), once.end(), before.begin(), before.end())) << "a run was lost";
    EXPECT_GE(pages, 9);
  }
}

INSTANTIATE_TEST_SUITE_P(List, EveryPaging, testing::ValuesIn(pagings()),
                         [](const auto &paging) { return paging.param.name; });

TEST(List, ShowsTheRunsAsGetDoes) {
  Stage stage;
  const Response listed = stage(read("/runs"));
  ASSERT_EQ(listed.status, 200);
  const Json body = body_of(listed);
  EXPECT_EQ(body["_links"], Json::object());
  ASSERT_EQ(body["items"].size(), built_in_seed().runs.size());
  for (const Json &item : body["items"]) {
    EXPECT_EQ(item, run_of(stage.service, item["id"].get<std::string>()));
  }
}

TEST(List, NextLinkHoldsNothingBehindItsToken) {
  Stage stage;
  const std::string href = body_of(stage(read("/runs?limit=2")))["_links"]["next"]["href"];
  const std::string start = "/runs?continuationToken=";
  EXPECT_EQ(href.substr(0, start.size()), start);
  EXPECT_EQ(std::count(href.begin(), href.end(), '='), 1);
  EXPECT_EQ(href.find('&'), std::string::npos);
}

TEST(List, HasTheDefaultLimitAndAMaximum) {
  Runs runs(150, 0);
  EXPECT_EQ(ids_in(runs.stage(read("/runs"))).size(), 20);
  for (const std::string limit : {"100", "101", "1000"}) {
    const Response most = runs.stage(read("/runs?limit=" + limit));
    EXPECT_EQ(ids_in(most).size(), 100) << limit;
    EXPECT_EQ(ids_in(runs.stage(read("/runs?continuationToken=" + token_in(most)))).size(),
              50 + built_in_seed().run_count())
        << limit;
  }
}

TEST(List, IsNewestFirstWithoutOrderby) {
  for (const std::int64_t step_ms :
       {1, 0}) { // 0: all added runs tie, and come as they were made, the last first
    Runs runs(4, step_ms);
    const Ids listed = ids_in(runs.stage(read("/runs")));
    ASSERT_EQ(listed.size(), 4 + built_in_seed().run_count());
    EXPECT_EQ(Ids(listed.begin(), listed.begin() + 4), Ids(runs.made.rbegin(), runs.made.rend()));
    EXPECT_EQ(listed.back(), kSuccess) << "of 2020, while the others are of 2022";
    EXPECT_EQ(ids_in(runs.stage(read("/runs?orderby=-createdAt"))), listed);
    Ids reversed = ids_in(runs.stage(read("/runs?orderby=createdAt")));
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_EQ(reversed, listed);
  }
}

TEST(List, CountStandsAlone) {
  Stage stage;
  EXPECT_EQ(stage(read("/runs?count=true")).body, count_with(0));
  EXPECT_EQ(stage(read("/runs?count=true&property=state==failed")).body, R"({"count":4})");
  EXPECT_EQ(stage(read("/runs?count=true&property=id==none")).body, R"({"count":0})");
  EXPECT_EQ(stage(read("/flows?count=true")).body,
            R"({"count":)" + std::to_string(built_in_seed().flows.size()) + "}");
}

TEST(List, TheDocumentedFilters) {
  Stage stage;
  const auto found = [&](std::string_view property) { return ids_in(stage(with_property(property))); };
  EXPECT_EQ(found("id==" + std::string(kFailed) + "," + std::string(kSuccess)),
            Ids({std::string(kFailed), std::string(kSuccess)}));
  EXPECT_EQ(found("id==\"" + std::string(kFailed) + "\""), Ids({std::string(kFailed)}));
  EXPECT_EQ(found("id=\"" + std::string(kFailed) + "\",\"none\""), Ids({std::string(kFailed)}));
  EXPECT_EQ(found("flowId==" + std::string(kNightlyFlow)).size(), 3);
  const Ids in_progress = {std::string(kInProgress), std::string(kInProgressOfDisabledFlow)};
  EXPECT_EQ(found("state==inProgress"), in_progress);
  EXPECT_EQ(found("state==INPROGRESS"), in_progress);
  EXPECT_EQ(found("metrics.statusSummary.status==Failed"),
            Ids({std::string(kFailedOfDestination), std::string(kStreaming), std::string(kFailed),
                 std::string(kFailedOfDisabledFlow)}));
  EXPECT_EQ(found("state==PARTIALSUCCESS"), Ids({std::string(kPartialSuccess)}));
  EXPECT_EQ(found("metrics.durationSummary.startedAtUTC<1607520205922"), Ids({std::string(kSuccess)}));
  EXPECT_EQ(found("metrics.durationSummary.startedAtUTC>=1651590720000"),
            Ids({std::string(kSuccessOfDestination), std::string(kFailedOfDestination),
                 std::string(kInProgress), std::string(kZeroRecords)}));
  EXPECT_EQ(found("activities[].targetInfo[].reference.ids[]==01EF01X41KJD82Y9ZX6ET54PCZ"),
            Ids({std::string(kSuccess)}));
  EXPECT_EQ(found("metrics.recordSummary.failedRecordCount==1"),
            Ids({std::string(kPartialSuccess), std::string(kSuccess)}));
}

TEST(List, AllFiltersMustHold) {
  Stage stage;
  EXPECT_EQ(ids_in(stage(read("/runs?property=state==failed&property=flowId==" + std::string(kNightlyFlow)))),
            Ids({std::string(kFailed)}));
}

TEST(List, NoItemsWhereNothingPasses) {
  Stage stage;
  EXPECT_EQ(stage(read("/runs?property=id==none")).body, R"({"items":[],"_links":{}})");
}

TEST(List, AProjectionKeepsTheNamedFields) {
  Stage stage;
  const Json item =
      body_of(stage(read("/runs?property=etag,id&property=id==" + std::string(kFailed))))["items"][0];
  EXPECT_EQ(item.size(), 2);
  EXPECT_EQ(item["id"], kFailed);
  EXPECT_TRUE(item.contains("etag"));
}

TEST(List, AFilterSeesTheRunAsItStandsNow) {
  Stage stage([](Settings &settings) { settings.seed.defaults.duration_ms = 1000; });
  const std::string id = body_of(stage(retry(kZeroRecords)))["id"];
  EXPECT_EQ(ids_in(stage(read("/runs?property=state==success&orderby=-updatedAt"))).front(),
            kSuccessOfDestination);
  stage.clock->advance(1000);
  EXPECT_EQ(ids_in(stage(read("/runs?property=state==success&orderby=-updatedAt"))).front(), id);
}

TEST(List, RunsThatEndWhilePagingAreNeitherLostNorRepeatedInAnOrderThatStays) {
  for (const std::string order : {"", "&orderby=createdAt", "&orderby=-createdAt", "&orderby=id"}) {
    Stage stage([](Settings &settings) { settings.seed.defaults.duration_ms = 5; });
    for (int i = 0; i < 10; ++i) {
      stage.clock->advance(1);
      ASSERT_EQ(stage(create()).status, 201);
    }
    Ids listed;
    std::string query = "limit=2" + order;
    while (!query.empty()) {
      const Response page = stage(read("/runs?" + query));
      const Ids ids = ids_in(page);
      listed.insert(listed.end(), ids.begin(), ids.end());
      query = next_query(page, "", Way::token_alone);
      stage.clock->advance(2);
    }
    const std::size_t all = built_in_seed().run_count() + 10;
    EXPECT_EQ(listed.size(), all) << order;
    EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()).size(), all) << order;
  }
}

TEST(List, EachSandboxHasItsOwnRuns) {
  Stage stage;
  ASSERT_EQ(stage(create()).status, 201);
  EXPECT_EQ(stage(read("/runs?count=true").set("x-sandbox-name", "other")).body, count_with(0));
  EXPECT_EQ(stage(read("/runs?count=true").set("x-gw-ims-org-id", "other")).body, count_with(0));
  EXPECT_EQ(stage(read("/runs?count=true")).body, count_with(1));
}

TEST(List, ATokenIsOfOneListingOnly) {
  Stage stage;
  const std::string token = token_in(stage(read("/runs?limit=1")));
  const std::string next = "?continuationToken=" + token;
  EXPECT_EQ(stage(read("/runs" + next)).status, 200);
  EXPECT_EQ(error_in(stage(read("/flows" + next))), "1452-400");
  EXPECT_EQ(error_in(stage(read("/runs" + next).set("x-sandbox-name", "other"))), "1452-400");
  EXPECT_EQ(error_in(stage(read("/runs" + next).set("x-gw-ims-org-id", "other"))), "1452-400");
  Stage another;
  EXPECT_EQ(error_in(another(read("/runs" + next))), "1452-400");
}

TEST(List, EveryChangeOfATokenIsRefused) {
  Stage stage;
  const std::string token = token_in(stage(read("/runs?limit=1&property=state==failed")));
  const std::string other = token.starts_with('x') ? "y" : "x"; // put in place of the first, it changes it
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(error_in(stage(read("/runs?continuationToken=" + changed))), "1452-400") << i;
    EXPECT_EQ(error_in(stage(read("/runs?continuationToken=" + other + token.substr(i)))), "1452-400") << i;
  }
}

TEST(List, NamesWhatIsWrongWithTheQuery) {
  Stage stage;
  const Response refused = stage(read("/runs?property=nosuch==1"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(error_in(refused), "1449-400");
  EXPECT_NE(refused.body.find("nosuch"), std::string::npos);
  EXPECT_EQ(error_in(stage(read("/runs?limit=2&count=true"))), "1401-400");
  EXPECT_EQ(error_in(stage(read("/runs?property=name==x"))), "1449-400") << "a flow's field";
  EXPECT_EQ(error_in(stage(read("/flows?property=flowId==x"))), "1449-400") << "a run's field";
}

/// Those of the flows that have runs; others of the built-in seed are examples of theirs alone.
Ids of_runs(Ids ids) {
  const Ids with_runs{std::string(kStreamingFlow),  std::string(kOnDemandFlow), std::string(kNightlyFlow),
                      std::string(kHourlyFlow),     std::string(kTableFlow),    std::string(kDestinationFlow),
                      std::string(kHalfHourlyFlow), std::string(kDisabledFlow)};
  std::erase_if(ids, [&](const std::string &id) {
    return std::find(with_runs.begin(), with_runs.end(), id) == with_runs.end();
  });
  return ids;
}

TEST(ListFlows, PagesFiltersAndSortsAsRunsDo) {
  Stage stage;
  Ids listed;
  std::string query = "limit=1&orderby=-name";
  while (!query.empty()) {
    const Response page = stage(read("/flows?" + query));
    ASSERT_EQ(page.status, 200) << page.body;
    listed.push_back(ids_in(page).at(0));
    query = next_query(page, "", Way::token_alone);
  }
  EXPECT_EQ(of_runs(listed),
            Ids({std::string(kStreamingFlow), std::string(kOnDemandFlow), std::string(kNightlyFlow),
                 std::string(kHourlyFlow), std::string(kHalfHourlyFlow), std::string(kDisabledFlow),
                 std::string(kTableFlow), std::string(kDestinationFlow)}));
  const Ids newest_first{std::string(kDestinationFlow), std::string(kDisabledFlow),
                         std::string(kTableFlow),       std::string(kOnDemandFlow),
                         std::string(kStreamingFlow),   std::string(kNightlyFlow),
                         std::string(kHalfHourlyFlow),  std::string(kHourlyFlow)};
  EXPECT_EQ(of_runs(ids_in(stage(read("/flows")))), newest_first) << "five were created at the same time";
  EXPECT_EQ(of_runs(ids_in(stage(read("/flows?orderby=state,-createdAt,name")))),
            Ids({std::string(kDisabledFlow), std::string(kDestinationFlow), std::string(kTableFlow),
                 std::string(kNightlyFlow), std::string(kOnDemandFlow), std::string(kStreamingFlow),
                 std::string(kHalfHourlyFlow), std::string(kHourlyFlow)}));
  EXPECT_EQ(ids_in(stage(read("/flows?property=name==%22Event%20stream%22"))),
            Ids({std::string(kStreamingFlow)}));
  EXPECT_EQ(error_in(stage(read("/flows?property=lastRunDetails.startedAtUTC==1,2"))), "1452-400");
  EXPECT_EQ(error_in(stage(read("/flows?limit=0"))), "1394-400");
  EXPECT_EQ(of_runs(ids_in(stage(read("/flows?property=state==Enabled&property=createdAt<1600000000000")))),
            Ids({std::string(kHourlyFlow)}));
  EXPECT_EQ(ids_in(stage(read("/flows?property=lastRunDetails.state==inprogress"))),
            Ids({std::string(kDisabledFlow), std::string(kNightlyFlow)}));
  EXPECT_EQ(ids_in(stage(read("/flows?property=lastRunDetails.startedAtUTC>=1651587120000"))).size(), 3);
}

} // namespace
} // namespace flow::mock::test
