#include "mock_server/pipeline/target.hpp"

#include <gtest/gtest.h>

namespace flow::mock {
namespace {

using Segments = std::vector<std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

Segments segments_of(std::string_view text) {
  const auto target = parse_target(text);
  return target ? target->segments : Segments{"(refused)"};
}

Query query_of(std::string_view text) {
  const auto target = parse_target(text);
  return target ? target->query : Query{{"(refused)", ""}};
}

TEST(Target, PathIsTakenApartAtSlashes) {
  EXPECT_EQ(segments_of("/data/foundation/runs"), (Segments{"data", "foundation", "runs"}));
  EXPECT_EQ(segments_of("/"), Segments{});
}

TEST(Target, OneTrailingSlashMakesNoSegment) {
  EXPECT_EQ(segments_of("/runs/x/"), (Segments{"runs", "x"}));
  EXPECT_EQ(segments_of("/runs/x//"), (Segments{"runs", "x", ""}));
  EXPECT_EQ(segments_of("//runs"), (Segments{"", "runs"}));
}

TEST(Target, SegmentsArePercentDecoded) {
  EXPECT_EQ(segments_of("/%72uns/a%20b%C3%a9"), (Segments{"runs", "a b\xc3\xa9"}));
  EXPECT_EQ(segments_of("/a%00b"), (Segments{std::string("a\0b", 3)}));
}

TEST(Target, EncodedSlashStaysWithinItsSegment) {
  EXPECT_EQ(segments_of("/runs/..%2f..%2Fetc"), (Segments{"runs", "../../etc"}));
}

TEST(Target, DotsAreSegmentsLikeAnyOther) {
  EXPECT_EQ(segments_of("/runs/../%2e%2e/x"), (Segments{"runs", "..", "..", "x"}));
}

TEST(Target, PlusIsASpaceInTheQueryOnly) {
  EXPECT_EQ(segments_of("/a+b"), (Segments{"a+b"}));
  EXPECT_EQ(query_of("/?a+b=c+d%2B"), (Query{{"a b", "c d+"}}));
}

TEST(Target, QueryKeepsOrderAndRepetitions) {
  EXPECT_EQ(query_of("/x?b=1&a=2&b=3"), (Query{{"b", "1"}, {"a", "2"}, {"b", "3"}}));
}

TEST(Target, QueryParametersMayLackTheirValue) {
  EXPECT_EQ(query_of("/?op"), (Query{{"op", ""}}));
  EXPECT_EQ(query_of("/?op="), (Query{{"op", ""}}));
  EXPECT_EQ(query_of("/?&&a=1&"), (Query{{"a", "1"}}));
}

TEST(Target, SecondEqualsSignAndQuestionMarkBelongToTheValue) {
  EXPECT_EQ(query_of("/?property=a==b?c"), (Query{{"property", "a==b?c"}}));
}

TEST(Target, AbsoluteFormIsReadAsItsPath) {
  EXPECT_EQ(segments_of("http://host:8080/runs/x?op=y"), (Segments{"runs", "x"}));
  EXPECT_EQ(query_of("https://host/runs?op=y"), (Query{{"op", "y"}}));
  EXPECT_EQ(segments_of("http://host"), Segments{});
}

TEST(Target, AbsoluteFormWithoutAPathKeepsItsQuery) {
  EXPECT_EQ(segments_of("http://host?op=/runs/x"), Segments{});
  EXPECT_EQ(query_of("http://host?op=/runs/x"), (Query{{"op", "/runs/x"}}));
}

TEST(Target, SchemeOfTheAbsoluteFormIsReadInAnyCase) {
  EXPECT_EQ(segments_of("HTTP://host/runs"), (Segments{"runs"}));
}

TEST(Target, PathAsSentHasNeitherOriginNorQuery) {
  EXPECT_EQ(path_of("/a%20b/?op=x"), "/a%20b/");
  EXPECT_EQ(path_of("http://user:word@host/a?op=x"), "/a");
  EXPECT_EQ(path_of("http://user:word@host?op=/x"), "");
  EXPECT_EQ(path_of("?op=x"), "");
  EXPECT_EQ(path_of("*"), "*");
}

TEST(Target, GarbageIsRefused) {
  for (const char *garbage : {"", "runs", "*", "?op=x", "/%", "/%4", "/%zz", "/%4g/x", "/%-1", "/%+1",
                              "/?a=%", "/?%=a", "/?a=%u0041", "ftp://host/"}) {
    EXPECT_FALSE(parse_target(garbage)) << garbage;
  }
}

} // namespace
} // namespace flow::mock
