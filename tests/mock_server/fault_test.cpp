#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "contracts/model/contract.hpp"
#include "contracts/model/faults.hpp"
#include "mock_server/faults/fault.hpp"
#include "mock_server/faults/fault_set.hpp"
#include "mock_server/http/error.hpp"
#include "tests/mock_server/support.hpp"

/// What each type of fault makes of an answer.
namespace flow::mock {
namespace {

using namespace test;

/// The faults that `entries` stand for, as they fall on a retry.
Faults faults_of(const std::vector<Json> &entries) {
  FaultSet set;
  for (const Json &entry : entries) {
    set.add(entry);
  }
  const Ask asked = retry(kFailed);
  return set.take(asked.request());
}

/// A good answer as the fault leaves it.
Response spoilt(const Json &entry) {
  Response response{.status = 200, .headers = {{"ETag", "\"1\""}}, .body = R"({"id":"a","etag":"b"})"};
  const Faults faults = faults_of({entry});
  EXPECT_EQ(faults.size(), 1U);
  spoil(faults, response, "the-id");
  return response;
}

TEST(LatencyFault, DelaysTheAnswer) {
  const Response response = spoilt({{"type", "latency"}, {"attributes", {{"latencyMs", 250}}}});
  EXPECT_EQ(response.delivery, Delivery{.delay_ms = 250});
  EXPECT_EQ(response.status, 200);
}

TEST(LatencyFault, JitterStaysInItsRangeAndTheSameSeedDrawsTheSame) {
  const auto delays = [](std::uint64_t seed) {
    const Faults faults = faults_of(
        {{{"type", "latency"}, {"attributes", {{"latencyMs", 100}, {"jitterMs", 20}}}, {"seed", seed}}});
    std::vector<std::int64_t> drawn;
    drawn.reserve(2000);
    for (int i = 0; i < 2000; ++i) {
      Response response;
      spoil(faults, response, "");
      drawn.push_back(response.delivery.delay_ms);
    }
    return drawn;
  };
  const auto first = delays(7);
  EXPECT_EQ(first, delays(7));
  EXPECT_NE(first, delays(8));
  const std::set<std::int64_t> values(first.begin(), first.end());
  EXPECT_EQ(*values.begin(), 80);
  EXPECT_EQ(*values.rbegin(), 120);
  EXPECT_EQ(values.size(), 41U) << "every value of the range";
}

TEST(LatencyFault, IsNeverNegative) {
  const Faults faults =
      faults_of({{{"type", "latency"}, {"attributes", {{"latencyMs", 1}, {"jitterMs", 1000}}}}});
  for (int i = 0; i < 100; ++i) {
    Response response;
    spoil(faults, response, "");
    EXPECT_GE(response.delivery.delay_ms, 0);
  }
}

/// What is answered instead, where a fault of that status falls on the request.
Response refused(int status, Json attributes = Json::object()) {
  attributes["status"] = status;
  return answer_instead(faults_of({{{"type", "status"}, {"attributes", attributes}}}), "the-id").value();
}

TEST(StatusFault, AnswersWithTheDocumentedErrors) {
  EXPECT_EQ(error_in(refused(429)), "429050");
  EXPECT_EQ(error_in(refused(500)), "1102-500");
  EXPECT_EQ(error_in(refused(503)), "1103-503");
  EXPECT_EQ(error_in(refused(504)), "1104-504");
  EXPECT_EQ(body_of(refused(401)).at("error_code"), "401013");
  EXPECT_EQ(body_of(refused(403)).at("error_code"), "403025");
  EXPECT_EQ(body_of(refused(502)).at("title"), "Bad Gateway");
  for (const int status : {401, 403, 429, 500, 502, 503, 504}) {
    EXPECT_EQ(refused(status).status, status);
  }
  EXPECT_EQ(body_of(refused(500)).at("report").at("request-id"), "the-id");
}

TEST(StatusFault, HasTheCodeThatItIsGiven) {
  EXPECT_EQ(body_of(refused(403, {{"errorCode", "403003"}})).at("error_code"), "403003");
  EXPECT_EQ(error_in(refused(403, {{"errorCode", "2120-403"}})), "2120-403");
  EXPECT_EQ(error_in(refused(401, {{"errorCode", "2002-401"}})), "2002-401");
  const contract::FaultType &type = *contract::fault_type("status");
  for (const Json &code : type.attributes.at(1).schema.at("enum")) {
    int taken = 0;
    for (const Json &status : type.attributes.at(0).schema.at("enum")) {
      try {
        const Response response = refused(status, {{"errorCode", code}});
        EXPECT_NE(response.body.find(code.get<std::string>()), std::string::npos) << response.body;
        ++taken;
      } catch (const FaultError &) { // NOLINT(bugprone-empty-catch)
        // It is a code of another status.
      }
    }
    EXPECT_EQ(taken, 1) << code << " is that of one status";
  }
}

TEST(StatusFault, MayHaveAnyCodeOfTheServiceAndItsGateway) {
  const Json codes = contract::fault_type("status")->attributes.at(1).schema.at("enum");
  const std::set<int> statuses{401, 403, 429, 500, 502, 503, 504};
  for (const contract::ErrorEntry &entry : contract::errors()) {
    const bool is_of_service =
        entry.form == contract::ErrorForm::gateway || entry.form == contract::ErrorForm::service;
    const bool is_known = std::find(codes.begin(), codes.end(), entry.code) != codes.end();
    if (statuses.contains(entry.status)) {
      EXPECT_EQ(is_known, is_of_service) << entry.name;
    }
  }
}

TEST(StatusFault, SaysWhenToComeAgain) {
  EXPECT_EQ(header(refused(429), "Retry-After"), "1");
  EXPECT_EQ(header(refused(429, {{"retryAfterS", 30}}), "Retry-After"), "30");
  EXPECT_EQ(header(refused(503, {{"retryAfterS", 0}}), "Retry-After"), "0");
  EXPECT_EQ(header(refused(503), "Retry-After"), "");
}

TEST(StatusFault, OfTheAnswerTakesItsPlaceWithAllItsHeaders) {
  const Response response = spoilt({{"type", "status"}, {"at", "answer"}, {"attributes", {{"status", 504}}}});
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(error_in(response), "1104-504");
  EXPECT_EQ(header(response, "ETag"), "");
}

TEST(ResetFault, ResetsInsteadOfTheOperation) {
  EXPECT_EQ(answer_instead(faults_of({{{"type", "reset"}}}), "")->delivery, Delivery{.reset = true});
}

TEST(HangFault, HangsInsteadOfTheOperationOrAfterIt) {
  EXPECT_EQ(answer_instead(faults_of({{{"type", "hang"}}}), "")->delivery, Delivery{.hang = true});
  EXPECT_EQ(spoilt({{"type", "hang"}, {"at", "answer"}}).delivery, Delivery{.hang = true});
}

TEST(TruncateFault, LeavesTheBodyToTheDelivery) {
  const Response response = spoilt({{"type", "truncate"}, {"attributes", {{"bytes", 3}}}});
  EXPECT_EQ(response.delivery, Delivery{.truncate_bytes = 3});
  EXPECT_EQ(response.body, R"({"id":"a","etag":"b"})") << "its length is announced";
}

TEST(SlowBodyFault, SetsTheSpeedAndTheSlowestTells) {
  const auto slow = [](int speed) {
    return Json{{"type", "slow-body"}, {"attributes", {{"bytesPerSecond", speed}}}};
  };
  EXPECT_EQ(spoilt(slow(9)).delivery, Delivery{.body_bytes_per_second = 9});
  Response response;
  spoil(faults_of({slow(9), slow(4), slow(6)}), response, "");
  EXPECT_EQ(response.delivery.body_bytes_per_second, 4U);
}

TEST(MalformedJsonFault, NoParserAcceptsTheBody) {
  for (const char *body : {R"({"id":"a"})", "{}", "[]", "[1,2]", "{}\n\n\n\n", "   {}", "123", "1",
                           "\"text\"", "null", "", "[[],[]]", R"(["}"])", R"("}")", R"("]}]}]}")"}) {
    Response response{.status = 200, .headers = {}, .body = body};
    spoil(faults_of({{{"type", "malformed-json"}}}), response, "");
    EXPECT_FALSE(Json::accept(response.body)) << body << " became " << response.body;
  }
  for (const contract::ErrorEntry &entry : contract::errors()) {
    Response response = to_response(Error(entry.name), "the-id");
    spoil(faults_of({{{"type", "malformed-json"}}}), response, "");
    EXPECT_FALSE(Json::accept(response.body)) << entry.name;
    EXPECT_EQ(response.status, entry.status);
  }
}

