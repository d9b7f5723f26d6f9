#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/query/filter.hpp"
#include "mock_server/resources/run_collection.hpp"

/// The query language of listings (sort-and-filter, openapi), without a service.
namespace flow::mock {
namespace {

using contract::Json;

std::variant<Filter, Projection, Error> parsed(std::string_view property) {
  return parse_property(property, run_fields());
}

/// The code of the refusal, or "none".
std::string filter_refusal(std::string_view property) {
  const auto read = parsed(property);
  const Error *error = std::get_if<Error>(&read);
  return error == nullptr ? "none" : error->entry->code;
}

bool holds(std::string_view property, const Json &document) {
  const auto read = parsed(property);
  const Filter *filter = std::get_if<Filter>(&read);
  if (filter == nullptr) {
    ADD_FAILURE() << property << " is no filter: " << filter_refusal(property);
    return false;
  }
  return holds_in(*filter, document);
}

struct Compared {
  const char *operation;
  bool below;
  bool same;
  bool above;
};

class EveryComparison : public testing::TestWithParam<Compared> {};

TEST_P(EveryComparison, OfANumber) {
  const Compared &it = GetParam();
  const std::string property = std::string("createdAt") + it.operation + "100";
  EXPECT_EQ(holds(property, {{"createdAt", 99}}), it.below);
  EXPECT_EQ(holds(property, {{"createdAt", 100}}), it.same);
  EXPECT_EQ(holds(property, {{"createdAt", 101}}), it.above);
}

TEST_P(EveryComparison, OfANumberThatHasMoreDigits) {
  const Compared &it = GetParam();
  EXPECT_EQ(holds(std::string("createdAt") + it.operation + "9", {{"createdAt", 10}}), it.above);
}

INSTANTIATE_TEST_SUITE_P(Filter, EveryComparison,
                         testing::Values(Compared{"==", false, true, false},
                                         Compared{"<", true, false, false}, Compared{">", false, false, true},
                                         Compared{"<=", true, true, false},
                                         Compared{">=", false, true, true}));

TEST(Filter, OfSeveralValuesAnyMayHold) {
  for (const char *id : {"a", "b", "c"}) {
    EXPECT_TRUE(holds("id==a,b,c", {{"id", id}})) << id;
  }
  EXPECT_FALSE(holds("id==a,b,c", {{"id", "d"}}));
  EXPECT_FALSE(holds("id==a,b", {{"id", "a,b"}}));
}

TEST(Filter, OfSeveralNumbersAnyMayHold) {
  const auto failed = [](int records) {
    return Json{{"metrics", {{"recordSummary", {{"failedRecordCount", records}}}}}};
  };
  EXPECT_TRUE(holds("metrics.recordSummary.failedRecordCount==1,2", failed(2)));
  EXPECT_FALSE(holds("metrics.recordSummary.failedRecordCount==1,2", failed(3)));
}

TEST(Filter, ATimeIsComparedWithOneValue) {
  for (const std::string field : {"createdAt", "updatedAt", "metrics.durationSummary.startedAtUTC",
                                  "metrics.durationSummary.completedAtUTC"}) {
    EXPECT_EQ(filter_refusal(field + "==1676643256,1676643210"), "1452-400") << field;
    EXPECT_EQ(filter_refusal(field + "==1676643256"), "none") << field;
    EXPECT_EQ(filter_refusal(field + "<=1676643256,1676643210"), "1443-400") << field;
  }
  const auto read = parsed("createdAt==1676643256,1676643210");
  EXPECT_NE(to_response(std::get<Error>(read), "").body.find(" 1676643256,1676643210 "), std::string::npos)
      << "the values are named as they came";
}

TEST(Filter, QuotesAroundAValueAreNoneOfIt) {
  EXPECT_TRUE(holds(R"(id=="a")", {{"id", "a"}}));
  EXPECT_FALSE(holds(R"(id=="a")", {{"id", R"("a")"}}));
  EXPECT_TRUE(holds(R"(id=="a","b",c)", {{"id", "b"}}));
  EXPECT_TRUE(holds(R"(id=="a",b,"c")", {{"id", "c"}}));
  EXPECT_TRUE(holds(R"(createdAt>="100")", {{"createdAt", 100}}));
  EXPECT_TRUE(holds(R"(metrics.statusSummary.status=="FAILED")",
                    {{"metrics", {{"statusSummary", {{"status", "failed"}}}}}}));
  EXPECT_EQ(filter_refusal(R"(id=="")"), "1453-400") << "nothing between the quotes";
}

TEST(Filter, AQuotedValueMayHoldCommasAndQuotes) {
  EXPECT_TRUE(holds(R"(id=="a,b")", {{"id", "a,b"}}));
  EXPECT_FALSE(holds(R"(id=="a,b")", {{"id", "a"}}));
  EXPECT_TRUE(holds(R"(id=="a"b","c")", {{"id", R"(a"b)"}}));
  EXPECT_TRUE(holds(R"(id==a"b")", {{"id", R"(a"b")"}})) << "a quote within a value is part of it";
  EXPECT_TRUE(holds(R"(id=="a,b)", {{"id", R"("a)"}})) << "as is one that does not end";
}

