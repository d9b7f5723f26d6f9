#include "mock_server/http/http_server.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>

#include "mock_server/http/answer_text.hpp"
#include "mock_server/http/awaited.hpp"
#include "mock_server/http/byte_stream.hpp"
#include "mock_server/http/connection.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "mock_server/http/memory_reserve.hpp"
#include "mock_server/http/request_reader.hpp"
#include "mock_server/http/stream.hpp"

namespace flow::mock {

namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr int kBacklog = 1024;
constexpr std::size_t kFewestThreads = 2;        // a handler that takes its time does not hold up everybody
constexpr std::size_t kRefused = 64;             // connections past the limit that are told so at once
constexpr milliseconds kPatienceOverLimit{1000}; // other clients are waiting for an answer as well
constexpr milliseconds kPauseWithoutMeans{20};   // files, memory: others may give some back
constexpr milliseconds kPauseOfStreams{100};
constexpr milliseconds kPatienceToStop{2000};
constexpr milliseconds kMomentToEnd{500};            // for connections that have been cut off
constexpr std::size_t kMostKeptText = 1024UL * 1024; // of the memory of an answer, for the next one
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::size_t threads_of(const ServerLimits &limits) {
  return limits.threads > 0 ? limits.threads
                            : std::max<std::size_t>(std::thread::hardware_concurrency(), kFewestThreads);
}

/// Listens there already.
tcp::acceptor acceptor_at(asio::io_context &context, const tcp::endpoint &endpoint) {
  tcp::acceptor acceptor(context, endpoint.protocol());
  // Not SO_REUSEPORT: a second mock on the same port shall fail, not share.
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (endpoint.protocol() == tcp::v6()) {
    acceptor.set_option(asio::ip::v6_only(false));
  }
  acceptor.bind(endpoint);
  acceptor.listen(kBacklog);
  acceptor.non_blocking(true); // a client that has gone again keeps nobody waiting
  return acceptor;
}

/// At the first address of the host that can be had. Throws std::runtime_error, which says why none can.
tcp::acceptor acceptor_for(asio::io_context &context, const std::string &host, int port) {
  std::string problem = "no such address on this machine";
  asio::error_code error;
  const auto found = tcp::resolver(context).resolve(
      host, std::to_string(port), tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (!error) {
    for (const auto &entry : found) {
      try {
        return acceptor_at(context, entry.endpoint());
      } catch (const asio::system_error &failed) {
        problem = failed.code().message();
      }
    }
  }
  throw std::runtime_error(problem);
}

asio::awaitable<std::optional<Response>> looked(Awaited &awaited) {
  co_return awaited.look();
}

asio::awaitable<std::optional<std::string>> next_of(Stream &stream) {
  co_return stream.next();
}

} // namespace

class HttpServer::State {
public:
  State(Handler handler, ServerLimits limits, Warning warn, IsSlow is_slow);
  ~State();

  int open(const std::string &host, int port, std::shared_ptr<TlsContext> tls);
  bool close(milliseconds patience);
  std::size_t connections() const { return connections_; }

private:
  /// One thread's part of the connections.
  struct Loop {
    explicit Loop(milliseconds keep_alive_timeout) : answers(keep_alive_timeout) {}

    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    AnswerText answers;
    std::string text; ///< of the answer that is being made
    std::list<std::weak_ptr<Connection>> connections;
    std::thread thread;
  };
  /// Where clients come in.
  struct Door {
    tcp::acceptor acceptor;
    std::shared_ptr<TlsContext> tls; ///< null: plain HTTP
  };
  /// Counts a connection as long as it is served.
  class Place;
  class Listed;

  void run(Loop &loop);
  enum class Accepted { one, none_waits, no_means };
  asio::awaitable<void> accept_connections(Door &door);
  asio::awaitable<void> accept_with_memory(Door &door);
  Accepted accept_one(Door &door, Loop &loop);
  asio::awaitable<void> serve(Loop &loop, std::unique_ptr<ByteStream> stream, bool is_over_limit);
  asio::awaitable<void> serve(Loop &loop, Connection &connection, bool is_over_limit);
  /// Reads a request; false where nothing is to be answered: the client has gone, or the server stops.
  asio::awaitable<bool> read(Connection &connection, RequestReader &reader, milliseconds patience);
  /// One request and its answer; false when the connection is to end.
  asio::awaitable<bool> answer(Loop &loop, Connection &connection, RequestReader &reader, bool is_over_limit);
  Response handle(const Request &request);
  asio::awaitable<Response> handled(const Request &request);
  /// Waits for an answer that is to come; nothing where nobody is left to get it.
  asio::awaitable<std::optional<Response>> come(Loop &loop, Connection &connection,
                                                std::shared_ptr<Awaited> awaited);
  /// Sends a body that goes on, until it ends or nobody is left to get it.
  asio::awaitable<void> send_stream(Connection &connection, const Response &response, bool to_head);
  void warn(const std::string &sentence) const;

