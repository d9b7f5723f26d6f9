#include "tests/client/flowctl_fixture.hpp"

namespace flow::client {

namespace {

using testing::EndsWith;
using testing::StartsWith;

constexpr const char *kHere = "/__admin/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D";

/// `flowctl mock` against a control API whose answers are the test's: requests to the letter, and tables.
struct FlowctlMockLog : Flowctl {
  FlowctlMockLog() { answer_with("{}"); }

  void answer_with(const std::string &body) {
    answer = [body] { return mock::Response{.status = 200, .headers = {}, .body = body}; };
  }

  Ended mock(Arguments arguments) {
    arguments.insert(arguments.begin(), "mock");
    Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    return ended;
  }

  /// The request that a command makes.
  std::string request_of(const Arguments &arguments) {
    mock(arguments);
    return asked_last();
  }
};

TEST_F(FlowctlMockLog, AFaultIsAddedAsGiven) {
  answer_with(R"({"id":"f1"})");
  const Ended ended = mock({"fault",
                            "add",
                            "status",
                            "status=503",
                            "retryAfterS=3",
                            "--method",
                            "POST",
                            "--path",
                            "/runs/*/action",
                            "--header",
                            "x-test: a:b",
                            "--header",
                            "x-other:",
                            "--times",
                            "2",
                            "--probability",
                            "0.5",
                            "--seed",
                            "7",
                            "--at",
                            "answer"});
  EXPECT_EQ(ended.out, "fault f1 added\n");
  EXPECT_EQ(
      asked_last(),
      std::string("POST ") + kHere +
          R"(/faults {"type":"status","attributes":{"status":503,"retryAfterS":3},"at":"answer",)"
          R"("match":{"method":"POST","path":"/runs/*/action","headers":{"x-test":"a:b","x-other":""}},)"
          R"("times":2,"probability":0.5,"seed":7})");
  EXPECT_EQ(sent("Content-Type"), "application/json");
  EXPECT_EQ(request_of({"fault", "--any-sandbox", "add", "hang"}),
            R"(POST /__admin/faults {"type":"hang","attributes":{}})");
  EXPECT_EQ(request_of({"fault", "add", "status", "status=403", "errorCode=403003", "--operation",
                        "retry_run", "--after", "2"}),
            std::string("POST ") + kHere +
                R"(/faults {"type":"status","attributes":{"status":403,"errorCode":"403003"},)"
                R"("match":{"operation":"retry_run"},"after":2})");
}

TEST_F(FlowctlMockLog, FaultsAreATable) {
  answer_with(
      R"({"faults":[{"id":"f1","type":"latency","attributes":{"latencyMs":200,"jitterMs":50},"at":"answer",
      "match":{"method":"POST","path":"/runs/*/action","headers":{"x-test":"a"}},"probability":0.5,"matched":3,
      "left":null},{"id":"f2","type":"hang","attributes":{},"at":"request","matched":0,"left":2}]})");
  EXPECT_EQ(mock({"fault", "list"}).out,
            "FAULT  TYPE     ATTRIBUTES                 AT       PROBABILITY  MATCHED  LEFT  MATCH\n"
            "f1     latency  latencyMs=200 jitterMs=50  answer   0.5          3        -     "
            "POST /runs/*/action x-test:a\n"
            "f2     hang     -                          request  -            0        2     -\n");
  EXPECT_EQ(asked_last(), std::string("GET ") + kHere + "/faults");
}

TEST_F(FlowctlMockLog, FaultsAreRemoved) {
  EXPECT_EQ(request_of({"fault", "remove", "f/1"}), std::string("DELETE ") + kHere + "/faults/f%2F1");
  EXPECT_EQ(request_of({"fault", "clear"}), std::string("DELETE ") + kHere + "/faults");
  EXPECT_EQ(request_of({"fault", "clear", "--any-sandbox"}), "DELETE /__admin/faults");
}

TEST_F(FlowctlMockLog, TheJournalIsATable) {
  answer_with(R"({"requests":[{"number":7,"atMs":1651586400123,"durationUs":1350,"method":"POST",
      "target":"/data/foundation/flowservice/runs/a/action?op=re-trigger","status":400,"operation":"retry_run",
      "run":"a","madeRun":null,"error":"op-unsupported","fault":null,
      "clauses":[{"id":"retry/op","violated":true},{"id":"retry/ok","violated":false},
                 {"id":"headers/org","violated":true}]}],"dropped":12,"capacity":1000})");
  EXPECT_EQ(
      mock({"journal"}).out,
      "NO  TIME (UTC)               MS    STATUS  ERROR           OPERATION  RUN  FAULT  VIOLATED           "
      "   REQUEST\n"
      "7   2022-05-03 14:00:00.123  1.35  400     op-unsupported  retry_run  a    -      "
      "retry/op,headers/org  POST /data/foundation/flowservice/runs/a/action?op=re-trigger\n"
      "12 older requests dropped: the mock keeps only the latest\n");
  EXPECT_EQ(asked_last(), std::string("GET ") + kHere + "/requests");
}

