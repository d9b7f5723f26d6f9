#include "mock_server/http_edge.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <httplib.h>

#include "mock_server/connection.hpp"
#include "mock_server/connection_threads.hpp"
#include "mock_server/error.hpp"
#include "mock_server/http/request_reader.hpp"
#include "mock_server/memory_reserve.hpp"

namespace flow::mock {

namespace {

using std::chrono::milliseconds;

constexpr int kBacklog = 1024;
constexpr std::size_t kRequestsPerConnection = 1'000'000'000;
constexpr milliseconds kPatienceOverLimit{1000}; // other clients are waiting for an answer as well
constexpr milliseconds kPauseWithoutMeans{20};   // files, memory: others may give some back
constexpr milliseconds kPatienceToStop{2000};
constexpr milliseconds kMomentToEnd{500}; // for threads whose connection has been cut off

/// What httplib reads in place of every request: it is to write an answer, and a client has no hand in that.
std::string_view request_for_httplib(std::string_view method) {
  return method == "HEAD" ? "HEAD / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                          : "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
}

/// Which of its functions are virtual differs by the version of httplib: so none says `override`, as some
/// with it beside some without is a warning.
class AnswerStream final : public httplib::Stream {
public:
  AnswerStream(Connection &connection, std::string_view request)
      : connection_(connection), request_(request) {}

  // NOLINTBEGIN(modernize-use-override)
  bool is_readable() const { return true; }
  bool is_writable() const { return true; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  bool is_peer_alive() const { return true; }
  time_t duration() const { return 0; }

  ssize_t read(char *data, std::size_t size) {
    const std::size_t length = request_.copy(data, size);
    request_.remove_prefix(length);
    return static_cast<ssize_t>(length);
  }
  ssize_t write(const char *data, std::size_t size) {
    return connection_.write({data, size}) ? static_cast<ssize_t>(size) : -1;
  }
  // Nobody asks for these; httplib would, for each request, with several system calls.
  void get_remote_ip_and_port(std::string & /*ip*/, int & /*port*/) const {}
  void get_local_ip_and_port(std::string & /*ip*/, int & /*port*/) const {}
  socket_t socket() const { return INVALID_SOCKET; }
  // NOLINTEND(modernize-use-override)

private:
  Connection &connection_;
  std::string_view request_;
};

/// The answer that the calling thread has httplib write.
thread_local Response *answering = nullptr;

} // namespace

/// httplib with connections of our own: it opens the port and writes answers.
class HttpEdge::Listener final : public httplib::Server {
public:
  Listener(mock::Handler handler, EdgeLimits limits, Warning warn);

  int open(const std::string &host, int port);
  bool close(milliseconds patience);

private:
  void accept_connections();
  void serve(int socket);
  /// One request and its answer; false when the connection is to end.
  bool serve_request(Connection &connection, RequestReader &reader);
  /// The handler's; where the body is large, in its turn.
  Response answer(const Request &request, bool is_large);
  bool send_answer(Connection &connection, const RequestReader &reader, Response response, bool closes);
  void warn(const std::string &sentence) const;

  const mock::Handler handler_;
  const EdgeLimits limits_;
  const Warning warn_;
  const std::string out_of_memory_; ///< an answer for when there is no memory to make one
  BodyRoom body_room_;
  std::mutex large_bodies_; ///< one is answered at a time
  StopSignal stop_;
  ConnectionThreads threads_;
  int socket_ = -1;
  std::thread accepting_;
};

HttpEdge::Listener::Listener(mock::Handler handler, EdgeLimits limits, Warning warn)
    : handler_(std::move(handler)), limits_(limits), warn_(std::move(warn)),
      out_of_memory_(closing_text(to_response(out_of_memory(), "-"), "Service Unavailable")),
      body_room_(limits.bodies_bytes, limits.large_body_bytes),
      threads_(limits.connections, limits.thread_idle_time) {
  // We count and wait ourselves; these are what httplib tells clients in the Keep-Alive header.
  set_keep_alive_max_count(kRequestsPerConnection);
  set_keep_alive_timeout(std::chrono::floor<std::chrono::seconds>(limits_.keep_alive_timeout).count());
  set_socket_options([this](auto listening) {
    // Not SO_REUSEPORT, httplib's default: a second mock on the same port shall fail, not share.
    const int yes = 1;
    ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    socket_ = static_cast<int>(listening);
  });
  set_pre_routing_handler([](const httplib::Request & /*request*/, httplib::Response &sent) {
    sent.status = answering->status;
    for (auto &[name, value] : answering->headers) {
      sent.set_header(name, value);
    }
    if (!answering->body.empty()) {
      sent.body = std::move(answering->body);
      if (!sent.has_header("Content-Type")) { // a test's server may give another one
        sent.set_header("Content-Type", "application/json");
      }
    }
    return HandlerResponse::Handled;
  });
}

void HttpEdge::Listener::warn(const std::string &sentence) const {
  if (warn_) {
    warn_(sentence);
  }
}

int HttpEdge::Listener::open(const std::string &host, int port) {
  errno = 0;
  if (port == 0) {
    port = bind_to_any_port(host);
  } else if (!bind_to_port(host, port)) {
    port = -1;
  }
  if (port <= 0) {
    throw std::runtime_error(errno == 0 ? "no such address on this machine"
                                        : std::generic_category().message(errno));
  }
  // httplib listens with a backlog of 5 (0.11.4): hundreds of clients that connect at once would wait for
  // seconds.
  ::listen(socket_, kBacklog);
  ::fcntl(socket_, F_SETFL, O_NONBLOCK); // a client that has gone again keeps nobody waiting in accept4
  accepting_ = std::thread([this] { accept_connections(); });
  return port;
}

/// No error ends it but the closing of the port: a client that goes too soon, and a want of files or memory,
/// pass.
void HttpEdge::Listener::accept_connections() {
  while (!stop_.is_given()) {
    pollfd polled[2] = {{.fd = socket_, .events = POLLIN, .revents = 0},
                        {.fd = stop_.event(), .events = POLLIN, .revents = 0}};
    ::poll(polled, 2, -1);
    if (polled[0].revents == 0) {
      continue;
    }
    const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED) {
        ::poll(&polled[1], 1, static_cast<int>(kPauseWithoutMeans.count()));
      }
      continue;
    }
    const int yes = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    try {
      threads_.run([this, client] { serve(client); });
    } catch (const std::bad_alloc &) {
      ::close(client);
    }
  }
}

