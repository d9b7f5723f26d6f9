#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/document.hpp"

/// Connections and specifications: patched, replaced, deleted, and acted upon.
namespace flow::mock::test {
namespace {

struct Changed : Stage {
  explicit Changed(std::string_view its_resource = "sourceConnections")
      : resource(its_resource), id(made(*this, resource,
                                        {{"name", "n"},
                                         {"connectionSpec", spec(kS3)},
                                         {"params", {{"a", {1, 2, 3}}, {"t", "text"}, {"o", {{"p", 1}}}}}})) {
  }

  Response patched(const Json &operations, std::string_view etag = "*") {
    return (*this)(patch(resource, id, operations, etag));
  }
  std::string refused(const Json &operations) {
    const Json before = now();
    const Response response = patched(operations);
    EXPECT_EQ(response.status, 400) << operations << response.body;
    EXPECT_EQ(now(), before) << operations;
    return error_in(response);
  }
  Json now() { return document(*this, resource, id); }

  std::string resource;
  std::string id;
};

// --- PATCH

TEST(PatchDocument, AnswersWithIdAndNewEtag) {
  Changed stage;
  const Json before = stage.now();
  stage.clock->advance(5);
  const Response response = stage.patched(change("replace", "/name", "m"), before["etag"].get<std::string>());
  ASSERT_EQ(response.status, 200) << response.body;
  const Json after = stage.now();
  EXPECT_EQ(body_of(response), Json({{"id", stage.id}, {"etag", after["etag"]}}));
  EXPECT_NE(after["etag"], before["etag"]);
  EXPECT_EQ(after["version"], after["etag"]);
  EXPECT_EQ(after["name"], "m");
  EXPECT_EQ(after["updatedAt"], kNow + 5);
  EXPECT_EQ(after["createdAt"], kNow);
}

TEST(PatchDocument, NeedsTheCurrentVersion) {
  Changed stage;
  const std::string etag = stage.now()["etag"];
  const Json rename = change("replace", "/name", "m");
  EXPECT_EQ(error_in(stage.patched(rename, "")), "1403-400");
  EXPECT_EQ(error_in(stage.patched(rename, "\"old\"")), "1404-412");
  const std::string in_query = path_of(stage.resource, stage.id) + "?if-match=" + percent_encoded(etag);
  EXPECT_EQ(error_in(stage(send("PATCH", in_query, rename).add("If-Match", "\"old\""))), "1404-412")
      << "the header counts";
  EXPECT_EQ(stage(send("PATCH", in_query, rename)).status, 200);
  EXPECT_EQ(error_in(stage(send("PATCH", in_query, rename))), "1404-412");
}

TEST(PatchDocument, AddsReplacesAndRemovesInTurn) {
  Changed stage;
  const auto params_after = [&](const Json &operations) {
    const Response response = stage.patched(operations);
    EXPECT_EQ(response.status, 200) << response.body;
    return stage.now()["params"];
  };
  EXPECT_EQ(params_after(change("ADD", "/params/a/1", 9))["a"], Json({1, 9, 2, 3}));
  EXPECT_EQ(params_after(change("add", "/params/a/-", 4))["a"], Json({1, 9, 2, 3, 4}));
  EXPECT_EQ(params_after(change("add", "/params/a/5", 5))["a"], Json({1, 9, 2, 3, 4, 5}));
  EXPECT_EQ(params_after(change("Remove", "/params/a/1"))["a"], Json({1, 2, 3, 4, 5}));
  EXPECT_EQ(params_after(change("replace", "/params/a/0", Json::object()))["a"][0], Json::object());
  EXPECT_EQ(params_after(change("add", "/params/a", 1))["a"], 1) << "what is there is replaced";
  EXPECT_EQ(params_after(change("add", "/params/x~1~0y", 1))["x/~y"], 1);
  EXPECT_EQ(params_after(change("add", "/params/", 1))[""], 1);
  EXPECT_EQ(params_after(change("add", "/params/~01", 1))["~1"], 1);
  EXPECT_FALSE(params_after(change("remove", "/params/o")).contains("o"));
  const Json both = {{{"op", "remove"}, {"path", "/params/t"}, {"value", "ignored"}},
                     {{"op", "add"}, {"path", "/params/n"}, {"value", nullptr}}};
  EXPECT_TRUE(params_after(both)["n"].is_null());
}

TEST(PatchDocument, TakesOneOperationWithoutAnArray) {
  Changed stage;
  EXPECT_EQ(stage.patched({{"op", "replace"}, {"path", "/name"}, {"value", "m"}}).status, 200);
  EXPECT_EQ(stage.now()["name"], "m");
}

TEST(PatchDocument, RefusesWhatIsNoPatch) {
  Changed stage;
  EXPECT_EQ(error_in(stage(patch(stage.resource, stage.id, nullptr))), "1405-400");
  EXPECT_EQ(stage.refused(Json::array()), "1405-400");
  EXPECT_EQ(stage.refused("text"), "1000-400");
  EXPECT_EQ(stage.refused({1}), "1000-400");
  EXPECT_EQ(stage.refused(Json::array({Json::object()})), "1434-400");
  for (const char *op : {"move", "copy", "test", ""}) {
    EXPECT_EQ(stage.refused(change(op, "/name", "m")), "1434-400") << op;
  }
  EXPECT_EQ(stage.refused(Json::array({{{"op", 5}, {"path", "/name"}}})), "1434-400");
  EXPECT_EQ(stage.refused(Json::array({{{"op", "add"}, {"value", 1}}})), "1000-400");
  EXPECT_EQ(stage.refused(Json::array({{{"op", "add"}, {"path", 5}, {"value", 1}}})), "1000-400");
  EXPECT_EQ(stage.refused(change("add", "/name")), "1000-400");
  Json many = Json::array();
  for (int i = 0; i < 1000; ++i) {
    many.push_back(change("add", "/params/a/0", i)[0]);
  }
  EXPECT_EQ(stage.patched(many).status, 200);
  many.push_back(many[0]);
  EXPECT_EQ(stage.refused(many), "1000-400");
}

TEST(PatchDocument, RefusesPathsThatAreNotTheCallers) {
  Changed stage;
  for (const char *path : {"", "name", "name/x", "/~2", "/~", "/params/~", "/", "/nonsense", "/etag",
                           "/state", "/id", "/createdAt", "/inheritedAttributes/x", "/version"}) {
    EXPECT_EQ(stage.refused(change("add", path, "x")), "1365-400") << path;
    EXPECT_EQ(stage.refused(change("remove", path)), "1365-400") << path;
  }
}

TEST(PatchDocument, RefusesPlacesThatAreNotThere) {
  Changed stage;
  for (const char *path : {"/params/a/4", "/params/a/99999999999999999999", "/params/a/x", "/params/a/01",
                           "/params/a/-1", "/params/a/ 1", "/params/none/x", "/name/x", "/params/t/0",
                           "/params/t/-", "/params/a/0/x", "/params/a/-/x", "/params/a//x"}) {
    EXPECT_EQ(stage.refused(change("add", path, 1)), "1365-400") << path;
  }
  for (const char *path : {"/params/a/3", "/params/a/-", "/params/a/x", "/params/none", "/name/x",
                           "/params/t/0", "/description", "/params/a/4294967296"}) {
    EXPECT_EQ(stage.refused(change("remove", path)), "1455-400") << path;
    EXPECT_EQ(stage.refused(change("replace", path, 1)), "1455-400") << path;
  }
}

TEST(PatchDocument, TellsTheOperationThatFails) {
  Changed stage;
  const Json operations = {{{"op", "add"}, {"path", "/params/x"}, {"value", 1}},
                           {{"op", "remove"}, {"path", "/params/x"}},
                           {{"op", "remove"}, {"path", "/params/x"}},
                           {{"op", "remove"}, {"path", "/params/y"}}};
  const Response response = stage.patched(operations);
  EXPECT_EQ(error_in(response), "1455-400");
  EXPECT_NE(response.body.find("/params/x"), std::string::npos);
}

TEST(PatchDocument, LeavesADocumentOfItsShape) {
  Changed stage;
  EXPECT_EQ(stage.refused(change("replace", "/name", 5)), "1312-400");
  EXPECT_EQ(stage.refused(change("replace", "/name", "")), "1304-400");
  EXPECT_EQ(stage.refused(change("remove", "/name")), "1304-400");
  EXPECT_EQ(stage.refused(change("remove", "/connectionSpec")), "1304-400");
  EXPECT_EQ(stage.refused(change("add", "/description", {1})), "1312-400");
  EXPECT_EQ(stage.refused(change("add", "/data", {{"columnDelimiter", ",,"}})), "1331-400");
  EXPECT_EQ(error_in(stage.patched(change("add", "/baseConnectionId", "none"))), "1439-404");
}

TEST(PatchDocument, KeepsWhatIsFixed) {
  Stage stage;
  const std::string id = made(stage, "connections", minimal("connections"));
  EXPECT_EQ(error_in(stage(patch("connections", id, change("replace", "/connectionSpec", spec(kBigQuery))))),
            "1414-400");
  EXPECT_EQ(stage(patch("connections", id, change("replace", "/connectionSpec", spec(kS3)))).status, 200);
  EXPECT_EQ(error_in(stage(patch("connections", id, change("remove", "/connectionSpec/version")))),
            "1414-400");
}

TEST(PatchDocument, KeepsTheSpecOfTheBaseConnection) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const auto patched = [&](const Json &operations) {
    return stage(patch("sourceConnections", ends.source, operations));
  };
  EXPECT_EQ(error_in(patched(change("replace", "/connectionSpec", spec(kBigQuery)))), "1413-400");
  const std::string other = made(stage, "connections", {{"name", "b"}, {"connectionSpec", spec(kBigQuery)}});
  EXPECT_EQ(error_in(patched(change("replace", "/baseConnectionId", other))), "1413-400");
  EXPECT_EQ(patched({change("replace", "/baseConnectionId", other)[0],
                     change("replace", "/connectionSpec", spec(kBigQuery))[0]})
                .status,
            200);
  EXPECT_EQ(document(stage, "sourceConnections", ends.source)["inheritedAttributes"]["baseConnection"]["id"],
            other);
  EXPECT_EQ(patched(change("remove", "/baseConnectionId")).status, 200);
  EXPECT_FALSE(document(stage, "sourceConnections", ends.source).contains("inheritedAttributes"));
  EXPECT_EQ(stage(send("DELETE", path_of("connections", other))).status, 204);
}

TEST(PatchDocument, OfNoneIsNotFound) {
  Stage stage;
  EXPECT_EQ(error_in(stage(patch("connections", "none", change("add", "/name", "x")))), "1439-404");
}

TEST(PatchDocument, DoesNotGrowADocumentBeyondItsBounds) {
  Changed stage;
  const std::string much(400 * 1024, 'x');
  EXPECT_EQ(stage.patched(change("add", "/params/b", much)).status, 200);
  EXPECT_EQ(stage.patched(change("add", "/params/c", much)).status, 200);
  EXPECT_EQ(stage.refused(change("add", "/params/d", much)), "1000-400");
  EXPECT_EQ(stage.patched(change("remove", "/params/b")).status, 200);
  EXPECT_EQ(stage.patched(change("add", "/params/d", much)).status, 200);
}

TEST(PatchDocument, DoesNotNestADocumentBeyondItsBounds) {
  Changed stage;
  std::string path = "/params/o";
  for (int depth = 3; depth < 48; ++depth) { // the document, params and o are three
    path += "/x";
    ASSERT_EQ(stage.patched(change("add", path, Json::object())).status, 200) << depth;
  }
  EXPECT_EQ(stage.patched(change("add", path + "/x", 1)).status, 200);
  EXPECT_EQ(stage.refused(change("add", path + "/y", Json::object())), "1365-400");
  EXPECT_EQ(stage.refused(change("replace", path, {{"y", Json::array()}})), "1365-400");
}

TEST(PatchDocument, DoesNotWidenAnObjectBeyondItsBounds) {
  Changed stage;
  Json wide = Json::object();
  for (int i = 0; i < 999; ++i) {
    wide[std::to_string(i)] = i;
  }
  EXPECT_EQ(stage.patched(change("replace", "/params", wide)).status, 200);
  EXPECT_EQ(stage.patched(change("add", "/params/a", 1)).status, 200);
  EXPECT_EQ(stage.patched(change("add", "/params/a", 2)).status, 200);
  EXPECT_EQ(stage.refused(change("add", "/params/b", 1)), "1365-400");
}

// --- PUT

TEST(PutSpecification, ReplacesTheWholeOfIt) {
  Stage stage;
  const Json given = {{"name", "mine"}, {"providerId", "p"}, {"attributes", {{"x", 1}}}};
  const Response response = stage(send("PUT", path_of("flowSpecs", kFileFlows), given));
  ASSERT_EQ(response.status, 200) << response.body;
  const Json whole = {{"id", kFileFlows},
                      {"name", "mine"},
                      {"providerId", "p"},
                      {"version", "1.0"},
                      {"attributes", {{"x", 1}}}};
  EXPECT_EQ(body_of(response), whole);
  EXPECT_EQ(document(stage, "flowSpecs", kFileFlows), whole);
  EXPECT_EQ(ids_in(stage(read("/flowSpecs"))).size(), 22U);
}

TEST(PutSpecification, RefusesAnotherIdAndWhatIsIncomplete) {
  Stage stage;
  const std::string path = path_of("connectionSpecs", kS3);
  EXPECT_EQ(error_in(stage(send("PUT", path, {{"name", "n"}}))), "1304-400");
  EXPECT_EQ(error_in(stage(send("PUT", path, {{"id", "x"}, {"name", "n"}, {"providerId", "p"}}))),
            "1312-400");
  EXPECT_EQ(error_in(stage(send("PUT", path, {{"name", "n"}, {"providerId", 5}}))), "1312-400");
  EXPECT_EQ(error_in(stage(send("PUT", path, {{"name", "n"}, {"providerId", "p"}, {"etag", "x"}}))),
            "1000-400");
  EXPECT_EQ(error_in(stage(send("PUT", path_of("connectionSpecs", "none"), minimal("connectionSpecs")))),
            "1439-404");
  EXPECT_EQ(
      stage(send("PUT", path, {{"id", kS3}, {"name", "n"}, {"providerId", "p"}, {"version", "3"}})).status,
      200);
  EXPECT_EQ(document(stage, "connectionSpecs", kS3)["version"], "3");
}

// --- DELETE

TEST(DeleteDocument, IsGoneOnceAndForAll) {
  Stage stage;
  for (const char *resource : {"connections", "sourceConnections", "targetConnections"}) {
    const std::string path = path_of(resource, made(stage, resource, minimal(resource)));
    const Response response = stage(send("DELETE", path));
    EXPECT_EQ(response.status, 204);
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(stage(read(path)).status, 404);
    EXPECT_EQ(error_in(stage(send("DELETE", path))), "1439-404");
  }
}

TEST(DeleteDocument, ChecksAVersionThatIsGiven) {
  Stage stage;
  const std::string path = path_of("connections", made(stage, "connections", minimal("connections")));
  EXPECT_EQ(error_in(stage(send("DELETE", path).add("If-Match", "\"old\""))), "1404-412");
  EXPECT_EQ(error_in(stage(send("DELETE", path + "?if-match=old"))), "1404-412");
  EXPECT_EQ(stage(send("DELETE", path).add("If-Match", "*")).status, 204);
}

TEST(DeleteDocument, IsRefusedWhileAFlowUsesIt) {
  Stage stage;
  const Ends ends = make_ends(stage);
  const std::string flow = made(stage, "flows", flow_body(ends));
  const auto deleted = [&](const char *resource, const std::string &id) {
    return stage(send("DELETE", path_of(resource, id)));
  };
  EXPECT_EQ(error_in(deleted("connections", ends.base)), "1418-400");
  EXPECT_EQ(error_in(deleted("sourceConnections", ends.source)), "1447-400");
  EXPECT_EQ(error_in(deleted("targetConnections", ends.target)), "1447-400");
  EXPECT_EQ(deleted("flows", flow).status, 204);
  EXPECT_EQ(deleted("connections", ends.base).status, 204) << "its source connection has no flow any more";
  EXPECT_EQ(deleted("sourceConnections", ends.source).status, 204);
  EXPECT_EQ(deleted("targetConnections", ends.target).status, 204);
}

// --- actions

TEST(ActOnDocument, PublishesADraft) {
  Stage stage;
  for (const char *resource : {"connections", "sourceConnections", "targetConnections"}) {
    const std::string id = made(stage, resource, minimal(resource), "?mode=draft");
    const std::string before = document(stage, resource, id)["etag"];
    const Response response = stage(send("POST", path_of(resource, id) + "/action?op=Publish"));
    ASSERT_EQ(response.status, 200) << response.body;
    const Json after = document(stage, resource, id);
    EXPECT_EQ(after["state"], "enabled");
    EXPECT_NE(after["etag"], before);
    EXPECT_EQ(body_of(response), Json({{"id", id}, {"etag", after["etag"]}}));
    EXPECT_EQ(error_in(stage(send("POST", path_of(resource, id) + "/action?op=publish"))), "1422-400");
  }
}

TEST(ActOnDocument, TellsWhatIsWrongWithAnAction) {
  Stage stage;
  const std::string path = path_of("connections", made(stage, "connections", minimal("connections")));
  const auto refused = [&](const std::string &query, const std::string &body = "") {
    Ask asked = send("POST", path + "/action" + query);
    asked.body = body;
    return error_in(stage(asked));
  };
  EXPECT_EQ(refused(""), "1434-400");
  EXPECT_EQ(refused("?op=enable"), "1434-400") << "of flows alone";
  EXPECT_EQ(refused("?op=finalize"), "1402-400");
  EXPECT_EQ(refused("?op=FINALIZE_UPDATE"), "1402-400");
  EXPECT_EQ(refused("?op=publish&subOp=nonsense"), "1435-400");
  EXPECT_EQ(refused("?op=publish&subOp=Apply"), "1436-400");
  EXPECT_EQ(refused("?op=publish", "["), "1000-400");
  EXPECT_EQ(refused("?op=publish", "[]"), "1000-400");
  EXPECT_EQ(refused("?op=publish", " "), "1422-400");
  EXPECT_EQ(refused("?op=publish", "{}"), "1422-400");
  EXPECT_EQ(error_in(stage(send("POST", "/connections/none/action?op=publish"))), "1439-404");
  EXPECT_EQ(error_in(stage(send("POST", path + "/action?op=publish").add("If-Match", "old"))), "1404-412");
}

} // namespace
} // namespace flow::mock::test
