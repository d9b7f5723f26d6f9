#include "mock_server/events/webhook.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/events/webhook_url.hpp"

namespace flow::mock {
namespace {

using contract::Json;

TEST(Webhook, HasDefaultsForAllButItsUrl) {
  const Webhook webhook = webhook_of({{"url", "http://localhost:9000/hook"}});
  EXPECT_EQ(to_json(webhook), Json::parse(R"({"url":"http://localhost:9000/hook","attempts":5,
                                              "firstDelayMs":1000,"timeoutMs":5000})"));
}

TEST(Webhook, IsWrittenAsItWasRead) {
  for (const char *text :
       {R"({"url":"https://a.example/","attempts":1,"firstDelayMs":0,"timeoutMs":1})",
        R"({"url":"http://[::1]:1?a=b+c","attempts":20,"firstDelayMs":600000,"timeoutMs":60000})"}) {
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
    {"NoAttempts", R"({"url":"http://a","attempts":0})", "/attempts", "1 to 20"},
    {"TooManyAttempts", R"({"url":"http://a","attempts":21})", "/attempts", "1 to 20"},
    {"HalfAnAttempt", R"({"url":"http://a","attempts":1.5})", "/attempts", "whole number"},
    {"AttemptsAreText", R"({"url":"http://a","attempts":"5"})", "/attempts", "whole number"},
    {"AttemptsBeyond64Bits", R"({"url":"http://a","attempts":18446744073709551611})", "/attempts", "1 to 20"},
    {"NegativeDelay", R"({"url":"http://a","firstDelayMs":-1})", "/firstDelayMs", "0 to 600000"},
    {"DelayTooLong", R"({"url":"http://a","firstDelayMs":600001})", "/firstDelayMs", "0 to 600000"},
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

TEST(Webhook, DelaysDoubleUpToAMinute) {
  const Webhook webhook{.url = "http://a", .attempts = 20, .first_delay_ms = 1000};
  const std::vector<std::int64_t> expected = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(delay_after(static_cast<int>(i) + 1, webhook), expected[i]) << i;
  }
}

TEST(Webhook, AFirstDelayOfNothingOrOfMoreThanAMinuteStaysSo) {
  EXPECT_EQ(delay_after(19, {.url = "http://a", .first_delay_ms = 0}), 0);
  EXPECT_EQ(delay_after(1, {.url = "http://a", .first_delay_ms = 600000}), 600000);
  EXPECT_EQ(delay_after(19, {.url = "http://a", .first_delay_ms = 600000}), 600000);
}

} // namespace
} // namespace flow::mock
