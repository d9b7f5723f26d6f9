#include "tests/client/scripted.hpp"

namespace flow::client {

namespace {

constexpr const char *kBase = "/data/foundation/flowservice";
constexpr const char *kChanged = R"({"id":"c-1","etag":"\"2\""})";

Response ok(const std::string &body, int status = 200) {
  return {.status = status, .headers = {}, .body = body};
}

Response not_found() {
  return {.status = 404,
          .headers = {},
          .body = R"({"type":"https://ns.adobe.com/aep/errors/FLOW-1439-404","title":"Not found","status":404,
                      "report":{"detailed-message":"none"}})"};
}

Response answer_lost_at_gateway() {
  return ok("", 502);
}

struct DocumentCalls : ScriptedClient {
  Documents connections(Script script = {}) { return client(std::move(script)).documents("connections"); }

  /// "GET /connections", then the body, of the last request.
  std::string last() const {
    const Request &request = transport->requests.back();
    return request.method + " " + request.target.substr(std::string(kBase).size()) +
           (request.body.empty() ? "" : " " + request.body);
  }

  std::string header(const std::string &name) const {
    for (const auto &[each, value] : transport->requests.back().headers) {
      if (each == name) {
        return value;
      }
    }
    return "";
  }

  template <typename CallAny> ErrorKind kind_of(Script script, CallAny call) {
    const Documents documents = connections(std::move(script));
    return error_of_call([&] { call(documents); }).kind;
  }
};

TEST_F(DocumentCalls, ADocumentIsReadAloneAndInAList) {
  const std::string body =
      R"({"items":[{"id":"c-1","name":"S3","state":"enabled","etag":"\"1\"","createdAt":1,"updatedAt":2,
          "auth":{"specName":"Key"}}],"_links":{}})";
  const Documents documents = connections({ok(body), ok(body)});
  std::vector<Document> found{documents.get("c-1")};
  EXPECT_EQ(last(), "GET /connections/c-1");
  for (const Document &document : documents.list({.properties = {"state==enabled"}, .orderby = "name"})) {
    found.push_back(document);
  }
  EXPECT_EQ(last(), "GET /connections?property=state%3D%3Denabled&orderby=name");
  ASSERT_EQ(found.size(), 2u);
  for (const Document &document : found) {
    EXPECT_EQ(document.id, "c-1");
    EXPECT_EQ(document.name, "S3");
    EXPECT_EQ(document.state, "enabled");
    EXPECT_EQ(document.etag, "\"1\"");
    EXPECT_EQ(document.created_at, Time(std::chrono::milliseconds(1)));
    EXPECT_EQ(document.updated_at, Time(std::chrono::milliseconds(2)));
    EXPECT_NE(document.json.find("specName"), std::string::npos);
  }
}

TEST_F(DocumentCalls, ASearchSendsItsBodyForEachPage) {
  int found = 0;
  const auto search =
      connections(
          {ok(R"({"items":[{"id":"a"}],"_links":{"next":{"href":"/connections/search?continuationToken=t"}}})"),
           ok(R"({"items":[{"id":"b"}],"_links":{}})")})
          .search(R"({"queryString":"property=id==a"})");
  for (const Document &document : search) {
    EXPECT_EQ(document.id, found == 0 ? "a" : "b");
    ++found;
    EXPECT_EQ(header("Content-Type"), "application/json");
  }
  EXPECT_EQ(found, 2);
  EXPECT_EQ(last(), R"(POST /connections/search?continuationToken=t {"queryString":"property=id==a"})");
}

TEST_F(DocumentCalls, CountsAreAskedFor) {
  EXPECT_EQ(connections({ok(R"({"count":3})")}).count({.properties = {"state==draft"}, .orderby = "id"}), 3);
  EXPECT_EQ(last(), "GET /connections?property=state%3D%3Ddraft&count=true");
}

