#include <ranges>

#include "tests/client/scripted.hpp"

namespace flow::client {

namespace {

using List = ScriptedClient;

static_assert(std::ranges::input_range<Listing<Run>>);

/// A page with these runs; `token` leads to the next, empty: none.
Response page(const std::vector<std::string> &ids, const std::string &token = "") {
  std::string items;
  for (const std::string &id : ids) {
    items += (items.empty() ? "" : ",") + std::string(R"({"id":")") + id + "\"}";
  }
  const std::string next = token.empty() ? "" : R"("next":{"href":"/runs?continuationToken=)" + token + "\"}";
  return {.status = 200, .headers = {}, .body = R"({"items":[)" + items + R"(],"_links":{)" + next + "}}"};
}

Time ms(std::int64_t since_epoch) {
  return Time(std::chrono::milliseconds(since_epoch));
}

struct Listed : List {
  std::vector<std::string> ids(const Listing<flow::client::Run> &runs) {
    std::vector<std::string> found;
    for (const auto &run : runs) {
      found.push_back(run.id);
    }
    return found;
  }

  std::string target_of(const RunQuery &query) {
    ids(client({page({})}).runs(query));
    return transport->requests.back().target.substr(std::string("/data/foundation/flowservice").size());
  }
};

TEST_F(Listed, GoesFromPageToPageByWhatStandsBehindTheFirstEqualsSign) {
  const Client caller = client({page({"a", "b"}, "t1"), page({"c"}, "t2-%2Bx=y&z"), page({"d"})});
  EXPECT_EQ(ids(caller.runs({.flow_id = "f"})), (std::vector<std::string>{"a", "b", "c", "d"}));
  ASSERT_EQ(transport->requests.size(), 3u);
  EXPECT_EQ(transport->requests.at(1).target, "/data/foundation/flowservice/runs?continuationToken=t1");
  EXPECT_EQ(transport->requests.at(2).target,
            "/data/foundation/flowservice/runs?continuationToken=t2-%2Bx=y&z");
}

TEST_F(Listed, NothingIsAskedBeforeTheFirstItemAndNoPageBeforeItsFirstItem) {
  const Client caller = client({page({"a", "b"}, "t1")});
  const auto runs = caller.runs();
  EXPECT_EQ(transport->requests.size(), 0u);
  for (const auto &run : runs) {
    if (run.id == "b") {
      break;
    }
  }
  EXPECT_EQ(transport->requests.size(), 1u);
}

TEST_F(Listed, AnEmptyPageIsNotTheEnd) {
  const Client caller = client({page({}, "t1"), page({"a"}, "t2"), page({}, "t3"), page({}, "t4"), page({})});
  EXPECT_EQ(ids(caller.runs()), std::vector<std::string>{"a"});
}

TEST_F(Listed, EachBeginStartsAnew) {
  const auto runs = client({page({"a"}, "t1"), page({"b"}), page({"a"}, "t1"), page({"b"})}).runs();
  EXPECT_EQ(ids(runs), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ids(runs), (std::vector<std::string>{"a", "b"}));
}

TEST_F(Listed, PagesThatFormACycleAreAnError) {
  for (const Script &script : {Script{page({"a"}, "t1"), page({"a"}, "t1")},
                               Script{page({}, "t1"), page({}, "t2"), page({}, "t1")}}) {
    const Client caller = client(script);
    const Error error = error_of_call([&] { ids(caller.runs()); });
    EXPECT_EQ(error.kind, ErrorKind::malformed_answer);
    EXPECT_NE(std::string(error.what()).find("cycle"), std::string::npos) << error.what();
  }
}

TEST_F(Listed, AnErrorOnTheWayIsThrownAndTheSamePageCanBeAskedForAgain) {
  const Client caller = client({page({"a"}, "t1"), Response{500, {}, ""}, page({"b"})});
  const auto runs = caller.runs();
  auto at = runs.begin();
  EXPECT_EQ(error_of_call([&] { ++at; }).status, 500);
  ++at;
  EXPECT_EQ(at->id, "b");
  EXPECT_EQ(transport->requests.at(2).target, transport->requests.at(1).target);
}

TEST_F(Listed, ListsThatAreNoneAreErrors) {
  for (const char *body :
       {"", "[]", "{}", R"({"items":7})", R"({"items":[],"_links":{"next":{"href":"/runs"}}})",
        R"({"items":[],"_links":{"next":{"href":"/runs?continuationToken="}}})",
        R"({"items":[],"_links":{"next":{"href":"/runs?continuationToken=a b"}}})",
        R"({"items":[],"_links":{"next":{"href":"/runs?t=a\r\nx: y"}}})"}) {
    const Client caller = client({Response{200, {}, body}});
    EXPECT_EQ(error_of_call([&] { ids(caller.runs()); }).kind, ErrorKind::malformed_answer) << body;
  }
}

TEST_F(Listed, AListingOutlivesItsClient) {
  const auto runs = client({page({"a"}, "t1"), page({"b"})}).runs();
  EXPECT_EQ(ids(runs).size(), 2u);
}

TEST_F(Listed, AQueryIsSentAsDocumented) {
  EXPECT_EQ(target_of({}), "/runs");
  EXPECT_EQ(target_of({.orderby = "-createdAt", .page_size = 5}), "/runs?orderby=-createdAt&limit=5");
  EXPECT_EQ(target_of({.ids = {"a", "b"},
                       .flow_id = "f",
                       .status = "failed",
                       .started_after = ms(1000),
                       .started_before = ms(2000),
                       .properties = {"id==x&y"},
                       .page_size = 7}),
            "/runs?property=id%3D%3Da%2Cb&property=flowId%3D%3Df"
            "&property=metrics.statusSummary.status%3D%3Dfailed"
            "&property=metrics.durationSummary.startedAtUTC%3E1000"
            "&property=metrics.durationSummary.startedAtUTC%3C2000&property=id%3D%3Dx%26y&limit=7");
}

TEST_F(Listed, AValueThatWouldBecomeSeveralIsRefusedBeforeSending) {
  const Client caller = client();
  EXPECT_THROW(caller.runs({.flow_id = "a,b"}), std::invalid_argument);
  EXPECT_THROW(caller.runs({.ids = {"a,b"}}), std::invalid_argument);
  EXPECT_THROW(caller.runs({.ids = {""}}), std::invalid_argument);
}

TEST_F(Listed, CountIsAskedForWithoutLimitAndOrder) {
  const Client caller = client({Response{200, {}, R"({"count":3})"}, Response{200, {}, R"({"count":0})"}});
  EXPECT_EQ(caller.count(RunQuery{.flow_id = "f", .orderby = "id", .page_size = 5}), 3);
  EXPECT_EQ(caller.count(FlowQuery{}), 0);
  EXPECT_EQ(transport->requests.at(0).target,
            "/data/foundation/flowservice/runs?property=flowId%3D%3Df&count=true");
  EXPECT_EQ(transport->requests.at(1).target, "/data/foundation/flowservice/flows?count=true");
}

TEST_F(Listed, ACountThatIsNoneIsAnError) {
  for (const char *body : {"", "{}", R"({"count":-1})", R"({"count":"3"})", R"({"items":[]})"}) {
    const Client caller = client({Response{200, {}, body}});
    EXPECT_EQ(error_of_call([&] { caller.count(RunQuery{}); }).kind, ErrorKind::malformed_answer) << body;
  }
}

constexpr const char *kFlow = R"({"id":"f-1","name":"Orders","description":"All","state":"enabled",
  "etag":"\"e\"","flowSpec":{"id":"s-1","version":"1.0"},"createdAt":1000,"updatedAt":2000,
  "sourceConnectionIds":["c-1"],"targetConnectionIds":["c-2","c-3"],
  "scheduleParams":{"startTime":"1651500000","frequency":"minute","interval":"15","backfill":false},
  "lastRunDetails":{"id":"r-1","state":"Failed","startedAtUTC":3000}})";

