#include "mock_server/http/http_server.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>

#include "mock_server/http/answer_text.hpp"
#include "mock_server/http/byte_stream.hpp"
#include "mock_server/http/connection.hpp"
#include "mock_server/http/conversation.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "mock_server/http/task.hpp"

namespace flow::mock {

namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr int kBacklog = 1024;
constexpr std::size_t kFewestThreads = 2;      // a handler that takes its time does not hold up everybody
constexpr std::size_t kRefused = 64;           // connections past the limit that are told so at once
constexpr milliseconds kPauseWithoutMeans{20}; // files, memory: others may give some back
constexpr milliseconds kPatienceToStop{2000};
constexpr milliseconds kMomentToEnd{500}; // for connections that have been cut off

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
    explicit Loop(milliseconds keep_alive_timeout) : answers{AnswerText(keep_alive_timeout), ""} {}

    OperationMemory to_stop;
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    AnswerMaker answers;
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
  Task<void> accept_connections(Door &door);
  Task<void> accept_with_memory(Door &door);
  Accepted accept_one(Door &door, Loop &loop);
  Task<void> serve(Loop &loop, std::unique_ptr<ByteStream> stream, bool is_over_limit);
  void warn(const std::string &sentence) const;

  const Warning warn_;
  const std::string out_of_memory_; ///< an answer for when there is no memory to make one
  std::atomic<std::size_t> connections_ = 0;
  Means means_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0; ///< threads
  OperationMemory to_close_doors_;
  std::vector<std::unique_ptr<Loop>> loops_;
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
    : warn_(std::move(warn)),
      out_of_memory_(closing_text(to_response(out_of_memory(), "-"), "Service Unavailable")),
      means_(std::move(handler), limits, std::move(is_slow)) {
  for (std::size_t i = 0; i < threads_of(means_.limits); ++i) {
    loops_.push_back(std::make_unique<Loop>(means_.limits.keep_alive_timeout));
  }
}

HttpServer::State::~State() {
  close(kPatienceToStop);
  for (const auto &loop : loops_) {
    if (loop->thread.joinable()) {
      loop->thread.join();
    }
  }
  for (asio::thread_pool *pool : {&means_.large_bodies, &means_.slow_requests}) {
    pool->stop();
    pool->join(); // it posts to the loops, which go first
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
  spawn(first.context.get_executor(), accept_connections(door));
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
Task<void> HttpServer::State::accept_connections(Door &door) {
  while (!means_.is_stopping) {
    try {
      co_await accept_with_memory(door);
    } catch (const std::exception &) {
      std::this_thread::sleep_for(kPauseWithoutMeans); // nor is there memory to wait in another way
    }
  }
}

Task<void> HttpServer::State::accept_with_memory(Door &door) {
  asio::steady_timer pause(door.acceptor.get_executor());
  for (std::size_t next = 0; !means_.is_stopping;) {
    switch (accept_one(door, *loops_[next % loops_.size()])) {
    case Accepted::one:
      ++next; // all that wait are accepted in one go: each turn of the loop may be long
      break;
    case Accepted::none_waits:
      co_await until_readable(door.acceptor);
      break;
    case Accepted::no_means:
      pause.expires_after(kPauseWithoutMeans);
      co_await until_expired(pause);
      break;
    }
  }
}

HttpServer::State::Accepted HttpServer::State::accept_one(Door &door, Loop &loop) {
  if (connections_ >= means_.limits.connections + kRefused) {
    return Accepted::no_means;
  }
  asio::error_code error;
  LoopSocket socket = door.acceptor.accept(loop.context, error);
  if (error == asio::error::would_block || error == asio::error::try_again) {
    return Accepted::none_waits;
  }
  if (error) {
    const bool has_gone = error == asio::error::connection_aborted || error == asio::error::interrupted;
    return has_gone ? Accepted::one : Accepted::no_means;
  }
  const bool is_over_limit = ++connections_ > means_.limits.connections;
  try {
    asio::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto stream = door.tls ? tls_stream(std::move(socket), door.tls) : plain_stream(std::move(socket));
    spawn(loop.context.get_executor(), serve(loop, std::move(stream), is_over_limit));
    return Accepted::one;
  } catch (const std::exception &) { // OpenSSL's want of memory is another exception than std::bad_alloc
    --connections_;
    return Accepted::no_means;
  }
}

Task<void> HttpServer::State::serve(Loop &loop, std::unique_ptr<ByteStream> stream, bool is_over_limit) {
  const Place place(connections_);
  try {
    const auto connection = std::make_shared<Connection>(std::move(stream), loop.context.get_executor(),
                                                         means_.limits.write_timeout);
    const Listed listed(loop, connection);
    if (!means_.is_stopping) {
      bool is_out_of_memory = false;
      try {
        co_await converse(means_, loop.answers, *connection, is_over_limit);
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
           std::to_string(means_.limits.write_timeout.count()) + " ms, or until the server stopped");
    }
  } catch (const std::bad_alloc &) { // NOLINT(bugprone-empty-catch)
    // Not even for saying so is there any.
  } catch (const std::exception &error) {
    warn(std::string("a connection ended by an error of the server: ") + error.what());
  }
}

bool HttpServer::State::close(milliseconds patience) {
  const auto cut_off = LoopClock::now() + patience;
  if (!doors_.empty() && !means_.is_stopping.exchange(true)) {
    post_within(to_close_doors_, loops_.front()->context.get_executor(), [this] {
      for (Door &door : doors_) {
        asio::error_code ignored;
        door.acceptor.close(ignored);
      }
    });
    for (const auto &each : loops_) {
      Loop &loop = *each;
      post_within(loop.to_stop, loop.context.get_executor(), [&loop, cut_off] {
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
