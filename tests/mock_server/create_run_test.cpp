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

bool has_part(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

/// A refusal by sources-errors: its code and message.
struct Refusal {
  std::string code;
  std::string message;
};
Refusal refusal_in(const Response &refused) {
  const Json body = body_of(refused);
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(body.value("title", ""), "Bad Request") << refused.body;
  return {.code = error_in(refused), .message = body.value("errorMessage", "")};
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
  const auto refusal_of = [&](std::string_view flow) {
    return refusal_in(stage(create(run_on_demand(flow))));
  };
  EXPECT_EQ(refusal_of(kStreamingFlow).code, "1385-400");
  EXPECT_PRED2(has_part, refusal_of(kStreamingFlow).message, "connectorType=streaming");
  EXPECT_EQ(refusal_of(kDestinationFlow).code, "1385-400");
  for (const auto &[flow, frequency] : {std::pair(kHourlyFlow, "hour"), std::pair(kNightlyFlow, "day")}) {
    EXPECT_EQ(refusal_of(flow).code, "1386-400");
    EXPECT_PRED2(has_part, refusal_of(flow).message, "flowId=" + std::string(flow));
    EXPECT_PRED2(has_part, refusal_of(flow).message, std::string("frequency=") + frequency);
  }
}

TEST(CreateRun, NeedsItsTimes) {
  Stage stage;
  for (const char *name : {"startTime", "windowStartTime", "windowEndTime"}) {
    for (const Json &body : {without_param(name), with_param(name, nullptr), with_param(name, "")}) {
      const Refusal refused = refusal_in(stage(create(body)));
      EXPECT_EQ(refused.code, "1384-400") << body;
      EXPECT_PRED2(has_part, refused.message, std::string(": ") + name + " is missing");
    }
  }
  Json body = run_on_demand();
  body.erase("params");
  EXPECT_EQ(error_in(stage(create(body))), "1384-400");
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
      EXPECT_TRUE(error_in(refused) == "1384-400" || error_in(refused) == "1000-400")
          << name << " " << value << refused.body;
    }
  }
}

TEST(CreateRun, ItsWindowDoesNotEndBeforeItStarts) {
  Stage stage;
  const Refusal refused = refusal_in(stage(create(with_param("windowEndTime", "1651584990"))));
  EXPECT_EQ(refused.code, "1381-400");
  EXPECT_PRED2(has_part, refused.message, "windowEndTime=1651584990");
  EXPECT_PRED2(has_part, refused.message, "windowStartTime=1651584991");
  EXPECT_EQ(error_in(stage(create(with_param("windowEndTime", 1651584990)))), "1381-400") << "a number";
  EXPECT_EQ(error_in(stage(create(with_param("windowStartTime", 1651585018000)))), "1381-400") << "in ms";
  EXPECT_EQ(stage(create(with_param("windowEndTime", "1651584991"))).status, 201) << "the same";
}

TEST(CreateRun, BothDocumentedCallsAreTakenInAnyOrderWithASlashOrWithout) {
  Json table = run_on_demand();
  table["params"]["windowEndTime"] = "16515859567"; // eleven digits, as printed
  Json file = table;
  file["params"].erase("deltaColumn");
  for (const auto &[first, second] : {std::pair(table, file), std::pair(file, table)}) {
    for (const char *end : {"", "/"}) {
      Stage stage;
      for (const Json &body : {first, second}) {
        Ask asked = create(body);
        asked.target += end;
        const Response made = stage(asked);
        ASSERT_EQ(made.status, 201) << made.body;
        const Json run = run_of(stage.service, created_id(made));
        EXPECT_EQ(run["activities"][0]["durationSummary"]["extensions"]["windowEnd"], 16515859567000);
      }
      Json other = table;
      other["params"]["deltaColumn"]["name"] = "updatedAt";
      EXPECT_EQ(error_in(stage(create(other))), "1382-400") << "the first column named stays";
    }
  }
}

TEST(CreateRun, TheFirstOfATableBasedSourceNamesItsDeltaColumn) {
  Stage stage;
  Json without = without_param("deltaColumn");
  without["flowId"] = kTableFlow;
  const Refusal refused = refusal_in(stage(create(without)));
  EXPECT_EQ(refused.code, "1383-400");
  EXPECT_PRED2(has_part, refused.message, "deltaColumn");
  EXPECT_EQ(stage(create(run_on_demand(kTableFlow))).status, 201);
  EXPECT_EQ(stage(create(without)).status, 201) << "the flow has one now";
}

TEST(CreateRun, OfATableBasedSourceWithADeltaColumnInItsFlowNeedsNone) {
  Stage stage([](Settings &settings) {
    settings.seed = parse_seed(R"({"flows":[{"id":"f","source":{"kind":"batch","format":"tabular"},
        "transformations":[{"name":"Copy","params":{"deltaColumn":{"name":"DOB"}}}]}],"runs":[]})",
                               "test");
  });
  Json without = without_param("deltaColumn");
  without["flowId"] = "f";
  EXPECT_EQ(stage(create(without)).status, 201);
}

TEST(CreateRun, ParamsIsAnObject) {
  Stage stage;
  for (const Json &params : {Json(1), Json("x"), Json::array(), Json(), Json(false), Json::object()}) {
    Json body = run_on_demand();
    body["params"] = params;
    EXPECT_EQ(error_in(stage(create(body))), "1384-400") << params;
  }
  Json body = run_on_demand();
  body["params"] = "soon";
  EXPECT_PRED2(has_part, refusal_in(stage(create(body))).message, "params=soon");
}

TEST(CreateRun, DeltaColumnIsAnObjectWithAName) {
  Stage stage;
  for (const Json &column : {Json("DOB"), Json(1), Json::object(), Json::array({"DOB"}), Json({{"name", ""}}),
                             Json({{"name", 1}}), Json({{"name", nullptr}}), Json({{"Name", "DOB"}})}) {
    EXPECT_EQ(error_in(stage(create(with_param("deltaColumn", column)))), "1384-400") << column;
  }
}

TEST(CreateRun, DeltaColumnMayBeGivenOnceAndStaysWithTheFlow) {
  Stage stage;
  ASSERT_EQ(stage(create(without_param("deltaColumn"))).status, 201) << "none yet";
  ASSERT_EQ(stage(create()).status, 201) << "the first one counts";
  EXPECT_EQ(stage(create()).status, 201) << "the same again";
  EXPECT_EQ(stage(create(without_param("deltaColumn"))).status, 201) << "left out";
  EXPECT_EQ(stage(create(with_param("deltaColumn", nullptr))).status, 201);
  const Refusal refused = refusal_in(stage(create(with_param("deltaColumn", {{"name", "updatedAt"}}))));
  EXPECT_EQ(refused.code, "1382-400");
  EXPECT_PRED2(has_part, refused.message, "DOB") << "it says which it is";
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

TEST(CreateRun, ARefusalShowsTheBeginningOfWhatIsLong) {
  Stage stage;
  const Response refused = stage(create(with_param("windowEndTime", std::string(900'000, 'x'))));
  EXPECT_EQ(refused.status, 400);
  EXPECT_LT(refused.body.size(), 10'000U);
  EXPECT_NE(refused.body.find("…"), std::string::npos);
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