TEST(Faults, EachTypeOfTheContractHasAnEffect) {
  for (const contract::FaultType &type : contract::fault_types()) {
    Json attributes = Json::object();
    for (const contract::FaultAttribute &attribute : type.attributes) {
      const Json &schema = attribute.schema;
      attributes[attribute.name] = schema.contains("enum") ? schema.at("enum").front() : schema.at("maximum");
    }
    const Faults faults = faults_of({{{"type", type.name}, {"attributes", attributes}}});
    ASSERT_EQ(faults.size(), 1U) << type.name;
    EXPECT_EQ(faults.front()->at_request, type.at == "request") << type.name;
  }
}

TEST(Faults, OfTheAnswerLeaveTheOperationToBeCarriedOut) {
  const Faults faults =
      faults_of({{{"type", "latency"}, {"attributes", {{"latencyMs", 5}}}},
                 {{"type", "malformed-json"}},
                 {{"type", "status"}, {"at", "answer"}, {"attributes", {{"status", 500}}}}});
  EXPECT_FALSE(answer_instead(faults, "").has_value());
  EXPECT_FALSE(answer_instead({}, "").has_value());
}

TEST(Faults, AddUp) {
  const Faults faults = faults_of({{{"type", "latency"}, {"attributes", {{"latencyMs", 5}}}},
                                   {{"type", "status"}, {"attributes", {{"status", 503}}}},
                                   {{"type", "latency"}, {"attributes", {{"latencyMs", 7}}}},
                                   {{"type", "truncate"}, {"attributes", {{"bytes", 10}}}}});
  std::optional<Response> response = answer_instead(faults, "the-id");
  ASSERT_TRUE(response.has_value());
  spoil(faults, *response, "the-id");
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->delivery, (Delivery{.delay_ms = 12, .truncate_bytes = 10}));
}