TEST(Filter, OneEqualsSignIsEnoughBeforeQuotes) {
  EXPECT_TRUE(holds(R"(params.x="abc")", {{"params", {{"x", "abc"}}}}));
  EXPECT_FALSE(holds(R"(params.x="abc")", {{"params", {{"x", "ab"}}}}));
  EXPECT_TRUE(holds(R"(id="a","b")", {{"id", "b"}}));
  for (const char *property : {"id=a", R"(id="a",b)", R"(id="a)", R"(id=a")", "id=", R"(id!="a")"}) {
    EXPECT_EQ(filter_refusal(property), "1450-400") << property;
  }
}

TEST(Filter, TextIsComparedWithItsCase) {
  EXPECT_TRUE(holds("flowId==aB", {{"flowId", "aB"}}));
  EXPECT_FALSE(holds("flowId==ab", {{"flowId", "aB"}}));
}

TEST(Filter, StatusIsComparedWithoutItsCase) {
  const Json document = {{"state", "inProgress"}, {"metrics", {{"statusSummary", {{"status", "failed"}}}}}};
  EXPECT_TRUE(holds("metrics.statusSummary.status==Failed", document));
  EXPECT_TRUE(holds("metrics.statusSummary.status==x,FAILED", document));
  EXPECT_TRUE(holds("state==INPROGRESS", document));
  EXPECT_FALSE(holds("metrics.statusSummary.status==fail", document));
}

TEST(Filter, ADeepPathReachesItsField) {
  const Json document = {{"params", {{"deltaColumn", {{"name", "DOB"}}}}}};
  EXPECT_TRUE(holds("params.deltaColumn.name==DOB", document));
  EXPECT_FALSE(holds("params.deltaColumn==DOB", document)) << "an object is no value";
  EXPECT_FALSE(holds("params.deltaColumn.name.first==DOB", document));
}

TEST(Filter, BracketsWalkAnArray) {
  // The documented one, of a segment's runs.
  const Json document = Json::parse(R"({"metrics":{"recordSummary":{"targetSummaries":[
      {"entitySummaries":[{"id":"segment:1"},{"id":"segment:2"}]},
      {"entitySummaries":[{"id":"segment:3"}]}]}}})");
  const std::string path = "metrics.recordSummary.targetSummaries[].entitySummaries[].id";
  for (const char *id : {"segment:1", "segment:2", "segment:3"}) {
    EXPECT_TRUE(holds(path + "==" + id, document)) << id;
  }
  EXPECT_FALSE(holds(path + "==segment:4", document));
}

TEST(Filter, BracketsWalkArraysOnlyAndArraysNeedThem) {
  const Json document = Json::parse(R"({"metrics":{"x":{"y":"1"}},"activities":[{"id":"copyActivity"}]})");
  EXPECT_TRUE(holds("activities[].id==copyActivity", document));
  EXPECT_FALSE(holds("activities.id==copyActivity", document));
  EXPECT_FALSE(holds("metrics.x[].y==1", document));
}

TEST(Filter, BracketsAtTheEndCompareTheItems) {
  const Json document = {{"childFlowRunIds", {"a", "b"}}};
  EXPECT_TRUE(holds("childFlowRunIds[]==b", document));
  EXPECT_FALSE(holds("childFlowRunIds[]==c", document));
}

