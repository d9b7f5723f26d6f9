#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/resource.hpp"

/// Whatever a request holds: a documented answer, as JSON, soon.
namespace flow::mock::test {
namespace {

/// An answer that is neither a crash nor a fault of the mock.
void expect_answered(Stage &stage, const Ask &asked) {
  const auto begin = std::chrono::steady_clock::now();
  const Response response = stage(asked);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const std::string start = asked.method + " " + asked.target.substr(0, 200);
  EXPECT_GE(response.status, 200) << start;
  EXPECT_LT(response.status, 500) << start << "\n" << response.body.substr(0, 500);
  EXPECT_TRUE(Json::accept(response.body)) << start << "\n" << response.body.substr(0, 500);
  EXPECT_LT(took.count(), 10) << start; // what is quadratic takes minutes
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

/// Many runs, so that what is done for each of them is seen.
void add_runs(Stage &stage, int runs) {
  for (int i = 0; i < runs; ++i) {
    ASSERT_EQ(stage(create()).status, 201);
  }
}

TEST(Bounds, AThousandProperties) {
  Stage stage;
  add_runs(stage, 500);
  for (const std::string property :
       {"property=id&", "property=etag==x&", "property=sandboxName=={SANDBOX_NAME}&", "property=createdAt>0&",
        "property=metrics.statusSummary.status==success&", "property=&", "property=nosuch==1&"}) {
    std::string query = repeated(property, 1000);
    expect_answered(stage, read("/runs?" + query));
    expect_answered(stage, read("/runs?orderby=-etag&" + query));
    expect_answered(stage, read("/flows?" + query));
  }
}

TEST(Bounds, AProjectionThatNamesOneFieldManyTimes) {
  Stage stage;
  add_runs(stage, 500);
  expect_answered(stage, read("/runs?limit=100&property=metrics" + repeated(",metrics", 1000)));
}

TEST(Bounds, ManyValuesInOneProperty) {
  Stage stage;
  add_runs(stage, 500);
  expect_answered(stage, read("/runs?property=sandboxId==x" + repeated(",x", 4000)));
  expect_answered(stage, read("/runs?property=metrics.fileSummary.inputFileCount==1" + repeated(",1", 4000)));
  for (const std::string quotes : {",%22", ",%22a", ",%22a%22", ",%22%22%22"}) {
    expect_answered(stage, read("/runs?property=sandboxId==x" + repeated(quotes, 4000)));
  }
}

TEST(Bounds, DeepPaths) {
  Stage stage;
  for (const std::string step : {".a", ".a[]", "[]", ".", ".[]", "[].a"}) {
    const std::string path = "metrics" + repeated(step, 3000);
    expect_answered(stage, with_property(path + "==1"));
    expect_answered(stage, with_property(path));
    expect_answered(stage, read("/runs?orderby=" + percent_encoded(path)));
    expect_answered(stage,
                    read("/flows?property=lastRunDetails" + percent_encoded(repeated(step, 3000)) + "==1"));
  }
}

TEST(Bounds, ValuesOfTenThousandCharacters) {
  Stage stage;
  const std::string value(10000, 'x');
  const std::string digits(10000, '9');
  for (const std::string name : {"property", "orderby", "limit", "count", "continuationToken", "nosuch"}) {
    expect_answered(stage, read("/runs?" + name + "=" + value));
    expect_answered(stage, read("/flows?" + name + "=" + value));
  }
  for (const std::string &query : {"property=id==" + value, "property=createdAt==" + digits,
                                   "limit=" + digits, "property=" + value + "==1", value + "=1",
                                   "orderby=-" + value, "property=id" + std::string(10000, '=')}) {
    expect_answered(stage, read("/runs?" + query));
  }
  EXPECT_EQ(error_in(stage(read("/runs?continuationToken=" + value))), "1452-400");
  EXPECT_EQ(ids_in(stage(read("/runs?limit=" + digits))).size(), built_in_seed().run_count())
      << "as the largest limit";
  EXPECT_EQ(error_in(stage(read("/runs/" + value))), "1439-404");
}

TEST(Bounds, ALongQueryPagesOn) {
  Stage stage;
  const Response first = stage(read("/runs?limit=1&property=id==" + std::string(kFailed) + "," +
                                    std::string(kSuccess) + "," + std::string(5000, 'x')));
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(ids_in(stage(read("/runs?continuationToken=" + token_in(first)))),
            std::vector<std::string>({std::string(kSuccess)}));
}

TEST(Bounds, InvalidUtf8AnywhereInAQuery) {
  Stage stage;
  for (const std::string bytes :
       {"%FF", "%C3", "%ED%A0%80", "%F8%88%80%80%80", "%00", "\xff", "\xc3(", "%80a"}) {
    for (const std::string place :
         {"property=", "property=id==", "property=createdAt==", "property=metrics.x",
          "property=metrics.x==", "property=metrics.x[]==", "orderby=", "orderby=metrics.",
          "limit=", "count=", "continuationToken=", "", "x=", "limit=1&property=state==failed,"}) {
      expect_answered(stage, read("/runs?" + place + bytes));
      expect_answered(stage, read("/runs?" + place + bytes + "==1"));
      expect_answered(stage, read("/flows?" + place + bytes));
    }
    expect_answered(stage, read("/runs/" + bytes));
    expect_answered(stage, read("/flows/" + bytes));
  }
}

TEST(Bounds, ATokenWhoseQueryIsNotUtf8IsFollowedToo) {
  Stage stage;
  const Response first = stage(read("/runs?limit=1&property=state==failed,%FF"));
  ASSERT_EQ(ids_in(first), std::vector<std::string>({std::string(kFailedOfDestination)}));
  EXPECT_EQ(ids_in(stage(read("/runs?continuationToken=" + token_in(first)))),
            std::vector<std::string>({std::string(kStreaming)}));
}

TEST(Bounds, DeepBodies) {
  Stage stage;
  const std::string etag = run_of(stage.service, kFailed)["etag"];
  for (const int depth : {60, 65, 1000, 100000}) {
    const std::string array =
        R"({"flowId":"x","params":{"x":)" + repeated("[", depth) + repeated("]", depth) + "}}";
    const std::string object =
        R"({"flowId":"x","params":{"x":)" + repeated(R"({"x":)", depth) + "1" + repeated("}", depth) + "}}";
    for (const std::string &body : {array, object, array.substr(0, array.size() / 2)}) {
      expect_answered(stage, create(body));
      expect_answered(stage, update(kFailed, body, etag));
      Ask retried = retry(kFailed);
      retried.body = body;
      expect_answered(stage, retried);
    }
    if (depth > 64) {
      EXPECT_EQ(error_in(stage(create(array))), "1000-400") << depth;
      EXPECT_EQ(error_in(stage(create(object))), "1000-400") << depth;
    }
  }
}

TEST(Bounds, WideBodies) {
  Stage stage;
  std::string members;
  for (int i = 0; members.size() < 1000000; ++i) {
    members += "\"" + std::to_string(i) + "\":1,";
  }
  const std::string body = R"({"flowId":"x","params":{)" + members + R"("x":1}})";
  expect_answered(stage, create(body));
  expect_answered(stage, update(kFailed, body, "*"));
  EXPECT_EQ(error_in(stage(create(body))), "1000-400");
}

TEST(Bounds, MoreValuesThanATreeIsMadeOfAreRefused) {
  Stage stage;
  std::string objects;
  for (int i = 0; i < 200'000; ++i) {
    objects += "{},";
  }
  EXPECT_EQ(error_in(stage(create(R"({"flowId":[)" + objects + "{}]}"))), "1000-400");
}

TEST(Bounds, LongArraysInBodies) {
  Stage stage;
  Json body = run_on_demand();
  body["params"]["x"] = Json(std::vector<int>(131'000, 1));
  ASSERT_EQ(stage(create(body)).status, 201);
  expect_answered(stage, with_property("params.x[]==2"));
}

} // namespace
} // namespace flow::mock::test
