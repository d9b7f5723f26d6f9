#include <gtest/gtest.h>

#include "tests/mock_server/document.hpp"
#include "tests/mock_server/proofs.hpp"

/// Where Adobe's pages contradict each other about connections, flows and specifications.
namespace flow::mock::test {
namespace {

constexpr std::int64_t kNowSeconds = kNow / 1000;

const std::vector<std::string> &changeable() {
  static const std::vector<std::string> all = {"connections", "sourceConnections", "targetConnections"};
  return all;
}

std::string flow_of(Stage &stage) {
  return made(stage, "flows", flow_body(make_ends(stage)));
}

void expect_connection_answer(Stage &stage, std::size_t members) {
  for (const std::string &resource : changeable()) {
    const Response created = stage(send("POST", "/" + resource, minimal(resource)));
    EXPECT_EQ(created.status, 201);
    EXPECT_EQ(body_of(created).size(), members) << created.body;
    EXPECT_NE(document(stage, resource, body_of(created)["id"].get<std::string>())["etag"], "");
  }
  EXPECT_EQ(body_of(stage(send("POST", "/flows", flow_body(make_ends(stage))))).size(), 2)
      << "dest-batch shows the etag of a flow";
}

void expect_patch_answer(Stage &stage, int status) {
  const std::string flow = flow_of(stage);
  const Json before = document(stage, "flows", flow);
  const Response answer = stage(patch("flows", flow, change("replace", "/name", "m")));
  EXPECT_EQ(answer.status, status);
  EXPECT_EQ(answer.body.empty(), status == 202) << answer.body;
  const Json after = document(stage, "flows", flow);
  EXPECT_EQ(after["name"], "m");
  EXPECT_NE(after["etag"], before["etag"]);
  EXPECT_EQ(stage(send("POST", path_of("flows", flow) + "/action?op=disable")).status, 200)
      << "an action is no patch";
}

void expect_delete_answer(Stage &stage, int status) {
  for (const std::string &resource : changeable()) {
    const std::string id = made(stage, resource, minimal(resource));
    const Response answer = stage(send("DELETE", path_of(resource, id)));
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(stage(read(path_of(resource, id))).status, 404);
  }
  EXPECT_EQ(stage(send("DELETE", path_of("flows", flow_of(stage)))).status, status);
}

void expect_test_answer(Stage &stage, const char *answer) {
  const std::string id = made(stage, "connections", minimal("connections"));
  EXPECT_EQ(stage(read(path_of("connections", id) + "/test")).body, answer);
  EXPECT_EQ(body_of(stage(read(path_of("connections", id) + "/explore?objectType=root"))), Json::array());
}

void expect_spec_by_name(Stage &stage, bool is_bare) {
  const Json found = body_of(stage(read("/flowSpecs?property=name==%22CRMToAEP%22")));
  EXPECT_EQ((is_bare ? found : found["items"][0])["id"], kTableFlows);
  EXPECT_EQ(found.contains("items"), !is_bare);
  for (const char *list : {"/flowSpecs", "/flowSpecs?property=name==%22none%22",
                           "/flowSpecs?property=id==14518937-270c-4525-bdec-c2ba7cce3860",
                           "/connectionSpecs?property=name==%22Salesforce%22", "/connections?limit=1"}) {
    EXPECT_TRUE(body_of(stage(read(list))).contains("items")) << list;
  }
  EXPECT_EQ(error_in(stage(read("/flowSpecs?property=name==a&property=color==b"))), "1449-400");
}

void expect_not_found(Stage &stage, bool has_message_alone) {
  for (const contract::Resource *resource : described()) {
    const Response answer = stage(read(path_of(resource->name, kNoSuchDocument)));
    EXPECT_EQ(answer.status, 404);
    const std::string message =
        resource->name + " not found with id = [" + std::string(kNoSuchDocument) + "]";
    EXPECT_EQ(body_of(answer) == Json({{"errorMessage", message}, {"errorDetails", message}}),
              has_message_alone)
        << answer.body;
    EXPECT_EQ(error_in(answer) == "1439-404", !has_message_alone);
  }
  for (const Ask &asked : {send("DELETE", path_of("flows", kNoSuchDocument)),
                           patch("flows", kNoSuchDocument, change("replace", "/name", "m")),
                           send("POST", path_of("flows", kNoSuchDocument) + "/action?op=enable")}) {
    EXPECT_EQ(error_in(stage(asked)) == "1439-404", !has_message_alone) << asked.method;
  }
  EXPECT_EQ(error_in(stage(get(kNoSuchDocument))), "1439-404") << "a run";
}

Json without_version(Json body, const char *field) {
  body[field].erase("version");
  return body;
}

void expect_spec_version(Stage &stage, bool is_needed) {
  const Ends ends = make_ends(stage);
  const auto expect = [&](std::string_view resource, const Json &body, const char *field) {
    const Response answer = stage(send("POST", "/" + std::string(resource), without_version(body, field)));
    EXPECT_EQ(answer.status, is_needed ? 422 : 201) << answer.body;
    if (is_needed) {
      EXPECT_NE(answer.body.find(std::string(field) + ".version"), std::string::npos) << answer.body;
    } else {
      const std::string id = body_of(answer)["id"];
      EXPECT_EQ(document(stage, resource, id)[field]["version"], "1.0");
    }
  };
  for (const std::string &resource : changeable()) {
    expect(resource, minimal(resource), "connectionSpec");
  }
  expect("flows", flow_body(ends), "flowSpec");
}

Json starting_at(const Ends &ends, std::int64_t seconds) {
  Json body = flow_body(ends);
  body["scheduleParams"] = {{"startTime", seconds}, {"frequency", "once"}};
  return body;
}

void expect_past_start(Stage &stage, bool is_refused) {
  const Ends ends = make_ends(stage);
  const Response past = stage(send("POST", "/flows", starting_at(ends, kNowSeconds - 1)));
  EXPECT_EQ(past.status, is_refused ? 400 : 201);
  EXPECT_EQ(error_in(past) == "1360-400", is_refused) << past.body;
  EXPECT_EQ(stage(send("POST", "/flows", starting_at(ends, kNowSeconds))).status, 201) << "now is not past";
  const std::string flow = made(stage, "flows", starting_at(ends, kNowSeconds + 10));
  const auto patched = [&](std::int64_t start) {
    return stage(patch("flows", flow, change("replace", "/scheduleParams/startTime", start)));
  };
  EXPECT_EQ(patched(kNowSeconds - 1).status, is_refused ? 400 : 200) << "it is set in the past";
  if (is_refused) {
    stage.clock->advance(60'000);
    EXPECT_EQ(error_in(patched(kNowSeconds + 100)), "1366-400") << "it has passed: that is another error";
    EXPECT_EQ(stage(patch("flows", flow, change("replace", "/scheduleParams/frequency", "once"))).status, 200)
        << "a start that has passed since stays";
  }
}

void expect_least_interval(Stage &stage, std::int64_t least_of_hours) {
  const Ends ends = make_ends(stage);
  const auto with = [&](const char *frequency, std::int64_t interval) {
    Json body = flow_body(ends);
    body["scheduleParams"] = {{"startTime", "1612310466"}, {"frequency", frequency}, {"interval", interval}};
    return stage(send("POST", "/flows", body));
  };
  EXPECT_EQ(error_in(with("minute", 14)), "1362-400");
  EXPECT_EQ(with("minute", 15).status, 201);
  for (const char *frequency : {"hour", "day", "week"}) {
    const Response below = with(frequency, least_of_hours - 1);
    EXPECT_EQ(error_in(below), "1362-400") << frequency;
    EXPECT_NE(below.body.find("the least, " + std::to_string(least_of_hours)), std::string::npos);
    EXPECT_EQ(with(frequency, least_of_hours).status, 201) << frequency;
  }
  EXPECT_EQ(stage(send("POST", "/flows", flow_body(ends))).status, 201) << "once has none";
}

void expect_same_state(Stage &stage, bool is_taken) {
  const std::string flow = flow_of(stage);
  const auto act = [&](const char *op) {
    return stage(send("POST", path_of("flows", flow) + "/action?op=" + op));
  };
  const Json before = document(stage, "flows", flow);
  const Response again = act("enable");
  EXPECT_EQ(again.status, is_taken ? 200 : 400);
  EXPECT_EQ(error_in(again) == "1422-400", !is_taken) << again.body;
  if (is_taken) {
    EXPECT_EQ(body_of(again), Json({{"id", flow}, {"etag", before["etag"]}}));
  }
  EXPECT_EQ(document(stage, "flows", flow), before);
  EXPECT_EQ(act("disable").status, 200);
  EXPECT_EQ(act("disable").status, is_taken ? 200 : 400);
  EXPECT_EQ(error_in(act("publish")), "1422-400") << "that leads elsewhere";
}

void expect_indexes(Stage &stage, const Json &left_of_two, const Json &left_of_mixed) {
  Json body = minimal("sourceConnections");
  body["params"] = {{"a", {1, 2, 3, 4}}, {"nested", {{{"b", {1, 2}}}, {{"b", {3}}}}}};
  const auto patched = [&](const Json &operations) {
    const std::string id = made(stage, "sourceConnections", body);
    const Response answer = stage(patch("sourceConnections", id, operations));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return document(stage, "sourceConnections", id)["params"];
  };
  const auto removal = [](std::string_view path) { return change("remove", path)[0]; };
  const Json two = {removal("/params/a/0"), removal("/params/a/1")};
  EXPECT_EQ(patched(two)["a"], left_of_two);
  const Json mixed = {removal("/params/a/0"), change("replace", "/params/a/1", 20)[0],
                      change("add", "/params/a/-", 5)[0]};
  EXPECT_EQ(patched(mixed)["a"], left_of_mixed);
  EXPECT_EQ(patched({removal("/params/nested/1/b/0")})["nested"][1]["b"], Json::array()) << "within another";
}

void expect_indexes_as_before(Stage &stage) {
  expect_indexes(stage, {3, 4}, {20, 3, 4, 5});
  Json body = minimal("sourceConnections");
  body["params"] = {{"a", {1, 2}}};
  const std::string id = made(stage, "sourceConnections", body);
  const Json same = {change("remove", "/params/a/0")[0], change("remove", "/params/a/0")[0]};
  EXPECT_EQ(error_in(stage(patch("sourceConnections", id, same))), "1455-400") << "it is gone";
}

void expect_runs_link(Stage &stage, const std::string &before, const std::string &behind) {
  const std::string flow = flow_of(stage);
  EXPECT_EQ(document(stage, "flows", flow)["runs"], before + flow + behind);
  const Json listed = body_of(stage(read("/flows?property=runs&property=id==" + flow)));
  EXPECT_EQ(listed["items"], Json({{{"runs", before + flow + behind}}}));
}

} // namespace

Proofs document_proofs() {
  return {
      {{"connection-answer", "id-and-etag"}, [](Stage &stage) { expect_connection_answer(stage, 2); }},
      {{"connection-answer", "id"}, [](Stage &stage) { expect_connection_answer(stage, 1); }},
      {{"patch-answer", "id-and-etag"}, [](Stage &stage) { expect_patch_answer(stage, 200); }},
      {{"patch-answer", "202"}, [](Stage &stage) { expect_patch_answer(stage, 202); }},
      {{"delete-answer", "204"}, [](Stage &stage) { expect_delete_answer(stage, 204); }},
      {{"delete-answer", "202"}, [](Stage &stage) { expect_delete_answer(stage, 202); }},
      {{"test-answer", "result"}, [](Stage &stage) { expect_test_answer(stage, R"({"result":true})"); }},
      {{"test-answer", "bare"}, [](Stage &stage) { expect_test_answer(stage, "true"); }},
      {{"spec-by-name", "items"}, [](Stage &stage) { expect_spec_by_name(stage, false); }},
      {{"spec-by-name", "bare"}, [](Stage &stage) { expect_spec_by_name(stage, true); }},
      {{"not-found", "1439-404"}, [](Stage &stage) { expect_not_found(stage, false); }},
      {{"not-found", "message"}, [](Stage &stage) { expect_not_found(stage, true); }},
      {{"spec-version", "newest"}, [](Stage &stage) { expect_spec_version(stage, false); }},
      {{"spec-version", "422"}, [](Stage &stage) { expect_spec_version(stage, true); }},
      {{"past-start", "accepted"}, [](Stage &stage) { expect_past_start(stage, false); }},
      {{"past-start", "1360-400"}, [](Stage &stage) { expect_past_start(stage, true); }},
      {{"least-interval", "by-frequency"}, [](Stage &stage) { expect_least_interval(stage, 1); }},
      {{"least-interval", "15"}, [](Stage &stage) { expect_least_interval(stage, 15); }},
      {{"same-state", "1422-400"}, [](Stage &stage) { expect_same_state(stage, false); }},
      {{"same-state", "200"}, [](Stage &stage) { expect_same_state(stage, true); }},
      {{"patch-indexes", "in-sequence"},
       [](Stage &stage) {
         expect_indexes(stage, {2, 4}, {2, 20, 4, 5});
       }},
      {{"patch-indexes", "as-before"}, expect_indexes_as_before},
      {{"runs-link", "query"}, [](Stage &stage) { expect_runs_link(stage, "/runs?property=flowId==", ""); }},
      {{"runs-link", "path"}, [](Stage &stage) { expect_runs_link(stage, "/flows/", "/runs"); }}};
}

} // namespace flow::mock::test
