#include <gtest/gtest.h>

#include "contracts/model/resources.hpp"
#include "tests/mock_server/described_answers.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::body_of;
using test::detail_in;
using test::Json;
using test::kNow;
using test::pointer_in;
using test::Steered;

constexpr const char *kS3 = "4cb0c374-d3bb-4557-b139-5712880adc55";
constexpr const char *kS3Spec = "ecadc60c-7455-4d87-84dc-2a0e293d997b";
constexpr const char *kNightly = "/flows/3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d";

const Json kEntry = {{"name", "Mine"}, {"connectionSpec", {{"id", kS3Spec}, {"version", "1.0"}}}};

/// "/resources/connections/ID"
std::string place(std::string_view resource, std::string_view id = "") {
  return "/resources/" + std::string(resource) + (id.empty() ? "" : "/" + std::string(id));
}

/// The document as the service shows it; null where it does not.
Json served(Steered &mock, std::string_view resource, std::string_view id) {
  const Response answer = mock.call(test::read("/" + std::string(resource) + "/" + std::string(id)));
  return answer.status == 200 ? body_of(answer)["items"][0] : Json();
}

TEST(ControlOfDocuments, ACreatedDocumentIsThereForTheServiceWithAllThatTheServiceKnows) {
  Steered mock;
  Json entry = kEntry;
  entry["id"] = "mine";
  const Response made = mock.steer("POST", place("connections"), entry);
  ASSERT_EQ(made.status, 201) << made.body;
  const Json shown = served(mock, "connections", "mine");
  EXPECT_EQ(shown["name"], "Mine");
  EXPECT_EQ(shown["state"], "enabled");
  EXPECT_EQ(shown["createdAt"], kNow) << "an entry without a time is made now";
  EXPECT_EQ(shown["sandboxName"], "{SANDBOX_NAME}");
  EXPECT_EQ(shown["etag"], body_of(made)["etag"]);
}

TEST(ControlOfDocuments, ADocumentWithoutAnIdGetsAFreshOneAndNoIdIsGivenTwice) {
  Steered mock;
  const Json made = body_of(mock.steer("POST", place("connections"), kEntry));
  EXPECT_EQ(served(mock, "connections", made["id"].get<std::string>())["name"], "Mine");
  Json again = kEntry;
  again["id"] = kS3;
  const Response refused = mock.steer("POST", place("connections"), again);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(pointer_in(refused), "/id");
  EXPECT_EQ(served(mock, "connections", kS3)["name"], "S3 Connection");
}

TEST(ControlOfDocuments, EachResourceThatHasDocumentsHasItsOwn) {
  const test::NotAsDescribed only_a_name;
  Steered mock;
  for (const contract::Resource &resource : contract::resources()) {
    const bool has_paths_of_its_own = resource.name == "runs" || resource.name == "flows";
    const Response put = mock.steer("PUT", place(resource.name, "mine"), {{"name", "Mine"}});
    EXPECT_EQ(put.status, has_paths_of_its_own ? 404 : 201) << resource.name << put.body;
    if (!has_paths_of_its_own) {
      EXPECT_EQ(served(mock, resource.name, "mine")["name"], "Mine") << resource.name;
    }
  }
  EXPECT_NE(detail_in(mock.steer("GET", place("flows"))).find("…/flows"), std::string::npos);
  EXPECT_NE(detail_in(mock.steer("GET", place("nonsense"))).find("sourceConnections"), std::string::npos);
}

TEST(ControlOfDocuments, PutCreatesAndThenReplacesTheWholeDocument) {
  Steered mock;
  Json entry = kEntry;
  entry["description"] = "to be gone";
  EXPECT_EQ(mock.steer("PUT", place("connections", "mine"), entry).status, 201);
  const std::string etag = served(mock, "connections", "mine")["etag"];
  EXPECT_EQ(mock.steer("PUT", place("connections", "mine"), kEntry).status, 200);
  EXPECT_FALSE(served(mock, "connections", "mine").contains("description"));
  EXPECT_NE(served(mock, "connections", "mine")["etag"], etag);
  const Response other = mock.steer("PUT", place("connections", "mine"), {{"id", "other"}});
  EXPECT_EQ(other.status, 400);
  EXPECT_EQ(pointer_in(other), "/id");
}

TEST(ControlOfDocuments, AnEntryIsCheckedAsThatOfASeedAndARefusalNamesThePlace) {
  Steered mock;
  const auto wrong_at = [&](const Json &change) {
    Json entry = kEntry;
    entry.update(change);
    const Response refused = mock.steer("PUT", place("connections", "mine"), entry);
    EXPECT_EQ(refused.status, 400) << change;
    return pointer_in(refused);
  };
  EXPECT_EQ(wrong_at({{"nonsense", 1}}), "/nonsense");
  EXPECT_EQ(wrong_at({{"auth", "text"}}), "/auth");
  EXPECT_EQ(wrong_at({{"state", "nonsense"}}), "/state");
  EXPECT_EQ(wrong_at({{"createdAt", "yesterday"}}), "/createdAt");
  EXPECT_EQ(wrong_at({{"answers", {{{"verb", "delete"}, {"body", 1}}}}}), "/answers/0/verb");
  EXPECT_EQ(served(mock, "connections", "mine"), Json()) << "nothing was changed";
}

