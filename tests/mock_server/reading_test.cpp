#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "mock_server/webhooks/notification.hpp"
#include "tests/mock_server/proofs.hpp"
#include "tests/mock_server/resource.hpp"

/// Where Adobe's pages contradict each other: each choice of readings.json does as it says, and alone.
namespace flow::mock::test {
namespace {

using contract::Choice;
using contract::Matter;
using contract::Reading;

Stage with(const std::string &choice) {
  return Stage([&](Settings &settings) { settings.reading.take(choice); });
}

std::string error_of_organisation(Stage &stage, bool is_empty) {
  Ask asked = get(kFailed);
  return error_in(stage(is_empty ? asked.set("x-gw-ims-org-id", "") : asked.drop("x-gw-ims-org-id")));
}

void expect_op(Stage &stage, const char *taken, const char *refused) {
  EXPECT_EQ(stage(retry(kFailed, std::string("?op=") + taken)).status, 200);
  EXPECT_EQ(error_in(stage(retry(kFailed, std::string("?op=") + refused))), "1401-400");
}

void expect_unsupported(Stage &stage, const char *code, const char *title) {
  const Response refused = stage(retry(kFailed, "?op=delete"));
  EXPECT_EQ(error_in(refused), code);
  EXPECT_EQ(body_of(refused)["title"], title);
  EXPECT_EQ(error_in(stage(retry(kFailed, "?op="))), "1334-400") << "an empty op is no unsupported one";
}

void expect_whole_run(Stage &stage) {
  const Json whole = body_of(stage(retry(kFailed)));
  EXPECT_EQ(whole, run_of(stage.service, whole["id"].get<std::string>()));
  EXPECT_NE(whole["id"], kFailed);
}

void expect_id_and_etag(const Json &answer) {
  EXPECT_EQ(answer.size(), 2);
  EXPECT_TRUE(answer.contains("id") && answer.contains("etag")) << answer;
}

/// The field has this name wherever a run is shown.
void expect_field(Stage &stage, const std::string &is, const std::string &is_not) {
  for (const std::string_view id : {kFailed, kSuccess, kInProgress}) {
    const Json got = run_of(stage.service, id);
    const Json listed = body_of(stage(with_property("id==" + std::string(id))))["items"][0];
    const Json updated = body_of(stage(update(id, R"({"providerRefId":"x"})", "*")));
    EXPECT_TRUE(body_of(stage(read("/runs?property=id," + is)))["items"][0].contains(is));
    for (const Json &run : {got, listed, updated}) {
      EXPECT_TRUE(run.contains(is)) << is;
      EXPECT_FALSE(run.contains(is_not)) << is_not;
    }
  }
}

void expect_count_alone(Stage &stage) {
  EXPECT_EQ(body_of(stage(read("/runs?count=true"))).size(), 1);
  EXPECT_EQ(body_of(stage(read("/flows?count=true"))).size(), 1);
}

/// Every page of a listing has the count of all beside its items.
void expect_count_beside(Stage &stage) {
  const Response alone = stage(read("/runs?limit=2"));
  EXPECT_FALSE(body_of(alone).contains("count")) << "nobody has asked for it";
  Json first = body_of(stage(read("/runs?count=true")));
  EXPECT_EQ(first["count"], built_in_seed().run_count());
  EXPECT_EQ(first["items"].size(), first["count"].get<std::size_t>());
  EXPECT_TRUE(first["_links"].is_object());
  const Json flows = body_of(stage(read("/flows?count=true&property=state==disabled&property=id")));
  EXPECT_EQ(flows["count"], flows["items"].size());
  EXPECT_EQ(flows["items"][0].size(), 1) << "the projection is of the items alone";
  EXPECT_EQ(error_in(stage(read("/runs?count=true&limit=2"))), "1401-400") << "as without";
}

void expect_order(Stage &stage, const std::string &same_as) {
  EXPECT_EQ(body_of(stage(read("/runs")))["items"],
            body_of(stage(read("/runs?orderby=" + same_as)))["items"]);
  EXPECT_EQ(body_of(stage(read("/flows")))["items"],
            body_of(stage(read("/flows?orderby=" + same_as)))["items"]);
  const std::string next = token_in(stage(read("/runs?property=id&limit=3")));
  EXPECT_EQ(body_of(stage(read("/runs?continuationToken=" + next)))["items"][0],
            body_of(stage(read("/runs?property=id&orderby=" + same_as)))["items"][3])
      << "a token goes on in the same order";
}

void expect_default_sandbox(Stage &stage) {
  const Response response = stage(get(kFailed).drop("x-sandbox-name"));
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response)["items"][0]["sandboxName"], "prod");
  ASSERT_EQ(stage(create().drop("x-sandbox-name")).status, 201);
  EXPECT_EQ(stage(read("/runs?count=true").set("x-sandbox-name", "prod")).body, count_with(1));
}

