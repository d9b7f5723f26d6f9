#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/seed/seeded_documents.hpp"
#include "tests/mock_server/described_answers.hpp"
#include "tests/mock_server/document.hpp"

/// Connections and specifications: made, read, listed and searched for.
namespace flow::mock::test {
namespace {

Response post(Stage &stage, std::string_view resource, const Json &body, std::string_view query = "") {
  return stage(send("POST", "/" + std::string(resource) + std::string(query), body));
}

std::string refusal(Stage &stage, std::string_view resource, const Json &body, std::string_view query = "") {
  const Response response = post(stage, resource, body, query);
  EXPECT_GE(response.status, 400) << response.body;
  return error_in(response);
}

Response search(Stage &stage, std::string_view resource, const Json &body, std::string_view query = "") {
  return stage(send("POST", "/" + std::string(resource) + "/search" + std::string(query), body));
}

/// `count` connections, made a millisecond after each other.
std::vector<std::string> connections(Stage &stage, int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    stage.clock->advance(1);
    ids.push_back(
        made(stage, "connections", {{"name", "n" + std::to_string(i)}, {"connectionSpec", spec(kS3)}}));
  }
  return ids;
}

/// How many there are before any is made: those of the seed, and those that its flows speak of.
std::size_t connections_of_seed() {
  Stage stage;
  return ids_in(stage(read("/connections?limit=100"))).size();
}

// --- reads

TEST(ReadDocument, IsWhatTheListShows) {
  Stage stage;
  for (const contract::Resource *resource : described()) {
    const std::string query = resource->is_catalogue ? "" : "?limit=100";
    const Json listed = body_of(stage(read("/" + resource->name + query)))["items"];
    EXPECT_GT(listed.size(), 5U) << resource->name;
    for (const Json &item : listed) {
      EXPECT_EQ(document(stage, resource->name, item["id"].get<std::string>()), item) << resource->name;
    }
  }
}

TEST(ReadDocument, OfNoSuchIdIsNotFoundAndNamesItsKind) {
  Stage stage;
  for (const contract::Resource *resource : described()) {
    for (const char *id : {"x", "%2F", "a%00b", "%ff", "search"}) {
      const Response response = stage(read(path_of(resource->name, id)));
      EXPECT_EQ(response.status, 404) << response.body;
      EXPECT_EQ(error_in(response), "1439-404");
      EXPECT_EQ(body_of(response)["report"]["type"], resource->name);
    }
  }
}

TEST(ReadDocument, TakesHeadAndNamesItsMethods) {
  Stage stage;
  EXPECT_EQ(stage(send("HEAD", "/connections")).status, 200);
  const Response refused = stage(send("OPTIONS", "/connections/x"));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header(refused, "Allow"), "GET, PATCH, DELETE");
  EXPECT_EQ(header(stage(send("PUT", "/flows/search")), "Allow"), "POST, GET, PATCH, DELETE");
  EXPECT_EQ(header(stage(send("DELETE", "/flowSpecs/x")), "Allow"), "GET, PUT");
}

// --- creates

TEST(CreateDocument, AnswersWithIdAndEtagAndSaysWhereItIs) {
  Stage stage;
  for (const char *resource : {"connections", "sourceConnections", "targetConnections"}) {
    const Response response = post(stage, resource, minimal(resource));
    ASSERT_EQ(response.status, 201) << response.body;
    const Json body = body_of(response);
    EXPECT_EQ(body.size(), 2U);
    EXPECT_EQ(header(response, "Location"),
              std::string(contract::kBasePath) + path_of(resource, body["id"].get<std::string>()));
    EXPECT_EQ(document(stage, resource, body["id"].get<std::string>())["etag"], body["etag"]);
  }
}

