#include <atomic>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/resource.hpp"

/// POST /runs: runs on demand (on-demand-ingestion, openapi).
namespace flow::mock::test {
namespace {

/// The documented body with one member of params set.
Json with_param(std::string_view name, const Json &value) {
  Json body = run_on_demand();
  body["params"][std::string(name)] = value;
  return body;
}
Json without_param(std::string_view name) {
  Json body = run_on_demand();
  body["params"].erase(std::string(name));
  return body;
}

TEST(CreateRun, AnswersWithIdAndEtagOfARunOfThatFlow) {
  Stage stage;
  const Response created = stage(create());
  EXPECT_EQ(created.status, 201);
  const Json body = body_of(created);
  EXPECT_EQ(body.size(), 1);
  ASSERT_EQ(body["items"].size(), 1);
  const Json item = body["items"][0];
  EXPECT_EQ(item.size(), 2);
  EXPECT_TRUE(std::regex_match(item["id"].get<std::string>(), std::regex(std::string(kUuidForm))));
  EXPECT_TRUE(std::regex_match(item["etag"].get<std::string>(), std::regex(std::string(kEtagForm))));
  const Json run = run_of(stage.service, item["id"].get<std::string>());
  EXPECT_EQ(run["flowId"], kOnDemandFlow);
  EXPECT_EQ(run["etag"], item["etag"]);
  EXPECT_EQ(run["createdAt"], kNow);
  EXPECT_EQ(run["createdBy"], "{API_KEY}");
  EXPECT_EQ(run["params"], run_on_demand()["params"]);
  EXPECT_EQ(status_in(run), "success");
}

TEST(CreateRun, ItsWindowIsInMillisecondsWhateverTheUnitGiven) {
  Stage stage;
  for (const Json &params :
       {Json({{"startTime", "1663735590"},
              {"windowStartTime", "1651584991"},
              {"windowEndTime", "1651585017"}}),
        Json({{"startTime", 1663735590}, {"windowStartTime", 1651584991}, {"windowEndTime", 1651585017}}),
        Json({{"startTime", 1663735590000},
              {"windowStartTime", 1651584991000},
              {"windowEndTime", 1651585017000}}),
        Json({{"startTime", "1663735590000"},
              {"windowStartTime", 1651584991},
              {"windowEndTime", "1651585017000"}})}) {
    const Response created = stage(create(Json{{"flowId", kOnDemandFlow}, {"params", params}}));
    ASSERT_EQ(created.status, 201) << created.body;
    const Json window =
        run_of(stage.service, created_id(created))["activities"][0]["durationSummary"]["extensions"];
    EXPECT_EQ(window["windowStart"], 1651584991000);
    EXPECT_EQ(window["windowEnd"], 1651585017000);
  }
}

TEST(CreateRun, EndsAfterTheDefaultDurationAndIsAFailureWhereThatIsTheDefault) {
  Stage stage([](Settings &settings) {
    settings.seed.defaults = {.outcome = RunState::failed, .duration_ms = 1000};
  });
  const std::string id = created_id(stage(create()));
  EXPECT_EQ(status_in(run_of(stage.service, id)), "inProgress");
  stage.clock->advance(1000);
  EXPECT_EQ(status_in(run_of(stage.service, id)), "failed");
  EXPECT_EQ(stage(retry(id)).status, 200);
}

TEST(CreateRun, NeedsABodyThatIsAJsonObject) {
  Stage stage;
  for (const char *body : {"", " ", "\r\n\t", "null", " null "}) {
    EXPECT_EQ(error_in(stage(create(std::string(body)))), "1405-400") << body;
  }
  for (const char *body :
       {"{", "[]", "[{}]", "1", "true", "\"\"", "{}x", "{'a':1}", "{\"a\":1,}", "nul", "\xff",
        "{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}", "{\"a\":01}", "{\"a\":NaN}", "flowId=x"}) {
    const Response refused = stage(create(std::string(body)));
    EXPECT_EQ(error_in(refused), "1000-400") << body;
    EXPECT_EQ(refused.status, 400);
  }
}

TEST(CreateRun, NeedsAFlowIdOfAKnownFlow) {
  Stage stage;
  for (const Json &id :
       {Json(), Json(""), Json(1), Json(true), Json::array({kOnDemandFlow}), Json::object()}) {
    Json body = run_on_demand();
    body["flowId"] = id;
    EXPECT_EQ(error_in(stage(create(body))), "1446-400") << id;
  }
  EXPECT_EQ(error_in(stage(create(std::string("{}")))), "1446-400");
  for (const char *id : {"none", " ", "3ABEA21C-7e36-4be1-bec1-d3bad0e3e0de", "\xc3\xa9"}) {
    EXPECT_EQ(error_in(stage(create(run_on_demand(id)))), "1430-400") << id;
  }
}

TEST(CreateRun, IsForFlowsOfBatchSourcesScheduledOnce) {
  Stage stage;
  EXPECT_EQ(error_in(stage(create(run_on_demand(kStreamingFlow)))), "1333-400");
  for (const std::string_view flow : {kHourlyFlow, kNightlyFlow}) {
    EXPECT_EQ(error_in(stage(create(run_on_demand(flow)))), "1014-400");
  }
}

TEST(CreateRun, NeedsItsTimes) {
  Stage stage;
  for (const char *name : {"startTime", "windowStartTime", "windowEndTime"}) {
    for (const Json &body : {without_param(name), with_param(name, nullptr), with_param(name, "")}) {
      const Response refused = stage(create(body));
      EXPECT_EQ(error_in(refused), "1304-400") << body;
      EXPECT_NE(refused.body.find(std::string("params.") + name), std::string::npos) << refused.body;
    }
  }
  Json body = run_on_demand();
  body.erase("params");
  EXPECT_EQ(error_in(stage(create(body))), "1304-400");
}

TEST(CreateRun, TakesNothingButEpochTimes) {
  Stage stage;
  for (const char *name : {"startTime", "windowStartTime", "windowEndTime"}) {
    for (const char *value : {"\"soon\"",
                              "\"2022-05-03T14:00:00Z\"",
                              "\" 1651585017\"",
                              "\"1651585017 \"",
                              "-1",
                              "\"-1\"",
                              "1.5",
                              "\"1.5\"",
                              "1e400",
                              "true",
                              "[]",
                              "{}",
                              "[1651585017]",
                              "9223372036854775807",
                              "9223372036854775808",
                              "18446744073709551615",
                              "18446744073709551616",
                              "\"99999999999999999999999\"",
                              "1e10",
                              "\"0x10\""}) {
      Json body = run_on_demand();
      body["params"][name] = "@";
      std::string text = body.dump();
      text.replace(text.find("\"@\""), 3, value);
      const Response refused = stage(create(text));
      EXPECT_TRUE(error_in(refused) == "1312-400" || error_in(refused) == "1000-400")
          << name << " " << value << refused.body;
    }
  }
}

TEST(CreateRun, ItsWindowEndsAfterItStarts) {
  Stage stage;
  EXPECT_EQ(error_in(stage(create(with_param("windowEndTime", "1651584991")))), "1312-400") << "same";
  EXPECT_EQ(error_in(stage(create(with_param("windowEndTime", 1651584990)))), "1312-400") << "before";
  EXPECT_EQ(stage(create(with_param("windowEndTime", "1651584992"))).status, 201);
  EXPECT_EQ(error_in(stage(create(with_param("windowStartTime", 1651585018000)))), "1312-400") << "in ms";
}

TEST(CreateRun, ParamsIsAnObject) {
  Stage stage;
  for (const Json &params : {Json(1), Json("x"), Json::array(), Json(), Json(false)}) {
    Json body = run_on_demand();
    body["params"] = params;
    EXPECT_EQ(error_in(stage(create(body))), "1312-400") << params;
  }
}

TEST(CreateRun, DeltaColumnIsAnObjectWithAName) {
  Stage stage;
  for (const Json &column : {Json("DOB"), Json(1), Json::object(), Json::array({"DOB"}), Json({{"name", ""}}),
                             Json({{"name", 1}}), Json({{"name", nullptr}}), Json({{"Name", "DOB"}})}) {
    EXPECT_EQ(error_in(stage(create(with_param("deltaColumn", column)))), "1312-400") << column;
  }
}

TEST(CreateRun, DeltaColumnMayBeGivenOnceAndStaysWithTheFlow) {
  Stage stage;
  ASSERT_EQ(stage(create(without_param("deltaColumn"))).status, 201) << "none yet";
  ASSERT_EQ(stage(create()).status, 201) << "the first one counts";
  EXPECT_EQ(stage(create()).status, 201) << "the same again";
  EXPECT_EQ(stage(create(without_param("deltaColumn"))).status, 201) << "left out";
  EXPECT_EQ(stage(create(with_param("deltaColumn", nullptr))).status, 201);
  const Response refused = stage(create(with_param("deltaColumn", {{"name", "updatedAt"}})));
  EXPECT_EQ(error_in(refused), "1312-400");
  EXPECT_NE(refused.body.find("DOB"), std::string::npos) << "it says which it is";
  EXPECT_EQ(stage(create(with_param("deltaColumn", {{"name", "other"}})).set("x-sandbox-name", "b")).status,
            201);
}

TEST(CreateRun, ARefusedRunSetsNoDeltaColumn) {
  Stage stage;
  ASSERT_EQ(stage(create(with_param("windowEndTime", 1))).status, 400);
  EXPECT_EQ(stage(create(with_param("deltaColumn", {{"name", "other"}}))).status, 201);
}

TEST(CreateRun, ARefusedRunIsNotMade) {
  Stage stage;
  for (const Json &body :
       {with_param("windowEndTime", 1), run_on_demand("none"), run_on_demand(kHourlyFlow)}) {
    ASSERT_EQ(stage(create(body)).status, 400);
  }
  EXPECT_EQ(stage(read("/runs?count=true")).body, count_with(0));
}

TEST(CreateRun, ManyAtOnceAreEachMadeOnce) {
  Stage stage;
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::vector<std::vector<std::string>> made(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < kEach; ++k) {
        made.at(i).push_back(created_id(stage(create())));
        stage(read("/runs?limit=10&orderby=-createdAt"));
        stage(read("/flows"));
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  std::set<std::string> ids;
  for (const auto &each : made) {
    ids.insert(each.begin(), each.end());
  }
  EXPECT_EQ(ids.size(), kThreads * kEach);
  EXPECT_EQ(stage(read("/runs?count=true")).body, count_with(kThreads * kEach));
}

TEST(CreateRun, OfManyDeltaColumnsAtOnceOneWins) {
  Stage stage;
  std::atomic<int> accepted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const Json column = {{"name", "column" + std::to_string(i)}};
      accepted += stage(create(with_param("deltaColumn", column))).status == 201 ? 1 : 0;
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(accepted, 1);
}

} // namespace
} // namespace flow::mock::test
