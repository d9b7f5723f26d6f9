#include <future>
#include <list>
#include <string>
#include <thread>

#include <flow_mock/server.hpp>
#include <gtest/gtest.h>

#include "mock_server/http/http_server.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/http_server_fixture.hpp"
#include "tests/mock_server/steered.hpp"

/// GET …/requests/await: an answer that waits for requests of others.
namespace flow::mock::test {
namespace {

const std::string kSandboxPath = "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D";

/// A mock whose network's time stands still.
struct AwaitedServer {
  AwaitedServer()
      : service(Settings()), http([this](const Request &request) { return service.handle(request); }, {}, {},
                                  [this](const Request &request) { return service.is_slow(request); }),
        port(http.start("127.0.0.1", 0)) {}

  /// A client that waits for what the query says: "?count=2".
  RawClient waiting(const std::string &query, const std::string &sandbox = kSandboxPath) {
    RawClient client(port);
    client.send("GET /__admin" + sandbox + "/requests/await" + query +
                " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (!service.state().arrivals.are_awaited()) {
      std::this_thread::yield();
    }
    return client;
  }

  void request(const std::string &text, int status = 200) const {
    RawClient client(port);
    client.send(text);
    EXPECT_EQ(client.answer().status, status);
  }

  void expect_nobody_waits() {
    while (service.state().arrivals.are_awaited()) {
      std::this_thread::yield();
    }
  }

  LoopClock::Held time;
  FlowService service;
  HttpServer http;
  int port;
};

TEST(AwaitedRequests, AreAnsweredAtOnceWhereTheyAreThere) {
  Steered mock;
  mock.call(get(kFailed));
  mock.call(retry(kFailed));
  const Response found = mock.steer("GET", "/requests/await?operation=retry_run&run=" + std::string(kFailed));
  EXPECT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(body_of(found)["requests"].size(), 1);
  EXPECT_EQ(body_of(found)["requests"][0]["operation"], "retry_run");
  EXPECT_EQ(body_of(found)["capacity"], 1000);
  EXPECT_EQ(body_of(mock.admin("GET", "/requests/await?count=2"))["requests"].size(), 2) << "of any sandbox";
}

TEST(AwaitedRequests, AreAnsweredWhenTheLastOfThemHasCome) {
  AwaitedServer mock;
  RawClient waiting = mock.waiting("?operation=retry_run&count=2");
  mock.request(kGoodRetry);
  mock.request(kGoodGet);
  EXPECT_FALSE(waiting.has_received());
  mock.request(kGoodRetry);
  const Answer answer = waiting.answer();
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["requests"].size(), 2);
  mock.expect_nobody_waits();
  waiting.send(kGoodGet);
  EXPECT_EQ(waiting.answer().status, 200) << "the connection serves on";
}

TEST(AwaitedRequests, AreThoseOfTheSandboxAndOfAllWhereNoneIsNamed) {
  AwaitedServer mock;
  RawClient other = mock.waiting("", "/sandboxes/o/other");
  RawClient all = mock.waiting("?status=403", "");
  mock.request(kGoodGet);
  EXPECT_FALSE(other.has_received());
  mock.request("GET " + kRuns + std::string(kSuccess) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 403);
  EXPECT_EQ(all.answer().status, 200) << "one that reached no sandbox";
  EXPECT_FALSE(other.has_received());
}

TEST(AwaitedRequests, ThatDoNotComeAreToldWithThoseThatCameNearest) {
  AwaitedServer mock;
  mock.request(kGoodGet);
  RawClient waiting =
      mock.waiting("?operation=retry_run&run=" + std::string(kZeroRecords) + "&status=503&timeoutMs=60000");
  mock.request(kGoodRetry);
  LoopClock::Held::advance(std::chrono::milliseconds(59'999));
  EXPECT_FALSE(waiting.has_received());
  LoopClock::Held::advance(std::chrono::milliseconds(1));
  const Answer answer = waiting.answer();
  EXPECT_EQ(answer.status, 408) << answer.body;
  const Json body = answer.json();
  EXPECT_EQ(body["errors"][0]["title"], "Timed out");
  EXPECT_EQ(body["count"], 0);
  ASSERT_EQ(body["nearest"].size(), 2);
  EXPECT_EQ(body["nearest"][0]["differences"], Json::parse(R"([{"filter":"status","wanted":503,"is":200}])"));
  EXPECT_EQ(body["nearest"][0]["request"]["operation"], "retry_run");
  EXPECT_EQ(body["nearest"][1]["differences"].size(), 3) << body["nearest"][1];
  mock.expect_nobody_waits();
}

TEST(AwaitedRequests, AreForgottenWhereTheClientGoes) {
  AwaitedServer mock;
  { const RawClient waiting = mock.waiting("?count=2"); }
  mock.expect_nobody_waits();
  mock.request(kGoodGet);
}

TEST(AwaitedRequests, DoNotHoldUpTheEnd) {
  AwaitedServer mock;
  RawClient waiting = mock.waiting("?count=2&timeoutMs=600000");
  EXPECT_TRUE(mock.http.stop());
  EXPECT_TRUE(waiting.is_closed());
}

TEST(AwaitedRequests, AreWaitedForByManyWithoutAThreadForEach) {
  AwaitedServer mock;
  std::list<RawClient> waiting;
  for (int i = 0; i < 200; ++i) {
    waiting.push_back(mock.waiting("?operation=get_run"));
  }
  mock.request(kGoodGet);
  for (RawClient &client : waiting) {
    EXPECT_EQ(client.answer().status, 200);
  }
}

TEST(AwaitedRequests, AreWaitedForWithoutASocketToo) {
  flow_mock::Server mock;
  mock.start();
  auto waiting = std::async(std::launch::async, [&] {
    return mock.control("GET", kSandboxPath + "/requests/await?operation=get_run&timeoutMs=60000");
  });
  RawClient client(mock.port());
  client.send(kGoodGet);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(waiting.get().status, 200);
  EXPECT_EQ(mock.control("GET", kSandboxPath + "/requests/await?operation=retry_run&timeoutMs=0").status,
            408);
}

TEST(AwaitedRequests, WhatMakesNoSenseIsRefusedAtOnce) {
  Steered mock([](Settings &settings) { settings.journal_size.exchanges = 10; });
  const std::vector<std::pair<std::string, int>> wrong = {
      {"count=0", 400},          {"count=-1", 400},    {"count=x", 400},           {"count=11", 409},
      {"timeoutMs=600001", 400}, {"timeoutMs=a", 400}, {"operation=nothing", 400}, {"limit=3", 400},
  };
  for (const auto &[query, status] : wrong) {
    const Response refused = mock.steer("GET", "/requests/await?" + query);
    EXPECT_EQ(refused.status, status) << query << refused.body;
    EXPECT_EQ(pointer_in(refused), query.substr(0, query.find('='))) << refused.body;
  }
  Steered without([](Settings &settings) { settings.journal_size.exchanges = 0; });
  EXPECT_EQ(without.steer("GET", "/requests/await").status, 409) << "there is no journal";
}

} // namespace
} // namespace flow::mock::test
