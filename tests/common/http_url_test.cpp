#include "common/http_url.hpp"

#include <string>

#include <gtest/gtest.h>

namespace flow {
namespace {

TEST(HttpUrl, IsSplitIntoItsParts) {
  const auto url = split_http_url("HTTP://Mock.Example:8080/Flow?a=B#c");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->host, "mock.example");
  EXPECT_EQ(url->port, ":8080");
  EXPECT_EQ(url->target, "/Flow?a=B#c");
  EXPECT_EQ(url->origin(), "http://mock.example:8080");
}

TEST(HttpUrl, NeedsNeitherPortNorTarget) {
  const auto url = split_http_url("https://host");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->port, "");
  EXPECT_EQ(url->target, "");
  EXPECT_EQ(url->origin(), "https://host");
  EXPECT_EQ(split_http_url("https://host?b").value().target, "?b");
}

TEST(HttpUrl, KeepsTheBracketsOfAnIpv6Address) {
  const auto url = split_http_url("http://[2001:DB8::1]:9/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "[2001:db8::1]");
  EXPECT_EQ(url->port, ":9");
  EXPECT_EQ(split_http_url("http://[::1]").value().port, "");
}

TEST(HttpUrl, IsNothingWithoutOneOfBothSchemes) {
  for (const char *text : {"", "host", "host:80", "ftp://host", "://host", "http:/host", "x http://host"}) {
    EXPECT_FALSE(split_http_url(text)) << text;
  }
}

TEST(HttpUrl, OriginOfAHostThatCanBeCalledHasNoProblem) {
  for (const char *text :
       {"http://a", "http://a_b-c.example:1", "http://127.0.0.1:65535", "http://[::1]:80"}) {
    EXPECT_EQ(problem_with_origin(split_http_url(text).value()), "") << text;
  }
}

TEST(HttpUrl, ProblemWithAnOriginIsInItsHostOrPort) {
  for (const char *text : {"http://", "http://:80", "http://a b", "http://[]", "http://[::1", "http://[::g]",
                           "http://me@host", "http://h\xc3\xb6st"}) {
    EXPECT_TRUE(problem_with_origin(split_http_url(text).value()).starts_with("names no host")) << text;
  }
  for (const char *text : {"http://a:", "http://a:0", "http://a:65536", "http://a:8x", "http://a:+80"}) {
    EXPECT_EQ(problem_with_origin(split_http_url(text).value()),
              "has a port that is not a number from 1 to 65535")
        << text;
  }
  EXPECT_EQ(problem_with_origin(split_http_url("http://" + std::string(254, 'a')).value()),
            "has a host of 254 letters; a name has at most 253");
}

} // namespace
} // namespace flow