TEST(ControlOfDocuments, PatchChangesMembersTimeAndEtagButNotTheId) {
  Steered mock;
  const Json before = served(mock, "connections", kS3);
  const Response patched =
      mock.steer("PATCH", place("connections", kS3), {{"name", "Other"}, {"auth", nullptr}});
  ASSERT_EQ(patched.status, 200) << patched.body;
  const Json after = served(mock, "connections", kS3);
  EXPECT_EQ(after["name"], "Other");
  EXPECT_FALSE(after.contains("auth"));
  EXPECT_EQ(after["connectionSpec"], before["connectionSpec"]);
  EXPECT_EQ(after["createdAt"], before["createdAt"]);
  EXPECT_EQ(after["updatedAt"], kNow);
  EXPECT_NE(after["etag"], before["etag"]);
  EXPECT_EQ(pointer_in(mock.steer("PATCH", place("connections", kS3), {{"id", "x"}})), "/id");
  mock.steer("PATCH", place("connections", kS3), {{"etag", "\"mine\""}, {"updatedAt", 1}});
  EXPECT_EQ(served(mock, "connections", kS3)["etag"], "\"mine\"");
  EXPECT_EQ(served(mock, "connections", kS3)["updatedAt"], 1);
}

TEST(ControlOfDocuments, ASourceConnectionShowsTheBaseConnectionThatItIsGiven) {
  const test::NotAsDescribed only_a_base;
  Steered mock;
  const auto shown_base = [&] {
    return served(mock, "sourceConnections", "mine")
        .value("/inheritedAttributes/baseConnection/id"_json_pointer, "");
  };
  mock.steer("PUT", place("sourceConnections", "mine"), {{"baseConnectionId", kS3}});
  EXPECT_EQ(shown_base(), kS3);
  mock.steer("PUT", place("connections", "base"), kEntry);
  mock.steer("PATCH", place("sourceConnections", "mine"), {{"baseConnectionId", "base"}});
  EXPECT_EQ(shown_base(), "base");
}

TEST(ControlOfDocuments, AnswersCanBeScripted) {
  Steered mock;
  const Json answers = {{{"verb", "test"}, {"body", {{"result", false}}}}};
  mock.steer("PATCH", place("connections", kS3), {{"answers", answers}});
  EXPECT_EQ(body_of(mock.steer("GET", place("connections", kS3)))["answers"], answers);
  const std::string test = "/connections/" + std::string(kS3) + "/test";
  EXPECT_EQ(body_of(mock.call(test::read(test)))["result"], false);
  mock.steer("PATCH", place("connections", kS3), {{"name", "Other"}});
  EXPECT_EQ(body_of(mock.call(test::read(test)))["result"], false) << "a patch keeps them";
}

TEST(ControlOfDocuments, AListHasPages) {
  Steered mock;
  const auto all = body_of(mock.steer("GET", place("connections")));
  const std::size_t total = all["documents"].size();
  EXPECT_EQ(all["total"], total);
  mock.steer("DELETE", place("connections", all["documents"][1]["id"].get<std::string>()));
  const auto page = body_of(mock.steer("GET", place("connections") + "?offset=1&limit=2"));
  EXPECT_EQ(page["total"], total - 1);
  EXPECT_EQ(page["offset"], 1);
  ASSERT_EQ(page["documents"].size(), 2U);
  EXPECT_EQ(page["documents"][0], all["documents"][2]) << "deleted ones are passed over";
  EXPECT_EQ(mock.steer("GET", place("connections") + "?property=id==x").status, 400);
}

TEST(ControlOfDocuments, ADocumentIsDeletedEvenIfAFlowRefersToIt) {
  Steered mock;
  const Json flow = body_of(mock.call(test::read(kNightly)))["items"][0];
  const std::string source = flow["sourceConnectionIds"][0];
  ASSERT_NE(served(mock, "sourceConnections", source), Json());
  EXPECT_EQ(mock.steer("DELETE", place("sourceConnections", source)).status, 200);
  EXPECT_EQ(served(mock, "sourceConnections", source), Json());
  EXPECT_EQ(mock.steer("GET", place("sourceConnections", source)).status, 404);
  EXPECT_EQ(mock.steer("DELETE", place("sourceConnections", source)).status, 404);
  EXPECT_EQ(mock.steer("PATCH", place("sourceConnections", source), {{"name", "x"}}).status, 404);
}

TEST(ControlOfDocuments, ADocumentedSpecificationCanBeReplacedAndComesBack) {
  const test::NotAsDescribed only_a_name;
  Steered mock;
  const Json documented = served(mock, "connectionSpecs", kS3Spec);
  EXPECT_EQ(mock.steer("DELETE", place("connectionSpecs", kS3Spec)).status, 409);
  EXPECT_EQ(mock.steer("PUT", place("connectionSpecs", kS3Spec), {{"name", "Mine"}}).status, 200);
  EXPECT_EQ(served(mock, "connectionSpecs", kS3Spec)["name"], "Mine");
  EXPECT_EQ(mock.steer("DELETE", place("connectionSpecs", kS3Spec)).status, 200);
  EXPECT_EQ(served(mock, "connectionSpecs", kS3Spec), documented);
  mock.steer("PUT", place("connectionSpecs", "mine"), {{"name", "Mine"}});
  EXPECT_EQ(mock.steer("DELETE", place("connectionSpecs", "mine")).status, 200);
  EXPECT_EQ(served(mock, "connectionSpecs", "mine"), Json());
}

TEST(ControlOfDocuments, WhatIsPutIsInASnapshotAndOfItsSandboxAlone) {
  Steered mock;
  mock.steer("PUT", place("connections", "mine"), kEntry);
  const Json snapshot = body_of(mock.steer("GET", "/snapshot"));
  EXPECT_EQ(mock.admin("GET", "/sandboxes/o/other" + place("connections", "mine")).status, 404);
  EXPECT_EQ(mock.admin("POST", "/sandboxes/o/other/restore", snapshot).status, 200);
  EXPECT_EQ(body_of(mock.admin("GET", "/sandboxes/o/other" + place("connections", "mine"))),
            body_of(mock.steer("GET", place("connections", "mine"))));
}

} // namespace

} // namespace flow::mock