TEST(CreateDocument, HasWhatTheServiceKnowsOfIt) {
  Stage stage;
  const Json made_one = document(stage, "connections", made(stage, "connections", minimal("connections")));
  EXPECT_EQ(made_one["createdAt"], kNow);
  EXPECT_EQ(made_one["updatedAt"], kNow);
  EXPECT_EQ(made_one["createdBy"], "{API_KEY}");
  EXPECT_EQ(made_one["updatedClient"], "{API_KEY}");
  EXPECT_EQ(made_one["sandboxName"], "{SANDBOX_NAME}");
  EXPECT_EQ(made_one["imsOrgId"], "{ORG_ID}");
  EXPECT_EQ(made_one["state"], "enabled");
  EXPECT_EQ(made_one["version"], made_one["etag"]);
}

TEST(CreateDocument, NeedsEachRequiredField) {
  Stage stage;
  for (const contract::Resource *resource : described()) {
    if (resource->name == "flows") {
      continue; // flow_documents_test.cpp
    }
    for (const std::string &field : resource->required) {
      Json body = minimal(resource->name);
      body.erase(field);
      EXPECT_EQ(refusal(stage, resource->name, body), "1304-400") << resource->name << field;
      body[field] = nullptr;
      EXPECT_EQ(refusal(stage, resource->name, body), "1304-400") << resource->name << field;
    }
  }
  EXPECT_EQ(refusal(stage, "connections", {{"name", ""}, {"connectionSpec", spec(kS3)}}), "1304-400");
}

TEST(CreateDocument, OfAnyShapeIsMadeOrRefused) {
  Stage stage;
  const std::vector<Json> values = {nullptr,
                                    0,
                                    -1.5,
                                    true,
                                    "",
                                    "text",
                                    Json::array(),
                                    {1, "2", nullptr},
                                    Json::array({Json::object()}),
                                    Json::object(),
                                    {{"id", 5}},
                                    {{"id", nullptr}},
                                    {{"id", kS3}, {"version", 1}},
                                    {{"", {{"", Json::array()}}}}};
  for (const contract::Resource *resource : described()) {
    for (const contract::ResourceField &field : resource->fields) {
      for (const Json &value : values) {
        Json body = minimal(resource->name);
        body[field.path] = value;
        const Response response = post(stage, resource->name, body);
        EXPECT_TRUE(response.status == 201 || response.status == 400 || response.status == 404)
            << response.status << body << response.body;
        const bool is_given = !value.is_null() && !resource->is_catalogue;
        EXPECT_TRUE(!is_given || !field.read_only || response.status == 400) << body;
      }
    }
    for (const Json &value : values) {
      const Response response = post(stage, resource->name, value);
      EXPECT_EQ(response.status, 400) << value << response.body;
    }
  }
}

TEST(CreateDocument, TellsWhatIsWrongWithAField) {
  Stage stage;
  Json body = minimal("connections");
  body["auth"] = "x";
  EXPECT_EQ(refusal(stage, "connections", body), "1312-400");
  body = minimal("connections");
  body["etag"] = "x";
  EXPECT_EQ(refusal(stage, "connections", body), "1312-400");
  body = minimal("connections");
  body["nonsense"] = 1;
  EXPECT_EQ(refusal(stage, "connections", body), "1000-400");
  body = minimal("connections");
  body["state"] = "enabled";
  EXPECT_EQ(refusal(stage, "connections", body), "1456-400");
  EXPECT_EQ(refusal(stage, "flows", {{"state", "enabled"}}), "1410-400");
  EXPECT_EQ(refusal(stage, "flows", {{"mode", "draft"}}), "1368-400");
  EXPECT_EQ(refusal(stage, "connections", {{"mode", "draft"}}), "1000-400");
}

