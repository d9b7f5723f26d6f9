#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/pipeline/target.hpp"
#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_collection.hpp"
#include "mock_server/resources/sorted_blocks.hpp"
#include "tests/mock_server/steered.hpp"

/// Lists are answered by indexes: as if every run had been looked at.
namespace flow::mock::test {
namespace {

using Ids = std::vector<std::string>;

TEST(SortedBlocks, HoldWhatASetHolds) {
  std::mt19937 random(7);
  SortedBlocks<std::uint32_t> blocks;
  std::set<std::uint32_t> set;
  for (int i = 0; i < 20'000; ++i) {
    // In order at first, then anywhere, then ever fewer.
    const std::uint32_t value = i < 3000 ? static_cast<std::uint32_t>(2 * i) : random() % 12'000;
    if (set.contains(value)) {
      set.erase(value);
      blocks.erase(value);
    } else if (i < 14'000) {
      set.insert(value);
      blocks.insert(value);
    }
    const std::uint32_t asked = random() % 12'100;
    const auto found = set.lower_bound(asked);
    ASSERT_EQ(blocks.size(), set.size());
    ASSERT_EQ(blocks.at_least(asked), found == set.end() ? std::nullopt : std::optional(*found));
    ASSERT_EQ(blocks.before(asked), found == set.begin() ? std::nullopt : std::optional(*std::prev(found)));
    if (i % 100 == 0) {
      ASSERT_EQ(blocks.rank(asked), static_cast<std::uint64_t>(std::distance(set.begin(), found)));
    }
  }
}

/// A sandbox whose runs are changed at random, in all ways there are.
class Shaken {
public:
  Shaken()
      : stage([](Settings &settings) {
          settings.seed = parse_seed(
              R"({"defaults":{"durationMs":300},"flows":[{"id":"f0"},{"id":"f1"},{"id":"f2"}],"runs":[
                 {"id":"a","flowId":"f0","state":"failed","createdAt":1000,"copies":600},
                 {"id":"b","flowId":"f1","state":"success","createdAt":5000,"updatedAt":9000,"copies":40},
                 {"id":"c","flowId":"f2","state":"in-progress","createdAt":3000,"copies":150,
                  "ends":{"afterMs":200,"outcome":"failed"}}]})",
              "seed");
        }) {}

  void shake() {
    stage.clock->advance(static_cast<std::int64_t>(random() % 40));
    const std::string id = any_id();
    switch (random() % 8) {
    case 0:
    case 1:
      stage(retry(id));
      break;
    case 2:
      stage(update(id, R"({"metrics":{"durationSummary":{"startedAtUTC":)" + std::to_string(time()) + "}}}",
                   "*"));
      break;
    case 3:
      stage.steer("PATCH", path_of_run(id), {{"updatedAt", time()}, {"createdAt", time()}});
      break;
    case 4:
      stage.steer("PUT", path_of_run(id, "/state"),
                  {{"state", random() % 2 == 0 ? "failed" : "in-progress"}});
      break;
    case 5:
      stage.steer("DELETE", path_of_run(id));
      break;
    case 6:
      stage.steer("PUT", path_of_run(id), {{"id", id}, {"flowId", flow()}, {"state", "failed"}});
      break;
    default:
      stage.steer("POST", "/runs", {{"flowId", flow()}, {"state", "success"}, {"createdAt", time()}});
    }
  }

  /// A query of one to three filters, some of them of no index.
  std::string filters() {
    const std::vector<std::string> all = {"flowId==" + flow(),
                                          "flowId==f0,f2,f0,none",
                                          "state==failed",
                                          "state==SUCCESS,inProgress",
                                          "metrics.statusSummary.status==success",
                                          "id==" + any_id() + ",a-2," + any_id() + ",none",
                                          "createdAt>" + std::to_string(time()),
                                          "createdAt<=" + std::to_string(time()),
                                          "createdAt==" + std::to_string(time()),
                                          "createdAt==1000",
                                          "updatedAt>=" + std::to_string(time()),
                                          "updatedAt<" + std::to_string(time()),
                                          "metrics.durationSummary.startedAtUTC<" + std::to_string(time()),
                                          "metrics.durationSummary.startedAtUTC>9223372036854775807",
                                          "metrics.fileSummary.inputFileCount==1"};
    std::string query;
    for (unsigned filter = random() % 4; filter > 0; --filter) {
      query += "&property=" + percent_encoded(all[random() % all.size()]);
    }
    return query;
  }

  std::string order() {
    const std::vector<std::string> all = {"",
                                          "createdAt",
                                          "-createdAt",
                                          "updatedAt",
                                          "-updatedAt",
                                          "-metrics.durationSummary.startedAtUTC",
                                          "id",
                                          "-flowId",
                                          "createdAt,-updatedAt",
                                          "-createdAt,flowId,-id",
                                          "-updatedAt,id",
                                          "flowId,-createdAt"};
    return all[random() % all.size()];
  }

  /// All pages.
  Ids listed(const std::string &query) {
    Ids ids;
    for (std::string next = "/runs?" + query; !next.empty();) {
      const Response page = stage(read(next));
      EXPECT_EQ(page.status, 200) << page.body;
      const Ids its = ids_in(page);
      ids.insert(ids.end(), its.begin(), its.end());
      const std::string token = token_in(page);
      next = token.empty() ? "" : "/runs?continuationToken=" + token;
    }
    return ids;
  }

  std::mt19937 random{11};
  Steered stage;

