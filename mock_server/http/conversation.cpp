#include "mock_server/http/conversation.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include <asio/post.hpp>

#include "mock_server/http/awaited.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "mock_server/http/memory_reserve.hpp"
#include "mock_server/http/stream.hpp"

namespace flow::mock {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatienceOverLimit{1000}; // other clients are waiting for an answer as well
constexpr milliseconds kPauseOfStreams{100};
constexpr std::size_t kMostKeptText = 1024UL * 1024; // of the memory of an answer, for the next one
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What these call may make trees of JSON, which have to be taken down again.

Response handle(const Means &means, const Request &request) {
  const MemoryReserve::Claim claim;
  return means.handler(request);
}

std::optional<Response> look(Awaited &awaited) {
  const MemoryReserve::Claim claim;
  return awaited.look();
}

Response give_up(Awaited &awaited) {
  const MemoryReserve::Claim claim;
  return awaited.give_up();
}

std::optional<std::string> next_of(Stream &stream) {
  const MemoryReserve::Claim claim;
  return stream.next();
}

} // namespace

class Conversation {
public:
  Conversation(Means &means, AnswerMaker &answers, Connection &connection, bool is_over_limit);

  Task<void> run();

private:
  /// Reads a request; false where nothing is to be answered: the client has gone, or the server stops.
  Task<bool> read();
  /// Answers the request that was read; false when the connection is to end.
  Task<bool> answer();
  /// Waits for an answer that is to come; nothing where nobody is left to get it.
  Task<std::optional<Response>> come(std::shared_ptr<Awaited> awaited);
  /// Sends a body that goes on, until it ends or nobody is left to get it.
  Task<void> send_stream(const Response &response, bool to_head);
  [[nodiscard]] milliseconds patience(milliseconds usual) const;

  Means &means_;
  AnswerMaker &answers_;
  Connection &connection_;
  const bool is_over_limit_;
  RequestReader reader_;
};

Conversation::Conversation(Means &means, AnswerMaker &answers, Connection &connection, bool is_over_limit)
    : means_(means), answers_(answers), connection_(connection), is_over_limit_(is_over_limit),
      reader_(means.limits.head, means.limits.body_bytes, means.body_room) {}

milliseconds Conversation::patience(milliseconds usual) const {
  return is_over_limit_ ? std::min(usual, kPatienceOverLimit) : usual;
}

/// Each co_await stands for itself: GCC 12 goes wrong where one is the right side of && here.
Task<void> Conversation::run() {
  const bool has_begun = co_await connection_.begin(LoopClock::now() + patience(means_.limits.read_timeout));
  if (!has_begun) {
    connection_.leave_unread();
    co_return;
  }
  do {
    if (connection_.unread().empty()) {
      const auto received =
          co_await connection_.receive(LoopClock::now() + patience(means_.limits.keep_alive_timeout));
      if (received != Connection::Received::bytes) {
        co_return;
      }
    }
    if (!co_await read()) {
      co_return;
    }
    if (!co_await answer()) {
      co_return;
    }
  } while (!means_.is_stopping);
}

Task<bool> Conversation::read() {
  const Connection::Time deadline = LoopClock::now() + patience(means_.limits.read_timeout);
  reader_.begin();
  for (;;) {
    std::string_view received = connection_.unread();
    const RequestReader::State state = reader_.read(received);
    connection_.take(connection_.unread().size() - received.size());
    if (state == RequestReader::State::ended) {
      co_return true;
    }
    if (state == RequestReader::State::waits && !co_await connection_.send(kContinue)) {
      co_return false;
    }
    switch (co_await connection_.receive(deadline)) {
    case Connection::Received::bytes:
      break;
    case Connection::Received::end:
      reader_.give_up("malformed-request");
      co_return true;
    case Connection::Received::late:
      reader_.give_up("request-timeout");
      co_return true;
    case Connection::Received::stopped:
      co_return false;
    }
  }
}

Task<bool> Conversation::answer() {
  Request request = reader_.request();
  request.is_secure = connection_.is_secure();
  if (is_over_limit_) {
    request.unreadable = "overloaded";
  }

  Response response;
  if (reader_.is_large()) {
    response = co_await OnPool(means_.large_bodies, connection_.loop(), handle, means_, request);
  } else if (means_.is_slow && means_.is_slow(request)) {
    response = co_await OnPool(means_.slow_requests, connection_.loop(), handle, means_, request);
  } else {
    response = handle(means_, request);
  }
  if (response.awaited) {
    auto come = co_await this->come(std::move(response.awaited));
    if (!come) {
      co_return false;
    }
    response = *std::move(come);
  }
  const bool to_head = request.method == "HEAD";
  if (response.stream) {
    co_await send_stream(response, to_head);
    co_return false;
  }
  if (request.unreadable == "overloaded") {
    response.headers.emplace_back("Retry-After", "1");
  }
  const bool closes = is_over_limit_ || !reader_.keeps_alive() || means_.is_stopping;
  if (is_over_limit_ || !reader_.is_whole()) {
    connection_.leave_unread();
  }
  const Delivery delivery = response.delivery;
  const AnswerText::Form form{.to_head = to_head, .closes = closes, .http_1_0 = reader_.is_http_1_0()};
  std::string text = std::move(answers_.memory);
  text.clear();
  answers_.texts.append(text, std::move(response), form);
  const bool is_sent = delivery == Delivery{}
                           ? co_await connection_.send(text)
                           : co_await connection_.deliver(text, delivery, means_.limits.hold_timeout);
  if (text.capacity() <= kMostKeptText) {
    answers_.memory = std::move(text);
  }
  co_return is_sent && !closes;
}

Task<std::optional<Response>> Conversation::come(std::shared_ptr<Awaited> awaited) {
  const Connection::Time until = LoopClock::now() + std::min(awaited->patience(), means_.limits.hold_timeout);
  awaited->wake_by([loop = connection_.loop(), weak = connection_.weak_from_this()] {
    try {
      asio::post(loop, [weak] {
        if (const auto waiting = weak.lock()) {
          waiting->wake();
        }
      });
    } catch (const std::bad_alloc &) { // NOLINT(bugprone-empty-catch)
      // It looks again when its time is up.
    }
  });
  for (;;) {
    std::optional<Response> found;
    if (awaited->is_quick()) {
      found = look(*awaited);
    } else {
      found = co_await OnPool(means_.slow_requests, connection_.loop(), look, *awaited);
    }
    if (found) {
      co_return found;
    }
    switch (co_await connection_.wait(until)) {
    case Connection::Waited::woken:
      break;
    case Connection::Waited::late:
      co_return give_up(*awaited);
    case Connection::Waited::ended:
      co_return std::nullopt;
    }
  }
}

Task<void> Conversation::send_stream(const Response &response, bool to_head) {
  std::optional<std::string> text = stream_head(response);
  while (text && (text->empty() || co_await connection_.send(*text)) && !to_head && !means_.is_stopping) {
    if (co_await connection_.wait(LoopClock::now() + kPauseOfStreams) == Connection::Waited::ended) {
      co_return;
    }
    text = co_await OnPool(means_.slow_requests, connection_.loop(), next_of, *response.stream);
  }
}

Task<void> converse(Means &means, AnswerMaker &answers, Connection &connection, bool is_over_limit) {
  Conversation conversation(means, answers, connection, is_over_limit);
  co_await conversation.run();
}

} // namespace flow::mock