  const Handler handler_;
  const ServerLimits limits_;
  const Warning warn_;
  const IsSlow is_slow_;
  const std::string out_of_memory_; ///< an answer for when there is no memory to make one
  BodyRoom body_room_;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0; ///< threads
  std::vector<std::unique_ptr<Loop>> loops_;
  asio::thread_pool large_bodies_{1}; ///< one is answered at a time
  asio::thread_pool slow_requests_{2};
  std::list<Door> doors_;
};

class HttpServer::State::Place {
public:
  explicit Place(std::atomic<std::size_t> &taken) : taken_(taken) {}
  ~Place() { --taken_; }
  Place(const Place &) = delete;
  Place &operator=(const Place &) = delete;

private:
  std::atomic<std::size_t> &taken_;
};

/// A connection among those of its loop.
class HttpServer::State::Listed {
public:
  Listed(Loop &loop, const std::shared_ptr<Connection> &connection)
      : loop_(loop), place_(loop.connections.insert(loop.connections.end(), connection)) {}
  ~Listed() { loop_.connections.erase(place_); }
  Listed(const Listed &) = delete;
  Listed &operator=(const Listed &) = delete;

private:
  Loop &loop_;
  const std::list<std::weak_ptr<Connection>>::iterator place_;
};

HttpServer::State::State(Handler handler, ServerLimits limits, Warning warn, IsSlow is_slow)
    : handler_(std::move(handler)), limits_(limits), warn_(std::move(warn)), is_slow_(std::move(is_slow)),
      out_of_memory_(closing_text(to_response(out_of_memory(), "-"), "Service Unavailable")),
      body_room_(limits.bodies_bytes, limits.large_body_bytes) {
  for (std::size_t i = 0; i < threads_of(limits_); ++i) {
    loops_.push_back(std::make_unique<Loop>(limits_.keep_alive_timeout));
  }
}

HttpServer::State::~State() {
  close(kPatienceToStop);
  for (const auto &loop : loops_) {
    if (loop->thread.joinable()) {
      loop->thread.join();
    }
  }
}

void HttpServer::State::warn(const std::string &sentence) const {
  if (warn_) {
    warn_(sentence);
  }
}

int HttpServer::State::open(const std::string &host, int port, std::shared_ptr<TlsContext> tls) {
  Loop &first = *loops_.front();
  Door &door = doors_.emplace_back(Door{acceptor_for(first.context, host, port), std::move(tls)});
  const int its_port = door.acceptor.local_endpoint().port();
  asio::co_spawn(first.context, accept_connections(door), asio::detached);
  if (!first.thread.joinable()) {
    running_ = loops_.size();
    for (const auto &loop : loops_) {
      loop->thread = std::thread([this, &loop = *loop] { run(loop); });
    }
  }
  return its_port;
}

void HttpServer::State::run(Loop &loop) {
  for (bool has_ended = false; !has_ended;) {
    try {
      loop.context.run();
      has_ended = true;
    } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
      // Memory ran out where nothing could be answered: what it was for has ended.
    }
  }
  const std::lock_guard lock(mutex_);
  --running_;
  ended_.notify_all();
}

/// No error ends it but the closing of the port: a client that goes too soon, and a want of files or memory,
/// pass.
asio::awaitable<void> HttpServer::State::accept_connections(Door &door) {
  while (!is_stopping_) {
    try {
      co_await accept_with_memory(door);
    } catch (const std::exception &) {
      std::this_thread::sleep_for(kPauseWithoutMeans); // nor is there memory to wait in another way
    }
  }
}

asio::awaitable<void> HttpServer::State::accept_with_memory(Door &door) {
  asio::steady_timer pause(door.acceptor.get_executor());
  for (std::size_t next = 0; !is_stopping_;) {
    asio::error_code error;
    switch (accept_one(door, *loops_[next % loops_.size()])) {
    case Accepted::one:
      ++next; // all that wait are accepted in one go: each turn of the loop may be long
      break;
    case Accepted::none_waits:
      co_await door.acceptor.async_wait(tcp::acceptor::wait_read,
                                        asio::redirect_error(asio::use_awaitable, error));
      break;
    case Accepted::no_means:
      pause.expires_after(kPauseWithoutMeans);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      break;
    }
  }
}