TEST_F(DocumentCalls, ChangesAreSentAsDocumented) {
  const Documents documents = connections({ok(kChanged, 201), ok(kChanged, 201), ok(kChanged), ok(kChanged)});
  EXPECT_EQ(documents.create(R"({"name":"S3"})").etag, "\"2\"");
  EXPECT_EQ(last(), R"(POST /connections {"name":"S3"})");
  EXPECT_EQ(header("Content-Type"), "application/json");
  documents.create("{}", {.draft = true});
  EXPECT_EQ(last(), "POST /connections?mode=draft {}");
  EXPECT_EQ(documents.patch("c-1", "[]", "\"1\"").id, "c-1");
  EXPECT_EQ(last(), "PATCH /connections/c-1 []");
  EXPECT_EQ(header("If-Match"), "\"1\"");
  documents.act("c-1", "publish");
  EXPECT_EQ(last(), "POST /connections/c-1/action?op=publish");
  EXPECT_EQ(header("Content-Type"), "") << "there is no body";
}

TEST_F(DocumentCalls, APatchThatIsOnlyAcceptedHasNoEtag) {
  const ChangedDocument patched = connections({ok("", 202)}).patch("c-1", "[]", "*");
  EXPECT_EQ(patched.id, "c-1");
  EXPECT_EQ(patched.etag, "");
  EXPECT_EQ(patched.json, R"({"id":"c-1"})");
}

TEST_F(DocumentCalls, ACreateMayBeAnsweredWithItsIdAlone) {
  const ChangedDocument created = connections({ok(R"({"id":"c-1"})", 201)}).create("{}");
  EXPECT_EQ(created.id, "c-1");
  EXPECT_EQ(created.etag, "");
}

TEST_F(DocumentCalls, ADocumentInNoListIsAListOfOne) {
  const Client caller = client({ok(R"({"id":"s","name":"CRMToAEP"})")});
  std::vector<std::string> names;
  for (const Document &document : caller.documents("flowSpecs").list({.properties = {"name==CRMToAEP"}})) {
    names.push_back(document.name);
  }
  EXPECT_EQ(names, std::vector<std::string>{"CRMToAEP"});
}

TEST_F(DocumentCalls, ASpecificationIsReplacedAndAnswersWithTheWholeOfIt) {
  const Client caller = client({ok(R"({"id":"s","name":"S3"})")});
  const ChangedDocument put = caller.documents("connectionSpecs").put("s", R"({"name":"S3"})");
  EXPECT_EQ(last(), R"(PUT /connectionSpecs/s {"name":"S3"})");
  EXPECT_EQ(put.etag, "");
  EXPECT_EQ(put.json, R"({"id":"s","name":"S3"})");
}

TEST_F(DocumentCalls, ADeletionIsAnsweredWithNothing) {
  for (const int status : {204, 202}) {
    connections({ok("", status)}).remove("c-1", "\"1\"");
    EXPECT_EQ(last(), "DELETE /connections/c-1");
    EXPECT_EQ(header("If-Match"), "\"1\"");
  }
}

TEST_F(DocumentCalls, AQuestionToADocumentReturnsTheAnswerAsItIs) {
  const Documents documents = connections({ok("[1, 2]"), ok("true"), ok("<html>")});
  EXPECT_EQ(documents.ask("c-1", "explore", {{"objectType", "folder"}, {"object", "/a&b/"}}), "[1, 2]");
  EXPECT_EQ(last(), "GET /connections/c-1/explore?objectType=folder&object=%2Fa%26b%2F");
  EXPECT_EQ(documents.ask("c-1", "test"), "true");
  EXPECT_EQ(error_of_call([&] { documents.ask("c-1", "configs"); }).kind, ErrorKind::malformed_answer);
  EXPECT_THROW(documents.ask("c-1", "delete"), std::invalid_argument);
}

TEST_F(DocumentCalls, WhatAResourceDoesNotHaveIsRefusedBeforeSending) {
  const Client caller = client();
  EXPECT_THROW(caller.documents("runs"), std::invalid_argument) << "they have calls of their own";
  EXPECT_THROW(caller.documents("nonsense"), std::invalid_argument);
  EXPECT_THROW(caller.documents("connectionSpecs").remove("s"), std::invalid_argument);
  EXPECT_THROW(caller.documents("sourceConnections").search("{}"), std::invalid_argument);
  EXPECT_THROW(caller.documents("connections").get(".."), std::invalid_argument);
  EXPECT_EQ(transport->requests.size(), 0u);
}