TEST(Filter, AFieldThatIsNotThereHoldsNothing) {
  for (const char *operation : {"==", "<", ">", "<=", ">="}) {
    EXPECT_FALSE(holds(std::string("metrics.sizeSummary.inputBytes") + operation + "0", Json::object()));
    EXPECT_FALSE(holds(std::string("params.x") + operation + "0", {{"params", {{"x", nullptr}}}}));
  }
}

TEST(Filter, BooleansAndFractionsAreComparedAsTheyAreWritten) {
  EXPECT_TRUE(holds("params.backfill==true", {{"params", {{"backfill", true}}}}));
  EXPECT_TRUE(holds("params.x==1.5", {{"params", {{"x", 1.5}}}}));
}

TEST(Filter, ANumberTooLargeForTheMockIsNotTakenForANegativeOne) {
  const Json document = Json::parse(R"({"params":{"x":18446744073709551615}})");
  EXPECT_FALSE(holds("params.x==-1", document));
  EXPECT_FALSE(holds("params.x<0", document));
  EXPECT_TRUE(holds("params.x==18446744073709551615", document));
}

TEST(Filter, AValueMayHoldOperatorCharacters) {
  EXPECT_TRUE(holds("params.x==a==b", {{"params", {{"x", "a==b"}}}}));
  EXPECT_TRUE(holds("params.x==a>b", {{"params", {{"x", "a>b"}}}}));
}

TEST(Filter, EachErrorForItsSituation) {
  EXPECT_EQ(filter_refusal("id~a"), "1440-400") << "documented, but not implemented";
  EXPECT_EQ(filter_refusal("createdAt<1,2"), "1443-400") << "several values";
  EXPECT_EQ(filter_refusal("createdAt>=1,2"), "1443-400");
  for (const char *operation : {"<", ">", "<=", ">="}) {
    EXPECT_EQ(filter_refusal(std::string("id") + operation + "a"), "1448-400") << "text is not ordered";
    EXPECT_EQ(filter_refusal(std::string("state") + operation + "failed"), "1448-400");
  }
  EXPECT_EQ(filter_refusal("nosuch==1"), "1449-400");
  EXPECT_EQ(filter_refusal("nosuch.id==1"), "1449-400");
  for (const char *operation : {"=", "!=", "!", "<>", "=>", "=<", "===", "<<", "==~"}) {
    EXPECT_EQ(filter_refusal(std::string("id") + operation + "1"), "1450-400") << operation;
  }
  for (const char *value : {"abc", "1.5", "0x10", " 1", "1 ", "9223372036854775808", "+1", "--1"}) {
    EXPECT_EQ(filter_refusal(std::string("createdAt==") + value), "1452-400") << value;
  }
  for (const char *property : {"id==", "id==,", "id==a,", "id==,a", "id==a,,b", "createdAt>"}) {
    EXPECT_EQ(filter_refusal(property), "1453-400") << property;
  }
}

TEST(Filter, APathWithAGapIsNoField) {
  for (const char *property : {"==a", ".==a", "metrics.==1", ".metrics==1", "metrics..x==1", "[]==1",
                               "metrics.[]==1", "metrics.[].x==1", ".....==1"}) {
    EXPECT_EQ(filter_refusal(property), "1449-400") << property;
  }
}

TEST(Projection, NamesFieldsWithoutAnOperator) {
  EXPECT_EQ(std::get<Projection>(parsed("id")), Projection({"id"}));
  EXPECT_EQ(std::get<Projection>(parsed("id,metrics,etag")), Projection({"id", "metrics", "etag"}));
}

TEST(Projection, NamesKnownTopLevelFieldsOnly) {
  for (const char *property :
       {"nosuch", "id,nosuch", "id,", ",id", ",", "metrics.statusSummary", "id[]", " id"}) {
    EXPECT_EQ(filter_refusal(property), "1449-400") << property;
  }
}

TEST(Path, IsReadByStepsAndBrackets) {
  EXPECT_EQ(parse_path_of_field("a.b[].c"),
            Path({{.name = "a"}, {.name = "b", .each = true}, {.name = "c"}}));
  EXPECT_EQ(parse_path_of_field("a[][]"), Path({{.name = "a[]", .each = true}}));
}

} // namespace
} // namespace flow::mock