private:
  std::string any_id() {
    const Ids ids = ids_in(stage(read("/runs?limit=40&orderby=" + order())));
    return ids.empty() ? "none" : ids[random() % ids.size()];
  }
  std::string flow() { return "f" + std::to_string(random() % 3); }
  std::int64_t time() {
    return random() % 2 == 0 ? kNow + static_cast<std::int64_t>(random() % 4000)
                             : static_cast<std::int64_t>(random() % 10'000);
  }
};

/// What the same query finds without an index: over all runs of the sandbox, as they are listed, in the order
/// of their making.
struct BruteForce {
  explicit BruteForce(Shaken &shaken) {
    const Json snapshot = body_of(shaken.stage.steer("GET", "/snapshot"));
    for (const Json &entry : snapshot.at("runs")) {
      ids.push_back(entry.at("id"));
    }
    for (const std::string &id : ids) {
      runs.push_back(body_of(shaken.stage(read(path_of_run(id)))).at("items").at(0));
      runs.back()["state"] = status_in(runs.back());
    }
  }

  [[nodiscard]] Ids operator()(const Query &query) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (std::all_of(query.filters.begin(), query.filters.end(),
                      [&](const Filter &filter) { return holds_in(filter, runs[i]); })) {
        found.push_back(i);
      }
    }
    if (query.order.front().descending) {
      std::reverse(found.begin(), found.end()); // ties: made last, listed first
    }
    // By the last field first, so that earlier ones decide.
    for (auto field = query.order.rbegin(); field != query.order.rend(); ++field) {
      std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
        const SortKey left = sort_key(runs[a], field->path);
        const SortKey right = sort_key(runs[b], field->path);
        return field->descending ? right < left : left < right;
      });
    }
    Ids listed;
    listed.reserve(found.size());
    for (const std::size_t i : found) {
      listed.push_back(ids[i]);
    }
    return listed;
  }

  Ids ids;
  std::vector<Json> runs;
};

Query query_of(const std::string &text) {
  const auto target = parse_target("/runs?" + text);
  return std::get<Query>(parse_query(*target, run_fields(), TokenSeal("key")));
}

TEST(RunIndex, AnswersAsIfEveryRunWereLookedAt) {
  Shaken shaken;
  for (int round = 0; round < 6; ++round) {
    if (round == 4) {
      ASSERT_EQ(shaken.stage.steer("POST", "/reset").status, 200);
    }
    for (int i = 0; i < 30; ++i) {
      shaken.shake();
    }
    const BruteForce expected(shaken);
    ASSERT_EQ(expected.runs.size(), expected.ids.size());
    for (int i = 0; i < 8; ++i) {
      const std::string filters = shaken.filters();
      const std::string order = shaken.order();
      const std::string query = "orderby=" + order + filters;
      const Ids all = expected(query_of(query));
      EXPECT_EQ(shaken.listed("limit=100&" + query), all) << query;
      EXPECT_EQ(body_of(shaken.stage(read("/runs?count=true" + filters)))["count"], all.size()) << query;
      const Ids first = ids_in(shaken.stage(read("/runs?limit=3&" + query)));
      EXPECT_EQ(first, Ids(all.begin(), all.begin() + std::min<std::ptrdiff_t>(3, std::ssize(all)))) << query;
    }
  }
}

} // namespace
} // namespace flow::mock::test
