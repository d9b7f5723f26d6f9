#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/resource.hpp"

/// Where Adobe's pages contradict each other: each line of readings.json does as it says, on both sides.
namespace flow::mock::test {
namespace {

struct Sides {
  Stage tutorial;
  Stage openapi{[](Settings &settings) { settings.reading = Reading::openapi; }};
};

Stage edition_2022(Reading reading) {
  return Stage([&](Settings &settings) {
    settings.edition = Edition::of_2022;
    settings.reading = reading;
  });
}

Response re_trigger(Stage &stage, std::string_view id) {
  return stage(retry(id, "?op=RE_TRIGGER"));
}

void op_of_a_retry() {
  Sides sides;
  EXPECT_EQ(sides.tutorial(retry(kFailed)).status, 200);
  EXPECT_EQ(error_in(re_trigger(sides.tutorial, kFailed)), "1401-400");
  EXPECT_EQ(re_trigger(sides.openapi, kFailed).status, 200);
  EXPECT_EQ(error_in(sides.openapi(retry(kFailed))), "1401-400");
}

void code_of_an_unsupported_op() {
  Sides sides;
  for (Stage *stage : {&sides.tutorial, &sides.openapi}) {
    const Response refused = (*stage)(retry(kFailed, "?op=delete"));
    EXPECT_EQ(error_in(refused), "1401-400");
    EXPECT_EQ(body_of(refused)["title"], "Bad Request") << "of sources-errors";
  }
}

void answer_to_a_retry() {
  Sides sides;
  const Json brief = body_of(sides.tutorial(retry(kFailed)));
  EXPECT_EQ(brief.size(), 2);
  EXPECT_TRUE(brief.contains("id") && brief.contains("etag"));
  const Json whole = body_of(re_trigger(sides.openapi, kFailed));
  EXPECT_EQ(whole, run_of(sides.openapi.service, whole["id"].get<std::string>()));
  EXPECT_NE(whole["id"], kFailed);
}

void answer_to_a_create() {
  Sides sides;
  const Response listed = sides.tutorial(create());
  EXPECT_EQ(listed.status, 201);
  EXPECT_EQ(body_of(listed)["items"][0].size(), 2);
  const Response alone = sides.openapi(create());
  EXPECT_EQ(alone.status, 201);
  EXPECT_EQ(body_of(alone).size(), 2);
  EXPECT_TRUE(body_of(alone).contains("id") && body_of(alone).contains("etag"));
}

/// The field has one name on one side and another on the other, wherever a run is shown.
void expect_field(const std::string &tutorial, const std::string &openapi) {
  Sides sides;
  for (const std::string_view id : {kFailed, kSuccess, kInProgress}) {
    for (Stage *stage : {&sides.tutorial, &sides.openapi}) {
      const std::string &is = stage == &sides.tutorial ? tutorial : openapi;
      const std::string &is_not = stage == &sides.tutorial ? openapi : tutorial;
      const Json got = run_of(stage->service, id);
      const Json listed = body_of((*stage)(with_property("id==" + std::string(id))))["items"][0];
      const Json updated = body_of((*stage)(update(id, R"({"providerRefId":"x"})", "*")));
      const Json projected = body_of((*stage)(read("/runs?property=id," + is)))["items"][0];
      EXPECT_TRUE(projected.contains(is));
      for (const Json &run : {got, listed, updated}) {
        EXPECT_TRUE(run.contains(is)) << is;
        EXPECT_FALSE(run.contains(is_not)) << is_not;
      }
    }
  }
}

void sandbox_header_missing() {
  Sides sides;
  EXPECT_EQ(error_in(sides.tutorial(get(kFailed).drop("x-sandbox-name"))), "2105-400");
  const Response response = sides.openapi(get(kFailed).drop("x-sandbox-name"));
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response)["items"][0]["sandboxName"], "prod");
  ASSERT_EQ(sides.openapi(create().drop("x-sandbox-name")).status, 201);
  EXPECT_EQ(sides.openapi(read("/runs?count=true").set("x-sandbox-name", "prod")).body, count_with(1));
}

void organisation_header_missing() {
  Sides sides;
  EXPECT_EQ(error_in(sides.tutorial(get(kFailed).drop("x-gw-ims-org-id"))), "400003");
  EXPECT_EQ(error_in(sides.tutorial(get(kFailed).set("x-gw-ims-org-id", ""))), "400003");
  const Response missing = sides.openapi(get(kFailed).drop("x-gw-ims-org-id"));
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(error_in(missing), "2002-401");
  EXPECT_EQ(error_in(sides.openapi(get(kFailed).set("x-gw-ims-org-id", ""))), "2001-401");
}

void success_without_records() {
  Sides sides;
  EXPECT_EQ(sides.tutorial(retry(kZeroRecords)).status, 200);
  EXPECT_EQ(re_trigger(sides.openapi, kZeroRecords).status, 200);
  Stage tutorial = edition_2022(Reading::tutorial);
  EXPECT_EQ(error_in(tutorial(retry(kZeroRecords))), "1387-400");
  EXPECT_EQ(tutorial(retry(kFailed)).status, 200);
  Stage openapi = edition_2022(Reading::openapi);
  EXPECT_EQ(error_in(re_trigger(openapi, kZeroRecords)), "1387-400");
}

const std::map<std::string, std::function<void()>> &proofs() {
  static const std::map<std::string, std::function<void()>> all = {
      {"op of a retry", op_of_a_retry},
      {"code of an unsupported op", code_of_an_unsupported_op},
      {"answer to a retry", answer_to_a_retry},
      {"answer to a create", answer_to_a_create},
      {"etag's field in a run", [] { expect_field("etag", "eTag"); }},
      {"activities' field in a run", [] { expect_field("activities", "activites"); }},
      {"x-sandbox-name missing", sandbox_header_missing},
      {"x-gw-ims-org-id missing", organisation_header_missing},
      {"retry of a success without ingested records", success_without_records}};
  return all;
}

TEST(Readings, EachDoesAsItSaysOnBothSides) {
  for (const contract::Conflict &conflict : contract::conflicts()) {
    SCOPED_TRACE(conflict.matter);
    const auto proof = proofs().find(conflict.matter);
    ASSERT_NE(proof, proofs().end()) << "no test knows this line of readings.json";
    EXPECT_NE(conflict.tutorial, conflict.openapi);
    proof->second();
  }
  EXPECT_EQ(contract::conflicts().size(), proofs().size());
}

TEST(Readings, WhatIsNotInDisputeIsTheSame) {
  Sides sides;
  for (const std::string path :
       {"/flows?property=state,name", "/runs?count=true", "/runs?property=id&orderby=-id&limit=20"}) {
    EXPECT_EQ(sides.tutorial(read(path)).body, sides.openapi(read(path)).body);
  }
}

} // namespace
} // namespace flow::mock::test
