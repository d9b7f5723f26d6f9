#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include <gtest/gtest.h>

#include <flow_client/transport.hpp>

#include "tests/client/raw_server.hpp"
#include "tests/client/tls_identity.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;

constexpr const char *kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request-Id: 7\r\n\r\n{}";

Request request(const std::string &method = "GET") {
  return {.method = method,
          .target = "/data/foundation/flowservice/runs/x",
          .headers = {},
          .body = "",
          .connect_timeout = milliseconds(10'000),
          .read_timeout = milliseconds(10'000),
          .idempotent = method == "GET"};
}

/// The failure of sending `sent` to `url`; nothing where an answer came.
std::optional<TransportFailure> failure_of(const std::string &url, const Request &sent) {
  try {
    http_transport(url)->send(sent);
  } catch (const TransportFailure &failure) {
    return failure;
  }
  ADD_FAILURE() << "an answer came";
  return std::nullopt;
}

TEST(HttpTransport, BringsStatusHeadersAndBody) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, kAnswer);
  });
  const Response answer = http_transport(server.url())->send(request());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("x-request-id"), "7");
  EXPECT_EQ(answer.body, "{}");
}

TEST(HttpTransport, ConnectionsAreKeptAlive) {
  RawServer server([](int connection) {
    while (read_head(connection)) {
      write_all(connection, kAnswer);
    }
  });
  const auto transport = http_transport(server.url());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(transport->send(request()).status, 200);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTransport, AConnectionClosedInBetweenIsOpenedAgain) {
  std::atomic<bool> closed{false};
  RawServer server([&](int connection) {
    if (read_head(connection)) {
      write_all(connection, kAnswer);
      shutdown(connection, SHUT_RDWR);
      closed = true;
      closed.notify_one();
    }
  });
  const auto transport = http_transport(server.url());
  EXPECT_EQ(transport->send(request("POST")).status, 200);
  closed.wait(false);
  EXPECT_EQ(transport->send(request("POST")).status, 200);
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpTransport, ARefusedConnectionCertainlyDidNotArrive) {
  const LocalPort port;
  const auto failure = failure_of("http://127.0.0.1:" + std::to_string(port.number), request("POST"));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->may_have_arrived);
  EXPECT_TRUE(failure->passing);
}

TEST(HttpTransport, ANeverAnsweredRequestMayHaveArrived) {
  RawServer server([](int connection) {
    while (read_head(connection)) {
    }
  });
  Request impatient = request("POST");
  impatient.read_timeout = milliseconds(20);
  const auto failure = failure_of(server.url(), impatient);
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->may_have_arrived);
  EXPECT_TRUE(failure->timed_out);
}

TEST(HttpTransport, AnAnswerThatIsNotWholeMayHaveArrived) {
  for (const char *answer :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    RawServer server([=](int connection) {
      read_head(connection);
      write_all(connection, answer);
    });
    const auto failure = failure_of(server.url(), request("POST"));
    ASSERT_TRUE(failure) << answer;
    EXPECT_TRUE(failure->may_have_arrived) << answer;
    EXPECT_FALSE(failure->timed_out) << answer;
    EXPECT_EQ(server.connections(), 1) << answer;
  }
}

TEST(HttpTransport, ARedirectIsNotFollowed) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(http_transport(server.url())->send(request()).status, 302);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTransport, AServerThatHangsUpWhileWeWriteEndsTheCallAndNotTheProgram) {
  RawServer server([](int) {});
  Request large = request("POST");
  large.body.assign(16 * 1024 * 1024, 'x');
  EXPECT_TRUE(failure_of(server.url(), large));
}

TEST(HttpTransport, AServerWithoutTlsCertainlyDidNotSeeTheRequest) {
  RawServer server([](int connection) { write_all(connection, "HTTP/1.1 400 Bad Request\r\n\r\n"); });
  const auto failure = failure_of(server.url("https"), request("POST"));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->may_have_arrived);
}

/// Serves TLS: answers each request while `answers` last, then hangs up after reading one.
struct TlsServer {
  explicit TlsServer(int answers = 1000) : left(answers) {}

  void serve(int connection) {
    SSL *tls = identity.accept(connection);
    if (!tls) {
      return;
    }
    const auto read_some = [=](char *data, std::size_t size) {
      return static_cast<long>(SSL_read(tls, data, static_cast<int>(size)));
    };
    while (read_head(read_some)) {
      ++requests;
      if (left-- <= 0) {
        break;
      }
      SSL_write(tls, kAnswer, static_cast<int>(std::string(kAnswer).size()));
    }
    SSL_shutdown(tls);
    SSL_free(tls);
  }

  TlsIdentity identity;
  std::atomic<int> left;
  std::atomic<int> requests{0};
  RawServer server{[this](int connection) { serve(connection); }};
};

/// Has OpenSSL trust one certificate for the length of a test.
struct Trusted {
  explicit Trusted(const TlsIdentity &identity)
      : file(std::filesystem::temp_directory_path() / ("flow-client-" + std::to_string(getpid()) + ".pem")) {
    std::ofstream(file) << identity.pem();
    setenv("SSL_CERT_FILE", file.c_str(), 1);
  }
  ~Trusted() {
    unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(file);
  }

  std::filesystem::path file;
};

TEST(HttpTransport, ACertificateNobodyTrustsIsRefused) {
  TlsServer tls;
  const auto failure = failure_of(tls.server.url("https"), request("POST"));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->may_have_arrived);
  EXPECT_FALSE(failure->passing);
  EXPECT_EQ(tls.requests, 0);
}

TEST(HttpTransport, TlsWorksWithATrustedCertificate) {
  TlsServer tls;
  const Trusted trusted(tls.identity);
  const auto transport = http_transport(tls.server.url("https"));
  EXPECT_EQ(transport->send(request()).status, 200);
  EXPECT_EQ(transport->send(request("POST")).status, 200);
  EXPECT_EQ(tls.server.connections(), 1);
}

TEST(HttpTransport, ACertificateOfAnotherHostIsRefused) {
  TlsServer tls;
  const Trusted trusted(tls.identity);
  const std::string port = tls.server.url().substr(tls.server.url().rfind(':'));
  const auto failure = failure_of("https://localhost" + port, request("POST"));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->may_have_arrived);
  EXPECT_FALSE(failure->passing);
  EXPECT_EQ(tls.requests, 0);
}

TEST(HttpTransport, APostReachesATlsServerThatHangsUpOnlyOnce) {
  TlsServer tls(/*answers=*/0);
  const Trusted trusted(tls.identity);
  const auto failure = failure_of(tls.server.url("https"), request("POST"));
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->may_have_arrived);
  EXPECT_EQ(tls.requests, 1);
}

TEST(HttpTransport, AnAddressThatIsNoneIsRefused) {
  EXPECT_THROW(http_transport("localhost:8080"), std::invalid_argument);
}

} // namespace

} // namespace flow::client
