#include <atomic>
#include <chrono>
#include <future>
#include <new>
#include <thread>

#include <sys/resource.h>

#include <gtest/gtest.h>

#include "mock_server/http/http_server.hpp"
#include "tests/mock_server/http_server_fixture.hpp"

/// How the server stops, and what it does where clients are slow and memory or files are short.
namespace flow::mock {
namespace {

using namespace test;
using std::chrono::milliseconds;

/// Time that does not pass in a test that passes.
constexpr std::chrono::minutes kLongerThanAnyTest{10};

TEST(ServerStop, ReturnsThoughClientsAreIdleAndClosesThem) {
  ServerOfTest server({.keep_alive_timeout = std::chrono::minutes(10)});
  auto idle = idle_clients(server.port, 20);
  const RawClient silent(server.port);
  server.mock.stop();
  for (RawClient &client : idle) {
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_THROW(RawClient(server.port).send(""), std::runtime_error) << "nobody listens";
}

TEST(ServerStop, ReturnsThoughAClientNeverPauses) {
  ServerOfTest server;
  RawClient client(server.port);
  std::thread sending([&client] {
    std::string many;
    for (int i = 0; i < 200; ++i) {
      many += kGoodGet;
    }
    while (client.send(many)) {
    }
  });
  std::thread reading([&client] {
    while (client.answer().status != 0) {
    }
  });
  RawClient other(server.port);
  other.send(kGoodGet);
  EXPECT_EQ(other.answer().status, 200);
  server.mock.stop();
  sending.join();
  reading.join();
}

TEST(ServerStop, AnswersTheRequestThatIsBeingMade) {
  std::promise<void> begun;
  std::promise<void> may_end;
  HttpServer http([&](const Request &) {
    begun.set_value();
    may_end.get_future().wait();
    return Response{.status = 200, .headers = {}, .body = "{}"};
  });
  const int port = http.start("127.0.0.1", 0);
  RawClient client(port);
  client.send(kGoodGet);
  begun.get_future().wait();
  std::thread stopping([&http] { http.stop(); });
  may_end.set_value();
  EXPECT_EQ(client.answer().status, 200);
  stopping.join();
}

TEST(ServerStop, ClosesAConnectionThatHasSentHalfARequest) {
  for (const std::string &half : {std::string("G"), kRetry, kRetry + kHeaders + "Content-Length: 9\r\n\r\n{",
                                  kRetry + kHeaders + "Transfer-Encoding: chunked\r\n\r\n9\r\n{"}) {
    ServerOfTest server({.read_timeout = kLongerThanAnyTest, .keep_alive_timeout = kLongerThanAnyTest});
    RawClient client(server.port);
    client.send(kGoodGet + half); // once the first is answered, the server has the second
    EXPECT_EQ(client.answer().status, 200);
    EXPECT_TRUE(server.mock.stop(kLongerThanAnyTest));
    EXPECT_TRUE(client.is_closed());
  }
}

/// A server whose answers are longer than what the kernel takes off it at once.
struct LongAnswers {
  explicit LongAnswers(ServerLimits limits, Warning warn = {})
      : http([this](const Request &) { return Response{.status = 200, .headers = {}, .body = body}; }, limits,
             std::move(warn)),
        port(http.start("127.0.0.1", 0)) {}

  const std::string body = std::string(32UL * 1024 * 1024, '1');
  HttpServer http;
  int port;
};

TEST(ServerStop, CutsOffAnAnswerThatNobodyTakesAfterItsPatience) {
  LongAnswers server({.write_timeout = kLongerThanAnyTest});
  RawClient client(server.port);
  client.send(kGoodGet);
  EXPECT_TRUE(client.wait_readable()) << "it is being sent";
  EXPECT_TRUE(server.http.stop(milliseconds(50)));
  EXPECT_LT(client.answer().body.size(), server.body.size());
}

TEST(ServerStop, LetsAnAnswerBeTakenWithinItsPatience) {
  LongAnswers server({.write_timeout = kLongerThanAnyTest});
  RawClient client(server.port);
  client.send(kGoodGet);
  EXPECT_TRUE(client.wait_readable());
  auto stopped = std::async([&server] { return server.http.stop(kLongerThanAnyTest); });
  EXPECT_EQ(client.answer().body.size(), server.body.size());
  EXPECT_TRUE(stopped.get());
}

TEST(ServerStop, SaysWhenAHandlerDoesNotReturn) {
  std::promise<void> begun;
  std::promise<void> may_end;
  HttpServer http([&](const Request &) {
    begun.set_value();
    may_end.get_future().wait();
    return Response{.status = 200, .headers = {}, .body = "{}"};
  });
  RawClient client(http.start("127.0.0.1", 0));
  client.send(kGoodGet);
  begun.get_future().wait();
  EXPECT_FALSE(http.stop(milliseconds(0)));
  may_end.set_value();
  EXPECT_TRUE(http.stop(kLongerThanAnyTest));
}

TEST(ServerStop, MayBeCalledTwiceOrWithoutAStart) {
  ServerOfTest server;
  RawClient idle(server.port);
  EXPECT_TRUE(server.mock.stop());
  EXPECT_TRUE(idle.is_closed()) << "by the first call";
  EXPECT_TRUE(server.mock.stop());
  HttpServer never([](const Request &) { return Response{}; });
  EXPECT_TRUE(never.stop());
}

/// With one thread for all connections: what is answered in it holds up everybody.
TEST(ServerSlow, RequestsAndLargeBodiesHoldUpNobody) {
  const std::string large(20'000, ' ');
  for (const std::string &slow : {std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"),
                                  "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                      std::to_string(large.size()) + "\r\n\r\n" + large}) {
    std::promise<void> begun;
    std::promise<void> may_end;
    HttpServer server(
        [&](const Request &request) {
          if (request.target == "/slow") {
            begun.set_value();
            may_end.get_future().wait();
          }
          return Response{.status = 200, .headers = {}, .body = "{}"};
        },
        {.threads = 1}, {},
        [](const Request &request) { return request.method == "GET" && request.target == "/slow"; });
    const int port = server.start("127.0.0.1", 0);
    RawClient waiting(port);
    waiting.send(slow);
    begun.get_future().wait();
    RawClient other(port);
    other.send(kGoodGet);
    EXPECT_EQ(other.answer().status, 200);
    may_end.set_value();
    EXPECT_EQ(waiting.answer().status, 200);
  }
}

TEST(ServerSending, AClientThatReadsSlowlyGetsItsWholeAnswer) {
  // All of it takes longer than the server waits for a client that takes nothing.
  LongAnswers server({.write_timeout = milliseconds(4000)});
  RawClient client(server.port);
  client.send(kGoodGet);
  for (int i = 0; i < 50; ++i) {
    std::this_thread::sleep_for(milliseconds(100)); // this is what makes it slow
    client.take(server.body.size() / 60);
  }
  EXPECT_EQ(client.answer().body.size(), server.body.size());
}

TEST(ServerSending, AClientThatTakesNothingIsGivenUpAndThatIsSaid) {
  std::promise<std::string> said;
  LongAnswers server({.write_timeout = milliseconds(50)},
                     [&](const std::string &sentence) { said.set_value(sentence); });
  RawClient client(server.port);
  client.send(kGoodGet);
  EXPECT_NE(said.get_future().get().find("took nothing"), std::string::npos);
  EXPECT_LT(client.answer().body.size(), server.body.size());
}

TEST(ServerShortage, WithoutMemoryTheAnswerIs503AndTheServerGoesOn) {
  std::atomic<bool> is_short = true;
  HttpServer http([&](const Request &) {
    if (is_short) {
      throw std::bad_alloc();
    }
    return Response{.status = 200, .headers = {}, .body = "{}"};
  });
  const int port = http.start("127.0.0.1", 0);
  RawClient client(port);
  client.send(kGoodGet);
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.json()["status"], 503);
  EXPECT_TRUE(client.is_closed());
  is_short = false;
  RawClient next(port);
  next.send(kGoodGet);
  EXPECT_EQ(next.answer().status, 200);
}

TEST(ServerShortage, AnErrorOfTheHandlerEndsItsConnectionOnlyAndIsSaid) {
  std::promise<std::string> said;
  HttpServer http(
      [](const Request &request) -> Response {
        if (request.target == "/broken") {
          throw std::runtime_error("broken");
        }
        return {.status = 200, .headers = {}, .body = "{}"};
      },
      {}, [&](const std::string &sentence) { said.set_value(sentence); });
  const int port = http.start("127.0.0.1", 0);
  RawClient client(port);
  client.send("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(said.get_future().get().find("broken"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
  RawClient next(port);
  next.send(kGoodGet);
  EXPECT_EQ(next.answer().status, 200);
}

TEST(ServerShortage, WithoutFilesClientsWaitUntilThereAreSome) {
  ServerOfTest server;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  RawClient served(server.port);
  served.send(kGoodGet);
  EXPECT_EQ(served.answer().status, 200);
  const int next_file = ::dup(0);
  ::close(next_file);
  rlimit one_more = before;
  one_more.rlim_cur = static_cast<rlim_t>(next_file) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &one_more), 0);
  RawClient waiting(server.port); // has the last file: none is left for the server's end
  waiting.send(kGoodGet);
  served.send(kGoodGet);
  EXPECT_EQ(served.answer().status, 200) << "those that are served go on";
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(waiting.answer().status, 200);
}

} // namespace
} // namespace flow::mock
