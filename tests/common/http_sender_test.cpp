#include "common/http_sender.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <thread>

#include <dlfcn.h>
#include <netdb.h>

#include <gtest/gtest.h>

#include "tests/common/sender_fixture.hpp"

namespace {

/// name.hangs.invalid is looked up until a test ends that. Never destroyed: the thread that libcurl leaves to
/// it may outlive main().
std::promise<void> &let_go = *new std::promise<void>;
std::shared_future<void> &is_let_go = *new std::shared_future<void>(let_go.get_future().share());
std::promise<void> &is_looking_up = *new std::promise<void>;

} // namespace

/// In front of the C library's, for libcurl as well.
extern "C" int getaddrinfo(const char *node, const char *service, const addrinfo *hints, addrinfo **result) {
  const bool looks_up = hints == nullptr || (hints->ai_flags & AI_NUMERICHOST) == 0;
  if (looks_up && node != nullptr && std::string_view(node) == "name.hangs.invalid") {
    is_looking_up.set_value();
    is_let_go.wait();
    return EAI_NONAME;
  }
  static const auto system = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return system(node, service, hints, result);
}

namespace flow {
namespace {

TEST(HttpSender, SendsAPostWithoutABodyAsTheDocumentedCallDoes) {
  Listener listener;
  HttpRequest request = post(listener.server.url() + "/a/../b?c=%2b+d");
  request.headers = {{"X-Empty", ""}, {"x-Name", "a b"}};
  HttpSender().send(request, {});
  const std::string authority = listener.server.url().substr(7);
  EXPECT_EQ(listener.head.get_future().get(), "POST /a/../b?c=%2b+d HTTP/1.1\r\nHost: " + authority +
                                                  "\r\nAccept: */*\r\nX-Empty:\r\nx-Name: a b\r\n\r\n");
}

TEST(HttpSender, SendsALargeBodyWithoutExpectingAnything) {
  std::promise<std::string> head;
  RawServer server([&](int connection) {
    head.set_value(head_of(connection));
    char some[65536];
    for (long left = 2'000'000; left > 0;) {
      left -= std::max(::recv(connection, some, sizeof some, 0), 1L);
    }
    write_all(connection, kAnswer);
  });
  HttpRequest request = post(server.url() + "/");
  request.body = std::string(2'000'000, 'x');
  EXPECT_EQ(HttpSender().send(request, {}).status, 200);
  const std::string sent = head.get_future().get();
  EXPECT_EQ(sent.find("Expect"), std::string::npos) << sent;
  EXPECT_EQ(sent.find("Content-Type"), std::string::npos) << sent;
  EXPECT_NE(sent.find("Content-Length: 2000000\r\n"), std::string::npos) << sent;
}

TEST(HttpSender, RefusesAHeaderWithALineBreak) {
  HttpRequest request = get("http://127.0.0.1:1/");
  request.headers = {{"X-A", "b\r\nX-C: d"}};
  const auto failure = failure_of(request);
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->may_have_arrived);
  EXPECT_FALSE(failure->passing);
}

TEST(HttpSender, HeadersAreThoseOfTheFinalAnswer) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-A:  b \r\n"
                          "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n");
  });
  const HttpResponse answer = HttpSender().send(get(server.url()), {});
  EXPECT_EQ(answer.headers, (HttpHeaders{{"X-A", "b"}, {"Transfer-Encoding", "chunked"}}));
  EXPECT_EQ(answer.header("x-a"), "b");
  EXPECT_EQ(answer.body, "{}");
}

TEST(HttpSender, HalfAHeadOrAnInterimAnswerAloneIsNoAnswer) {
  for (const char *answer :
       {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX-A: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    RawServer server([=](int connection) {
      read_head(connection);
      write_all(connection, answer);
    });
    const auto failure = failure_of(post(server.url()));
    EXPECT_TRUE(failure && failure->may_have_arrived) << answer;
  }
}

TEST(HttpSender, ACompressedBodyIsLeftAsItCame) {
  const std::string packed("\x1f\x8b\x08\0\0", 5);
  RawServer server([&](int connection) {
    read_head(connection);
    write_all(connection, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n" + packed);
  });
  EXPECT_EQ(HttpSender().send(get(server.url()), {}).body, packed);
}

struct Excess {
  const char *what;
  const char *begin;
  const char *endlessly;
  const char *sentence;
};

class Excesses : public testing::TestWithParam<Excess> {};

TEST_P(Excesses, EndAtTheirLimit) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, GetParam().begin);
    const std::string more = GetParam().endlessly;
    while (::send(connection, more.data(), more.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  const auto failure = failure_of(post(server.url()), {.head = 1000, .body = 1000});
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->may_have_arrived);
  EXPECT_EQ(failure->what(), server.url() + " answered with " + GetParam().sentence);
}

const Excess kExcesses[] = {
    {"StatusLine", "HTTP/1.1 200 ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a head that is too long"},
    {"Header", "HTTP/1.1 200 OK\r\nX-A: ", "aaaaaaaaaaaaaaaaaaaaaaaa", "a head that is too long"},
    {"Headers", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n", "a head of more than 1000 bytes"},
    {"InterimAnswers", "", "HTTP/1.1 100 Continue\r\n\r\n", "a head of more than 1000 bytes"},
    {"Trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: b\r\n",
     "a head of more than 1000 bytes"},
    {"Body", "HTTP/1.1 200 OK\r\n\r\n", "aaaaaaaaaaaaaaaa", "a body of more than 1000 bytes"},
    {"Chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\naaaa\r\n",
     "a body of more than 1000 bytes"},
};

INSTANTIATE_TEST_SUITE_P(HttpSender, Excesses, testing::ValuesIn(kExcesses),
                         [](const auto &row) { return row.param.what; });

TEST(HttpSender, AnAnswerOfExactlyTheLimitIsTaken) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, kAnswer);
  });
  const std::size_t head = std::string_view(kAnswer).size() - 2;
  EXPECT_EQ(HttpSender().send(get(server.url()), {.head = head, .body = 2}).body, "{}");
  EXPECT_THROW(HttpSender().send(get(server.url()), {.head = head, .body = 1}), HttpFailure);
  EXPECT_THROW(HttpSender().send(get(server.url()), {.head = head - 1, .body = 2}), HttpFailure);
}