TEST_F(FlowctlMockLog, TheJournalIsFiltered) {
  EXPECT_EQ(request_of({"journal", "--run", "a b", "--status", "400", "--operation", "retry_run", "--method",
                        "POST", "--path", "/runs/*", "--fault", "f1", "--clause", "retry/op", "--violated",
                        "--limit", "5"}),
            std::string("GET ") + kHere +
                "/requests?run=a%20b&status=400&operation=retry_run&method=POST&path=%2Fruns%2F%2A&fault=f1&"
                "clause=retry%2Fop&violated=true&limit=5");
  EXPECT_EQ(request_of({"journal", "--any-sandbox", "--clear"}), "DELETE /__admin/requests");
  EXPECT_EQ(request_of({"journal", "--clear", "--run", "a"}),
            std::string("DELETE ") + kHere + "/requests?run=a");
}

TEST_F(FlowctlMockLog, RequestsAreCounted) {
  answer_with(
      R"({"count":2,"firstMs":1651586400000,"lastMs":1651586405000,"shortestGapMs":5000,"dropped":0})");
  EXPECT_EQ(mock({"journal", "--count", "--run", "a"}).out,
            "2 requests from 2022-05-03 14:00:00.000 to 2022-05-03 14:00:05.000 UTC, at least 5s apart\n");
  EXPECT_EQ(asked_last(), std::string("GET ") + kHere + "/requests/count?run=a");
  answer_with(
      R"({"count":1,"firstMs":1651586400000,"lastMs":1651586400000,"shortestGapMs":null,"dropped":1})");
  EXPECT_EQ(mock({"journal", "--count"}).out, "1 request at 2022-05-03 14:00:00.000 UTC\n"
                                              "1 older request dropped: the mock keeps only the latest\n");
  answer_with(R"({"count":0,"firstMs":null,"lastMs":null,"shortestGapMs":null,"dropped":0})");
  EXPECT_EQ(mock({"journal", "--count"}).out, "0 requests\n");
}

TEST_F(FlowctlMockLog, WhatIsExpectedIsAnnounced) {
  answer_with(R"({"clauses":["retry/op/missing","retry/op/empty"],"requests":3})");
  EXPECT_EQ(mock({"expect", "retry/op/missing", "retry/op/empty", "--requests", "3"}).out,
            "expected of the next 3 requests: retry/op/missing, retry/op/empty\n");
  EXPECT_EQ(asked_last(),
            std::string("POST ") + kHere +
                R"(/expectations {"clauses":["retry/op/missing","retry/op/empty"],"requests":3})");
}

TEST_F(FlowctlMockLog, ViolationsAreATable) {
  answer_with(R"({"violations":[{"clause":"retry/op","place":"query op","mend":"Send op=re-trigger.","method":
      "POST","path":"/runs/a/action","organisation":"o","sandbox":"s","atMs":1651586400000}],"total":3})");
  EXPECT_EQ(mock({"violations"}).out,
            "TIME (UTC)               CLAUSE    REQUEST              PLACE     HOW TO FIX IT\n"
            "2022-05-03 14:00:00.000  retry/op  POST /runs/a/action  query op  Send op=re-trigger.\n"
            "3 in all\n");
  answer_with(R"({"violations":[],"total":0})");
  EXPECT_EQ(mock({"violations", "--any-sandbox"}).out, "no violations\n");
  EXPECT_EQ(asked_last(), "GET /__admin/violations");
  EXPECT_EQ(request_of({"violations", "--clear"}), std::string("DELETE ") + kHere + "/violations");
}

TEST_F(FlowctlMockLog, OfAllSandboxesEachLineSaysWhoseItIs) {
  answer_with(R"({"requests":[{"number":1,"organisation":"o","sandbox":"s"},{"number":2}],"total":1,
      "violations":[{"clause":"retry/op","organisation":"o","sandbox":"s"}]})");
  EXPECT_THAT(mock({"journal", "--any-sandbox"}).out,
              AllOf(HasSubstr("\no/s      1 "), HasSubstr("\n-        2 ")));
  EXPECT_THAT(mock({"violations", "--any-sandbox"}).out, HasSubstr("\no/s      -  "));
  EXPECT_THAT(mock({"journal"}).out, Not(HasSubstr("o/s")));
}

