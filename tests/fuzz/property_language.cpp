#include <set>
#include <vector>

#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_collection.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

namespace {

using contract::Json;

/// Runs as they come and documents of any other shape.
struct Documents final : mock::Collection {
  std::vector<Json> all = {
      {{"id", "a"},
       {"createdAt", 1},
       {"flowId", "f"},
       {"metrics", {{"statusSummary", {{"status", "Failed"}}}}}},
      {{"id", "b"},
       {"createdAt", 2},
       {"flowId", "f"},
       {"metrics", {{"statusSummary", {{"status", "success"}}}}}},
      {{"id", 3}, {"createdAt", "2"}, {"metrics", {{"recordSummary", {{"inputRecordCount", 7.5}}}}}},
      {{"id", nullptr}, {"createdAt", -1}, {"activities", {{{"id", "x"}}, {{"id", "y"}}, 5}}},
      {{"metrics", Json::array({1, Json::object(), Json::array({2})})}},
      {{"createdAt", 9223372036854775807}, {"updatedAt", 18446744073709551615U}},
      Json::array({1, "a"}),
  };

  [[nodiscard]] std::uint64_t size() const override { return all.size(); }
  bool holds(std::uint64_t number, const mock::Filter &filter) override {
    return mock::holds_in(filter, all.at(number));
  }
  mock::SortKey key(std::uint64_t number, const mock::Path &path) override {
    return mock::sort_key(all.at(number), path);
  }
  std::string text(std::uint64_t number) override { return all.at(number).dump(); }
};

/// The query of the page behind a token; the token is one of ours, so there has to be one.
mock::Query continued(const std::string &token, const mock::TokenSeal &seal) {
  const mock::Target next{.segments = {"runs"}, .query = {{"continuationToken", token}}};
  auto read = mock::parse_query(next, mock::run_fields(), seal);
  require(std::holds_alternative<mock::Query>(read), "our own token is read");
  return std::get<mock::Query>(std::move(read));
}

/// Page by page, every item that the filters let through comes once.
void walk(mock::Query query, const mock::TokenSeal &seal) {
  Documents documents;
  mock::Query whole = query;
  whole.limit = mock::kMaximumLimit;
  whole.count = false;
  const std::size_t expected = mock::select(whole, documents).items.size();
  if (query.count) {
    require(mock::select(query, documents).count == expected, "a count is that of the items");
    return;
  }
  std::set<std::uint64_t> seen;
  for (;;) {
    const mock::Page page = mock::select(query, documents);
    require(page.items.size() <= query.limit, "a page is no longer than its limit");
    for (const std::uint64_t number : page.items) {
      require(seen.insert(number).second, "no item comes twice");
      (void)mock::projected(documents.all.at(number), query.projection).dump();
    }
    if (!page.next) {
      break;
    }
    query = continued(mock::continuation_token(query, *page.next, seal), seal);
  }
  require(seen.size() == expected, "no item is left out");
}

} // namespace

/// The bytes are a query as it stands in a URL, and one property.
void property_language(std::string_view bytes) {
  static const mock::TokenSeal seal("key");
  (void)mock::parse_property(bytes, mock::run_fields());
  const auto target = mock::parse_target("/runs?" + std::string(bytes));
  if (!target) {
    return;
  }
  auto query = mock::parse_query(*target, mock::run_fields(), seal);
  if (auto *read = std::get_if<mock::Query>(&query)) {
    walk(std::move(*read), seal);
  }
}

} // namespace flow::fuzz