TEST(Faults, AreNamedInTheOrderOfAdding) {
  EXPECT_EQ(names(faults_of({{{"type", "hang"}}, {{"type", "reset"}, {"id", "mine"}}, {{"type", "hang"}}})),
            "f1,mine,f2");
  EXPECT_EQ(names({}), "");
}

bool matches(const FaultMatch &match, const Ask &asked, std::string_view operation = "") {
  const Request request = asked.request();
  return match.holds(request, operation, std::string(asked.target.substr(0, asked.target.find('?'))));
}

TEST(FaultMatch, ByMethodExactly) {
  EXPECT_TRUE(matches({.method = "POST"}, retry(kFailed)));
  EXPECT_FALSE(matches({.method = "GET"}, retry(kFailed)));
  EXPECT_TRUE(matches({}, retry(kFailed)));
}

TEST(FaultMatch, ByOperation) {
  EXPECT_TRUE(matches({.operation = "retry_run"}, retry(kFailed), "retry_run"));
  EXPECT_FALSE(matches({.operation = "retry_run"}, get(kFailed), "get_run"));
  EXPECT_FALSE(matches({.operation = "retry_run"}, retry(kFailed)));
}

TEST(FaultMatch, ByPathBelowTheServiceOrWhole) {
  const auto by_path = [](const char *path, const Ask &asked) { return matches({.path = path}, asked); };
  EXPECT_TRUE(by_path("/runs/*/action", retry(kFailed)));
  EXPECT_TRUE(by_path("/data/foundation/flowservice/runs/*/action", retry(kFailed)));
  EXPECT_TRUE(by_path("/data/*/*/runs/*/action", retry(kFailed)));
  EXPECT_FALSE(by_path("/runs/*/action", get(kFailed)));
  EXPECT_FALSE(by_path("/runs/*", retry(kFailed))) << "a star stays within its segment";
  EXPECT_TRUE(by_path("/runs/4fb0418e*", get(kFailed)));
  EXPECT_FALSE(by_path("/runs", get(kFailed)));
  EXPECT_TRUE(by_path("/ims/token/v3", {.method = "POST", .target = "/ims/token/v3?x=1"}));
  EXPECT_FALSE(by_path("/runs/*", {.method = "GET", .target = "/elsewhere/runs/1"}));
}

TEST(FaultMatch, ByHeadersWithNamesInAnyCaseAndValuesExactly) {
  const auto by_headers = [](std::vector<std::pair<std::string, std::string>> headers) {
    Ask asked = retry(kFailed);
    asked.add("X-Test", "a").add("x-test", "B");
    return matches({.headers = std::move(headers)}, asked);
  };
  EXPECT_TRUE(by_headers({{"x-TEST", "a"}}));
  EXPECT_TRUE(by_headers({{"x-test", "B"}, {"x-api-key", "{API_KEY}"}}));
  EXPECT_FALSE(by_headers({{"x-test", "A"}}));
  EXPECT_FALSE(by_headers({{"x-test", "a"}, {"x-other", ""}})) << "all of them must be there";
}

} // namespace
} // namespace flow::mock