void expect_the_flow(const Flow &flow) {
  EXPECT_EQ(flow.id, "f-1");
  EXPECT_EQ(flow.name, "Orders");
  EXPECT_EQ(flow.description, "All");
  EXPECT_EQ(flow.state, "enabled");
  EXPECT_EQ(flow.etag, "\"e\"");
  EXPECT_EQ(flow.spec.id, "s-1");
  EXPECT_EQ(flow.spec.version, "1.0");
  EXPECT_EQ(flow.created_at, ms(1000));
  EXPECT_EQ(flow.source_connection_ids, std::vector<std::string>{"c-1"});
  EXPECT_EQ(flow.target_connection_ids.size(), 2u);
  ASSERT_TRUE(flow.schedule);
  EXPECT_EQ(flow.schedule->frequency, "minute");
  EXPECT_EQ(flow.schedule->interval, 15);
  EXPECT_EQ(flow.schedule->start, ms(1'651'500'000'000));
  EXPECT_EQ(flow.schedule->backfill, false);
  ASSERT_TRUE(flow.last_run);
  EXPECT_EQ(flow.last_run->id, "r-1");
  EXPECT_EQ(flow.last_run->state, RunState::failed);
  EXPECT_EQ(flow.last_run->started_at, ms(3000));
  EXPECT_FALSE(flow.last_run->completed_at);
  EXPECT_NE(flow.json.find("scheduleParams"), std::string::npos);
}

TEST_F(Listed, AFlowIsReadAloneAndInAList) {
  const std::string body = std::string(R"({"items":[)") + kFlow + R"(],"_links":{}})";
  const Client caller = client({Response{200, {}, body}, Response{200, {}, body}});
  expect_the_flow(caller.get_flow("f-1"));
  EXPECT_EQ(transport->requests.back().target, "/data/foundation/flowservice/flows/f-1");
  int seen = 0;
  for (const Flow &flow : caller.flows({.state = "enabled", .orderby = "name"})) {
    expect_the_flow(flow);
    ++seen;
  }
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(transport->requests.back().target,
            "/data/foundation/flowservice/flows?property=state%3D%3Denabled&orderby=name");
}

TEST_F(Listed, WhatAFlowLacksIsEmpty) {
  const Client caller = client({Response{200, {}, R"({"items":[{"id":"f","scheduleParams":7}]})"}});
  const Flow flow = caller.get_flow("f");
  EXPECT_FALSE(flow.schedule || flow.last_run || flow.created_at);
  EXPECT_THROW(caller.get_flow(".."), std::invalid_argument);
}

} // namespace

} // namespace flow::client