HttpServer::State::Accepted HttpServer::State::accept_one(Door &door, Loop &loop) {
  if (connections_ >= limits_.connections + kRefused) {
    return Accepted::no_means;
  }
  asio::error_code error;
  tcp::socket socket = door.acceptor.accept(loop.context, error);
  if (error == asio::error::would_block || error == asio::error::try_again) {
    return Accepted::none_waits;
  }
  if (error) {
    const bool has_gone = error == asio::error::connection_aborted || error == asio::error::interrupted;
    return has_gone ? Accepted::one : Accepted::no_means;
  }
  const bool is_over_limit = ++connections_ > limits_.connections;
  try {
    asio::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto stream = door.tls ? tls_stream(std::move(socket), door.tls) : plain_stream(std::move(socket));
    asio::co_spawn(loop.context, serve(loop, std::move(stream), is_over_limit), asio::detached);
    return Accepted::one;
  } catch (const std::exception &) { // OpenSSL's want of memory is another exception than std::bad_alloc
    --connections_;
    return Accepted::no_means;
  }
}

asio::awaitable<void> HttpServer::State::serve(Loop &loop, std::unique_ptr<ByteStream> stream,
                                               bool is_over_limit) {
  const Place place(connections_);
  try {
    const auto connection =
        std::make_shared<Connection>(std::move(stream), loop.context.get_executor(), limits_.write_timeout);
    const Listed listed(loop, connection);
    if (!is_stopping_) {
      bool is_out_of_memory = false;
      try {
        co_await serve(loop, *connection, is_over_limit);
      } catch (const std::bad_alloc &) {
        is_out_of_memory = true;
      }
      if (is_out_of_memory) {
        connection->leave_unread();
        connection->send_now(out_of_memory_);
      }
      co_await connection->leave();
    }
    if (connection->gave_up()) {
      warn("an answer was cut off: its client took nothing of it for " +
           std::to_string(limits_.write_timeout.count()) + " ms, or until the server stopped");
    }
  } catch (const std::bad_alloc &) { // NOLINT(bugprone-empty-catch)
    // Not even for saying so is there any.
  } catch (const std::exception &error) {
    warn(std::string("a connection ended by an error of the server: ") + error.what());
  }
}

asio::awaitable<void> HttpServer::State::serve(Loop &loop, Connection &connection, bool is_over_limit) {
  const milliseconds patience = is_over_limit ? kPatienceOverLimit : milliseconds::max();
  if (!co_await connection.begin(LoopClock::now() + std::min(limits_.read_timeout, patience))) {
    connection.leave_unread();
    co_return;
  }
  RequestReader reader(limits_.head, limits_.body_bytes, body_room_);
  do {
    if (connection.unread().empty() &&
        co_await connection.receive(LoopClock::now() + std::min(limits_.keep_alive_timeout, patience)) !=
            Connection::Received::bytes) {
      co_return;
    }
    if (!co_await read(connection, reader, std::min(limits_.read_timeout, patience))) {
      co_return;
    }
  } while (co_await answer(loop, connection, reader, is_over_limit) && !is_stopping_);
}

asio::awaitable<bool> HttpServer::State::read(Connection &connection, RequestReader &reader,
                                              milliseconds patience) {
  const Connection::Time deadline = LoopClock::now() + patience;
  reader.begin();
  for (;;) {
    std::string_view received = connection.unread();
    const RequestReader::State state = reader.read(received);
    connection.take(connection.unread().size() - received.size());
    if (state == RequestReader::State::ended) {
      co_return true;
    }
    if (state == RequestReader::State::waits && !co_await connection.send(kContinue)) {
      co_return false;
    }
    switch (co_await connection.receive(deadline)) {
    case Connection::Received::bytes:
      break;
    case Connection::Received::end:
      reader.give_up("malformed-request");
      co_return true;
    case Connection::Received::late:
      reader.give_up("request-timeout");
      co_return true;
    case Connection::Received::stopped:
      co_return false;
    }
  }
}

