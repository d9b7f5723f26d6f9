#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "client/retry_after.hpp"
#include "client/url.hpp"

namespace flow::client {

namespace {

TEST(BaseUrl, AHostAloneGetsTheDocumentedPath) {
  for (const char *url :
       {"https://platform.adobe.io", "https://platform.adobe.io/", "HTTPS://Platform.Adobe.io//"}) {
    const BaseUrl parts = parse_base_url(url);
    EXPECT_EQ(parts.origin, "https://platform.adobe.io") << url;
    EXPECT_EQ(parts.path, "/data/foundation/flowservice") << url;
  }
}

TEST(BaseUrl, APathIsKeptWithoutItsTrailingSlash) {
  EXPECT_EQ(parse_base_url("http://mock:8080/proxy/flow/").path, "/proxy/flow");
  EXPECT_EQ(parse_base_url("http://mock:8080/proxy/flow/").origin, "http://mock:8080");
}

TEST(BaseUrl, AnIpv6AddressKeepsItsBracketsInTheOrigin) {
  EXPECT_EQ(parse_base_url("http://[::1]:8080").origin, "http://[::1]:8080");
  EXPECT_EQ(parse_base_url("http://[::1]").host, "::1");
}

TEST(BaseUrl, WhatIsNoHttpAddressIsRefused) {
  for (const char *url :
       {"", "localhost:8080", "ftp://host", "http://", "http:///path", "http://:80",
        "http://host:", "http://host:0", "http://host:65536", "http://host:8x", "http://user@host",
        "http://host?x=1", "http://host/#f", "http://ho st", "http://host/a b", "http://host/\xc3\xa9",
        "http://[::1", "http://host\r\nx: y", "http://[]"}) {
    EXPECT_THROW(parse_base_url(url), std::invalid_argument) << url;
  }
}

std::string reason_to_refuse(const std::string &url) {
  try {
    parse_base_url(url);
  } catch (const std::invalid_argument &error) {
    return error.what();
  }
  return "it is not refused";
}

TEST(BaseUrl, IsShownInTheRefusalUnlessItMayHoldASecret) {
  EXPECT_EQ(reason_to_refuse("http://host:0"),
            "the base URL \"http://host:0\" has a port that is not a number from 1 to 65535");
  for (const char *url : {"https://user:s3cret@host", "ftp://user:s3cret@host", "http://ho st?key=s3cret",
                          "http://host/#s3cret", "s3cret-that-is-a-token"}) {
    EXPECT_EQ(reason_to_refuse(url).find("s3cret"), std::string::npos) << url;
    EXPECT_TRUE(reason_to_refuse(url).starts_with("the base URL ")) << url;
  }
}

TEST(BaseUrl, AHostIsNoLongerThanAName) {
  EXPECT_NO_THROW(parse_base_url("http://" + std::string(253, 'a') + ":80"));
  EXPECT_THROW(parse_base_url("http://" + std::string(254, 'a') + ":80"), std::invalid_argument);
}

TEST(BaseUrl, LoopbackIsThisMachineOnly) {
  for (const char *url :
       {"http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:1", "http://LOCALHOST"}) {
    EXPECT_TRUE(is_loopback(parse_base_url(url))) << url;
  }
  for (const char *url :
       {"http://127.0.0.1.evil.test", "http://localhost.test", "http://10.0.0.1", "http://[::2]"}) {
    EXPECT_FALSE(is_loopback(parse_base_url(url))) << url;
  }
}

using std::chrono::milliseconds;

const std::chrono::system_clock::time_point kToday =
    std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + std::chrono::hours(8);

TEST(RetryAfter, SecondsAreRead) {
  EXPECT_EQ(parse_retry_after("0", kToday), milliseconds(0));
  EXPECT_EQ(parse_retry_after("120", kToday), milliseconds(120'000));
}

TEST(RetryAfter, AllThreeFormsOfADateAreRead) {
  const milliseconds wait = std::chrono::minutes(49) + std::chrono::seconds(37);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kToday), wait);
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", kToday), wait);
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:37 1994", kToday), wait);
}

TEST(RetryAfter, PartsOfASecondAreWaitedFor) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:01 GMT", kToday + milliseconds(100)),
            milliseconds(1'000));
}

TEST(RetryAfter, ADateThatHasPassedIsNoWait) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 07:00:00 GMT", kToday), milliseconds(0));
}

TEST(RetryAfter, WhatIsNeitherIsNothing) {
  for (const char *value : {"", "soon", "-1", "1.5", "10 s", "Sun, 06 Nov 1994 08:49:37 GMT and more"}) {
    EXPECT_EQ(parse_retry_after(value, kToday), std::nullopt) << value;
  }
}

TEST(RetryAfter, AnAbsurdNumberIsALongTimeAndNoOverflow) {
  EXPECT_GT(parse_retry_after("99999999999999999999999", kToday), milliseconds(1'000'000));
  EXPECT_GT(parse_retry_after("9223372036854775807", kToday), milliseconds(1'000'000));
}

TEST(RetryAfter, AnAbsurdDateIsALongTimeOrNoneAndNoOverflow) {
  EXPECT_GT(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", kToday), milliseconds(1'000'000));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 0403 08:49:37 GMT", kToday), milliseconds(0));
}

} // namespace

} // namespace flow::client
