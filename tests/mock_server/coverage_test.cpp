#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mock_server/journal/coverage.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/journal.hpp"

/// How often each clause was exercised, and what the exchanges rest on.
namespace flow::mock::test {
namespace {

contract::ClauseNumber number_of(std::string_view id) {
  return contract::clause_number(id).value();
}

/// Exchanges by what they rest on, in the order of Footing.
std::vector<std::uint64_t> footings_of(const Coverage &coverage) {
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < kFootings; ++i) {
    counts.push_back(coverage.times(static_cast<Footing>(i)));
  }
  return counts;
}

bool is_exercised(const Json &coverage, std::string_view id) {
  for (const Json &clause : coverage.at("clauses")) {
    if (clause.at("id") == id) {
      return clause.at("exercised");
    }
  }
  ADD_FAILURE() << "no clause " << id;
  return false;
}

TEST(Coverage, GrowsWithTheTraffic) {
  Stage stage;
  const Json before = told(stage, "/coverage");
  EXPECT_EQ(before.at("exercised"), 0);
  EXPECT_GT(before.at("total"), 100);
  EXPECT_EQ(before.at("total"), before.at("clauses").size());
  EXPECT_FALSE(is_exercised(before, "retry/op/missing"));
  stage(retry(kFailed, ""));
  const Json after = told(stage, "/coverage");
  EXPECT_TRUE(is_exercised(after, "retry/op/missing"));
  EXPECT_FALSE(is_exercised(after, "retry/op/empty"));
  stage(admin_ask("POST", "/reset"));
  EXPECT_EQ(told(stage, "/coverage"), after);
  EXPECT_EQ(stage(admin_ask("DELETE", "/coverage")).status, 200);
  EXPECT_EQ(told(stage, "/coverage"), before);
}

TEST(Coverage, CountsTheExchangesThatAreACaseOfAClause) {
  Stage stage;
  const Coverage &coverage = stage.service.state().coverage;
  for (int i = 0; i < 3; ++i) {
    stage(retry(kFailed, ""));
  }
  EXPECT_EQ(coverage.times(number_of("retry/op/missing")), 3U);
  EXPECT_EQ(coverage.times(number_of("retry/op/empty")), 0U);
  stage(admin_ask("DELETE", "/coverage"));
  EXPECT_EQ(coverage.times(number_of("retry/op/missing")), 0U);
}

TEST(Coverage, CountsEachExchangeByTheWeakestStandingOfItsClauses) {
  using Counts = std::vector<std::uint64_t>;
  const std::vector<std::pair<Ask, Counts>> cases = {
      {create(), {1, 0, 0, 0}},
      {retry(kFailed, ""), {0, 1, 0, 0}},
      {retry(kFailed, "?op=re-trigger&op=re-trigger"), {0, 0, 1, 0}},
      {admin_ask("GET", "/health"), {0, 0, 0, 0}}, // not judged
  };
  for (const auto &[asked, expected] : cases) {
    Stage stage;
    stage(asked);
    const Coverage &coverage = stage.service.state().coverage;
    EXPECT_EQ(footings_of(coverage), expected) << asked.target;
    stage(admin_ask("DELETE", "/coverage"));
    EXPECT_EQ(footings_of(coverage), Counts(kFootings, 0));
  }
}

TEST(Coverage, FootingIsThatOfTheWeakestClauseInAnyOrder) {
  const contract::ClauseNumber documented = number_of("retry/op/missing");
  const contract::ClauseNumber assumed = number_of("retry/op/twice");
  EXPECT_EQ(with_clause(Footing::none, documented), Footing::documented);
  EXPECT_EQ(with_clause(Footing::none, assumed), Footing::assumed);
  EXPECT_EQ(with_clause(Footing::documented, assumed), Footing::assumed);
  EXPECT_EQ(with_clause(Footing::assumed, documented), Footing::assumed);
  EXPECT_EQ(with_clause(Footing::inferred, documented), Footing::inferred);
}

TEST(Coverage, CountsOfMoreThreadsThanRowsAddUp) {
  constexpr int kThreads = 12;
  constexpr int kTimes = 1000;
  Coverage coverage;
  const contract::ClauseNumber clause = number_of("retry/op/missing");
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kTimes; ++j) {
        coverage.count(clause);
        coverage.count(Footing::inferred);
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(coverage.times(clause), kThreads * kTimes);
  EXPECT_EQ(coverage.times(Footing::inferred), kThreads * kTimes);
  EXPECT_EQ(coverage.times(Footing::assumed), 0U);
}

} // namespace
} // namespace flow::mock::test