asio::awaitable<bool> HttpServer::State::answer(Loop &loop, Connection &connection, RequestReader &reader,
                                                bool is_over_limit) {
  Request request = reader.request();
  request.is_secure = connection.is_secure();
  if (is_over_limit) {
    request.unreadable = "overloaded";
  }
  Response response;
  if (reader.is_large()) {
    response = co_await asio::co_spawn(large_bodies_, handled(request), asio::use_awaitable);
  } else if (is_slow_ && is_slow_(request)) {
    response = co_await asio::co_spawn(slow_requests_, handled(request), asio::use_awaitable);
  } else {
    response = handle(request);
  }
  if (response.awaited) {
    auto come = co_await this->come(loop, connection, std::move(response.awaited));
    if (!come) {
      co_return false;
    }
    response = *std::move(come);
  }
  if (response.stream) {
    co_await send_stream(connection, response, request.method == "HEAD");
    co_return false;
  }
  if (request.unreadable == "overloaded") {
    response.headers.emplace_back("Retry-After", "1");
  }
  const bool closes = is_over_limit || !reader.keeps_alive() || is_stopping_;
  if (is_over_limit || !reader.is_whole()) {
    connection.leave_unread();
  }
  const Delivery delivery = response.delivery;
  const AnswerText::Form form{
      .to_head = request.method == "HEAD", .closes = closes, .http_1_0 = reader.is_http_1_0()};
  std::string text = std::move(loop.text);
  text.clear();
  loop.answers.append(text, std::move(response), form);
  const bool is_sent = delivery == Delivery{}
                           ? co_await connection.send(text)
                           : co_await connection.deliver(text, delivery, limits_.hold_timeout);
  if (text.capacity() <= kMostKeptText) {
    loop.text = std::move(text);
  }
  co_return is_sent && !closes;
}

asio::awaitable<Response> HttpServer::State::handled(const Request &request) {
  co_return handle(request);
}

asio::awaitable<std::optional<Response>> HttpServer::State::come(Loop &loop, Connection &connection,
                                                                 std::shared_ptr<Awaited> awaited) {
  const Connection::Time until = LoopClock::now() + std::min(awaited->patience(), limits_.hold_timeout);
  awaited->wake_by([executor = loop.context.get_executor(), weak = connection.weak_from_this()] {
    try {
      asio::post(executor, [weak] {
        if (const auto waiting = weak.lock()) {
          waiting->wake();
        }
      });
    } catch (const std::bad_alloc &) { // NOLINT(bugprone-empty-catch)
      // It looks again when its time is up.
    }
  });
  for (;;) {
    if (auto found = co_await asio::co_spawn(slow_requests_, looked(*awaited), asio::use_awaitable)) {
      co_return found;
    }
    switch (co_await connection.wait(until)) {
    case Connection::Waited::woken:
      break;
    case Connection::Waited::late:
      co_return awaited->give_up();
    case Connection::Waited::ended:
      co_return std::nullopt;
    }
  }
}

asio::awaitable<void> HttpServer::State::send_stream(Connection &connection, const Response &response,
                                                     bool to_head) {
  std::optional<std::string> text = stream_head(response);
  while (text && (text->empty() || co_await connection.send(*text)) && !to_head && !is_stopping_) {
    if (co_await connection.wait(LoopClock::now() + kPauseOfStreams) == Connection::Waited::ended) {
      co_return;
    }
    text = co_await asio::co_spawn(slow_requests_, next_of(*response.stream), asio::use_awaitable);
  }
}

Response HttpServer::State::handle(const Request &request) {
  const MemoryReserve::Claim claim;
  if (MemoryReserve::is_spent()) {
    throw std::bad_alloc();
  }
  return handler_(request);
}

bool HttpServer::State::close(milliseconds patience) {
  const auto cut_off = LoopClock::now() + patience;
  if (!doors_.empty() && !is_stopping_.exchange(true)) {
    asio::post(loops_.front()->context, [this] {
      for (Door &door : doors_) {
        door.acceptor.close();
      }
    });
    for (const auto &each : loops_) {
      Loop &loop = *each;
      asio::post(loop.context, [&loop, cut_off] {
        for (const auto &listed : loop.connections) {
          if (const auto connection = listed.lock()) {
            connection->stop(cut_off);
          }
        }
        loop.work.reset();
      });
    }
  }
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, patience + kMomentToEnd, [this] { return running_ == 0; });
}

HttpServer::HttpServer(Handler handler, ServerLimits limits, Warning warn, IsSlow is_slow)
    : state_(std::make_unique<State>(std::move(handler), limits, std::move(warn), std::move(is_slow))) {}

HttpServer::~HttpServer() = default;

int HttpServer::start(const std::string &host, int port, std::shared_ptr<TlsContext> tls) {
  return state_->open(host, port, std::move(tls));
}

std::size_t HttpServer::connections() const {
  return state_->connections();
}

bool HttpServer::stop(milliseconds patience) {
  return state_->close(patience);
}

} // namespace flow::mock
