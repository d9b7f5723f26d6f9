#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <flow_mock/server.hpp>
#include <gtest/gtest.h>

#include "tests/mock_server/raw_client.hpp"
#include "tests/mock_server/support.hpp"

namespace flow::mock::test {

// The header fields of the documented call, and the paths of the built-in seed's runs.
inline const std::string kHeaders = "Host: localhost\r\nAuthorization: Bearer {ACCESS_TOKEN}\r\n"
                                    "x-api-key: {API_KEY}\r\nx-gw-ims-org-id: {ORG_ID}\r\n"
                                    "x-sandbox-name: {SANDBOX_NAME}\r\nContent-Type: application/json\r\n";
inline const std::string kRuns = "/data/foundation/flowservice/runs/";
inline const std::string kRetry =
    "POST " + kRuns + std::string(kZeroRecords) + "/action?op=re-trigger HTTP/1.1\r\n";
inline const std::string kGet = "GET " + kRuns + std::string(kSuccess) + " HTTP/1.1\r\n";
inline const std::string kGoodGet = kGet + kHeaders + "\r\n";
inline const std::string kGoodRetry = kRetry + kHeaders + "\r\n";

/// A server on a port of its own.
struct ServerOfTest {
  explicit ServerOfTest(flow_mock::Limits limits = {}) : mock({.limits = limits}) {
    mock.start();
    port = mock.port();
  }

  flow_mock::Server mock;
  int port;
};

/// `count` clients that have had an answer each and stay connected.
inline std::vector<RawClient> idle_clients(int port, int count) {
  std::vector<RawClient> clients;
  clients.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(port).send(kGoodGet);
    EXPECT_EQ(clients.back().answer().status, 200);
  }
  return clients;
}

/// Every answer of the mock: JSON, and a request id, which service errors repeat.
inline void expect_well_formed(const Answer &answer) {
  EXPECT_EQ(answer.header("Content-Type"), "application/json") << answer.head;
  EXPECT_EQ(answer.header("x-request-id").size(), 36U) << answer.head;
  const Json body = answer.json();
  ASSERT_TRUE(body.is_object()) << answer.body;
  if (body.contains("report")) {
    EXPECT_EQ(body["report"]["request-id"], answer.header("x-request-id"));
  }
}

/// A server that is tried with requests no sane client sends, and must answer a good one after each.
class ServerOverSockets : public testing::Test {
protected:
  // Time enough for what a loaded machine sends slowly.
  explicit ServerOverSockets(std::chrono::milliseconds read_timeout = std::chrono::seconds(30))
      : server({.read_timeout = read_timeout, .keep_alive_timeout = std::chrono::seconds(10)}) {}

  ServerOfTest server;

  /// The answer to exactly these bytes on a connection of their own.
  Answer send(std::string_view bytes) { return send_by(*std::make_unique<RawClient>(server.port), bytes); }
  Answer send_by(RawClient &client, std::string_view bytes) {
    client.send(bytes);
    const Answer answer = client.answer();
    expect_well_formed(answer);
    expect_still_serving();
    return answer;
  }
  void expect_still_serving() {
    RawClient client(server.port);
    client.send(kGoodGet);
    EXPECT_EQ(client.answer().status, 200);
  }
  /// The answer is of this status, and the connection is closed after it.
  void expect_refused(std::string_view bytes, int status) {
    SCOPED_TRACE(std::string(bytes.substr(0, 120)));
    RawClient client(server.port);
    const Answer answer = send_by(client, bytes);
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed());
  }
  /// The answer is of this status, and the connection serves on.
  void expect_answered(std::string_view bytes, int status) {
    SCOPED_TRACE(std::string(bytes.substr(0, 120)));
    RawClient client(server.port);
    const Answer answer = send_by(client, bytes);
    EXPECT_EQ(answer.status, status) << answer.body;
    client.send(kGoodGet);
    EXPECT_EQ(client.answer().status, 200) << "the next request on the same connection";
  }
};

/// One that soon finds out a slow client.
class ImpatientServer : public ServerOverSockets {
protected:
  ImpatientServer() : ServerOverSockets(std::chrono::milliseconds(200)) {}
};

} // namespace flow::mock::test