TEST(CreateDocument, ReadsItsBodyAsJson) {
  Stage stage;
  const auto asked = [&](std::string body) {
    Ask ask = send("POST", "/connections");
    ask.body = std::move(body);
    return error_in(stage(ask));
  };
  EXPECT_EQ(asked(""), "1405-400");
  EXPECT_EQ(asked("null"), "1405-400");
  EXPECT_EQ(asked("[]"), "1000-400");
  EXPECT_EQ(asked("{"), "1000-400");
  EXPECT_EQ(asked(R"({"name":")"
                  "\xff"
                  R"("})"),
            "1000-400");
  EXPECT_EQ(asked(std::string("{\0}", 3)), "1000-400");
  EXPECT_EQ(asked(R"({"name":)" + std::string(100, '[') + std::string(100, ']') + "}"), "1000-400");
  Ask twice = send("POST", "/connections");
  twice.body = R"({"name":1,"name":"\u0000last","connectionSpec":)" + spec(kS3).dump() + "}";
  const Response response = stage(twice);
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(document(stage, "connections", body_of(response)["id"].get<std::string>())["name"],
            std::string("\0last", 5));
}

TEST(CreateDocument, CanBeADraft) {
  Stage stage;
  const std::string id = made(stage, "connections", minimal("connections"), "?mode=DRAFT");
  EXPECT_EQ(document(stage, "connections", id)["state"], "draft");
  EXPECT_EQ(refusal(stage, "connections", minimal("connections"), "?mode=final"), "1312-400");
  const std::string other = made(stage, "connections", minimal("connections"), "?mode=");
  EXPECT_EQ(document(stage, "connections", other)["state"], "enabled");
}

TEST(CreateDocument, RefersToWhatIsThere) {
  Stage stage;
  Json body = minimal("connections");
  body["connectionSpec"] = spec("none");
  EXPECT_EQ(refusal(stage, "connections", body), "1413-400");
  body["connectionSpec"] = {{"version", "1.0"}};
  EXPECT_EQ(refusal(stage, "connections", body), "1304-400");
  body["connectionSpec"] = {{"id", kS3}, {"version", true}};
  EXPECT_EQ(refusal(stage, "connections", body), "1312-400");
  body = minimal("sourceConnections");
  body["baseConnectionId"] = kNoSuchDocument;
  const Response missing = post(stage, "sourceConnections", body);
  EXPECT_EQ(error_in(missing), "1439-404");
  EXPECT_EQ(body_of(missing)["report"]["type"], "connections");
}

TEST(CreateDocument, GetsTheVersionOfItsSpecThatItDoesNotName) {
  Stage stage;
  made(stage, "connectionSpecs", {{"id", "mine"}, {"name", "n"}, {"providerId", "p"}, {"version", "2.0"}});
  const std::string id =
      made(stage, "connections", {{"name", "n"}, {"connectionSpec", {{"id", "mine"}, {"version", ""}}}});
  EXPECT_EQ(document(stage, "connections", id)["connectionSpec"]["version"], "2.0");
}

// A run shows its flow's version without escaping it.
TEST(CreateDocument, RefusesAVersionThatIsNone) {
  Stage stage;
  Json body = minimal("connections");
  for (const char *version : {R"(1"0)", " ", "1/0", "\x01"}) {
    body["connectionSpec"]["version"] = version;
    EXPECT_EQ(refusal(stage, "connections", body), "1312-400") << version;
  }
  body["connectionSpec"]["version"] = std::string(129, '1');
  EXPECT_EQ(refusal(stage, "connections", body), "1312-400");
  body["connectionSpec"]["version"] = std::string(128, '1');
  made(stage, "connections", body);
}

// cloud-parquet sends 1, which openapi does not describe.
TEST(CreateDocument, TakesAVersionAsANumber) {
  const NotAsDescribed number;
  Stage stage;
  Json body = minimal("connections");
  for (const char *version : {"1", "1.0", "12"}) {
    body["connectionSpec"]["version"] = Json::parse(version);
    const std::string id = made(stage, "connections", body);
    EXPECT_EQ(body_of(stage(read("/connections/" + id)))["items"][0]["connectionSpec"]["version"], version);
  }
  for (const char *version : {"true", "[1]", "1e300"}) {
    body["connectionSpec"]["version"] = Json::parse(version);
    EXPECT_EQ(refusal(stage, "connections", body), "1312-400") << version;
  }
}

