#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "mock_server/http/http_server.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "tests/mock_server/http_server_fixture.hpp"

/// Answers that go over the wire late, slowly, in part or not at all.
namespace flow::mock {
namespace {

using namespace test;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kAsk = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kPlain = "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n";

const std::string kBody = "\"0123456789\"";

/// A server that answers kBody, or what else is given, in the given way; /plain as usual. Its time stands
/// still; it has one thread, so that all it does is done one after another.
struct DeliveringServer {
  explicit DeliveringServer(Delivery delivery, ServerLimits limits = {.threads = 1},
                            const std::string &body = kBody)
      : http(
            [this, delivery, body](const Request &request) {
              Response response{.status = 200, .headers = {}, .body = body};
              if (request.target != "/plain") {
                response.delivery = delivery;
              }
              if (request.target == "/a") {
                asked.set_value();
              }
              return response;
            },
            limits),
        port(http.start("127.0.0.1", 0)) {}

  /// Returns once the answer to /a, asked once, is being held back.
  void wait_until_held();

  LoopClock::Held time;
  std::promise<void> asked; ///< for /a
  HttpServer http;
  int port;
};

void expect_plain_answer(RawClient &client) {
  client.send(kPlain);
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, kBody);
}

void DeliveringServer::wait_until_held() {
  asked.get_future().wait();
  RawClient next(port); // whom the only thread serves when it has no more to do for the one before
  expect_plain_answer(next);
}

TEST(Delivery, IsPlainUnlessSaidOtherwise) {
  EXPECT_EQ(Response{}.delivery, Delivery{});
}

/// Delays an answer by as many seconds as its path says: /60.
Response delayed_by_path(const Request &request) {
  return {.status = 200,
          .headers = {},
          .body = "\"" + std::string(request.target) + "\"",
          .delivery = {.delay_ms = 1000 * std::stoll(std::string(request.target.substr(1)))}};
}

std::string get_of(const std::string &path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

/// One whose answers are all delayed by their paths, and whose time stands still.
struct DelayingServer {
  LoopClock::Held time;
  HttpServer http{delayed_by_path, {.threads = 1}};
  int port = http.start("127.0.0.1", 0);
};

TEST(Delay, TheAnswerComesNoSoonerAndTheNextIsInTime) {
  DelayingServer server;
  RawClient client(server.port);
  RawClient sooner(server.port);
  client.send(get_of("/60"));
  sooner.send(get_of("/30"));
  RawClient at_once(server.port);
  at_once.send(get_of("/0"));
  EXPECT_EQ(at_once.answer().status, 200) << "by now the others are held back";
  EXPECT_FALSE(sooner.has_received());
  server.time.advance(milliseconds(59'999));
  EXPECT_EQ(sooner.answer().status, 200) << "by now the server has seen what time it is";
  EXPECT_FALSE(client.has_received());
  server.time.advance(milliseconds(1));
  EXPECT_EQ(client.answer().status, 200);
  client.send(get_of("/0"));
  EXPECT_EQ(client.answer().body, "\"/0\"");
}

TEST(Delay, MayBeLongerThanTheTimesToReadAndToKeepAlive) {
  DeliveringServer server({.delay_ms = 500'000});
  RawClient client(server.port);
  client.send(kAsk + kPlain);
  server.wait_until_held();
  server.time.advance(seconds(500));
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(client.answer().status, 200) << "what was sent meanwhile is read";
}

TEST(Delay, OfAPipelinedRequestKeepsTheOrder) {
  DelayingServer server;
  RawClient client(server.port);
  client.send(get_of("/0") + get_of("/60") + get_of("/0"));
  EXPECT_EQ(client.answer().body, "\"/0\"");
  RawClient other(server.port);
  other.send(get_of("/0"));
  EXPECT_EQ(other.answer().status, 200) << "by now the second is held back";
  server.time.advance(seconds(60));
  EXPECT_EQ(client.answer().body, "\"/60\"");
  EXPECT_EQ(client.answer().body, "\"/0\"");
}

TEST(Delay, ContinueIsSentBeforeIt) {
  DeliveringServer server({.delay_ms = 100'000});
  RawClient client(server.port);
  const std::string head = "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n";
  client.send(head + "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(client.answer().status, 100);
  client.send("{}");
  server.wait_until_held();
  server.time.advance(seconds(100));
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, kBody);
}

TEST(Delay, PastTheBoundTheConnectionEnds) {
  DeliveringServer server({.delay_ms = 3'600'000});
  RawClient client(server.port);
  client.send(kAsk);
  server.wait_until_held();
  server.time.advance(ServerLimits().hold_timeout);
  EXPECT_TRUE(client.is_closed());
}

TEST(Delay, OfWhatCouldNotBeRead) {
  DeliveringServer server({.delay_ms = 100'000});
  RawClient client(server.port);
  client.send("GET /b");
  RawClient other(server.port);
  expect_plain_answer(other);
  server.time.advance(ServerLimits().read_timeout);
  EXPECT_FALSE(client.has_received());
  while (!client.has_received()) { // it is held back from when it could not be read
    server.time.advance(seconds(100));
    RawClient next(server.port);
    expect_plain_answer(next);
  }
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(Reset, TheClientSeesTheConnectionReset) {
  DeliveringServer server({.reset = true});
  RawClient client(server.port);
  client.send(kAsk);
  EXPECT_EQ(client.answer().status, 0);
  EXPECT_TRUE(client.is_reset());
  RawClient next(server.port);
  expect_plain_answer(next);
}

TEST(Reset, AlsoOfARequestWhoseRestIsNotRead) {
  DeliveringServer server({.reset = true});
  RawClient client(server.port);
  client.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(client.answer().status, 0);
  EXPECT_TRUE(client.is_reset());
}

TEST(Truncate, TheLengthAnnouncesTheWholeAndTheRestIsMissing) {
  DeliveringServer server({.truncate_bytes = 4});
  RawClient client(server.port);
  client.send(kAsk + kPlain);
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Length"), "12");
  EXPECT_EQ(answer.body, "\"012");
  EXPECT_TRUE(client.is_closed());
  EXPECT_FALSE(client.is_reset());
}

TEST(Truncate, WhatTheClientSentMeanwhileDoesNotMakeItAReset) {
  DeliveringServer server({.delay_ms = 200'000, .truncate_bytes = 4});
  RawClient client(server.port);
  client.send(kAsk);
  server.wait_until_held();
  client.send(kPlain);
  RawClient other(server.port);
  expect_plain_answer(other); // after it has read what was sent meanwhile
  server.time.advance(seconds(200));
  EXPECT_EQ(client.answer().body, "\"012");
  EXPECT_TRUE(client.is_closed());
  EXPECT_FALSE(client.is_reset());
}

TEST(Truncate, OfAllOfTheBodyLeavesTheHead) {
  DeliveringServer server({.truncate_bytes = 0});
  RawClient client(server.port);
  client.send(kAsk);
  const Answer answer = client.answer();
  EXPECT_EQ(answer.header("Content-Length"), "12");
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(client.is_closed());
}

TEST(Truncate, AShorterBodyIsWhole) {
  DeliveringServer server({.truncate_bytes = 12});
  RawClient client(server.port);
  client.send(kAsk);
  EXPECT_EQ(client.answer().body, kBody);
  expect_plain_answer(client);
}

TEST(SlowBody, TakesItsTimeAndIsWhole) {
  DeliveringServer server({.body_bytes_per_second = 1});
  RawClient client(server.port);
  client.send(kAsk);
  server.wait_until_held();
  std::string body;
  const Answer head = client.answer(true);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(kBody.size()));
  while (body.size() < kBody.size()) {
    EXPECT_FALSE(client.has_received());
    server.time.advance(seconds(1));
    body += client.bytes(1);
  }
  EXPECT_EQ(body, kBody);
  expect_plain_answer(client);
}

TEST(SlowBody, TheHeadDoesNotWaitForIt) {
  DeliveringServer server({.body_bytes_per_second = 1});
  RawClient client(server.port);
  client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer(true).status, 200);
}

TEST(SlowBody, MayBeTruncatedToo) {
  DeliveringServer server({.truncate_bytes = 2, .body_bytes_per_second = 40});
  RawClient client(server.port);
  client.send(kAsk);
  server.wait_until_held();
  server.time.advance(milliseconds(50)); // a piece of two bytes
  EXPECT_EQ(client.answer().body, "\"0");
  EXPECT_TRUE(client.is_closed());
}

/// What would hold an answer for longer than any test lasts.
const std::string kLongBody(100'000, '1');
class Held : public testing::TestWithParam<Delivery> {};

TEST_P(Held, EndsWhenTheServerStops) {
  DeliveringServer server(GetParam(), {.threads = 1}, kLongBody);
  RawClient client(server.port);
  client.send(kAsk);
  server.asked.get_future().wait();
  server.http.stop();
  EXPECT_LT(client.answer().body.size(), kLongBody.size());
  EXPECT_TRUE(client.is_closed());
}

TEST_P(Held, EndsWhenTheClientGoes) {
  DeliveringServer server(GetParam(), {.connections = 1, .threads = 1}, kLongBody);
  {
    RawClient client(server.port);
    client.send(kAsk);
    server.asked.get_future().wait();
  }
  // The server sees that it went in a moment of its own choosing: then its only connection is free again.
  const auto until = std::chrono::steady_clock::now() + seconds(20);
  bool is_free = false;
  while (!is_free && std::chrono::steady_clock::now() < until) {
    RawClient client(server.port);
    client.send(kPlain);
    const Answer answer = client.answer();
    is_free = answer.status == 200 && answer.header("Retry-After").empty();
  }
  EXPECT_TRUE(is_free);
}

INSTANTIATE_TEST_SUITE_P(Delivery, Held,
                         testing::Values(Delivery{.hang = true}, Delivery{.delay_ms = 500'000},
                                         Delivery{.body_bytes_per_second = 1}));

TEST(Hang, EndsAtItsBound) {
  DeliveringServer server({.hang = true});
  RawClient client(server.port);
  client.send(kAsk);
  server.wait_until_held();
  server.time.advance(ServerLimits().hold_timeout);
  EXPECT_TRUE(client.is_closed());
}

} // namespace
} // namespace flow::mock
