#include "mock_server/webhooks/webhook.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/webhooks/webhook_url.hpp"

namespace flow::mock {
namespace {

using contract::Json;

TEST(Webhook, HasDefaultsForAllButItsUrl) {
  const Webhook webhook = webhook_of({{"url", "http://localhost:9000/hook"}});
  EXPECT_EQ(to_json(webhook), Json::parse(R"({"url":"http://localhost:9000/hook","timeoutMs":10000,
      "retry":{"firstDelayMs":60000,"maxDelayMs":900000,"forMs":86400000}})"));
}

TEST(Webhook, IsWrittenAsItWasRead) {
  for (const char *text : {R"({"url":"https://a.example/","timeoutMs":1,
            "retry":{"firstDelayMs":1,"maxDelayMs":1,"forMs":0}})",
                           R"({"url":"http://[::1]:1?a=b+c","clientId":"{API_KEY}","timeoutMs":60000,
            "retry":{"firstDelayMs":86400000,"maxDelayMs":86400000,"forMs":86400000}})"}) {
    const Json json = Json::parse(text);
    EXPECT_EQ(to_json(webhook_of(json)), json);
  }
}

struct BadWebhook {
  const char *what;
  const char *json;
  const char *pointer;
  const char *reason; ///< a part of it
};

class BadWebhooks : public testing::TestWithParam<BadWebhook> {};

TEST_P(BadWebhooks, AreRefusedWithPointerAndReason) {
  try {
    webhook_of(Json::parse(GetParam().json));
    FAIL() << "was taken";
  } catch (const WebhookError &error) {
    EXPECT_EQ(error.pointer, GetParam().pointer);
    EXPECT_NE(error.reason.find(GetParam().reason), std::string::npos) << error.reason;
  }
}

const BadWebhook kBadWebhooks[] = {
    {"NoObject", R"([])", "", "must be an object"},
    {"NoUrl", R"({})", "/url", "must be there"},
    {"UrlIsNoText", R"({"url":7})", "/url", "must be there"},
    {"NoScheme", R"({"url":"localhost:9000"})", "/url", "http:// or https://"},
    {"OtherScheme", R"({"url":"ftp://localhost"})", "/url", "http:// or https://"},
    {"NoHost", R"({"url":"http:///hook"})", "/url", "no host"},
    {"NoHostButAPort", R"({"url":"http://:80/"})", "/url", "no host"},
    {"EmptyBrackets", R"({"url":"http://[]/"})", "/url", "no host"},
    {"PortTooLarge", R"({"url":"http://a:65536/"})", "/url", "1 to 65535"},
    {"PortIsNoNumber", R"({"url":"http://a:b/"})", "/url", "1 to 65535"},
    {"User", R"({"url":"http://me:secret@a/"})", "/url", "user"},
    {"Fragment", R"({"url":"http://a/#b"})", "/url", "fragment"},
    {"Space", R"({"url":"http://a/b c"})", "/url", "percent-encoded"},
    {"LineEnd", R"({"url":"http://a/b\r\nX: y"})", "/url", "percent-encoded"},
    {"ClientIsNoText", R"({"url":"http://a","clientId":5})", "/clientId", "1 to 200"},
    {"NoClient", R"({"url":"http://a","clientId":""})", "/clientId", "1 to 200"},
    {"RetryIsNoObject", R"({"url":"http://a","retry":5})", "/retry", "must be an object"},
    {"NoFirstDelay", R"({"url":"http://a","retry":{"firstDelayMs":0}})", "/retry/firstDelayMs",
     "1 to 86400000"},
    {"NegativeDelay", R"({"url":"http://a","retry":{"firstDelayMs":-1}})", "/retry/firstDelayMs",
     "1 to 86400000"},
    {"DelayTooLong", R"({"url":"http://a","retry":{"maxDelayMs":86400001}})", "/retry/maxDelayMs",
     "1 to 86400000"},
    {"HalfAMillisecond", R"({"url":"http://a","retry":{"maxDelayMs":1.5}})", "/retry/maxDelayMs",
     "whole number"},
    {"TimeIsText", R"({"url":"http://a","retry":{"forMs":"5"}})", "/retry/forMs", "whole number"},
    {"TimeBeyond64Bits", R"({"url":"http://a","retry":{"forMs":18446744073709551611}})", "/retry/forMs",
     "0 to 86400000"},
    {"UnknownRetryMember", R"({"url":"http://a","retry":{"attempts":5}})", "/retry/attempts", "not known"},
    {"NoTime", R"({"url":"http://a","timeoutMs":0})", "/timeoutMs", "1 to 60000"},
    {"TimeTooLong", R"({"url":"http://a","timeoutMs":60001})", "/timeoutMs", "1 to 60000"},
    {"UnknownMember", R"({"url":"http://a","time/out":1})", "/time~1out", "not known"},
};

INSTANTIATE_TEST_SUITE_P(Webhook, BadWebhooks, testing::ValuesIn(kBadWebhooks),
                         [](const auto &row) { return row.param.what; });

TEST(WebhookUrl, AHostIsNoLongerThanAName) {
  EXPECT_NO_THROW(parse_webhook_url("http://" + std::string(253, 'a') + ":80/"));
  EXPECT_THROW(parse_webhook_url("http://" + std::string(254, 'a') + ":80/"), std::invalid_argument);
}

TEST(WebhookUrl, IsTakenApartAndItsTargetLeftAsItIs) {
  const WebhookUrl plain = parse_webhook_url("HTTP://Receiver.Example:8080/Hook?sig=a+b%20c");
  EXPECT_EQ(plain.origin, "http://receiver.example:8080");
  EXPECT_EQ(plain.target, "/Hook?sig=a+b%20c");
  EXPECT_EQ(parse_webhook_url("https://a").target, "/");
  EXPECT_EQ(parse_webhook_url("https://a?b").target, "/?b");
  EXPECT_EQ(parse_webhook_url("http://[::1]:9/x").origin, "http://[::1]:9");
}

TEST(Webhook, DelaysDoubleUpToTheLongest) {
  const RetrySchedule documented;
  const std::vector<std::int64_t> minutes = {1, 2, 4, 8, 15, 15, 15};
  for (std::size_t i = 0; i < minutes.size(); ++i) {
    EXPECT_EQ(delay_after(static_cast<int>(i) + 1, documented), minutes[i] * 60000) << i;
  }
  EXPECT_EQ(delay_after(1'000'000, documented), 900000);
}

TEST(Webhook, AFirstDelayBeyondTheLongestIsTheLongest) {
  EXPECT_EQ(delay_after(1, {.first_delay_ms = 5000, .max_delay_ms = 30}), 30);
}

} // namespace
} // namespace flow::mock