TEST(CreateDocument, HasTheSpecOfItsBaseConnection) {
  Stage stage;
  const std::string base = made(stage, "connections", minimal("connections"));
  Json body = {{"name", "s"}, {"baseConnectionId", base}, {"connectionSpec", spec(kBigQuery)}};
  EXPECT_EQ(refusal(stage, "sourceConnections", body), "1413-400");
  body["connectionSpec"] = spec(kS3);
  const std::string id = made(stage, "sourceConnections", body);
  EXPECT_EQ(document(stage, "sourceConnections", id)["inheritedAttributes"]["baseConnection"],
            Json({{"id", base}, {"connectionSpec", spec(kS3)}}));
}

TEST(CreateConnection, NamesAnAuthSpecOfItsSpec) {
  Stage stage;
  Json body = minimal("connections");
  body["auth"] = {{"specName", "none"}};
  EXPECT_EQ(refusal(stage, "connections", body), "1415-400");
  body["auth"] = {{"specName", 5}};
  EXPECT_EQ(refusal(stage, "connections", body), "1415-400");
  body["auth"] = {{"params", Json::object()}};
  EXPECT_EQ(refusal(stage, "connections", body), "1304-400");
  body["auth"] = {{"specName", "Access Key"}, {"params", {{"s3SecretKey", "k"}}}};
  EXPECT_EQ(document(stage, "connections", made(stage, "connections", body))["auth"], body["auth"]);
}

TEST(CreateConnection, TakesAnyAuthWhereItsSpecSaysNothingOfIt) {
  Stage stage;
  for (const Json &auth_spec : {Json::array(), Json::array({{{"name", 5}}, {{"nom", "x"}}})}) {
    const Json body = {{"name", "n"}, {"providerId", "p"}, {"authSpec", auth_spec}};
    const std::string id = made(stage, "connectionSpecs", body);
    const Response response =
        post(stage, "connections",
             {{"name", "c"}, {"connectionSpec", {{"id", id}}}, {"auth", {{"specName", "x"}}}});
    EXPECT_EQ(response.status, auth_spec.empty() ? 201 : 400) << response.body;
  }
}

TEST(CreateConnection, OfTheHttpApiGetsAnInlet) {
  Stage stage;
  const Json auth = {{"specName", "Streaming Connection"}, {"params", {{"sourceId", "s"}}}};
  const Json body = {{"name", "n"}, {"connectionSpec", spec(kHttpApi)}, {"auth", auth}};
  const Json params = document(stage, "connections", made(stage, "connections", body))["auth"]["params"];
  EXPECT_EQ(params["inletId"].get<std::string>().size(), 64U);
  EXPECT_EQ(params["inletUrl"], "https://dcs.adobedc.net/collection/" + params["inletId"].get<std::string>());
  EXPECT_EQ(params["sourceId"], "s");
  for (const Json &odd : {Json("text"), Json::array({1})}) {
    Json other = body;
    other["auth"]["params"] = odd;
    EXPECT_EQ(document(stage, "connections", made(stage, "connections", other))["auth"]["params"], odd);
  }
}

TEST(CreateConnection, OfTheHttpApiIsNamedAsTheConnectionWhereItsParamsDoNot) {
  Stage stage;
  const auto params_of = [&](const Json &given) {
    const Json auth = {{"specName", "Streaming Connection"}, {"params", given}};
    const Json body = {{"name", "its name"}, {"connectionSpec", spec(kHttpApi)}, {"auth", auth}};
    Json params = document(stage, "connections", made(stage, "connections", body))["auth"]["params"];
    params.erase("inletId");
    params.erase("inletUrl");
    return params;
  };
  EXPECT_EQ(params_of({{"dataType", "raw"}}), Json({{"dataType", "raw"},
                                                    {"name", "its name"},
                                                    {"sourceId", "its name"},
                                                    {"authenticationRequired", false}}));
  EXPECT_EQ(params_of({{"name", "other"}, {"sourceId", nullptr}, {"authenticationRequired", true}}),
            Json({{"name", "other"}, {"sourceId", "other"}, {"authenticationRequired", true}}));
}