void HttpEdge::Listener::serve(int socket) {
  const bool over_limit = ConnectionThreads::over_limit();
  const auto patience = over_limit ? kPatienceOverLimit : milliseconds::max();
  try {
    Connection connection(socket, stop_, limits_.write_timeout);
    try {
      RequestReader reader(connection, limits_.head, limits_.body_bytes, body_room_);
      do {
        if (!connection.wait_for_request(std::min(limits_.keep_alive_timeout, patience)) ||
            !reader.read(std::min(limits_.read_timeout, patience))) {
          return;
        }
      } while (serve_request(connection, reader) && !stop_.is_given());
    } catch (const std::bad_alloc &) {
      connection.send_instead(out_of_memory_);
    }
    if (connection.gave_up()) {
      warn("an answer was cut off: its client took nothing of it for " +
           std::to_string(limits_.write_timeout.count()) + " ms, or until the server stopped");
    }
  } catch (const std::exception &error) {
    warn(std::string("a connection ended by an error of the server: ") + error.what());
  }
}

bool HttpEdge::Listener::serve_request(Connection &connection, RequestReader &reader) {
  Request request = reader.request();
  const bool over_limit = ConnectionThreads::over_limit();
  if (over_limit) {
    request.unreadable = "overloaded";
  }
  Response response = answer(request, reader.is_large());
  if (request.unreadable == "overloaded") {
    response.headers.emplace_back("Retry-After", "1");
  }
  const bool closes = over_limit || !reader.keeps_alive() || stop_.is_given();
  if (over_limit || !reader.is_whole()) {
    connection.leave_unread();
  }
  return send_answer(connection, reader, std::move(response), closes);
}

Response HttpEdge::Listener::answer(const Request &request, bool is_large) {
  std::unique_lock turn(large_bodies_, std::defer_lock);
  if (is_large) {
    turn.lock();
  }
  const MemoryReserve::Claim claim;
  if (MemoryReserve::is_spent()) {
    throw std::bad_alloc();
  }
  return handler_(request);
}

bool HttpEdge::Listener::send_answer(Connection &connection, const RequestReader &reader, Response response,
                                     bool closes) {
  connection.deliver(response.delivery, limits_.hold_timeout);
  if (!closes && reader.is_http_1_0()) {
    response.headers.emplace_back("Connection", "keep-alive");
  }
  answering = &response;
  AnswerStream stream(connection, request_for_httplib(reader.request().method));
  bool ends = false;
  const auto leave_as_it_is = [](httplib::Request & /*request*/) {};
  const auto process = [&](auto *self) {
    if constexpr (requires { self->process_request(stream, closes, ends, leave_as_it_is); }) {
      return self->process_request(stream, closes, ends, leave_as_it_is);
    } else {
      return self->process_request(stream, "", 0, "", 0, closes, ends, leave_as_it_is);
    }
  };
  const bool written = process(this);
  return connection.flush() && written && !closes;
}

bool HttpEdge::Listener::close(milliseconds patience) {
  const auto cut_off = std::chrono::steady_clock::now() + patience;
  stop_.give(cut_off);
  if (accepting_.joinable()) {
    accepting_.join();
    ::close(socket_);
  }
  return threads_.join(cut_off + kMomentToEnd);
}

HttpEdge::HttpEdge(Handler handler, EdgeLimits limits, Warning warn)
    : listener_(std::make_unique<Listener>(std::move(handler), limits, std::move(warn))) {}

HttpEdge::~HttpEdge() {
  listener_->close(kPatienceToStop);
}

int HttpEdge::start(const std::string &host, int port) {
  return listener_->open(host, port);
}

bool HttpEdge::stop(milliseconds patience) {
  return listener_->close(patience);
}

} // namespace flow::mock
