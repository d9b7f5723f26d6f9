#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "mock_server/http/http_server.hpp"
#include "tests/mock_server/http_server_fixture.hpp"

/// Answers that go over the wire late, slowly, in part or not at all.
namespace flow::mock {
namespace {

using namespace test;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

const std::string kAsk = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kPlain = "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n";

const std::string kBody = "\"0123456789\"";

/// A server that answers kBody, or what else is given, in the given way; /plain as usual.
struct DeliveringServer {
  explicit DeliveringServer(Delivery delivery, ServerLimits limits = {}, const std::string &body = kBody)
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

  std::promise<void> asked; ///< once, for /a
  HttpServer http;
  int port;
};

void expect_plain_answer(RawClient &client) {
  client.send(kPlain);
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, kBody);
}

TEST(Delivery, IsPlainUnlessSaidOtherwise) {
  EXPECT_EQ(Response{}.delivery, Delivery{});
}

TEST(Delay, TheAnswerComesNoSoonerAndTheNextIsInTime) {
  DeliveringServer server({.delay_ms = 150});
  RawClient client(server.port);
  const auto begin = Steady::now();
  client.send(kAsk);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_GE(Steady::now() - begin, milliseconds(150));
  expect_plain_answer(client);
}

TEST(Delay, MayBeLongerThanTheTimesToReadAndToKeepAlive) {
  DeliveringServer server({.delay_ms = 300},
                          {.read_timeout = milliseconds(100), .keep_alive_timeout = milliseconds(100)});
  RawClient client(server.port);
  client.send(kAsk + kPlain);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(client.answer().status, 200) << "what was sent meanwhile is read";
}

TEST(Delay, OfAPipelinedRequestKeepsTheOrder) {
  HttpServer http([](const Request &request) {
    return Response{.status = 200,
                    .headers = {},
                    .body = std::string(request.target),
                    .delivery = {.delay_ms = request.target == "/a" ? 50 : 0}};
  });
  RawClient client(http.start("127.0.0.1", 0));
  client.send(kPlain + kAsk + kPlain);
  EXPECT_EQ(client.answer().body, "/plain");
  EXPECT_EQ(client.answer().body, "/a");
  EXPECT_EQ(client.answer().body, "/plain");
}

TEST(Delay, ContinueIsSentBeforeIt) {
  DeliveringServer server({.delay_ms = 100});
  RawClient client(server.port);
  const std::string head = "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n";
  client.send(head + "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(client.answer().status, 100);
  client.send("{}");
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, kBody);
}

TEST(Delay, PastTheBoundTheConnectionEnds) {
  DeliveringServer server({.delay_ms = 3'600'000}, {.hold_timeout = milliseconds(50)});
  RawClient client(server.port);
  client.send(kAsk);
  EXPECT_TRUE(client.is_closed());
}

TEST(Delay, OfWhatCouldNotBeRead) {
  DeliveringServer server({.delay_ms = 100}, {.read_timeout = milliseconds(50)});
  RawClient client(server.port);
  const auto begin = Steady::now();
  client.send("GET /b");
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_GE(Steady::now() - begin, milliseconds(150));
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
  DeliveringServer server({.delay_ms = 200, .truncate_bytes = 4});
  RawClient client(server.port);
  client.send(kAsk);
  server.asked.get_future().wait();
  client.send(kPlain);
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
  DeliveringServer server({.body_bytes_per_second = 100});
  RawClient client(server.port);
  const auto begin = Steady::now();
  client.send(kAsk);
  EXPECT_EQ(client.answer().body, kBody);
  EXPECT_GE(Steady::now() - begin, milliseconds(120));
  expect_plain_answer(client);
}

TEST(SlowBody, TheHeadDoesNotWaitForIt) {
  DeliveringServer server({.body_bytes_per_second = 1});
  RawClient client(server.port);
  client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer(true).status, 200);
}

TEST(SlowBody, MayBeTruncatedToo) {
  DeliveringServer server({.truncate_bytes = 2, .body_bytes_per_second = 50});
  RawClient client(server.port);
  client.send(kAsk);
  EXPECT_EQ(client.answer().body, "\"0");
  EXPECT_TRUE(client.is_closed());
}

/// What would hold an answer for longer than any test lasts.
const std::string kLongBody(100'000, '1');
class Held : public testing::TestWithParam<Delivery> {};

TEST_P(Held, EndsWhenTheServerStops) {
  DeliveringServer server(GetParam(), {}, kLongBody);
  RawClient client(server.port);
  client.send(kAsk);
  server.asked.get_future().wait();
  server.http.stop();
  EXPECT_LT(client.answer().body.size(), kLongBody.size());
  EXPECT_TRUE(client.is_closed());
}

TEST_P(Held, EndsWhenTheClientGoes) {
  DeliveringServer server(GetParam(), {.connections = 1}, kLongBody);
  {
    RawClient client(server.port);
    client.send(kAsk);
    server.asked.get_future().wait();
  }
  // The server sees that it went in a moment of its own choosing: then its only connection is free again.
  const auto until = Steady::now() + std::chrono::seconds(20);
  bool is_free = false;
  while (!is_free && Steady::now() < until) {
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
  DeliveringServer server({.hang = true}, {.hold_timeout = milliseconds(50)});
  RawClient client(server.port);
  const auto begin = Steady::now();
  client.send(kAsk);
  EXPECT_TRUE(client.is_closed());
  EXPECT_GE(Steady::now() - begin, milliseconds(50));
}

} // namespace
} // namespace flow::mock