TEST(CreateSourceConnection, HasADelimiterOfOneCharacter) {
  Stage stage;
  Json body = minimal("sourceConnections");
  for (const Json &delimiter : {Json(",,"), Json(""), Json(5), Json::array()}) {
    body["data"] = {{"columnDelimiter", delimiter}};
    EXPECT_EQ(refusal(stage, "sourceConnections", body), "1331-400") << delimiter;
    body["data"] = {{"properties", {{"columnDelimiter", delimiter}}}};
    EXPECT_EQ(refusal(stage, "sourceConnections", body), "1331-400") << delimiter;
  }
  for (const char *delimiter : {"\t", "|", "ä", "€"}) {
    body["data"] = {{"columnDelimiter", delimiter}};
    made(stage, "sourceConnections", body);
  }
  body["data"] = {{"properties", Json::array({1})}};
  made(stage, "sourceConnections", body);
}

TEST(CreateSourceConnection, OfTheLandingZoneHasNoBaseConnection) {
  Stage stage;
  const std::string base =
      made(stage, "connections", {{"name", "n"}, {"connectionSpec", spec(kLandingZone)}});
  Json body = {{"name", "s"}, {"connectionSpec", spec(kLandingZone)}, {"baseConnectionId", base}};
  EXPECT_EQ(refusal(stage, "sourceConnections", body), "1332-400");
  body.erase("baseConnectionId");
  made(stage, "sourceConnections", body);
}

TEST(CreateSpecification, AnswersWithTheWholeOfIt) {
  Stage stage;
  for (const char *resource : {"connectionSpecs", "flowSpecs"}) {
    const Response response = post(stage, resource, minimal(resource));
    ASSERT_EQ(response.status, 201) << response.body;
    const Json whole = body_of(response);
    EXPECT_EQ(whole["version"], "1.0");
    EXPECT_FALSE(whole.contains("etag"));
    EXPECT_FALSE(whole.contains("createdAt"));
    EXPECT_EQ(document(stage, resource, whole["id"].get<std::string>()), whole);
  }
}

TEST(CreateSpecification, BringsItsIdOrGetsOne) {
  Stage stage;
  Json body = minimal("flowSpecs");
  body["id"] = "my.own_spec-1";
  EXPECT_EQ(made(stage, "flowSpecs", body), "my.own_spec-1");
  EXPECT_EQ(refusal(stage, "flowSpecs", body), "1312-400") << "it is taken";
  for (const std::string &id : {std::string("a/b"), std::string("ä"), std::string(), std::string(129, 'x')}) {
    body["id"] = id;
    EXPECT_EQ(refusal(stage, "flowSpecs", body), "1312-400") << id;
  }
}

TEST(CreateDocument, IsNoLargerAndNoDeeperThanItMayBe) {
  Stage stage;
  Json nested = "x";
  for (int depth = 1; depth < 48; ++depth) {
    nested = Json::array({nested});
  }
  Json body = minimal("sourceConnections");
  body["params"] = {{"a", nested[0]}};
  made(stage, "sourceConnections", body);
  body["params"] = {{"a", nested}};
  EXPECT_EQ(refusal(stage, "sourceConnections", body), "1000-400");
  body["params"] = {{"a", std::string(1024 * 1024 - 200, 'x')}}; // and what the service adds
  EXPECT_EQ(refusal(stage, "sourceConnections", body), "1000-400");
}

// --- lists