TEST(HttpSender, AReasonOfAnyLengthWithinTheHeadIsTaken) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, "HTTP/1.1 404 " + std::string(50'000, 'a') + "\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(HttpSender().send(get(server.url()), {}).status, 404);
}

/// Sends a byte of a body now and then, as long as somebody listens.
void drip(int connection) {
  read_head(connection);
  write_all(connection, "HTTP/1.1 200 OK\r\n\r\n");
  timeval pause{.tv_sec = 0, .tv_usec = 5000};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
  char byte = 0;
  while (::recv(connection, &byte, 1, 0) != 0 && ::send(connection, "x", 1, MSG_NOSIGNAL) == 1) {
  }
}

TEST(HttpSender, AnAnswerThatDripsForEverEnds) {
  RawServer server(drip);
  const auto failure = failure_of(post(server.url()), {.silence = kLong, .whole = milliseconds(1'000)});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what(), "no whole answer from " + server.url() + " within 1000 ms");
  EXPECT_TRUE(failure->timed_out);
}

TEST(HttpSender, TimesMayBeAsLongAsTheyCanBeWritten) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, kAnswer);
  });
  constexpr milliseconds kForEver = milliseconds::max();
  const HttpLimits limits{.connect = kForEver, .silence = kForEver, .whole = kForEver};
  EXPECT_EQ(HttpSender().send(get(server.url()), limits).status, 200);
}

TEST(HttpSender, SilenceIsCountedFromTheLastByte) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
    read_head(connection);
  });
  const auto failure = failure_of(post(server.url()), {.silence = milliseconds(100), .whole = kLong});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what(), "no whole answer from " + server.url() + " within 100 ms");
  EXPECT_TRUE(failure->may_have_arrived);
}

/// Answers the first request of each connection; reads a second one and closes.
struct ClosesAfterOne {
  std::atomic<int> requests{0};
  RawServer server{[this](int connection) {
    if (read_head(connection)) {
      ++requests;
      write_all(connection, kAnswer);
      requests += read_head(connection) ? 1 : 0;
    }
  }};
};

TEST(HttpSender, APostIsNotSentAgainWhereAKeptConnectionBreaks) {
  ClosesAfterOne closing;
  HttpSender sender;
  EXPECT_EQ(sender.send(post(closing.server.url()), {}).status, 200);
  try {
    sender.send(post(closing.server.url()), {});
    FAIL() << "an answer came";
  } catch (const HttpFailure &failure) {
    EXPECT_TRUE(failure.may_have_arrived);
  }
  EXPECT_EQ(closing.requests, 2);
}

TEST(HttpSender, AnIdempotentRequestIsSentAgainWhereAKeptConnectionBreaks) {
  ClosesAfterOne closing;
  HttpSender sender;
  EXPECT_EQ(sender.send(get(closing.server.url()), {}).status, 200);
  EXPECT_EQ(sender.send(get(closing.server.url()), {}).status, 200);
  EXPECT_EQ(closing.requests, 3);
}

TEST(HttpSender, AConnectionNotToBeKeptServesOneRequest) {
  RawServer server([](int connection) {
    while (read_head(connection)) {
      write_all(connection, kAnswer);
    }
  });
  HttpSender sender;
  HttpRequest once = get(server.url());
  once.keep_alive = false;
  sender.send(once, {});
  sender.send(once, {});
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpSender, IsUsedByManyThreadsAtOnce) {
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, kAnswer);
  });
  HttpSender sender;
  std::vector<std::thread> threads;
  std::atomic<int> answers{0};
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      HttpRequest request = get(server.url());
      request.keep_alive = false;
      for (int j = 0; j < 10; ++j) {
        answers += sender.send(request, {}).body == "{}" ? 1 : 0;
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(answers, 80);
}

TEST(HttpSender, StopsAtOnceWhileAServerIsSilent) {
  std::promise<void> arrived;
  RawServer server([&](int connection) {
    read_head(connection);
    arrived.set_value();
    read_head(connection);
  });
  std::stop_source stop;
  auto sent = std::async(std::launch::async, [&] {
    HttpSender().send(post(server.url()), {.silence = kLong}, stop.get_token());
  });
  arrived.get_future().wait();
  const auto begun = steady_clock::now();
  stop.request_stop();
  EXPECT_THROW(sent.get(), HttpFailure);
  EXPECT_LT(steady_clock::now() - begun, kLong / 2);
}

TEST(HttpSender, StopsAtOnceWhileANameIsLookedUp) {
  std::stop_source stop;
  auto sent = std::async(std::launch::async, [&] {
    HttpSender().send(post("http://name.hangs.invalid/"), {.connect = kLong, .whole = kLong},
                      stop.get_token());
  });
  is_looking_up.get_future().wait();
  const auto begun = steady_clock::now();
  stop.request_stop();
  EXPECT_EQ(sent.wait_for(kLong / 2), std::future_status::ready);
  let_go.set_value();
  EXPECT_THROW(sent.get(), HttpFailure);
  EXPECT_LT(steady_clock::now() - begun, kLong / 2);
}

} // namespace
} // namespace flow
