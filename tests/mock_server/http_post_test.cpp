#include "mock_server/webhooks/http_post.hpp"

#include <future>
#include <stdexcept>

#include <gtest/gtest.h>

#include "mock_server/webhooks/webhook_sender.hpp"
#include "tests/client/raw_server.hpp"
#include "tests/client/tls_identity.hpp"

namespace flow::mock {
namespace {

using client::LocalPort;
using client::RawServer;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLong{20000}; ///< no test waits for it

/// Everything up to the end of a body that ends with '}'.
std::string read_request(int connection) {
  std::string text;
  char byte = 0;
  while (!text.ends_with("}") && ::recv(connection, &byte, 1, 0) > 0) {
    text += byte;
  }
  return text;
}

void read_until_closed(int connection) {
  char byte = 0;
  while (::recv(connection, &byte, 1, 0) > 0) {
  }
}

TEST(HttpPost, SendsTheBodyAsJsonWithItsHeadersToTheTargetAsItIsWritten) {
  std::promise<std::string> request;
  RawServer receiver([&](int connection) {
    request.set_value(read_request(connection));
    client::write_all(connection, "HTTP/1.1 204 No Content\r\n\r\n");
  });
  const PostResult result = HttpPost()(receiver.url() + "/hook?sig=a+b%20c", {{"x-adobe-retry-count", "3"}},
                                       R"({"a":1})", kLong, {});
  EXPECT_EQ(result.status, 204);
  EXPECT_EQ(result.error, "");
  const std::string text = request.get_future().get();
  EXPECT_TRUE(text.starts_with("POST /hook?sig=a+b%20c HTTP/1.1\r\n")) << text;
  EXPECT_NE(text.find("\r\nContent-Type: application/json\r\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\r\nx-adobe-retry-count: 3\r\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\r\nContent-Length: 7\r\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\n{\"a\":1}")) << text;
}

TEST(HttpPost, ARedirectionIsAnAnswer) {
  RawServer receiver([](int connection) {
    read_request(connection);
    client::write_all(connection, "HTTP/1.1 307 T\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(HttpPost()(receiver.url(), {}, "{}", kLong, {}).status, 307);
  EXPECT_EQ(receiver.connections(), 1);
}

TEST(HttpPost, SaysWhereNothingListens) {
  const LocalPort nobody;
  const std::string origin = "http://127.0.0.1:" + std::to_string(nobody.number);
  const PostResult result = HttpPost()(origin + "/hook", {}, "{}", kLong, {});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error,
            "could not connect to " + origin + ": nothing listens there, or no way leads there");
}

TEST(HttpPost, SaysThatTheConnectionBroke) {
  RawServer receiver([](int connection) { read_request(connection); });
  const PostResult result = HttpPost()(receiver.url(), {}, "{}", kLong, {});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.error.find("broke before a whole answer came"), std::string::npos) << result.error;
}

TEST(HttpPost, GivesUpWhenTheTimeIsOverHoweverTheReceiverDripsItsAnswer) {
  RawServer receiver([](int connection) {
    read_request(connection);
    client::write_all(connection, "HTTP/1.1 200 OK\r\nX: ");
    timeval short_time{.tv_sec = 0, .tv_usec = 20000};
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time);
    char byte = 0;
    while (::recv(connection, &byte, 1, 0) != 0 && ::send(connection, "x", 1, MSG_NOSIGNAL) == 1) {
    }
  });
  const PostResult result = HttpPost()(receiver.url(), {}, "{}", milliseconds(100), {});
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.error.ends_with(receiver.url() + " within 100 ms")) << result.error;
}

TEST(HttpPost, EndsAtOnceWhenItShallStop) {
  std::promise<void> arrived;
  RawServer receiver([&](int connection) {
    read_request(connection);
    arrived.set_value();
    read_until_closed(connection);
  });
  std::stop_source stop;
  auto result = std::async(std::launch::async,
                           [&] { return HttpPost()(receiver.url(), {}, "{}", kLong, stop.get_token()); });
  arrived.get_future().wait();
  const auto begun = steady_clock::now();
  stop.request_stop();
  EXPECT_EQ(result.get().error, "the mock stopped before an answer came");
  EXPECT_LT(steady_clock::now() - begun, kLong / 2);
}

TEST(HttpPost, GivesUpConnectingWhenTheTimeIsOver) {
  const LocalPort busy;
  ASSERT_EQ(::listen(busy.socket, 0), 0);
  const std::string url = "http://127.0.0.1:" + std::to_string(busy.number);
  // Nobody accepts: the first posts are taken in by the system, the others do not even connect.
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(HttpPost()(url, {}, "{}", milliseconds(20), {}).error.ends_with(url + " within 20 ms"));
  }
}