TEST(ListDocuments, FiltersSortsAndCutsDown) {
  Stage stage;
  const auto ids = connections(stage, 3);
  EXPECT_EQ(ids_in(stage(read("/connections?limit=3"))), std::vector<std::string>(ids.rbegin(), ids.rend()));
  EXPECT_EQ(ids_in(stage(read("/connections?property=name==n1,n2&orderby=name"))),
            std::vector<std::string>({ids[1], ids[2]}));
  EXPECT_EQ(ids_in(stage(read("/connections?property=createdAt%3E" + std::to_string(kNow + 2)))),
            std::vector<std::string>({ids[2]}));
  const Json cut = body_of(stage(read("/connections?property=name&property=id&limit=1")))["items"][0];
  EXPECT_EQ(cut, Json({{"name", "n2"}, {"id", ids[2]}}));
  EXPECT_EQ(
      stage(read("/connections?property=connectionSpec.id==" + std::string(kS3) + "&count=true")).status,
      200);
}

TEST(ListDocuments, CountsThoseThatAreThere) {
  Stage stage;
  const auto ids = connections(stage, 3);
  EXPECT_EQ(stage(send("DELETE", path_of("connections", ids[1]))).status, 204);
  EXPECT_EQ(stage(read("/connections?property=name==n0,n1,n2&count=true")).body, R"({"count":2})");
}

TEST(ListDocuments, GoesThroughAllPagesInEitherOrder) {
  for (const char *order : {"createdAt", "-createdAt", "createdAt,name", "-createdAt,-name", "name", "id"}) {
    Stage stage;
    auto wanted = connections(stage, 7);
    for (int i = 0; i < 5; ++i) { // at the same moment
      wanted.push_back(made(stage, "connections", minimal("connections")));
    }
    std::vector<std::string> seen;
    Response page = stage(read("/connections?limit=2&orderby=" + std::string(order)));
    for (;;) {
      const auto ids = ids_in(page);
      seen.insert(seen.end(), ids.begin(), ids.end());
      const std::string token = token_in(page);
      if (token.empty()) {
        break;
      }
      page = stage(read("/connections?continuationToken=" + token));
      ASSERT_EQ(page.status, 200) << page.body;
    }
    const auto all = ids_in(stage(read("/connections?limit=100&orderby=" + std::string(order))));
    EXPECT_EQ(seen, all) << order;
    EXPECT_EQ(all.size(), connections_of_seed() + wanted.size()) << order;
  }
}

TEST(ListDocuments, GoesOnWhereOneIsDeletedMeanwhile) {
  Stage stage;
  const auto ids = connections(stage, 6);
  const Response first = stage(read("/connections?limit=2"));
  EXPECT_EQ(ids_in(first), std::vector<std::string>({ids[5], ids[4]}));
  for (const std::size_t gone : {5U, 4U, 3U}) {
    EXPECT_EQ(stage(send("DELETE", path_of("connections", ids[gone]))).status, 204);
  }
  EXPECT_EQ(ids_in(stage(read("/connections?continuationToken=" + token_in(first)))),
            std::vector<std::string>({ids[2], ids[1]}));
}

TEST(ListDocuments, TakesNoTokenOfAnotherResource) {
  Stage stage;
  const std::string token = token_in(stage(read("/connections?limit=1")));
  EXPECT_EQ(error_in(stage(read("/sourceConnections?continuationToken=" + token))), "1452-400");
  EXPECT_EQ(error_in(stage(read("/runs?continuationToken=" + token))), "1452-400");
  EXPECT_EQ(error_in(search(stage, "flows", Json::object(), "?continuationToken=" + token)), "1452-400");
  EXPECT_EQ(search(stage, "connections", Json::object(), "?continuationToken=" + token).status, 200);
}

TEST(ListDocuments, RefusesWhatTheLanguageDoesNotKnow) {
  Stage stage;
  EXPECT_EQ(error_in(stage(read("/connections?property=nonsense==1"))), "1449-400");
  EXPECT_EQ(error_in(stage(read("/connections?orderby=nonsense"))), "1433-400");
  EXPECT_EQ(error_in(stage(read("/connections?limit=0"))), "1394-400");
  EXPECT_EQ(error_in(stage(read("/connections?limit=-99999999999999999999"))), "1394-400");
  EXPECT_EQ(ids_in(stage(read("/connections?limit=99999999999999999999"))).size(), connections_of_seed());
  EXPECT_EQ(error_in(stage(read("/connections?nonsense=1"))), "1451-400");
}

