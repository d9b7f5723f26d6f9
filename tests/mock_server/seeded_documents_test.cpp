#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/seed/seed.hpp"
#include "tests/mock_server/document.hpp"
#include "tests/mock_server/steered.hpp"

/// Connections and specifications that a seed has, and what a snapshot keeps of them.
namespace flow::mock::test {
namespace {

Json with_list(const char *list, const Json &entries) {
  return {{"flows", Json::array()}, {"runs", Json::array()}, {list, entries}};
}

struct Seeded : Steered {
  explicit Seeded(const Json &seed)
      : Steered([&](Settings &settings) { settings.seed = parse_seed(seed.dump(), "test"); }) {}

  Json of(std::string_view resource, std::string_view id) { return document(*this, resource, id); }
};

/// What is wrong with a seed, and where.
std::string wrong_with(const Json &seed) {
  try {
    parse_seed(seed.dump(), "test");
  } catch (const SeedError &error) {
    return error.pointer;
  }
  return "nothing";
}

std::vector<std::string> lists() {
  std::vector<std::string> names;
  for (const contract::Resource *resource : described()) {
    if (resource->name != "flows") {
      names.push_back(resource->name);
    }
  }
  return names;
}

TEST(SeededDocument, IsReadInEachList) {
  for (const std::string &list : lists()) {
    Seeded mock(with_list(list.c_str(), Json::array({{{"id", "x"}, {"name", "mine"}}})));
    const Json whole = mock.of(list, "x");
    EXPECT_EQ(whole["name"], "mine");
    const bool is_catalogue = contract::resource(list).is_catalogue;
    EXPECT_EQ(whole.contains("etag"), !is_catalogue) << list;
    EXPECT_EQ(whole.contains("state"), !is_catalogue) << list;
    EXPECT_EQ(ids_in(mock(read("/" + list))).size(),
              is_catalogue ? shipped_specifications(contract::resource(list)).size() + 1 : 1U);
  }
}

TEST(SeededDocument, KeepsWhatItGives) {
  const Json given = {
      {"id", "x"},         {"name", "n"},    {"state", "disabled"}, {"etag", "\"abc\""},
      {"createdBy", "me"}, {"createdAt", 5}, {"updatedAt", 6},      {"connectionSpec", spec("of-no-kind")}};
  Seeded mock(with_list("connections", Json::array({given})));
  const Json whole = mock.of("connections", "x");
  for (const auto &member : given.items()) {
    EXPECT_EQ(whole[member.key()], member.value()) << member.key();
  }
  EXPECT_EQ(whole["version"], "\"abc\"");
  EXPECT_EQ(whole["updatedBy"], "{UPDATED_BY}");
}

TEST(SeededDocument, HasTimesThatCountFromNow) {
  Seeded mock(with_list("connections", Json::array({{{"id", "a"}, {"createdAt", "-1h"}},
                                                    {{"id", "b"}, {"updatedAt", "-1m"}},
                                                    {{"id", "c"}}})));
  EXPECT_EQ(mock.of("connections", "a")["createdAt"], kNow - 3'600'000);
  EXPECT_EQ(mock.of("connections", "a")["updatedAt"], kNow - 3'600'000);
  EXPECT_EQ(mock.of("connections", "b")["createdAt"], kNow - 60'000);
  EXPECT_EQ(mock.of("connections", "c")["createdAt"], kNow);
}

TEST(SeededDocument, OfASourceShowsItsBaseConnection) {
  Json seed = with_list("connections", Json::array({{{"id", "b"}, {"connectionSpec", spec(kS3)}}}));
  seed["sourceConnections"] =
      Json::array({{{"id", "s"}, {"baseConnectionId", "b"}},
                   {{"id", "t"}, {"baseConnectionId", "none"}},
                   {{"id", "u"}, {"baseConnectionId", "b"}, {"inheritedAttributes", {{"x", 1}}}}});
  Seeded mock(seed);
  EXPECT_EQ(mock.of("sourceConnections", "s")["inheritedAttributes"]["baseConnection"],
            Json({{"id", "b"}, {"connectionSpec", spec(kS3)}}));
  EXPECT_FALSE(mock.of("sourceConnections", "t").contains("inheritedAttributes"));
  EXPECT_EQ(mock.of("sourceConnections", "u")["inheritedAttributes"], Json({{"x", 1}}));
}

TEST(SeededDocument, OfASpecificationStandsForTheShippedOne) {
  Seeded mock(with_list("flowSpecs", Json::array({{{"id", kFileFlows}, {"name", "mine"}}})));
  EXPECT_EQ(mock.of("flowSpecs", kFileFlows), Json({{"id", kFileFlows}, {"name", "mine"}}));
  EXPECT_EQ(ids_in(mock(read("/flowSpecs"))).size(), 22U);
}

TEST(SeededDocument, AnswersAsItSays) {
  const Json answers = {{{"verb", "explore"}, {"query", {{"objectType", "Table"}}}, {"body", {1}}},
                        {{"verb", "explore"}, {"body", {2}}},
                        {{"verb", "test"}, {"body", {{"result", false}}}}};
  Seeded mock(with_list("connections", Json::array({{{"id", "x"}, {"answers", answers}}})));
  EXPECT_EQ(mock(read("/connections/x/explore?objectType=table&object=o")).body, "[1]");
  EXPECT_EQ(mock(read("/connections/x/explore?objectType=root")).body, "[2]");
  EXPECT_EQ(mock(read("/connections/x/test")).body, R"({"result":false})");
  EXPECT_FALSE(mock.of("connections", "x").contains("answers"));
  EXPECT_EQ(mock(patch("connections", "x", change("add", "/description", "d"))).status, 200);
  EXPECT_EQ(mock(read("/connections/x/test")).body, R"({"result":false})") << "after a change, too";
}

// What a seed gives may be otherwise than the API would have it: a change elsewhere is none of that.
TEST(SeededDocument, CanBeChangedThoughItIsIncomplete) {
  Json seed = with_list(
      "connections",
      Json::array({{{"id", "c"}, {"auth", {{"specName", "none"}}}, {"connectionSpec", spec(kS3)}}}));
  seed["sourceConnections"] = Json::array(
      {{{"id", "s"}, {"data", {{"columnDelimiter", ",,"}}}, {"inheritedAttributes", {{"x", 1}}}}});
  seed["targetConnections"] = Json::array({{{"id", "t"}}});
  Seeded mock(seed);
  for (const auto &[resource, id] : {std::pair("connections", "c"), std::pair("sourceConnections", "s"),
                                     std::pair("targetConnections", "t")}) {
    const Response response = mock(patch(resource, id, change("add", "/description", "d")));
    EXPECT_EQ(response.status, 200) << response.body;
  }
  EXPECT_EQ(mock.of("sourceConnections", "s")["inheritedAttributes"], Json({{"x", 1}}));
  Json body = flow_body({"", "s", "t"});
  EXPECT_EQ(mock(send("POST", "/flows", body)).status, 201) << "of connections without a spec";
  EXPECT_EQ(error_in(mock(patch("connections", "c", change("replace", "/auth/specName", "other")))),
            "1415-400");
}

TEST(SeededDocument, IsMadeForAFlowThatSpeaksOfIt) {
  const Json flow = {{"id", "f"},
                     {"name", "mine"},
                     {"sourceConnectionIds", {"s"}},
                     {"targetConnectionIds", {"t"}},
                     {"inheritedAttributes",
                      {{"sourceConnections",
                        {{{"id", "s"}, {"connectionSpec", spec(kS3)}, {"baseConnection", {{"id", "b"}}}}}},
                       {"targetConnections", {{{"id", "t"}, {"connectionSpec", "odd"}}}}}}};
  Seeded mock({{"flows", {flow}}, {"runs", Json::array()}});
  EXPECT_EQ(mock.of("sourceConnections", "s")["baseConnectionId"], "b");
  EXPECT_EQ(mock.of("sourceConnections", "s")["name"], "source connection of mine");
  EXPECT_FALSE(mock.of("targetConnections", "t").contains("connectionSpec"));
  EXPECT_EQ(mock.of("connections", "b")["name"], "connection of mine");
  EXPECT_EQ(error_in(mock(send("DELETE", "/connections/b"))), "1418-400");
}

TEST(SeededDocument, IsNotMadeOfWhatIsNone) {
  for (const Json &odd :
       std::vector<Json>{Json::object(),
                         {{"sourceConnections", "x"}},
                         {{"sourceConnections", {5, nullptr, {{"id", 5}}, {{"id", "a b/c"}}}}},
                         {{"targetConnections", {{"id", "x"}}}},
                         {{"sourceConnections", {{{"id", "s"}, {"baseConnection", 5}}}}},
                         {{"sourceConnections", {{{"id", "s"}, {"baseConnection", {{"id", 5}}}}}}}}) {
    Seeded mock({{"flows", {{{"id", "f"}, {"inheritedAttributes", odd}}}}, {"runs", Json::array()}});
    EXPECT_EQ(mock(read("/sourceConnections")).status, 200) << odd;
    const std::string snapshot = mock.steer("GET", "/snapshot").body;
    const Response restored = mock.steer("POST", "/restore", Json::parse(snapshot));
    EXPECT_EQ(restored.status, 200) << odd << restored.body;
    EXPECT_EQ(mock.steer("GET", "/snapshot").body, snapshot);
  }
}

TEST(SeededDocument, TellsThePlaceThatIsWrong) {
  for (const std::string &list : lists()) {
    const char *name = list.c_str();
    EXPECT_EQ(wrong_with(with_list(name, 5)), "/" + list);
    EXPECT_EQ(wrong_with(with_list(name, {5})), "/" + list + "/0");
    EXPECT_EQ(wrong_with(with_list(name, Json::array({{{"name", "n"}}}))), "/" + list + "/0");
    EXPECT_EQ(wrong_with(with_list(name, Json::array({{{"id", "a b"}}}))), "/" + list + "/0/id");
    EXPECT_EQ(wrong_with(with_list(name, Json::array({{{"id", "x"}, {"nonsense", 1}}}))),
              "/" + list + "/0/nonsense");
    EXPECT_EQ(wrong_with(with_list(name, Json::array({{{"id", "x"}, {"name", 1}}}))), "/" + list + "/0/name");
    EXPECT_EQ(wrong_with(with_list(name, Json::array({{{"id", "x"}}, {{"id", "x"}}}))), "/" + list + "/1/id");
    EXPECT_EQ(wrong_with(with_list(name, Json::array({{{"id", "x"}, {"createdAt", "soon"}}}))),
              "/" + list + "/0/createdAt");
    EXPECT_EQ(wrong_with(with_list(
                  name, Json::array({{{"id", "x"}, {"answers", {{{"verb", "list"}, {"body", 1}}}}}}))),
              "/" + list + "/0/answers/0/verb");
  }
  EXPECT_EQ(wrong_with(with_list("connections", Json::array({{{"id", "x"}, {"state", "odd"}}}))),
            "/connections/0/state");
  EXPECT_EQ(wrong_with(with_list("nonsense", Json::array())), "/");
}

// They are checked some at a time.
TEST(SeededDocument, CanBeOneOfMany) {
  Json many = Json::array();
  for (int i = 0; i < 1300; ++i) {
    many.push_back({{"id", "c" + std::to_string(i)}, {"name", "n"}});
  }
  Seeded mock(with_list("connections", many));
  EXPECT_EQ(mock(read("/connections?count=true")).body, R"({"count":1300})");
  many[1234]["id"] = 5;
  EXPECT_EQ(wrong_with(with_list("connections", many)), "/connections/1234/id");
}

TEST(SnapshotOfDocuments, IsTheSameRestoredElsewhere) {
  Steered mock;
  const Ends ends = make_ends(mock, kHttpApi, "CSV");
  Json body = flow_body(ends, kTableFlows);
  body["flowSpec"]["extra"] = 1;
  const Response flow = mock(send("POST", "/flows", body));
  made(mock, "connections", minimal("connections"), "?mode=draft");
  made(mock, "flowSpecs", {{"id", "mine"}, {"name", "n"}, {"providerId", "p"}});
  EXPECT_EQ(mock(send("PUT", path_of("connectionSpecs", kS3), minimal("connectionSpecs"))).status, 200);
  EXPECT_EQ(mock(send("DELETE", "/connections/139f6a5f-a78b-4744-9f6a-5fa78bd74431")).status, 204);
  mock.clock->advance(1000);
  const std::string snapshot = mock.steer("GET", "/snapshot").body;
  const Response restored = mock.admin("POST", "/sandboxes/o/elsewhere/restore", Json::parse(snapshot));
  ASSERT_EQ(restored.status, 200) << restored.body;
  EXPECT_EQ(mock.admin("GET", "/sandboxes/o/elsewhere/snapshot").body, snapshot);
  const Json lists = Json::parse(snapshot);
  EXPECT_EQ(lists["flowSpecs"],
            Json::array({{{"id", "mine"}, {"name", "n"}, {"providerId", "p"}, {"version", "1.0"}}}));
  EXPECT_EQ(lists["connectionSpecs"].size(), 1U) << "of those shipped, the one that was replaced";
}

TEST(SnapshotOfDocuments, CanBeRestoredHoweverTheyWereChanged) {
  Steered mock;
  const Ends ends = make_ends(mock);
  Json nested = "x";
  for (int depth = 0; depth < 40; ++depth) {
    nested = {{"n", nested}};
  }
  const std::string flow = made(mock, "flows", flow_body(ends));
  EXPECT_EQ(mock(patch("flows", flow, change("add", "/options", nested))).status, 200);
  EXPECT_EQ(mock(patch("sourceConnections", ends.source, change("add", "/params", nested))).status, 200);
  EXPECT_EQ(mock(patch("sourceConnections", ends.source, change("replace", "/data/format", 5))).status, 200);
  const std::string other = made(mock, "flows", flow_body(ends));
  const Json snapshot = Json::parse(mock.steer("GET", "/snapshot").body);
  const Response restored = mock.steer("POST", "/restore", snapshot);
  EXPECT_EQ(restored.status, 200) << restored.body;
  EXPECT_EQ(document(mock, "flows", flow)["options"], nested);
}

// That they are made when they are first asked for, is not to be seen.
TEST(SeededDocument, IsMadeWithoutTakingAnIdFromWhatFollows) {
  const auto next_run = [](const std::function<void(Steered &)> &before) {
    Steered mock([](Settings &settings) { settings.deterministic = 7; });
    before(mock);
    return mock.retried(kZeroRecords);
  };
  const std::string id = next_run([](Steered &) {});
  EXPECT_EQ(next_run([](Steered &mock) { mock(read("/connections")); }), id);
  EXPECT_EQ(next_run([](Steered &mock) { mock.steer("GET", "/snapshot"); }), id);
}

TEST(SeededDocument, LargerThanTheApiWouldHaveItCanBeChanged) {
  Json nested = "x";
  for (int depth = 0; depth < 55; ++depth) {
    nested = Json::array({nested});
  }
  const Json params = {{"nested", nested}, {"long", std::string(1024 * 1024, 'x')}};
  Seeded mock(
      with_list("sourceConnections", Json::array({{{"id", "s"}, {"name", "n"}, {"params", params}}})));
  EXPECT_EQ(mock(patch("sourceConnections", "s", change("add", "/params/more", "x"))).status, 400);
  EXPECT_EQ(mock(patch("sourceConnections", "s", change("replace", "/params/long", "x"))).status, 200);
}

TEST(ResetOfDocuments, BringsBackThoseOfTheSeed) {
  Steered mock;
  const std::string mine = made(mock, "connections", minimal("connections"));
  const std::string seeded = "/connections/139f6a5f-a78b-4744-9f6a-5fa78bd74431";
  EXPECT_EQ(mock(send("DELETE", seeded)).status, 204);
  EXPECT_EQ(mock.steer("POST", "/reset").status, 200);
  EXPECT_EQ(mock(read(seeded)).status, 200);
  EXPECT_EQ(mock(read(path_of("connections", mine))).status, 404);
}

} // namespace
} // namespace flow::mock::test
