#include <nlohmann/json.hpp>

#include "tests/client/scripted.hpp"

namespace flow::client {

namespace {

using nlohmann::json;

Time seconds_since_epoch(std::int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}

struct Create : ScriptedClient {
  NewRunRequest request{.flow_id = "f-1",
                        .window = {seconds_since_epoch(1651500000), seconds_since_epoch(1651503600)}};

  Error error_of_create(Script script, const CreateOptions &options = {}) {
    const Client caller = client(std::move(script));
    return error_of_call([&] { caller.create(request, options); });
  }
};

TEST_F(Create, IsTheDocumentedPost) {
  request.start = seconds_since_epoch(1651510000);
  request.delta_column = "updated_at";
  client({Response{201, {}, kNewRun}}).create(request);
  const Request &sent = transport->requests.front();
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.target, "/data/foundation/flowservice/runs");
  EXPECT_FALSE(sent.idempotent);
  EXPECT_EQ((Response{0, sent.headers, ""}).header("Content-Type"), "application/json");
  EXPECT_EQ(json::parse(sent.body), json::parse(R"({"flowId":"f-1","params":{"startTime":"1651510000",
    "windowStartTime":"1651500000","windowEndTime":"1651503600","deltaColumn":{"name":"updated_at"}}})"));
}

TEST_F(Create, StartsNowUnlessItIsTold) {
  client({Response{201, {}, kNewRun}}).create(request);
  const json params = json::parse(transport->requests.front().body).at("params");
  EXPECT_EQ(params.at("startTime"), "1651586400"); // 2022-05-03 14:00, the clock's today
  EXPECT_FALSE(params.contains("deltaColumn"));
}

TEST_F(Create, BothDocumentedAnswersNameTheNewRun) {
  const std::string listed = std::string(R"({"items":[)") + kNewRun + "]}";
  for (const std::string &body : {listed, std::string(kNewRun)}) {
    const NewRun made = client({Response{201, {}, body}}).create(request);
    EXPECT_EQ(made.id, "3fb0418e-1804-45d6-8d56-dd51f05c0baf");
    EXPECT_EQ(made.etag, "\"1100c53e-0000-0200-0000-627138980000\"");
  }
}

TEST_F(Create, ThatMayHaveArrivedIsNotRepeated) {
  for (const auto &step : Script{lost_answer(), lost_answer(true), Response{502, {}, ""},
                                 Response{504, {}, ""}, Response{201, {}, "{}"}}) {
    const Error error = error_of_create({step});
    EXPECT_EQ(error.kind, ErrorKind::unknown_outcome);
    const std::string text = error.what();
    EXPECT_NE(text.find("unknown whether a run of flow f-1 was created"), text.npos) << text;
    EXPECT_NE(text.find("property=flowId==f-1&orderby=-createdAt"), text.npos) << text;
  }
}

TEST_F(Create, ThatCertainlyDidNothingIsRepeated) {
  EXPECT_NO_THROW(
      client({refused_connection(), Response{503, {}, ""}, Response{201, {}, kNewRun}}).create(request));
}

TEST_F(Create, IsRepeatedWithoutKnowingWhenAsked) {
  const Client caller = client({lost_answer(), Response{201, {}, kNewRun}});
  EXPECT_NO_THROW(caller.create(request, {.repeat_when_unknown = true}));
}

TEST_F(Create, WithoutAFlowIsRefusedBeforeSending) {
  request.flow_id = "";
  EXPECT_THROW(client().create(request), std::invalid_argument);
}

} // namespace

} // namespace flow::client