TEST(ListSpecifications, AreAllOnOnePage) {
  Stage stage;
  EXPECT_EQ(ids_in(stage(read("/connectionSpecs"))).size(),
            shipped_specifications(contract::resource("connectionSpecs")).size());
  EXPECT_EQ(ids_in(stage(read("/flowSpecs?property=name==%22CloudStorageToAEP%22"))),
            std::vector<std::string>({std::string(kFileFlows)}));
  for (const char *query : {"limit=1", "orderby=name", "count=true", "continuationToken=x"}) {
    EXPECT_EQ(error_in(stage(read("/flowSpecs?" + std::string(query)))), "1451-400") << query;
  }
}

// --- searches

TEST(SearchDocuments, FindsWhatTheListFinds) {
  Stage stage;
  const auto ids = connections(stage, 3);
  const Response found = search(stage, "connections",
                                {{"queryString", "property=name==n1%2Cn2&orderby=-name"},
                                 {"projectionFields", {"id", "name"}},
                                 {"limit", 1},
                                 {"count", nullptr},
                                 {"groupByProperty", "name"}});
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(body_of(found)["items"], Json::array({{{"id", ids[2]}, {"name", "n2"}}}));
  const std::string token = token_in(found);
  EXPECT_NE(body_of(found)["_links"]["next"]["href"].get<std::string>().find("/connections/search?"),
            std::string::npos);
  EXPECT_EQ(ids_in(search(stage, "connections", Json::object(), "?continuationToken=" + token)),
            std::vector<std::string>({ids[1]}));
  EXPECT_EQ(search(stage, "connections", {{"count", true}}).body,
            "{\"count\":" + std::to_string(connections_of_seed() + 3) + "}");
  EXPECT_EQ(search(stage, "connections", {{"projectionFields", "id"}, {"limit", "1"}}).status, 200);
}

TEST(SearchDocuments, OfSpecificationsTakesWhatTheirListDoesNot) {
  Stage stage;
  EXPECT_EQ(ids_in(search(stage, "flowSpecs", {{"limit", 2}, {"orderby", "name"}})).size(), 2U);
}

TEST(SearchDocuments, RefusesWhatItCannotRead) {
  Stage stage;
  const auto refused = [&](const Json &body) { return error_in(search(stage, "connections", body)); };
  EXPECT_EQ(refused({{"queryString", 5}}), "1312-400");
  EXPECT_EQ(refused({{"queryString", "%"}}), "1312-400");
  EXPECT_EQ(refused({{"queryString", "property=%zz"}}), "1312-400");
  EXPECT_EQ(refused({{"queryString", "nonsense=%ff"}}), "1451-400");
  EXPECT_EQ(search(stage, "connections", {{"queryString", "property=name==%ff"}, {"limit", 1}}).status, 200);
  EXPECT_EQ(refused({{"projectionFields", {5}}}), "1312-400");
  EXPECT_EQ(refused({{"projectionFields", {"nonsense"}}}), "1449-400");
  EXPECT_EQ(refused({{"projectionFields", {"name==n1"}}}), "1312-400") << "it is no filter";
  EXPECT_EQ(refused({{"groupByProperty", 5}}), "1312-400");
  EXPECT_EQ(refused({{"nonsense", 5}}), "1000-400");
  EXPECT_EQ(refused({{"limit", {5}}}), "1312-400");
  EXPECT_EQ(refused({{"limit", 0}}), "1394-400");
  EXPECT_EQ(refused({{"limit", 1.5}}), "1452-400");
  EXPECT_EQ(refused({{"limit", 1}, {"count", true}}), "1401-400");
  EXPECT_EQ(error_in(stage(send("POST", "/connections/search"))), "1405-400");
}

} // namespace
} // namespace flow::mock::test