TEST_F(FlowctlMockLog, CoverageIsATableAndASum) {
  answer_with(
      R"({"total":2,"exercised":1,"clauses":[{"id":"retry/op","title":"Only re-trigger","exercised":true},
      {"id":"retry/ok","title":"A failed run","exercised":false}]})");
  EXPECT_EQ(mock({"coverage"}).out, "EXERCISED  CLAUSE    TITLE\n"
                                    "yes        retry/op  Only re-trigger\n"
                                    "no         retry/ok  A failed run\n"
                                    "1 of 2 clauses exercised\n");
  EXPECT_EQ(asked_last(), "GET /__admin/coverage");
  EXPECT_EQ(request_of({"coverage", "--clear"}), "DELETE /__admin/coverage");
}

TEST_F(FlowctlMockLog, AWebhookIsShownSetAndTakenAway) {
  EXPECT_EQ(mock({"webhook"}).out, "no webhook\n");
  answer_with(R"({"url":"http://localhost:9/","timeoutMs":5000,
      "retry":{"firstDelayMs":1000,"maxDelayMs":60000,"forMs":3600000}})");
  EXPECT_EQ(mock({"webhook", "http://localhost:9/"}).out,
            "ended runs are posted to http://localhost:9/, to be answered within 5s; retried after 1s, "
            "doubling up to 1m, for 1h\n");
  EXPECT_EQ(asked_last(), std::string("PUT ") + kHere + R"(/webhook {"url":"http://localhost:9/"})");
  answer_with(R"({"url":"http://localhost:9/","timeoutMs":5000,"retry":{"forMs":0}})");
  EXPECT_EQ(mock({"webhook"}).out,
            "ended runs are posted to http://localhost:9/, to be answered within 5s, once\n");
  EXPECT_EQ(request_of({"webhook", "off"}), std::string("DELETE ") + kHere + "/webhook");
}

TEST_F(FlowctlMockLog, EventsAreATableAndAreDeliveredOnceMore) {
  answer_with(R"({"events":[{"id":"e1","code":"ingest_run_failed","runId":"a","atMs":1651586400000,"body":{},
      "state":"failed","attempts":[{"atMs":1,"status":500,"durationMs":2},{"atMs":3,"error":"no connection",
      "durationMs":4}]},{"id":"e2","code":"c","runId":"b","atMs":1651586400000,"state":"pending","attempts":[]}],
      "dropped":0,"due":1})");
  EXPECT_EQ(mock({"events"}).out,
            "EVENT  TIME (UTC)               CODE               RUN  STATE    ATTEMPTS\n"
            "e1     2022-05-03 14:00:00.000  ingest_run_failed  a    failed   2, the last no connection\n"
            "e2     2022-05-03 14:00:00.000  c                  b    pending  0\n"
            "1 attempt due by the sandbox's clock, not done yet\n");
  EXPECT_EQ(request_of({"redeliver", "e1"}), std::string("POST ") + kHere + "/events/e1/redeliver");
}

TEST_F(FlowctlMockLog, AnswersOfOtherShapesAreShownAsFarAsTheyGo) {
  for (const char *body :
       {"{}", "[]", "7", "null", R"({"requests":7,"faults":{"a":1},"violations":"v","total":1,
      "clauses":[7],"events":[{"attempts":[7]}],"url":7,"retries":[[]],"dropped":-1,"count":"x","ends":{}})"}) {
    answer_with(body);
    for (const Arguments &command : {Arguments{"journal"},
                                     {"journal", "--count"},
                                     {"fault", "list"},
                                     {"violations"},
                                     {"coverage"},
                                     {"events"},
                                     {"webhook"},
                                     {"clock"},
                                     {"health"},
                                     {"settings"},
                                     {"state", "a"},
                                     {"script", "a"},
                                     {"reset"},
                                     {"snapshot"},
                                     {"snapshot", folder + "/kept"}}) {
      mock(command);
    }
  }
}

TEST_F(FlowctlMockLog, ControlCharactersOfTheServerDoNotReachTheTerminal) {
  answer_with(
      R"({"id":"a\u001b[2J","now":"\u001b[2J","status":"\u001b","url":"\u001b","requests":[{"target":"\u001b"}],
      "retries":["\u001b"],"a\u001b":"\u001b","exercised":"\u001b"})");
  for (const Arguments &command : {Arguments{"journal"},
                                   {"fault", "add", "hang"},
                                   {"webhook"},
                                   {"clock"},
                                   {"health"},
                                   {"settings"},
                                   {"state", "a"},
                                   {"script", "a"},
                                   {"coverage"},
                                   {"fault", "remove", "\x1b"}}) {
    EXPECT_THAT(mock(command).out, Not(HasSubstr("\x1b"))) << command.front();
  }
}

} // namespace

} // namespace flow::client
