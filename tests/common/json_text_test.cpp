#include "common/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace flow {

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

/// What is wrong with a text; empty where nothing is.
std::string problem_of(std::string_view text, JsonBounds bounds = {}) {
  const auto read = read_json(text, bounds);
  const JsonProblem *problem = std::get_if<JsonProblem>(&read);
  return problem == nullptr ? "" : problem->what;
}

TEST(JsonText, IsReadWithItsOrderKept) {
  const auto read = read_json(R"( {"b": 1, "a": [true, null, "x"]} )");
  EXPECT_EQ(std::get<nlohmann::ordered_json>(read).dump(), R"({"b":1,"a":[true,null,"x"]})");
}

TEST(JsonText, NestedDeeperThanTheBoundIsRefusedWhereItIs) {
  EXPECT_EQ(problem_of(repeated("[", 64) + repeated("]", 64)), "");
  EXPECT_EQ(problem_of("\n" + repeated("[", 65) + repeated("]", 65)),
            "is nested more than 64 levels deep, at line 2, column 65");
  EXPECT_EQ(problem_of(repeated(R"({"a":)", 60'000)),
            "is nested more than 64 levels deep, at line 1, column 321");
}

TEST(JsonText, ObjectsOfMoreMembersThanTheBoundAreRefused) {
  EXPECT_EQ(problem_of(R"({"a":1,"b":2})", {.members = 2}), "");
  EXPECT_EQ(problem_of(R"({"a":1,"b":[1,2,3],"c":2})", {.members = 2}),
            "has an object of more than 2 members, at line 1, column 19");
}

TEST(JsonText, ArraysMayBeAsLongAsTheyLike) {
  EXPECT_EQ(problem_of("[" + repeated("{},", 5'000) + "1]", {.members = 2}), "");
}

TEST(JsonText, OfMoreValuesThanTheBoundIsRefused) {
  EXPECT_EQ(problem_of(R"([1,{"a":2},[]])", {.values = 6}), "");
  EXPECT_EQ(problem_of(R"([1,{"a":2},[]])", {.values = 5}), "has more than 5 values, at line 1, column 12");
}

TEST(JsonText, BracketsInStringsNestNothing) {
  EXPECT_EQ(problem_of("\"" + repeated("[", 100) + "\""), "");
  EXPECT_EQ(problem_of(R"(["\"[[[[[[", "\\", 1])", {.depth = 1}), "");
}

TEST(JsonText, WhatIsNoJsonIsRefusedWithItsPlaceAndNotItsText) {
  EXPECT_EQ(problem_of(""), "is not JSON, at line 1, column 1");
  EXPECT_EQ(problem_of("{\n  \"token\": hunter2\n}"), "is not JSON, at line 2, column 12");
  EXPECT_EQ(problem_of(R"({"a":1)"), "is not JSON, at line 1, column 7");
  EXPECT_EQ(problem_of("\"\xff\""), "is not JSON, at line 1, column 2");
  EXPECT_EQ(problem_of("[\n1e400]"), "holds a number that is out of range, at line 2, column 1");
  EXPECT_TRUE(json_or_discarded("]").is_discarded());
}

TEST(PlainText, OfAStringHasNoQuotes) {
  EXPECT_EQ(plain_text("a \"b\""), "a \"b\"");
  EXPECT_EQ(plain_text(5), "5");
  EXPECT_EQ(plain_text({{"a", "b"}}), R"({"a":"b"})");
  EXPECT_EQ(plain_text(nullptr), "null");
}

TEST(Listed, SeparatesPlainTextsByCommas) {
  EXPECT_EQ(listed(nlohmann::ordered_json::array({"a", 429, true})), "a, 429, true");
  EXPECT_EQ(listed(nlohmann::ordered_json::array()), "");
}

} // namespace

} // namespace flow