bool is_refused_for_its_type(const Response &response) {
  return body_of(response).value("title", "") == "BadRequestError";
}

void expect_content_type(Stage &stage, bool also_without_a_body) {
  EXPECT_TRUE(is_refused_for_its_type(stage(create().drop("Content-Type"))));
  EXPECT_TRUE(is_refused_for_its_type(stage(retry(kFailed).drop("Content-Type")))) << "a retry has no body";
  EXPECT_TRUE(is_refused_for_its_type(stage(create().set("Content-Type", "text/plain"))));
  Ask empty = create();
  empty.body.clear();
  const Response answer = stage(empty.drop("Content-Type"));
  EXPECT_EQ(is_refused_for_its_type(answer), also_without_a_body);
  EXPECT_EQ(error_in(answer) == "1405-400", !also_without_a_body);
  // As curl sends the patches of most pages.
  const std::string flow = std::string(contract::kBasePath) + "/flows/2edc08ac-4df5-4fe6-936f-81a19ce92f5c";
  Ask patched{
      .method = "PATCH", .target = flow, .body = R"([{"op":"add","path":"/description","value":"d"}])"};
  patched.add("If-Match", "*").set("Content-Type", "application/x-www-form-urlencoded");
  const Response taken = stage(patched);
  EXPECT_EQ(is_refused_for_its_type(taken), also_without_a_body);
  EXPECT_EQ(taken.status == 200, !also_without_a_body);
  Ask action{.method = "POST", .target = flow + "/action?op=disable"};
  EXPECT_EQ(stage(action.drop("Content-Type")).status, 200) << "dest-update";
}

void expect_failure_event(Stage & /*stage*/, const std::string &code) {
  const auto flow = std::make_shared<Flow>();
  Run run;
  run.flow = flow;
  run.state = RunState::failed;
  EXPECT_EQ(event_code(run, Reading::of({"failure-event=" + code})), code);
  run.state = RunState::success_with_records;
  EXPECT_EQ(event_code(run, Reading::of({"failure-event=" + code})), "sources_flow_run_success");
}

Proofs proofs() {
  Proofs all = {
      {{"op", "re-trigger"}, [](Stage &stage) { expect_op(stage, "re-trigger", "RE_TRIGGER"); }},
      {{"op", "RE_TRIGGER"}, [](Stage &stage) { expect_op(stage, "RE_TRIGGER", "re-trigger"); }},
      {{"unsupported-op", "1401-400"},
       [](Stage &stage) { expect_unsupported(stage, "1401-400", "Bad Request"); }},
      {{"unsupported-op", "1434-400"},
       [](Stage &stage) { expect_unsupported(stage, "1434-400", "Invalid request"); }},
      {{"unsupported-op", "1398-400"},
       [](Stage &stage) { expect_unsupported(stage, "1398-400", "Bad Request"); }},
      {{"retry-answer", "id-and-etag"},
       [](Stage &stage) { expect_id_and_etag(body_of(stage(retry(kFailed)))); }},
      {{"retry-answer", "run"}, expect_whole_run},
      {{"zero-records", "allowed"}, [](Stage &stage) { EXPECT_EQ(stage(retry(kZeroRecords)).status, 200); }},
      {{"zero-records", "refused"},
       [](Stage &stage) {
         EXPECT_EQ(error_in(stage(retry(kZeroRecords))), "1387-400");
         EXPECT_EQ(stage(retry(kFailed)).status, 200);
       }},
      {{"create-answer", "items"},
       [](Stage &stage) { expect_id_and_etag(body_of(stage(create()))["items"][0]); }},
      {{"create-answer", "id-and-etag"}, [](Stage &stage) { expect_id_and_etag(body_of(stage(create()))); }},
      {{"etag-field", "etag"}, [](Stage &stage) { expect_field(stage, "etag", "eTag"); }},
      {{"etag-field", "eTag"}, [](Stage &stage) { expect_field(stage, "eTag", "etag"); }},
      {{"activities-field", "activities"},
       [](Stage &stage) { expect_field(stage, "activities", "activites"); }},
      {{"activities-field", "activites"},
       [](Stage &stage) { expect_field(stage, "activites", "activities"); }},
      {{"count", "alone"}, expect_count_alone},
      {{"count", "beside-items"}, expect_count_beside},
      {{"order", "newest-first"}, [](Stage &stage) { expect_order(stage, "-createdAt"); }},
      {{"order", "oldest-first"}, [](Stage &stage) { expect_order(stage, "createdAt"); }},
      {{"failure-event", "sources_flow_run_failed"},
       [](Stage &stage) { expect_failure_event(stage, "sources_flow_run_failed"); }},
      {{"failure-event", "sources_flow_run_failure"},
       [](Stage &stage) { expect_failure_event(stage, "sources_flow_run_failure"); }},
      {{"sandbox-header", "required"},
       [](Stage &stage) { EXPECT_EQ(error_in(stage(get(kFailed).drop("x-sandbox-name"))), "2105-400"); }},
      {{"sandbox-header", "optional"}, expect_default_sandbox},
      {{"org-header", "400003"},
       [](Stage &stage) {
         EXPECT_EQ(error_of_organisation(stage, false), "400003");
         EXPECT_EQ(error_of_organisation(stage, true), "400003");
       }},
      {{"org-header", "2002-401"},
       [](Stage &stage) {
         EXPECT_EQ(error_of_organisation(stage, false), "2002-401");
         EXPECT_EQ(error_of_organisation(stage, true), "2001-401");
       }},
      {{"org-header", "1009-403"},
       [](Stage &stage) {
         EXPECT_EQ(error_of_organisation(stage, false), "1009-403");
         EXPECT_EQ(error_of_organisation(stage, true), "1009-403");
       }},
      {{"content-type", "required"}, [](Stage &stage) { expect_content_type(stage, true); }},
      {{"content-type", "lenient"}, [](Stage &stage) { expect_content_type(stage, false); }}};
  all.merge(document_proofs());
  return all;
}

