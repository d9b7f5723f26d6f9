#include <algorithm>

#include "tests/client/scripted.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using Repeat = ScriptedClient;

Response answer(int status, const std::string &retry_after = "") {
  Response response{.status = status, .headers = {}, .body = ""};
  if (!retry_after.empty()) {
    response.headers.emplace_back("retry-after", retry_after);
  }
  return response;
}

TEST_F(Repeat, WaitsTwiceAsLongEachTimeUpToTheLongest) {
  settings.retry_policy.attempts = 6;
  settings.retry_policy.base_delay = milliseconds(100);
  settings.retry_policy.max_delay = milliseconds(500);
  client({answer(503), answer(503), answer(503), answer(503), answer(503), run_answer("success")})
      .get(kRunId);
  EXPECT_EQ(sleeps_ms(), (std::vector{100, 200, 400, 500, 500}));
}

TEST_F(Repeat, JitterTakesAPartOfEachDelay) {
  std::deque<double> parts{0.0, 0.25, 1.0};
  settings.retry_policy.jitter = [&] {
    const double part = parts.front();
    parts.pop_front();
    return part;
  };
  error_of_get({answer(503), answer(503), answer(503), answer(503)});
  EXPECT_EQ(sleeps_ms(), (std::vector{0, 250, 2000}));
}

TEST_F(Repeat, FullJitterSpreadsOverTheWholeDelay) {
  const Jitter jitter = full_jitter();
  std::vector<double> parts(1000);
  std::generate(parts.begin(), parts.end(), jitter);
  const auto [least, most] = std::minmax_element(parts.begin(), parts.end());
  EXPECT_GE(*least, 0.0);
  EXPECT_LT(*least, 0.1);
  EXPECT_GT(*most, 0.9);
  EXPECT_LE(*most, 1.0);
}

TEST_F(Repeat, EndsAfterTheLastAttemptWithTheLastError) {
  const Error error = error_of_get({answer(503), answer(502), answer(503), answer(504)});
  EXPECT_EQ(transport->requests.size(), 4u);
  EXPECT_EQ(error.kind, ErrorKind::gateway);
  EXPECT_EQ(error.status, 504);
}

TEST_F(Repeat, AReadIsRepeatedWheneverItMayGoBetter) {
  for (const int status : {429, 502, 503, 504}) {
    EXPECT_EQ(client({answer(status), run_answer("success")}).get(kRunId).state, RunState::success) << status;
  }
  EXPECT_EQ(client({refused_connection(), run_answer("success")}).get(kRunId).state, RunState::success);
  EXPECT_EQ(client({lost_answer(), run_answer("success")}).get(kRunId).state, RunState::success);
  EXPECT_EQ(client({lost_answer(true), run_answer("success")}).get(kRunId).state, RunState::success);
}

TEST_F(Repeat, OtherStatusesAreNotRepeated) {
  for (const int status : {400, 401, 403, 404, 408, 412, 500, 501, 301}) {
    EXPECT_EQ(error_of_get({answer(status)}).status, status);
  }
  EXPECT_EQ(sleeps_ms(), std::vector<int>());
}

TEST_F(Repeat, AFailureThatWillNotPassIsNotRepeated) {
  TransportFailure certificate("the certificate is not trusted");
  certificate.may_have_arrived = false;
  certificate.passing = false;
  EXPECT_EQ(error_of_retry({certificate}).kind, ErrorKind::connection);
}

TEST_F(Repeat, ARetryThatCertainlyDidNothingIsRepeated) {
  for (const int status : {429, 503}) {
    EXPECT_NO_THROW(client({answer(status), Response{200, {}, kNewRun}}).retry(kRunId)) << status;
  }
  EXPECT_NO_THROW(client({refused_connection(), Response{200, {}, kNewRun}}).retry(kRunId));
}

TEST_F(Repeat, ARetryThatMayHaveArrivedIsNotRepeated) {
  const Script lost{lost_answer(), lost_answer(true), answer(502), answer(504)};
  for (const auto &step : lost) {
    const Error error = error_of_retry({step});
    EXPECT_EQ(error.kind, ErrorKind::unknown_outcome);
  }
  EXPECT_EQ(sleeps_ms(), std::vector<int>());
}

TEST_F(Repeat, AnUnknownOutcomeTellsHowToFindOut) {
  const Error error = error_of_retry({refused_connection(), answer(502)});
  EXPECT_EQ(error.status, 502);
  const std::string text = error.what();
  EXPECT_NE(text.find("unknown whether run 4fb0418e-1804-45d6-8d56-dd51f05c0baf was retried"), text.npos)
      << text;
  EXPECT_NE(text.find("created since 2022-05-03T14:00:00Z"), text.npos) << text;
  EXPECT_NE(text.find("GET /runs?property=flowId=="), text.npos) << text;
}

TEST_F(Repeat, ARetryIsRepeatedWithoutKnowingWhenAsked) {
  const RetryOptions asked{.repeat_when_unknown = true};
  const Client caller = client({lost_answer(), lost_answer(true), answer(504), Response{200, {}, kNewRun}});
  EXPECT_EQ(caller.retry(kRunId, asked).id, "3fb0418e-1804-45d6-8d56-dd51f05c0baf");
}

TEST_F(Repeat, WhatWasOnceUnknownStaysUnknown) {
  const RetryOptions asked{.repeat_when_unknown = true};
  const Error error = error_of_retry({lost_answer(), answer(400)}, asked);
  EXPECT_EQ(error.kind, ErrorKind::unknown_outcome);
  EXPECT_EQ(error.status, 400);
}

TEST_F(Repeat, AnAcceptedRetryWhoseAnswerNamesNoRunIsUnknownAndNotRepeated) {
  for (const char *body : {"", "{", "[]", "{}", R"({"id":7})", R"({"items":[]})", "<html>"}) {
    const Error error = error_of_retry({Response{200, {}, body}}, {.repeat_when_unknown = true});
    EXPECT_EQ(error.kind, ErrorKind::unknown_outcome) << body;
  }
}

TEST_F(Repeat, WaitsAsLongAsRetryAfterAsks) {
  client({answer(429, "7"), answer(503, "Tue, 03 May 2022 14:00:30 GMT"), run_answer("success")}).get(kRunId);
  EXPECT_EQ(sleeps_ms(), (std::vector{7'000, 23'000}));
}

TEST_F(Repeat, RetryAfterDoesNotShortenTheBackoff) {
  client({answer(429, "0"), run_answer("success")}).get(kRunId);
  EXPECT_EQ(sleeps_ms(), std::vector{500});
}

TEST_F(Repeat, ARetryAfterLongerThanTheLongestDelayIsLeftToTheCaller) {
  const Error error = error_of_retry({answer(429, "61")});
  EXPECT_EQ(error.kind, ErrorKind::gateway);
  EXPECT_EQ(error.retry_after, milliseconds(61'000));
  EXPECT_EQ(sleeps_ms(), std::vector<int>());
}

} // namespace

} // namespace flow::client