TEST_F(DocumentCalls, WhatReadsIsRepeatedASearchToo) {
  EXPECT_EQ(connections({lost_answer(), ok(R"({"items":[{"id":"a"}]})")}).get("a").id, "a");
  const auto found = connections({answer_lost_at_gateway(), ok(R"({"items":[]})")}).search("{}");
  EXPECT_TRUE(found.begin() == found.end());
}

TEST_F(DocumentCalls, ACreationAPatchAndAnActionThatMayHaveArrivedAreNotRepeated) {
  for (const auto &lost : Script{lost_answer(), lost_answer(true), answer_lost_at_gateway()}) {
    EXPECT_EQ(kind_of({lost}, [](const Documents &its) { its.create("{}"); }), ErrorKind::unknown_outcome);
    EXPECT_EQ(kind_of({lost}, [](const Documents &its) { its.patch("c-1", "[]", "\"1\""); }),
              ErrorKind::unknown_outcome);
    EXPECT_EQ(kind_of({lost}, [](const Documents &its) { its.act("c-1", "publish"); }),
              ErrorKind::unknown_outcome);
  }
}

TEST_F(DocumentCalls, ACreationThatCertainlyDidNothingIsRepeated) {
  EXPECT_EQ(connections({refused_connection(), ok("", 503), ok(kChanged, 201)}).create("{}").id, "c-1");
}

TEST_F(DocumentCalls, AnUnknownOutcomeTellsHowToFindOut) {
  const auto text_of = [&](auto call) {
    const Documents documents = connections({lost_answer()});
    return std::string(error_of_call([&] { call(documents); }).what());
  };
  EXPECT_NE(text_of([](const Documents &its) {
              its.create("{}");
            }).find("look for one created since 2022-05-03T14:00:00Z: GET /connections?orderby=-createdAt"),
            std::string::npos);
  EXPECT_NE(text_of([](const Documents &its) { its.patch("c-1", "[]", "\"1\""); })
                .find("unknown whether connection c-1 was changed. Before changing it again, read it: "
                      "GET /connections/c-1"),
            std::string::npos);
}

TEST_F(DocumentCalls, AChangeWhoseAnswerNamesNoDocumentIsUnknown) {
  for (const char *body : {"{}", "[]", "<html>"}) {
    EXPECT_EQ(kind_of({ok(body)}, [](const Documents &its) { its.patch("c-1", "[]", "*"); }),
              ErrorKind::unknown_outcome)
        << body;
  }
  for (const char *body : {"", "{}", "[]", "<html>"}) {
    EXPECT_EQ(kind_of({ok(body)}, [](const Documents &its) { its.create("{}"); }), ErrorKind::unknown_outcome)
        << body;
  }
}

TEST_F(DocumentCalls, ADeletionIsRepeatedAndA404ThenMeansThatTheFirstOneHasDoneIt) {
  EXPECT_NO_THROW(connections({lost_answer(), not_found()}).remove("c-1"));
  EXPECT_NO_THROW(connections({answer_lost_at_gateway(), ok("", 204)}).remove("c-1"));
  const std::string message = "connections not found with id = [c-1]";
  EXPECT_NO_THROW(
      connections({lost_answer(), ok(R"({"errorMessage":")" + message + "\"}", 404)}).remove("c-1"))
      << "as destinations shows it";
}

TEST_F(DocumentCalls, A404ToADeletionThatWasNotLostIsAnError) {
  const auto remove = [](const Documents &its) { its.remove("c-1"); };
  EXPECT_EQ(kind_of({not_found()}, remove), ErrorKind::service);
  EXPECT_EQ(kind_of({refused_connection(), not_found()}, remove), ErrorKind::service);
  EXPECT_EQ(kind_of({lost_answer(), ok("<html>", 404)}, remove), ErrorKind::unknown_outcome)
      << "that is not the service's 404";
}

TEST_F(DocumentCalls, ADeletionWhoseAnswersAreAllLostIsUnknownAndARefusalAfterOneIsARefusal) {
  const auto remove = [](const Documents &its) { its.remove("c-1"); };
  settings.retry_policy.attempts = 2;
  EXPECT_EQ(kind_of({lost_answer(), lost_answer()}, remove), ErrorKind::unknown_outcome);
  Response refusal = not_found();
  refusal.status = 400;
  EXPECT_EQ(kind_of({lost_answer(), refusal}, remove), ErrorKind::service);
}

} // namespace

} // namespace flow::client
