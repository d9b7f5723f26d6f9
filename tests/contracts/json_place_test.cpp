#include "contracts/model/json_place.hpp"

#include <string>

#include <gtest/gtest.h>

#include "contracts/model/contract.hpp"

namespace flow::contract {

namespace {

std::string text_at(std::string_view json, std::string_view pointer) {
  const auto place = JsonPlace::find(json, pointer);
  return place ? std::string(place->text()) : "nothing";
}

/// Every place in a document is found where a parser finds it.
void expect_same(const std::string &json, const Json &value, const std::string &pointer) {
  EXPECT_EQ(text_at(json, pointer), value.is_string() ? value.get<std::string>() : value.dump()) << pointer;
  if (value.is_structured()) {
    for (const auto &[key, member] : value.items()) {
      expect_same(json, member, pointer + "/" + key);
    }
  }
}

TEST(JsonPlace, IsWhereAParserFindsIt) {
  const Json document = {
      {"type", "a"},
      {"empty", ""},
      {"braces", "}]{[,:"},
      {"report", {{"id", "x"}, {"numbers", {1, -2.5, 1e9}}, {"none", nullptr}}},
      {"items", Json::array({Json::object(), {{"a", Json::array({Json::array()})}}, true})},
      {"last", false}};
  expect_same(document.dump(), document, "");
  for (const char *pointer : {"/typ", "/type/0", "/report/numbers/3", "/items/-1", "/items/x", "/last/a"}) {
    EXPECT_EQ(text_at(document.dump(), pointer), "nothing") << pointer;
  }
}

TEST(JsonPlace, DoesNotMindBlanksNorEscapes) {
  const char *json = "{ \"a\\\"\\\\\" : [ \"x\\\"y\" , { } ] ,\n\"b\":\t\"c\" }";
  EXPECT_EQ(text_at(json, "/b"), "c");
  EXPECT_EQ(text_at("[ \"x\\\"y\" , 2 ]", "/0"), "x\\\"y") << "its escapes stay";
  EXPECT_EQ(text_at("[ \"x\\\"y\" , 2 ]", "/1"), "2");
}

TEST(JsonPlace, KnowsWhatIsEmpty) {
  const auto is_empty = [](const char *json) { return JsonPlace::find(json, "/a")->is_empty(); };
  for (const char *json : {R"({"a":""})", R"({"a":[ ]})", R"({"a":{ }})", R"({"a":null})"}) {
    EXPECT_TRUE(is_empty(json)) << json;
  }
  for (const char *json :
       {R"({"a":"\""})", R"({"a":[{}]})", R"({"a":{"b":1}})", R"({"a":0})", R"({"a":[[]]})"}) {
    EXPECT_FALSE(is_empty(json)) << json;
  }
}

TEST(JsonPlace, OfNoJsonIsNothingOrARest) {
  for (const char *text : {"", " ", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\" 1}", "{\"b\":[",
                           "{\"b\":[}", "[", "[1", "{\"b\":\"\\", "{,\"a\":1}", "nonsense"}) {
    EXPECT_FALSE(JsonPlace::find(text, "/a")) << text;
    EXPECT_FALSE(JsonPlace::find(text, "/1")) << text;
  }
  EXPECT_EQ(text_at("{\"a\":[1,{\"b\":", "/a"), "[1,{\"b\":");
}

} // namespace

} // namespace flow::contract