TEST(Readings, EachChoiceDoesAsItSays) {
  const Proofs all = proofs();
  std::size_t choices = 0;
  for (const Matter &matter : contract::matters()) {
    for (const Choice &choice : matter.choices) {
      SCOPED_TRACE(matter.name + "=" + choice.name);
      const auto proof = all.find({matter.name, choice.name});
      ASSERT_NE(proof, all.end()) << "no test knows this choice of readings.json";
      Stage stage = with(matter.name + "=" + choice.name);
      proof->second(stage);
      ++choices;
    }
  }
  EXPECT_EQ(choices, all.size());
}

TEST(Readings, OfOpenapiAreAllThatItsFileSpeaksOf) {
  const Reading openapi = Reading::of({"openapi"});
  std::size_t differing = 0;
  for (const Matter &matter : contract::matters()) {
    for (const Choice &choice : matter.choices) {
      if (choice.openapi) {
        EXPECT_TRUE(openapi.is(matter.name, choice.name)) << matter.name;
        differing += &choice == &matter.choices.front() ? 0 : 1;
      }
    }
  }
  EXPECT_EQ(openapi.differences().size(), differing);
  EXPECT_EQ(Reading::of({"op=RE_TRIGGER", "openapi", "tutorial"}), Reading());
  EXPECT_EQ(Reading::of({"openapi", "op=re-trigger"}).choice("op"), "re-trigger") << "the later counts";
  EXPECT_EQ(Reading::of({"unsupported-op=1434-400", "openapi"}).choice("unsupported-op"), "1434-400")
      << "its file does not speak of it";
}

TEST(Readings, ThatThereAreNotAreRefusedWithThoseThereAre) {
  const auto refusal = [](const std::string &choice) -> std::string {
    try {
      Reading::of({choice});
    } catch (const contract::UnknownChoice &error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(refusal("op=retry").find("re-trigger, RE_TRIGGER"), std::string::npos) << refusal("op=retry");
  EXPECT_NE(refusal("ops=re-trigger").find("op, unsupported-op, "), std::string::npos);
  EXPECT_NE(refusal("both").find("MATTER=CHOICE"), std::string::npos);
  EXPECT_NE(refusal("").find("MATTER=CHOICE"), std::string::npos);
  EXPECT_NE(refusal("op="), "");
  EXPECT_THROW(static_cast<void>(Reading().is("op", "other")), contract::UnknownChoice);
}

TEST(Readings, WhatIsNotInDisputeIsTheSame) {
  Stage tutorial;
  Stage openapi = with("openapi");
  for (const std::string path : {"/flows?property=state,name", "/runs?property=id&orderby=-id&limit=20"}) {
    EXPECT_EQ(tutorial(read(path)).body, openapi(read(path)).body);
  }
}

} // namespace
} // namespace flow::mock::test