TEST(HttpPost, DoesNotTrustACertificateThatNobodyVouchesFor) {
  const client::TlsIdentity identity;
  RawServer receiver([&](int connection) {
    if (SSL *tls = identity.accept(connection)) {
      SSL_free(tls);
    }
  });
  const PostResult result = HttpPost()(receiver.url("https"), {}, "{}", kLong, {});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error,
            "the certificate of " + receiver.url("https") + " is not trusted, or names another host");
}

TEST(HttpPost, AReasonOfTenKilobytesIsADelivery) {
  RawServer receiver([](int connection) {
    read_request(connection);
    client::write_all(connection,
                      "HTTP/1.1 200 " + std::string(10'000, 'a') + "\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(HttpPost()(receiver.url(), {}, "{}", kLong, {}).status, 200);
}

TEST(HttpPost, AnAnswerWithoutEndIsGivenUp) {
  RawServer receiver([](int connection) {
    read_request(connection);
    client::write_all(connection, "HTTP/1.1 200 OK\r\n\r\n");
    const std::string more(65536, 'a');
    while (::send(connection, more.data(), more.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  const PostResult result = HttpPost()(receiver.url(), {}, "{}", kLong, {});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error, receiver.url() + " answered with a body of more than 1048576 bytes");
}

TEST(HttpPost, EachPostHasAConnectionOfItsOwn) {
  RawServer receiver([](int connection) {
    while (!read_request(connection).empty()) {
      client::write_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const HttpPost post;
  EXPECT_EQ(post(receiver.url(), {}, "{}", kLong, {}).status, 200);
  EXPECT_EQ(post(receiver.url(), {}, "{}", kLong, {}).status, 200);
  EXPECT_EQ(receiver.connections(), 2);
}

TEST(HttpPost, RefusesWhatIsNoUrl) {
  EXPECT_THROW(HttpPost()("localhost", {}, "{}", kLong, {}), std::invalid_argument);
}

TEST(WebhookSender, DeliversOverHttpAndStopsWhileAReceiverIsSilent) {
  std::promise<std::string> first;
  std::promise<void> second;
  int posts = 0;
  RawServer receiver([&](int connection) {
    std::string request = read_request(connection);
    if (++posts == 1) {
      first.set_value(std::move(request));
      client::write_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    second.set_value();
    read_until_closed(connection);
  });
  auto sender =
      std::make_unique<WebhookSender>(Webhook{.url = receiver.url() + "/hook", .timeout_ms = 60000}, 0);
  sender->send({.id = "a", .code = "c", .run_id = "r", .at_ms = 1, .body = R"({"event_id":"a"})"});
  EXPECT_TRUE(first.get_future().get().ends_with(R"({"event_id":"a"})"));
  sender->send({.id = "b", .code = "c", .run_id = "r", .at_ms = 1, .body = R"({"event_id":"b"})"});
  second.get_future().wait();
  EXPECT_EQ(sender->log().events.at(0).state, DeliveryState::delivered);
  const auto begun = steady_clock::now();
  sender.reset();
  EXPECT_LT(steady_clock::now() - begun, kLong / 2);
}

} // namespace
} // namespace flow::mock
