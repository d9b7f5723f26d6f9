#include <gtest/gtest.h>

#include "contracts/judge/bindings.hpp"
#include "contracts/suite/curl_command.hpp"
#include "contracts/suite/masked.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/run.hpp"

namespace flow::contract {

namespace {

TEST(Bindings, StandForTheirPlaceholders) {
  const Bindings bindings = {{"run", "7"}, {"count", 3}};
  EXPECT_EQ(substituted_text("/runs/{run}/{run}?n={count}&x={unknown}&{", bindings),
            "/runs/7/7?n=3&x={unknown}&{");
}

TEST(Bindings, ArePercentEncodedInAPathUnlessItBeginsWithThem) {
  const Bindings bindings = {{"name", "a b,ü"}, {"next", "/runs?continuationToken=A-_"}};
  EXPECT_EQ(substituted_path("/flows?property=name=={name}", bindings),
            "/flows?property=name==a%20b%2C%C3%BC");
  EXPECT_EQ(substituted_path("{next}", bindings), "/runs?continuationToken=A-_");
}

TEST(Bindings, KeepTheirTypeWhereTheyStandAlone) {
  const Bindings bindings = {{"before", {{"id", 7}}}, {"run", "7"}};
  EXPECT_EQ(substituted(Json{{"a", {"{before}", "run {run}"}}}, bindings),
            (Json{{"a", {{{"id", 7}}, "run 7"}}}));
}

HttpRequest documented_call() {
  return {.method = "POST",
          .url = "http://localhost:8080/runs/7/action?op=re-trigger",
          .headers = {{"Authorization", "Bearer s3cret"},
                      {"x-api-key", ""},
                      {"Content-Type", "application/json"}},
          .body = std::nullopt};
}

TEST(CurlCommand, SendsTheSameAgain) {
  EXPECT_EQ(curl_command(documented_call(), ""), "curl -i --path-as-is -X POST \\\n"
                                                 "  'http://localhost:8080/runs/7/action?op=re-trigger' \\\n"
                                                 "  -H 'Authorization: Bearer s3cret' \\\n"
                                                 "  -H 'x-api-key;' \\\n"
                                                 "  -H 'Content-Type: application/json'");
}

TEST(CurlCommand, NeverShowsTheSecret) {
  const std::string command = curl_command(documented_call(), "s3cret");
  EXPECT_EQ(command.find("s3cret"), std::string::npos);
  EXPECT_NE(command.find("'Authorization: Bearer '\"$FLOW_TOKEN\"''"), std::string::npos) << command;
}

TEST(Masked, HidesTheSecretAsAWholeValue) {
  EXPECT_EQ(masked("Bearer run, run", "run"), "Bearer $FLOW_TOKEN, $FLOW_TOKEN");
  for (const char *text : {"token=run", "\"run\"", "%3Drun&x=1", "\\nrun", "\\u0020run", "run.", "run"}) {
    EXPECT_NE(masked(text, "run").find("$FLOW_TOKEN"), std::string::npos) << text;
  }
}

TEST(Masked, LeavesPartsOfWordsAlone) {
  for (const char *text : {"/runs/7", "rerun", "run_id", "dry-run", "x%2"}) {
    EXPECT_EQ(masked(text, "run"), text);
  }
  EXPECT_EQ(masked("run", ""), "run");
}

TEST(CurlCommand, HidesTheSecretOnlyAsAWholeValue) {
  const std::string command = curl_command(documented_call(), "action");
  EXPECT_NE(command.find("/runs/7/'\"$FLOW_TOKEN\"'?op"), std::string::npos) << command;
  EXPECT_EQ(curl_command(documented_call(), "trig").find("$FLOW_TOKEN"), std::string::npos);
}

TEST(CurlCommand, QuotesForTheShell) {
  HttpRequest request = documented_call();
  request.body = "it's {\"a\":1}";
  EXPECT_NE(curl_command(request, "").find("--data-binary 'it'\\''s {\"a\":1}'"), std::string::npos);
}

TEST(CurlCommand, LeavesItToTheShellToMakeWhatATerminalWouldObey) {
  HttpRequest request = documented_call();
  request.body = "é\n\x1b]0;x\u202ey\x9b";
  EXPECT_NE(curl_command(request, "")
                .find("--data-binary 'é\n'\"$(printf '\\033')\"']0;x'\"$(printf '\\342\\200\\256')\"'y'\""
                      "$(printf '\\233')\"''"),
            std::string::npos)
      << curl_command(request, "");
}

TEST(CurlCommand, SendsNoTypeThatTheRequestHadNot) {
  HttpRequest request = documented_call();
  request.headers.pop_back();
  request.body = "";
  EXPECT_NE(curl_command(request, "").find("-H 'Content-Type:' \\\n  --data-binary ''"), std::string::npos);
}

TEST(ServiceUrl, IsTheSameWithAndWithoutTheServicePath) {
  for (const char *given : {"http://h:1", "http://h:1/", "http://h:1/data/foundation/flowservice",
                            "http://h:1/data/foundation/flowservice/"}) {
    EXPECT_EQ(service_url(given), "http://h:1/data/foundation/flowservice") << given;
  }
}

std::vector<std::string> ids(std::string_view pattern) {
  std::vector<std::string> all;
  for (const Clause *clause : matching(pattern)) {
    all.push_back(clause->id);
  }
  return all;
}

TEST(Filter, TakesAnIdItsBeginningOrAGlob) {
  EXPECT_EQ(ids("retry/op/empty"), std::vector<std::string>{"retry/op/empty"});
  EXPECT_EQ(ids("retry/op"), ids("retry/op/*"));
  EXPECT_GT(ids("retry").size(), ids("retry/op").size());
  EXPECT_GT(ids("*/missing").size(), 5u);
  EXPECT_TRUE(ids("retry/o").empty());
  EXPECT_TRUE(ids("no-such-clause").empty());
  EXPECT_EQ(ids("").size(), ids("*").size());
}

TEST(Run, SkipsAClauseWhoseStateNobodyNames) {
  Target target = Target::mock("http://127.0.0.1:1");
  target.states.erase("a run in progress");
  HttpSender sender;
  const Verdict verdict = run_clause(*matching("retry/state/in-progress").at(0), target, sender);
  EXPECT_EQ(verdict.outcome, Outcome::skipped);
  EXPECT_NE(verdict.reason.find("a run in progress"), std::string::npos);
  EXPECT_TRUE(verdict.requests.empty());
}

TEST(Run, SkipsAClauseThatNeedsASecondSandbox) {
  Target target = Target::mock("http://127.0.0.1:1");
  target.sandbox = "prod";
  HttpSender sender;
  const Verdict verdict = run_clause(*matching("runs/sandbox/isolated").at(0), target, sender);
  EXPECT_EQ(verdict.outcome, Outcome::skipped);
  EXPECT_NE(verdict.reason.find("sandbox"), std::string::npos);
}

TEST(Run, SkipsAClauseWhoseFlowNobodyNames) {
  HttpSender sender;
  const Verdict verdict =
      run_clause(*matching("flows/read/id").at(0), {.base_url = "http://127.0.0.1:1"}, sender);
  EXPECT_EQ(verdict.outcome, Outcome::skipped);
  EXPECT_NE(verdict.reason.find("no flow is given"), std::string::npos) << verdict.reason;
}

TEST(Run, AsksNoOtherServerThanTheMockForTokens) {
  Target target = Target::mock("http://127.0.0.1:1");
  target.sandbox = "prod";
  HttpSender sender;
  const Verdict verdict = run_clause(*matching("tokens/form").at(0), target, sender);
  EXPECT_EQ(verdict.outcome, Outcome::skipped);
  EXPECT_NE(verdict.reason.find("tokens"), std::string::npos) << verdict.reason;
}

TEST(Run, ActivatesNothingOnAnotherServerThanTheMock) {
  Target target = Target::mock("http://127.0.0.1:1");
  target.sandbox = "prod";
  HttpSender sender;
  for (const Clause *clause : matching("adhoc")) {
    const Verdict verdict = run_clause(*clause, target, sender);
    EXPECT_EQ(verdict.outcome, Outcome::skipped) << clause->id;
    EXPECT_NE(verdict.reason.find("destination"), std::string::npos) << verdict.reason;
    EXPECT_TRUE(verdict.requests.empty()) << clause->id;
  }
}

TEST(Fitting, IsByEveryChoiceThatAClauseNeeds) {
  const auto fits = [](std::string_view id, const std::vector<std::string> &choices) {
    Target target = Target::mock("http://127.0.0.1:1");
    target.reading = Reading::of(choices);
    return !fitting(matching(id), target).empty();
  };
  EXPECT_TRUE(fits("flows/read/id", {}));
  EXPECT_TRUE(fits("flows/read/id", {"openapi", "zero-records=refused"}));
  EXPECT_TRUE(fits("readings/op-of-tutorial", {"openapi"}));
  EXPECT_FALSE(fits("readings/op-of-tutorial", {}));
  EXPECT_FALSE(fits("readings/op-of-tutorial", {"openapi", "unsupported-op=1434-400"}));
  EXPECT_TRUE(fits("retry/state/zero-records", {}));
  EXPECT_FALSE(fits("retry/state/zero-records", {"zero-records=refused"}));
}

TEST(Run, ReportsAServerThatDoesNotAnswer) {
  HttpSender sender;
  const Verdict verdict =
      run_clause(*matching("retry/state/failed").at(0), Target::mock("http://127.0.0.1:1"), sender);
  EXPECT_EQ(verdict.outcome, Outcome::broken);
  ASSERT_EQ(verdict.deviations.size(), 1u);
  EXPECT_EQ(verdict.deviations[0].where, "exchange");
}

Verdict broken_verdict() {
  return {.clause = matching("retry/state/failed").at(0),
          .outcome = Outcome::broken,
          .reason = "",
          .requests = {documented_call()},
          .deviations = {{"status", "200", "500 s3cret"}}};
}

TEST(Report, ExplainsABrokenClause) {
  const std::string text = explanation(broken_verdict(), "s3cret");
  for (const char *part :
       {"answers 200.", "standing: documented", "source: retry-flows, ", "given: a failed run", "curl -i",
        "status\n    expected: 200\n    received: 500 $FLOW_TOKEN"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in:\n" << text;
  }
  EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
}

TEST(Report, SumsUp) {
  const std::vector<Verdict> verdicts = {broken_verdict()};
  EXPECT_EQ(summary(verdicts), "1 clause: 0 held, 1 broken, 0 skipped");
}

TEST(List, IsBySubjectWithIdStandingAndTitle) {
  const std::string text = listed(matching("retry/state/failed"));
  EXPECT_EQ(text, "retry: Retrying a run\n"
                  "  retry/state/failed  documented  A failed run can be retried\n");
}

TEST(List, IsForMachinesToo) {
  const Json json = Json::parse(listed_as_json(matching("retry")));
  EXPECT_EQ(json.size(), matching("retry").size());
  EXPECT_EQ(json[0]["id"], "retry/state/failed");
  EXPECT_EQ(json[0]["standing"], "documented");
  EXPECT_EQ(json[0]["source"]["page"], "retry-flows");
}

} // namespace

} // namespace flow::contract
