#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/http/http_server.hpp"
#include "tests/mock_server/http_server_fixture.hpp"

/// Connections: slow, idle, many, closing; and how the server starts.
namespace flow::mock {
namespace {

using namespace test;

TEST_F(ImpatientServer, ASlowRequestLineTimesOut) {
  expect_refused("POST " + kRuns, 408);
}

TEST_F(ImpatientServer, SlowHeadersTimeOut) {
  expect_refused(kRetry + kHeaders + "Content-Len", 408);
}

TEST_F(ImpatientServer, ASlowBodyTimesOut) {
  expect_refused(kRetry + kHeaders + "Content-Length: 20\r\n\r\nabc", 408);
}

TEST_F(ImpatientServer, SlowChunksTimeOut) {
  expect_refused(kRetry + kHeaders + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", 408);
}

TEST_F(ImpatientServer, ADrippingClientGetsNoTimeForEachByte) {
  RawClient client(server.port);
  client.send(kRetry + kHeaders);
  // The client would go on for a minute; it ends when the server has had enough.
  std::promise<void> answered;
  std::thread dripping([&client, has_answered = answered.get_future()] {
    for (int i = 0; i < 1200; ++i) {
      if (has_answered.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready ||
          !client.send("X")) {
        return;
      }
    }
  });
  const Answer answer = client.answer();
  answered.set_value();
  dripping.join();
  EXPECT_EQ(answer.status, 408);
  expect_still_serving();
}

TEST_F(ServerOverSockets, AHalfClosedClientIsStillAnswered) {
  RawClient client(server.port);
  client.send(kGoodRetry);
  client.end_sending();
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerOverSockets, ACutBodyIsRefused) {
  RawClient client(server.port);
  client.send(kRetry + kHeaders + "Content-Length: 20\r\n\r\nabc");
  client.end_sending();
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 400);
  expect_well_formed(answer);
  expect_still_serving();
}

TEST_F(ServerOverSockets, ClientsThatGoWithoutAWordHarmNobody) {
  for (const std::string &begun :
       {std::string(), std::string("PO"), kRetry, kGoodRetry, kGoodRetry + kGoodRetry}) {
    RawClient(server.port).send(begun);
  }
  expect_still_serving();
}

TEST_F(ServerOverSockets, PipelinedRequestsAreAllAnsweredInTheirOrder) {
  RawClient client(server.port);
  client.send(kGoodRetry + kGoodGet + kRetry + kHeaders + "Content-Length: 2\r\n\r\n{}" + kGoodGet);
  EXPECT_TRUE(client.answer().json().contains("id"));
  EXPECT_TRUE(client.answer().json().contains("items"));
  EXPECT_TRUE(client.answer().json().contains("id"));
  EXPECT_TRUE(client.answer().json().contains("items"));
}

TEST_F(ServerOverSockets, AConnectionServesMoreThanAFewRequests) {
  RawClient client(server.port);
  for (int i = 0; i < 300; ++i) {
    client.send(kGoodGet);
    ASSERT_EQ(client.answer().status, 200) << "request " << i;
  }
}

TEST_F(ServerOverSockets, ConnectionCloseIsHonoured) {
  RawClient client(server.port);
  client.send(kGet + kHeaders + "Connection: close\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(ServerKeepAlive, AnIdleConnectionIsClosedAfterItsTime) {
  ServerOfTest server({.keep_alive_timeout = std::chrono::milliseconds(100)});
  RawClient client(server.port);
  client.send(kGoodGet);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(ServerKeepAlive, TwoHundredIdleClientsDoNotKeepANewOneWaiting) {
  // Until the idle ones time out, which this test does not live to see, none of their threads is free.
  ServerOfTest server({.keep_alive_timeout = std::chrono::minutes(10)});
  auto idle = idle_clients(server.port, 200);
  RawClient client(server.port);
  client.send(kGoodRetry);
  EXPECT_EQ(client.answer().status, 200);
  idle.front().send(kGoodGet);
  EXPECT_EQ(idle.front().answer().status, 200) << "and the idle ones are still served";
}

TEST(ServerConnections, PastTheLimitAreToldToComeAgain) {
  ServerOfTest server({.connections = 4, .keep_alive_timeout = std::chrono::minutes(10)});
  auto idle = idle_clients(server.port, 4);
  RawClient refused(server.port);
  refused.send(kGoodGet);
  const Answer answer = refused.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  expect_well_formed(answer);
  EXPECT_TRUE(refused.is_closed());
  idle.front().send(kGoodGet);
  EXPECT_EQ(idle.front().answer().status, 200);
}

TEST(ServerConnections, PastTheLimitSilentClientsDoNotKeepOthersFromBeingToldSo) {
  ServerOfTest server({.connections = 1, .keep_alive_timeout = std::chrono::minutes(10)});
  auto idle = idle_clients(server.port, 1);
  std::vector<RawClient> silent;
  for (int i = 0; i < 20; ++i) {
    silent.emplace_back(server.port);
  }
  RawClient refused(server.port);
  refused.send(kGoodRetry);
  EXPECT_EQ(refused.answer().status, 503);
  EXPECT_TRUE(silent.front().is_closed());
}

TEST(ServerConnections, AreFreeAgainWhenTheirClientsGo) {
  ServerOfTest server({.connections = 2});
  { auto idle = idle_clients(server.port, 2); }
  // The server sees that they went in a moment of its own choosing.
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i) {
    RawClient client(server.port);
    client.send(kGoodGet);
    status = client.answer().status;
  }
  EXPECT_EQ(status, 200);
}

TEST(ServerConnections, ManyAtOnceAreAllServed) {
  ServerOfTest server;
  std::vector<RawClient> clients;
  for (int i = 0; i < 300; ++i) {
    clients.emplace_back(server.port);
  }
  for (RawClient &client : clients) {
    client.send(kGoodRetry);
  }
  for (RawClient &client : clients) {
    EXPECT_EQ(client.answer().status, 200);
  }
}

TEST(ServerStart, APortThatIsTakenIsSaidSo) {
  ServerOfTest server;
  HttpServer second([](const Request &) { return Response{}; });
  try {
    second.start("127.0.0.1", server.port);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error &error) {
    EXPECT_NE(std::string(error.what()).find("in use"), std::string::npos) << error.what();
  }
}

TEST(ServerStart, AnAddressOfAnotherMachineIsSaidSo) {
  HttpServer http([](const Request &) { return Response{}; });
  for (const char *host : {"192.0.2.1", "no such host"}) {
    EXPECT_THROW(http.start(host, 0), std::runtime_error) << host;
  }
}

TEST(ServerStart, ItsPortIsFreeAgainAfterStop) {
  ServerOfTest first;
  idle_clients(first.port, 1);
  first.mock.stop();
  HttpServer second([](const Request &) { return Response{.status = 200, .headers = {}, .body = "{}"}; });
  EXPECT_EQ(second.start("127.0.0.1", first.port), first.port);
}

} // namespace
} // namespace flow::mock
