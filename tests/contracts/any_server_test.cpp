#include <algorithm>
#include <deque>
#include <set>

#include <gtest/gtest.h>

#include "contracts/suite/find_states.hpp"
#include "contracts/suite/patience.hpp"
#include "contracts/suite/plan.hpp"
#include "contracts/suite/preflight.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/whole_list.hpp"
#include "contracts/suite/writes.hpp"

namespace flow::contract {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

HttpResponse answer(int status, std::string body = "{}", HttpHeaders headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

HttpRequest request(const std::string &method, const std::string &url = "http://h/") {
  return {.method = method, .url = url, .headers = {}, .body = std::nullopt};
}

/// A server that gives these answers one after the other, the last one for ever, and keeps what it is asked.
struct Scripted {
  std::deque<HttpResponse> answers;
  std::vector<HttpRequest> asked{};

  Ask ask() {
    return [this](const HttpRequest &request) {
      asked.push_back(request);
      const HttpResponse next = answers.front();
      if (answers.size() > 1) {
        answers.pop_front();
      }
      return next;
    };
  }
};

/// Another server than the mock, with a run or flow in every state.
Target other_server() {
  Target target = Target::mock("https://other.example/data/foundation/flowservice");
  target.sandbox = "dev";
  target.may_write = false;
  return target;
}

const std::string kFailedId = Target::mock("").states.find(kFailedRun)->second;

TEST(Patience, WaitsAsLongAsTheServerAsks) {
  Scripted server{
      {answer(429, "", {{"Retry-After", "7"}}), answer(503, "", {{"Retry-After", "2"}}), answer(200)}};
  std::vector<milliseconds> waits;
  const Ask ask = patiently(server.ask(), [&](milliseconds time) { waits.push_back(time); });
  EXPECT_EQ(ask(request("POST")).status, 200);
  EXPECT_EQ(waits, (std::vector<milliseconds>{seconds(7), seconds(2)}));
}

TEST(Patience, WaitsEverLongerAndNotForEver) {
  Scripted server{{answer(503)}};
  std::vector<milliseconds> waits;
  const Ask ask = patiently(server.ask(), [&](milliseconds time) { waits.push_back(time); });
  EXPECT_EQ(ask(request("GET")).status, 503);
  EXPECT_EQ(waits, (std::vector{milliseconds(500), milliseconds(1000), milliseconds(2000)}));
  EXPECT_EQ(server.asked.size(), 4U);
}

TEST(Patience, HasAnEndOverAllRequests) {
  Scripted server{{answer(429, "", {{"Retry-After", "60"}})}};
  milliseconds waited{0};
  const Ask ask = patiently(server.ask(), [&](milliseconds time) { waited += time; });
  for (int number = 0; number < 10; ++number) {
    ask(request("GET"));
  }
  EXPECT_EQ(waited, seconds(600));
}

TEST(Patience, DoesNotWaitForAnHourOrForAnythingElse) {
  for (const HttpResponse &given : {answer(429, "", {{"Retry-After", "3600"}}), answer(500), answer(404)}) {
    Scripted server{{given}};
    const Ask ask = patiently(server.ask(), [](milliseconds) { FAIL() << "waited"; });
    EXPECT_EQ(ask(request("GET")).status, given.status);
  }
}

TEST(Spaced, LetsAMomentPassAfterARunIsMade) {
  Scripted server{{answer(200), answer(201), answer(400)}};
  int waits = 0;
  const Ask ask = spaced(server.ask(), [&](milliseconds) { ++waits; });
  ask(request("GET"));
  EXPECT_EQ(waits, 0);
  ask(request("POST"));
  EXPECT_EQ(waits, 1);
  ask(request("POST"));
  EXPECT_EQ(waits, 1) << "it was refused";
}

TEST(Run, DoesNotCallABusyServerBroken) {
  Scripted server{{answer(429)}};
  const Verdict verdict = run_clause(*matching("list/answer/shape").at(0), other_server(), server.ask());
  EXPECT_EQ(verdict.outcome, Outcome::skipped);
  EXPECT_NE(verdict.reason.find("429"), std::string::npos) << verdict.reason;
}

TEST(Preflight, KnowsAFlowMockByItsHealthAnswer) {
  const Target target = Target::mock(service_url("http://h:1/api/v1", "/api/v1"));
  Target at_path = target;
  at_path.base_path = "/api/v1";
  Scripted mock{{answer(200, R"({"status":"live","server":"flow-mock"})")}};
  EXPECT_TRUE(is_flow_mock(at_path, mock.ask()));
  EXPECT_EQ(mock.asked[0].url, "http://h:1/__admin/health/live");
  EXPECT_TRUE(mock.asked[0].headers.empty()) << "no credentials are sent to it";
  for (const HttpResponse &other :
       {answer(200, R"({"status":"live"})"), answer(200, "<html>"), answer(200, R"({"server":"other"})"),
        answer(404, R"({"server":"flow-mock"})"), answer(200, R"(["flow-mock"])")}) {
    Scripted server{{other}};
    EXPECT_FALSE(is_flow_mock(at_path, server.ask())) << other.body;
  }
}

std::string complaint(const std::function<void()> &action) {
  try {
    action();
  } catch (const CannotRun &error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST(Preflight, SaysThatAServerOnlyAnswersErrors) {
  Scripted server{{answer(500), answer(502), answer(500)}};
  const std::string why = complaint([&] { require_usable(other_server(), server.ask()); });
  EXPECT_TRUE(contains(why, "server errors: 500, 502, 500")) << why;
  EXPECT_EQ(server.asked.size(), 3U);
}

TEST(Preflight, GoesOnWhereOneAddressAlonesAnswersErrors) {
  Scripted server{{answer(500), answer(200)}};
  EXPECT_EQ(complaint([&] { require_usable(other_server(), server.ask()); }), "");
}

TEST(Preflight, SaysThatTheCredentialsAreRefused) {
  Scripted server{{answer(403, R"({"error_code":"403003","message":"Api Key is invalid"})")}};
  const std::string why = complaint([&] { require_usable(other_server(), server.ask()); });
  EXPECT_TRUE(contains(why, "rejects the credentials: status 403, error_code 403003")) << why;
  EXPECT_EQ(server.asked.size(), 1U);
  EXPECT_EQ(server.asked[0].method, "GET");
}

TEST(Preflight, SaysThatTheSandboxIsUnknown) {
  Scripted server{{answer(404, R"({"type":"https://ns.adobe.com/aep/errors/FLOW-2100-404"})")}};
  const std::string why = complaint([&] { require_usable(other_server(), server.ask()); });
  EXPECT_TRUE(contains(why, "has no sandbox 'dev'")) << why;
}

TEST(Preflight, SaysThatNobodyAnswers) {
  const Ask silent = [](const HttpRequest &) -> HttpResponse { throw HttpFailure("nothing listens there"); };
  EXPECT_TRUE(contains(complaint([&] { require_usable(other_server(), silent); }), "nothing listens there"));
  EXPECT_TRUE(contains(complaint([&] { is_flow_mock(other_server(), silent); }), "nothing listens there"));
}

const ClientCredentials kClient{.id = "app",
                                .secret = "s&1",
                                .scopes = "openid,AdobeID",
                                .token_url = "https://ims.example/ims/token/v3"};

TEST(Token, IsAskedForWithClientCredentials) {
  Scripted server{{answer(200, R"({"access_token":"abc","token_type":"bearer","expires_in":86399})")}};
  EXPECT_EQ(token_for(kClient, server.ask()), "abc");
  EXPECT_EQ(server.asked[0].url, "https://ims.example/ims/token/v3");
  EXPECT_EQ(server.asked[0].body,
            "grant_type=client_credentials&client_id=app&client_secret=s%261&scope=openid%2CAdobeID");
}

TEST(Token, IsRefusedWithoutAWordOfTheServerButItsCode) {
  Scripted server{{answer(400, R"({"error":"invalid_client","error_description":"s&1"})"),
                   answer(400, R"({"error":"S&1 is wrong"})"), answer(200, "[]")}};
  EXPECT_EQ(complaint([&] { token_for(kClient, server.ask()); }),
            "no access token from https://ims.example/ims/token/v3: status 400, invalid_client");
  EXPECT_EQ(complaint([&] { token_for(kClient, server.ask()); }),
            "no access token from https://ims.example/ims/token/v3: status 400");
  EXPECT_FALSE(complaint([&] { token_for(kClient, server.ask()); }).empty());
}

TEST(Safe, NothingThatCouldChangeAnythingIsSentToAnotherServer) {
  Scripted server{{answer(404)}};
  std::size_t judged = 0;
  for (const Clause *clause : matching("")) {
    const Verdict verdict = run_clause(*clause, other_server(), server.ask());
    judged += verdict.outcome != Outcome::skipped ? 1 : 0;
    if (writes(*clause)) {
      EXPECT_EQ(verdict.outcome, Outcome::skipped) << clause->id;
      EXPECT_TRUE(contains(verdict.reason, "--allow-writes")) << verdict.reason;
    }
  }
  EXPECT_GT(judged, 50U);
  for (const HttpRequest &request : server.asked) {
    EXPECT_EQ(request.method, "GET") << request.url;
  }
}

TEST(Safe, WhatIsRefusedAtTheGatewayIsAWriteTooUnlessItIsAGet) {
  EXPECT_TRUE(writes(*matching("headers/content-type/missing").at(0)));
  EXPECT_FALSE(writes(*matching("headers/read/authorization-missing").at(0)));
  EXPECT_FALSE(writes(*matching("tokens/form").at(0))) << "asking for a token changes nothing";
}

/// Lets retries, creations and updates through, whatever they ask for.
Ask obliging(std::vector<HttpRequest> &asked) {
  return [&asked](const HttpRequest &request) {
    asked.push_back(request);
    return answer(200, R"({"id":"made","etag":"\"e\"","items":[{"id":"made","etag":"\"e\"","flowId":"f",
      "metrics":{"statusSummary":{"status":"inProgress"}},"createdAt":1,"updatedAt":1}],"_links":{}})");
  };
}

TEST(Safe, ANamedRunIsNeverAskedToBeDeletedAndOnlyNamedRunsAreRetried) {
  Target target = other_server();
  target.may_write = true;
  std::vector<HttpRequest> asked;
  for (const Clause *clause : matching("")) {
    run_clause(*clause, target, obliging(asked));
  }
  std::set<std::string> named;
  for (const auto &[state, id] : target.states) {
    named.insert(id);
  }
  for (const HttpRequest &request : asked) {
    const bool about_named = std::any_of(named.begin(), named.end(), [&](const std::string &id) {
      return contains(request.url, "/runs/" + id);
    });
    EXPECT_FALSE(about_named && request.method == "DELETE") << request.url;
    EXPECT_FALSE(about_named && contains(request.url, "op=delete")) << request.url;
    EXPECT_FALSE(request.method == "POST" && contains(request.url, "/runs/made/action"))
        << "a run that it found was retried";
  }
}

TEST(Plan, IsWhatIsThenSent) {
  Target target = other_server();
  target.may_write = true;
  for (const char *reading : {"tutorial", "openapi"}) {
    target.reading = Reading::of({reading});
    const auto clauses = fitting(matching(""), target);
    const Plan plan = plan_of(clauses, target, std::nullopt);
    std::size_t planned = 0;
    std::size_t most_planned = 0;
    std::vector<HttpRequest> asked;
    for (const PlannedClause &clause : plan.clauses) {
      const Verdict verdict = run_clause(*clause.clause, target, obliging(asked));
      EXPECT_EQ(verdict.outcome == Outcome::skipped, !clause.skipped.empty()) << clause.clause->id;
      const auto sent = static_cast<std::size_t>(
          std::count_if(verdict.requests.begin(), verdict.requests.end(),
                        [](const HttpRequest &sent) { return sent.method != "GET"; }));
      EXPECT_LE(sent, clause.writes.size()) << clause.clause->id;
      planned += sent;
      most_planned += clause.writes.size();
    }
    EXPECT_EQ(plan.writes(), most_planned);
    EXPECT_GT(planned, 20U);
  }
}

TEST(Plan, TellsHowManyRequestsOfWhichKindOnWhichRuns) {
  Target target = other_server();
  target.may_write = true;
  std::vector<const Clause *> clauses;
  for (const char *id : {"retry/state/failed", "retry/twice/two-runs", "update/ends-run", "create/twice",
                         "retry/op/missing", "runs/read/id", "routes/method/run", "retry/run/unknown"}) {
    clauses.push_back(matching(id).at(0));
  }
  const std::string text = plan_text(plan_of(clauses, target, std::nullopt), target, true);
  for (const std::string &line :
       {std::string("plan for https://other.example/data/foundation/flowservice, sandbox dev: 8 clauses, 1 "
                    "skipped\n"),
        "     3 retries of run " + kFailedId + " (a failed run)\n",
        std::string("     1 retries of nothing that exists\n"),
        std::string("     1 updates of a run that it has created\n"),
        std::string("     3 creations of a run for flow 3abea21c-7e36-4be1-bec1-d3bad0e3e0de (a flow "
                    "scheduled once)\n"),
        "     1 other writes to run " + kFailedId + " (a failed run)\n",
        std::string("     9 writes in all\n"),
        std::string("  skipped  routes/method/run  it sends a deletion")}) {
    EXPECT_TRUE(contains(text, line)) << line << " in:\n" << text;
  }
}

TEST(Plan, SkipsWhatIsBeyondTheMostWritesAllowed) {
  Target target = other_server();
  target.may_write = true;
  const auto clauses = matching("retry");
  const Plan plan = plan_of(clauses, target, 3);
  EXPECT_LE(plan.writes(), 3U);
  EXPECT_TRUE(plan.clauses[0].skipped.empty());
  EXPECT_TRUE(contains(plan.clauses.back().skipped, "--max-writes 3 is used up"))
      << plan.clauses.back().skipped;
}

HttpResponse page(const std::vector<std::string> &ids, const std::string &next) {
  Json items = Json::array();
  for (const std::string &id : ids) {
    items.push_back({{"id", id}});
  }
  Json links = Json::object();
  if (!next.empty()) {
    links["next"] = {{"href", next}};
  }
  return answer(200, Json{{"items", items}, {"_links", links}}.dump());
}

HttpRequest get(const std::string &path) {
  return request("GET", other_server().base_url + path);
}

TEST(WholeList, IsReadPageByPage) {
  Scripted server{{page({"b"}, "/runs?continuationToken=2"), page({"c"}, "")}};
  const HttpRequest asked = get("/runs?property=flowId==f");
  ASSERT_TRUE(lists_whole(asked));
  const HttpResponse whole =
      whole_list(asked, page({"a"}, "/runs?continuationToken=1"), other_server(), server.ask());
  EXPECT_EQ(whole.body, page({"a", "b", "c"}, "").body);
  EXPECT_EQ(server.asked[1].url, other_server().base_url + "/runs?continuationToken=2");
}

TEST(WholeList, IsOnlyOfOneFlowAndOfAllItsRuns) {
  for (const char *path : {"/runs", "/runs?property=state==failed", "/runs?property=flowId==f&limit=2",
                           "/runs?continuationToken=x", "/runs?property=flowId==f&count=true", "/runs/7"}) {
    EXPECT_FALSE(lists_whole(get(path))) << path;
  }
  EXPECT_TRUE(lists_whole(get("/runs?property=flowId==f&limit=&count=&orderby=createdAt")));
}

TEST(WholeList, EndsWhereTheServerDoesNot) {
  Scripted server{{page({"a"}, "/runs?continuationToken=1")}};
  EXPECT_THROW(whole_list(get("/runs?property=flowId==f"), page({"a"}, "/runs?continuationToken=1"),
                          other_server(), server.ask()),
               CannotJudge);
  EXPECT_LT(server.asked.size(), 60U);
}

TEST(Run, JudgesAReadThatOthersDisturbedOnceMore) {
  const std::string before = page({"a"}, "").body;
  const std::string after = page({"b"}, "").body;
  Scripted server{{answer(200, before), answer(200, R"({"count":1})"), answer(200, after), // disturbed
                   answer(200, after), answer(200, R"({"count":1})"), answer(200, after)}};
  const Clause &clause = *matching("list/count/filtered").at(0);
  EXPECT_EQ(run_clause(clause, other_server(), server.ask()).outcome, Outcome::held);
}

TEST(Run, SkipsAClauseWhoseRunIsNotInProgressAnyMore) {
  Scripted server{
      {answer(200, R"({"items":[{"metrics":{"statusSummary":{"status":"success"}}}],"_links":{}})")}};
  const Verdict verdict =
      run_clause(*matching("runs/in-progress/status").at(0), other_server(), server.ask());
  EXPECT_EQ(verdict.outcome, Outcome::skipped);
  EXPECT_TRUE(contains(verdict.reason, "no longer in progress, but success")) << verdict.reason;
}

Verdict broken_by(const std::string &received) {
  return {.clause = matching("retry/state/failed").at(0),
          .outcome = Outcome::broken,
          .deviations = {{"status", "200", received}}};
}

TEST(Report, SaysWhenHalfOfTheClausesAreBrokenInTheSameWay) {
  std::vector<Verdict> verdicts(6, broken_by("404"));
  verdicts.insert(verdicts.end(), 6, {.clause = matching("retry/state/failed").at(0)});
  EXPECT_TRUE(contains(broken_alike(verdicts, ""), "6 of 12 clauses are broken in the same way (status 404)"))
      << broken_alike(verdicts, "");
  verdicts.push_back({.clause = matching("retry/state/failed").at(0)});
  EXPECT_EQ(broken_alike(verdicts, ""), "");
  EXPECT_EQ(broken_alike(std::vector<Verdict>(5, broken_by("404")), ""), "") << "too few to tell";
  std::vector<Verdict> different;
  for (const char *status : {"404", "500", "401", "302", "204", "400"}) {
    different.push_back(broken_by(status));
    different.push_back(broken_by(status));
  }
  EXPECT_EQ(broken_alike(different, ""), "");
}

Json found_run(const std::string &id, const std::string &flow, const std::string &status, int records) {
  return {{"id", id},
          {"flowId", flow},
          {"metrics",
           {{"statusSummary", {{"status", status}}}, {"recordSummary", {{"outputRecordCount", records}}}}}};
}

HttpResponse list_of(const Json &items, const std::string &next = "") {
  return answer(200, Json{{"items", items},
                          {"_links", next.empty() ? Json::object() : Json{{"next", {{"href", next}}}}}}
                         .dump());
}

TEST(FindStates, ReadsFlowsAndRunsPageByPage) {
  const Json flows = {
      {{"id", "hourly"}, {"scheduleParams", {{"frequency", "hour"}}}},
      {{"id", "once"}, {"scheduleParams", {{"frequency", "once"}}}},
      {{"id", "stream"},
       {"inheritedAttributes",
        {{"sourceConnections", {{{"connectionSpec", {{"id", "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"}}}}}}}}},
      {{"id", "out"}, {"inheritedAttributes", {{"properties", {{"isDestinationFlow", true}}}}}}};
  Scripted server{
      {list_of(flows),
       list_of({found_run("of-stream", "stream", "failed", -1), found_run("of-out", "out", "failed", -1),
                found_run("f1", "hourly", "failed", -1)},
               "/runs?continuationToken=1"),
       list_of({found_run("f2", "hourly", "Failed", -1), found_run("none", "hourly", "success", 0),
                found_run("some", "hourly", "success", 3), found_run("odd", "hourly", "queued", 0)})}};
  const auto found = find_states(other_server(), server.ask());
  for (const HttpRequest &request : server.asked) {
    EXPECT_EQ(request.method, "GET");
  }
  EXPECT_EQ(Json::parse(as_states_file(found)), (Json{{"a failed run", "f1"},
                                                      {"a successful run with zero ingested records", "none"},
                                                      {"a successful run with ingested records", "some"},
                                                      {"a run of a streaming source", "of-stream"},
                                                      {"a flow with several runs", "hourly"},
                                                      {"a flow scheduled once", "once"},
                                                      {"a flow scheduled repeatedly", "hourly"},
                                                      {"a flow of a streaming source", "stream"}}));
  EXPECT_TRUE(contains(states_text(found), "f1  (of 2)")) << states_text(found);
  EXPECT_TRUE(contains(states_text(found), "none found")) << states_text(found);
}

TEST(FindStates, SaysWhatIsNoList) {
  Scripted server{{answer(404)}};
  EXPECT_TRUE(contains(complaint([&] { find_states(other_server(), server.ask()); }),
                       "status 404 and without a list"));
}

TEST(Show, PrintsRequirementRequestsAndWhatIsExpected) {
  const std::string text = shown(*matching("retry/if-match/other").at(0));
  for (const char *part :
       {"retry/if-match/other: ", "standing: documented", "given: a failed run", "writes: yes",
        "POST /runs/{run}/action?op=re-trigger", "If-Match: \"00000000", "expected error: 412 1404-412"}) {
    EXPECT_TRUE(contains(text, part)) << part << " in:\n" << text;
  }
}

} // namespace

} // namespace flow::contract
