#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_collection.hpp"

/// A listing's query and the page it selects, over a collection of the test's own.
namespace flow::mock {
namespace {

using contract::Json;

const TokenSeal &test_seal() {
  static const TokenSeal seal("key");
  return seal;
}

std::variant<Query, Error> parsed(const std::string &query) {
  return parse_query(*parse_target("/runs?" + query), run_fields(), test_seal());
}

std::string query_refusal(const std::string &query) {
  const auto read = parsed(query);
  const Error *error = std::get_if<Error>(&read);
  return error == nullptr ? "none" : error->entry->code;
}

Query query_of(const std::string &text) {
  auto read = parsed(text);
  EXPECT_EQ(query_refusal(text), "none") << text;
  return std::holds_alternative<Query>(read) ? std::get<Query>(read) : Query();
}

/// Documents as a collection.
struct Documents final : Collection {
  std::vector<Json> all;

  [[nodiscard]] std::uint64_t size() const override { return all.size(); }
  bool holds(std::uint64_t number, const Filter &filter) override { return holds_in(filter, all.at(number)); }
  SortKey key(std::uint64_t number, const Path &path) override { return sort_key(all.at(number), path); }
  std::string text(std::uint64_t number) override { return all.at(number).dump(); }
};

Documents with_created_at(const std::vector<Json> &times) {
  Documents documents;
  for (const Json &time : times) {
    documents.all.push_back({{"createdAt", time}});
  }
  return documents;
}

std::vector<std::uint64_t> numbers(const std::string &query, Documents documents) {
  return select(query_of(query), documents).items;
}

using Numbers = std::vector<std::uint64_t>;

TEST(Query, WithoutParametersIsAllNewestFirst) {
  const Query query = query_of("");
  EXPECT_TRUE(query.filters.empty());
  EXPECT_TRUE(query.projection.empty());
  EXPECT_EQ(numbers("", with_created_at({20, 30, 10})), Numbers({1, 0, 2}));
  EXPECT_EQ(query.limit, kDefaultLimit);
  EXPECT_FALSE(query.count);
  EXPECT_FALSE(query.after);
}

TEST(Query, EmptyParametersCountAsAbsent) {
  const Query query = query_of("property=&orderby=&limit=&count=&continuationToken=&property&count");
  EXPECT_TRUE(query.filters.empty());
  EXPECT_TRUE(query.projection.empty());
  EXPECT_EQ(query.order.size(), query_of("").order.size());
  EXPECT_EQ(query.limit, kDefaultLimit);
  EXPECT_FALSE(query.count);
}

TEST(Query, ParametersWithTheirDefaultsAreFine) {
  EXPECT_EQ(query_of("limit=20&count=false").limit, 20);
}

TEST(Query, PropertyMayBeRepeated) {
  const Query query = query_of("property=id==a&property=createdAt>1&property=id&property=etag,flowId");
  EXPECT_EQ(query.filters.size(), 2);
  EXPECT_EQ(query.projection, Projection({"id", "etag", "flowId"}));
}

TEST(Query, AllFiltersMustHold) {
  EXPECT_EQ(numbers("property=createdAt>1&property=createdAt<4", with_created_at({1, 2, 3, 4})),
            Numbers({2, 1}));
}

TEST(Query, OrderGoesByItsSign) {
  const Documents documents = with_created_at({20, 30, 10});
  EXPECT_EQ(numbers("orderby=createdAt", documents), Numbers({2, 0, 1}));
  EXPECT_EQ(numbers("orderby=%2BcreatedAt", documents), Numbers({2, 0, 1}));
  EXPECT_EQ(numbers("orderby=+createdAt", documents), Numbers({2, 0, 1})) << "a '+' decodes to a space";
  EXPECT_EQ(numbers("orderby=%20createdAt", documents), Numbers({2, 0, 1}));
  EXPECT_EQ(numbers("orderby=-createdAt", documents), Numbers({1, 0, 2}));
}

TEST(Query, TiesAreInTheOrderOfMakingAndAgainstItDownwards) {
  const Documents documents = with_created_at({7, 7, 5, 7});
  EXPECT_EQ(numbers("orderby=createdAt", documents), Numbers({2, 0, 1, 3}));
  EXPECT_EQ(numbers("orderby=-createdAt", documents), Numbers({3, 1, 0, 2}));
  EXPECT_EQ(numbers("", documents), Numbers({3, 1, 0, 2})) << "newest first: that made last is the newest";
}

Documents of_pairs(const std::vector<std::pair<int, const char *>> &pairs) {
  Documents documents;
  for (const auto &[created, flow] : pairs) {
    documents.all.push_back({{"createdAt", created}, {"flowId", flow}});
  }
  return documents;
}

TEST(Query, TheNextFieldDecidesWhereOneTies) {
  const Documents documents = of_pairs({{1, "b"}, {2, "a"}, {1, "a"}, {2, "b"}, {1, "b"}});
  EXPECT_EQ(numbers("orderby=createdAt,flowId", documents), Numbers({2, 0, 4, 1, 3}));
  EXPECT_EQ(numbers("orderby=createdAt,-flowId", documents), Numbers({0, 4, 2, 3, 1}));
  EXPECT_EQ(numbers("orderby=-createdAt,%2BflowId", documents), Numbers({1, 3, 2, 4, 0}));
  EXPECT_EQ(numbers("orderby=-createdAt,+flowId", documents), Numbers({1, 3, 2, 4, 0})) << "a bare '+'";
  EXPECT_EQ(numbers("orderby=flowId,createdAt", documents), Numbers({2, 1, 0, 4, 3}));
  EXPECT_EQ(numbers("orderby=createdAt,-createdAt", documents), numbers("orderby=createdAt", documents));
}

TEST(Query, NamesAtMostEightFieldsToSortBy) {
  std::string fields = "id";
  for (std::size_t i = 1; i < kMostSortFields; ++i) {
    fields += ",-id";
  }
  EXPECT_EQ(query_of("orderby=" + fields).order.size(), kMostSortFields);
  const auto refused = parsed("orderby=" + fields + ",id");
  ASSERT_TRUE(std::holds_alternative<Error>(refused));
  EXPECT_EQ(std::get<Error>(refused).entry->name, "orderby-too-many");
  EXPECT_NE(to_response(std::get<Error>(refused), "").body.find("names 9 fields"), std::string::npos);
}

TEST(Query, NumbersComeBeforeTextsAndNothingBeforeBoth) {
  const Documents documents = with_created_at({"b", 10, nullptr, "a", 9});
  EXPECT_EQ(numbers("orderby=createdAt", documents), Numbers({2, 4, 1, 3, 0}));
}

TEST(Query, OrderByADeepField) {
  Documents documents;
  for (const int started : {3, 1, 2}) {
    documents.all.push_back({{"metrics", {{"durationSummary", {{"startedAtUTC", started}}}}}});
  }
  EXPECT_EQ(numbers("orderby=metrics.durationSummary.startedAtUTC", documents), Numbers({1, 2, 0}));
}

TEST(Query, EachErrorOfOrderby) {
  for (const char *order : {"*name", "--createdAt", "%2B-createdAt", "!createdAt", "*", ">createdAt", "%FF",
                            "%20%20createdAt", "createdAt,*id", "createdAt,%20-id"}) {
    EXPECT_EQ(query_refusal(std::string("orderby=") + order), "1432-400") << order;
  }
  for (const char *order : {"%23id", "-%23id", "nosuch", "-nosuch", "createdAt,nosuch", "createdAt:desc",
                            "metrics.", "metrics..x", "activities[].id", "createdAt%20desc", "createdat",
                            "%2B", "-", "%20", ",", "createdAt,", ",createdAt", "createdAt,,id"}) {
    EXPECT_EQ(query_refusal(std::string("orderby=") + order), "1433-400") << order;
  }
}

TEST(Query, LimitIsANumberOfAtLeastOne) {
  EXPECT_EQ(query_of("limit=1").limit, 1);
  for (const char *limit : {"0", "00", "-0", "-1", "-99999999999999999999"}) {
    EXPECT_EQ(query_refusal(std::string("limit=") + limit), "1394-400") << limit;
  }
  for (const char *limit : {"abc", "1.0", "1e2", "%201", "0x1", "true", "-", "--1", "%2B1"}) {
    EXPECT_EQ(query_refusal(std::string("limit=") + limit), "1452-400") << limit;
  }
}

TEST(Query, ALimitAboveTheMaximumIsTakenForIt) {
  EXPECT_EQ(query_of("limit=99").limit, 99);
  for (const char *limit : {"100", "101", "1000", "99999999999999999999"}) {
    EXPECT_EQ(query_of(std::string("limit=") + limit).limit, 100) << limit;
  }
}

TEST(Query, CountIsTrueOrFalseInAnyCase) {
  EXPECT_TRUE(query_of("count=true").count);
  EXPECT_TRUE(query_of("count=True").count);
  EXPECT_FALSE(query_of("count=FALSE").count);
  for (const char *count : {"1", "yes", "tru", "true%20"}) {
    EXPECT_EQ(query_refusal(std::string("count=") + count), "1452-400") << count;
  }
}

TEST(Query, LimitAndCountTogetherAreRefusedOnlyWhereCountIsTrue) {
  EXPECT_EQ(query_refusal("limit=2&count=true"), "1401-400");
  EXPECT_EQ(query_refusal("count=true&limit=2"), "1401-400");
  EXPECT_EQ(query_refusal("limit=2&count=false"), "none");
  EXPECT_EQ(query_refusal("limit=&count=true"), "none");
}

TEST(Query, CountsAllThatPass) {
  Documents documents = with_created_at(std::vector<Json>(50, 1));
  documents.all.push_back({{"createdAt", 2}});
  EXPECT_EQ(select(query_of("count=true&property=createdAt==1"), documents).count, 50);
}

TEST(Query, UnknownParametersAreRefusedAlsoWhereEmpty) {
  for (const char *query : {"x=1", "x=", "x", "=1", "Property=id", "start=0", "limit[]=1", "%FF=1"}) {
    EXPECT_EQ(query_refusal(query), "1451-400") << query;
  }
}

/// Follows tokens alone until the last page.
Numbers paged(const std::string &first, Documents &documents) {
  Numbers all;
  Query query = query_of(first);
  for (int pages = 0; pages < 1000; ++pages) {
    const Page page = select(query, documents);
    all.insert(all.end(), page.items.begin(), page.items.end());
    if (!page.next) {
      return all;
    }
    query = query_of("continuationToken=" + continuation_token(query, *page.next, test_seal()));
  }
  ADD_FAILURE() << "no end";
  return all;
}

TEST(Token, CarriesTheWholeQuery) {
  const Query first = query_of("property=createdAt>1&property=id,etag&orderby=-createdAt&limit=2&count=false"
                               "&property=flowId==a,b&property=createdBy==%C3%A9%26%3D%2B%22");
  const std::string token = continuation_token(first, {.keys = {std::int64_t{5}}, .number = 7}, test_seal());
  const Query next = query_of("continuationToken=" + token);
  EXPECT_EQ(next.parameters, first.parameters);
  EXPECT_EQ(next.limit, 2);
  EXPECT_EQ(next.projection, Projection({"id", "etag"}));
  EXPECT_TRUE(next.order.size() == 1 && next.order[0].descending);
  EXPECT_EQ(next.filters.size(), 3);
  ASSERT_TRUE(next.after);
  EXPECT_EQ(next.after->keys, std::vector<SortKey>({std::int64_t{5}}));
  EXPECT_EQ(next.after->number, 7);
}

TEST(Token, OfTheNextTokenCarriesItToo) {
  const Query first = query_of("limit=1");
  const Query second = query_of("continuationToken=" +
                                continuation_token(first, {.keys = {SortKey()}, .number = 1}, test_seal()));
  const Query third =
      query_of("continuationToken=" + continuation_token(second, {.keys = {"x"}, .number = 2}, test_seal()));
  EXPECT_EQ(third.limit, 1);
  EXPECT_EQ(third.after->number, 2);
  EXPECT_EQ(third.after->keys, std::vector<SortKey>({"x"}));
}

TEST(Token, ThatSomebodyElseSealedIsRefused) {
  for (const char *text :
       {"", "{", "[]", R"({"parameters":[]})", R"({"parameters":{},"keys":[1],"number":1})",
        R"({"parameters":[["a"]],"keys":[1],"number":1})", R"({"parameters":[],"keys":[1],"number":-1})",
        R"({"parameters":[],"keys":[1],"number":1e300})", R"({"parameters":[],"keys":[],"number":1})",
        R"({"parameters":[],"keys":[1,2],"number":1})",
        R"({"parameters":[["orderby","id,createdAt"]],"keys":["a"],"number":1})"}) {
    EXPECT_EQ(query_refusal("continuationToken=" + test_seal().seal(text)), "1452-400") << text;
  }
}

TEST(Token, ContinuesExactlyBehindThePage) {
  for (const char *limit : {"1", "2", "3", "7", "8", "100"}) {
    Documents documents = with_created_at({5, 3, 5, nullptr, "x", 5, 1});
    const std::string rest = "&limit=" + std::string(limit);
    EXPECT_EQ(paged("property=" + rest, documents), Numbers({4, 5, 2, 0, 1, 6, 3})) << limit;
    EXPECT_EQ(paged("orderby=createdAt" + rest, documents), Numbers({3, 6, 1, 0, 2, 5, 4})) << limit;
    EXPECT_EQ(paged("orderby=-createdAt" + rest, documents), Numbers({4, 5, 2, 0, 1, 6, 3})) << limit;
    EXPECT_EQ(paged("orderby=createdAt&property=createdAt>=1" + rest, documents), Numbers({6, 1, 0, 2, 5, 4}))
        << limit;
    Documents pairs = of_pairs({{1, "b"}, {2, "a"}, {1, "a"}, {2, "b"}, {1, "b"}});
    EXPECT_EQ(paged("orderby=-createdAt,flowId" + rest, pairs), Numbers({1, 3, 2, 4, 0})) << limit;
  }
}

TEST(Token, APageThatEndsWithTheLastItemHasNoNext) {
  Documents documents = with_created_at({1, 2, 3, 4});
  for (const char *order : {"", "&orderby=createdAt"}) {
    const Page page = select(query_of(std::string("limit=4") + order), documents);
    EXPECT_EQ(page.items.size(), 4);
    EXPECT_FALSE(page.next);
  }
}

TEST(Token, ThatOnlyFilteredItemsFollowIsNone) {
  Documents documents = with_created_at({1, 1, 2, 2});
  for (const char *order : {"", "&orderby=createdAt"}) {
    EXPECT_FALSE(select(query_of(std::string("limit=2&property=createdAt==1") + order), documents).next);
  }
}

TEST(Token, ThatIsNotOurOwnIsRefused) {
  Documents documents = with_created_at({1, 2});
  const Query query = query_of("limit=1");
  const Position next = *select(query, documents).next;
  EXPECT_EQ(query_refusal("continuationToken=x"), "1452-400");
  EXPECT_EQ(query_refusal("continuationToken=" + continuation_token(query, next, TokenSeal("another"))),
            "1452-400");
  std::string token = continuation_token(query, next, test_seal());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(query_refusal("continuationToken=" + changed), "1452-400") << i;
  }
}

TEST(Token, MayComeWithTheQueryRepeatedAndWrongParametersStayWrong) {
  Documents documents = with_created_at({1, 2});
  const Query query = query_of("limit=1&orderby=createdAt");
  const std::string token = continuation_token(query, *select(query, documents).next, test_seal());
  EXPECT_EQ(numbers("limit=1&orderby=createdAt&continuationToken=" + token, documents), Numbers({1}));
  EXPECT_EQ(numbers("continuationToken=" + token + "&limit=1&orderby=createdAt", documents), Numbers({1}));
  EXPECT_EQ(query_refusal("limit=0&continuationToken=" + token), "1394-400");
  EXPECT_EQ(query_refusal("x=1&continuationToken=" + token), "1451-400");
}

TEST(Projected, KeepsTheNamedFieldsThatAreThere) {
  const Json document = {{"id", "a"}, {"etag", "e"}, {"metrics", {{"x", 1}}}};
  EXPECT_EQ(projected(document, {}), document);
  EXPECT_EQ(projected(document, {"metrics", "providerRefId", "id", "id"}),
            Json({{"metrics", {{"x", 1}}}, {"id", "a"}}));
}

TEST(SortKey, OfANumberTooLargeForTheMockIsNotNegative) {
  EXPECT_NE(sort_key(Json::parse(R"({"params":18446744073709551615})"), parse_path_of_field("params")),
            SortKey(std::int64_t{-1}));
}

} // namespace
} // namespace flow::mock
