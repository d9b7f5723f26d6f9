#include "mock_server/http_edge.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <future>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <httplib.h>

#include "mock_server/body_framing.hpp"
#include "mock_server/connection.hpp"
#include "mock_server/connection_threads.hpp"
#include "common/text.hpp"
#include "mock_server/unreadable_request.hpp"

namespace flow::mock {

namespace {

constexpr int kBacklog = 1024;
constexpr std::size_t kRequestsPerConnection = 1'000'000'000;
constexpr std::size_t kLineOfHttplib = 8000;                  // it refuses what is longer than 8192
constexpr std::chrono::milliseconds kPatienceOverLimit{1000}; // others wait to be told, too
const std::string kPathForHttplib = "/";

/// httplib asks its task queue for a connection's thread; ours grow on demand.
class ConnectionQueue final : public httplib::TaskQueue {
  using Enqueued = decltype(std::declval<httplib::TaskQueue &>().enqueue({})); // void, later bool

public:
  explicit ConnectionQueue(ConnectionThreads &threads) : threads_(threads) {}

  Enqueued enqueue(std::function<void()> serve_connection) override {
    threads_.run(std::move(serve_connection));
    return Enqueued(true);
  }

  void shutdown() override { threads_.join(); }

private:
  ConnectionThreads &threads_;
};

/// Header fields that old versions of httplib add to what was received.
bool is_added_by_httplib(std::string_view name) {
  constexpr std::array<std::string_view, 4> kAdded = {"REMOTE_ADDR", "REMOTE_PORT", "LOCAL_ADDR",
                                                      "LOCAL_PORT"};
  return std::find(kAdded.begin(), kAdded.end(), name) != kAdded.end();
}

/// What the calling thread serves.
struct Serving {
  Connection *connection = nullptr;
  std::string long_target; ///< of a request line that is too long for httplib
  std::string body;        ///< that we have read, not httplib
  bool answered = false;
};

thread_local Serving serving;

Request plain(const httplib::Request &received) {
  Request request;
  request.method = received.method;
  request.target = serving.long_target.empty() ? received.target : serving.long_target;
  request.headers.reserve(received.headers.size());
  for (const auto &[name, value] : received.headers) {
    if (!is_added_by_httplib(name)) {
      request.headers.push_back({.name = name, .value = value});
    }
  }
  return request;
}

/// The methods for which httplib leaves reading the body to us.
bool has_body_reader(const std::string &method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

/// Chunks, compressed bodies and parts are httplib's to read.
bool is_plain_body(const httplib::Request &received, const BodyFraming &framing) {
  return framing.codings == 0 && !received.has_header("Content-Encoding") &&
         !received.is_multipart_form_data();
}

/// What httplib reads from and writes to. Which of these are virtual differs by its version: so none
/// says `override`, as some with it beside some without is a warning.
class ConnectionStream final : public httplib::Stream {
public:
  explicit ConnectionStream(Connection &connection) : connection_(connection) {}

  // NOLINTBEGIN(modernize-use-override)
  bool is_readable() const { return true; }
  bool is_writable() const { return true; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  bool is_peer_alive() const { return true; }
  time_t duration() const { return 0; }

  ssize_t read(char *data, std::size_t size) { return connection_.read(data, size); }
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
};

} // namespace

/// httplib with connections of our own: its parsing and writing of HTTP, our reading, waiting and closing.
class HttpEdge::Listener final : public httplib::Server {
public:
  Listener(mock::Handler handler, EdgeLimits limits);
  ~Listener() override;

  int listening_socket = -1;
  std::thread thread;

  /// Idle clients wake up from waiting by the event; busy ones, who never wait, are told by the flag.
  void stop_connections() {
    stopping_ = true;
    ::eventfd_write(stop_event_, 1);
  }

private:
  bool process_and_close_socket(socket_t socket) override;
  bool process_one(ConnectionStream &stream, bool &closed);
  void answer_unread(Connection &connection) const;
  HandlerResponse before_routing(const httplib::Request &received, httplib::Response &sent) const;
  void answer_with_plain_body(Request request, const BodyFraming &framing, httplib::Response &sent) const;
  void answer(Request request, httplib::Response &sent) const;
  void answer_with_body(const httplib::Request &received, httplib::Response &sent,
                        const httplib::ContentReader &read) const;
  void refuse(Request request, httplib::Response &sent, std::string_view error) const;

  const mock::Handler handler_;
  const EdgeLimits limits_;
  ConnectionThreads threads_;
  std::atomic<bool> stopping_ = false;
  const int stop_event_ = ::eventfd(0, EFD_CLOEXEC);
};

HttpEdge::Listener::Listener(mock::Handler handler, EdgeLimits limits)
    : handler_(std::move(handler)), limits_(limits), threads_(limits.connections, limits.thread_idle_time) {
  new_task_queue = [this] { return new ConnectionQueue(threads_); };
  set_tcp_nodelay(true);
  set_payload_max_length(limits_.body_bytes);
  // We count and wait ourselves; these are what httplib tells clients in the Keep-Alive header.
  set_keep_alive_max_count(kRequestsPerConnection);
  set_keep_alive_timeout(std::chrono::floor<std::chrono::seconds>(limits_.keep_alive_timeout).count());
  set_socket_options([this](auto listening) {
    // Not SO_REUSEPORT, httplib's default: a second mock on the same port shall fail, not share.
    const int yes = 1;
    ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    listening_socket = listening;
  });
  set_pre_routing_handler([this](const httplib::Request &received, httplib::Response &sent) {
    return before_routing(received, sent);
  });
  const auto read_and_answer = [this](const httplib::Request &received, httplib::Response &sent,
                                      const httplib::ContentReader &read) {
    answer_with_body(received, sent, read);
  };
  Post(kPathForHttplib, read_and_answer);
  Put(kPathForHttplib, read_and_answer);
  Patch(kPathForHttplib, read_and_answer);
  Delete(kPathForHttplib, read_and_answer);
  const HandlerWithResponse on_error = [this](const httplib::Request &received, httplib::Response &sent) {
    if (!serving.answered) {
      refuse(plain(received), sent, error_for(sent.status, *serving.connection));
    }
    return HandlerResponse::Handled;
  };
  set_error_handler(on_error);
}

HttpEdge::Listener::~Listener() {
  ::close(stop_event_);
}

bool HttpEdge::Listener::process_and_close_socket(socket_t socket) {
  Connection connection(socket, stop_event_);
  ConnectionStream stream(connection);
  serving.connection = &connection;
  const auto patience =
      ConnectionThreads::over_limit() ? kPatienceOverLimit : std::chrono::milliseconds::max();
  const auto keep_alive_timeout = std::min(limits_.keep_alive_timeout, patience);
  const auto read_timeout = std::min(limits_.read_timeout, patience);
  while (!stopping_ && connection.wait_for_request(keep_alive_timeout)) {
    connection.begin_request(read_timeout, limits_.head_bytes);
    serving.long_target = connection.take_long_target(kLineOfHttplib);
    serving.answered = false;
    bool closed = false;
    if (!process_one(stream, closed)) {
      answer_unread(connection);
      closed = true;
    }
    serving.body = {};
    if (!connection.flush() || closed || connection.leaves_unread()) {
      break;
    }
  }
  serving.connection = nullptr;
  return true;
}

/// httplib's way with one request; how it is called differs by its version.
bool HttpEdge::Listener::process_one(ConnectionStream &stream, bool &closed) {
  const auto prepare = [](httplib::Request &received) {
    // Parts of an answer are never sent: the platform documents none.
    received.ranges.clear();
    // Routing is ours: httplib would match a regular expression against the whole path.
    received.path = kPathForHttplib;
  };
  const auto process = [&](auto *self) {
    if constexpr (requires { self->process_request(stream, false, closed, prepare); }) {
      return self->process_request(stream, false, closed, prepare);
    } else {
      return self->process_request(stream, "", 0, "", 0, false, closed, prepare);
    }
  };
  return process(this);
}

/// httplib gives up without a word where not even a request line came.
void HttpEdge::Listener::answer_unread(Connection &connection) const {
  if (!connection.timed_out() && !connection.over_budget()) {
    return;
  }
  const bool late = connection.timed_out();
  Request request;
  request.unreadable = late ? "request-timeout" : "headers-too-large";
  const Response response = handler_(request);
  connection.deliver(response.delivery, limits_.hold_timeout);
  connection.write(closing_text(response, late ? "Request Timeout" : "Request Header Fields Too Large"));
  connection.leave_unread();
}

// Requests without a body are answered before httplib's own routing: the fast way, and the only one on which
// an old httplib does not wait for a body that nobody announced.
HttpEdge::Listener::HandlerResponse HttpEdge::Listener::before_routing(const httplib::Request &received,
                                                                       httplib::Response &sent) const {
  Request request = plain(received);
  if (ConnectionThreads::over_limit()) {
    refuse(std::move(request), sent, "overloaded");
    sent.set_header("Retry-After", "1");
    return HandlerResponse::Handled;
  }
  const BodyFraming framing = framing_of(request);
  if (!framing.announces_body()) {
    answer(std::move(request), sent);
    serving.connection->end_request({}); // a new httplib would now wait for a body, to read over it
    return HandlerResponse::Handled;
  }
  if (!framing.is_known()) {
    refuse(std::move(request), sent, "malformed-request");
    return HandlerResponse::Handled;
  }
  if (framing.is_longer_than(limits_.body_bytes)) {
    // httplib would wait for all of it first.
    refuse(std::move(request), sent, "payload-too-large");
    return HandlerResponse::Handled;
  }
  serving.connection->allow_more(limits_.body_bytes + limits_.head_bytes); // chunks have heads of their own
  if (!has_body_reader(received.method)) {
    answer(std::move(request), sent);
    sent.set_header("Connection", "close");
    serving.connection->leave_unread();
    return HandlerResponse::Handled;
  }
  if (is_plain_body(received, framing)) {
    answer_with_plain_body(std::move(request), framing, sent);
    return HandlerResponse::Handled;
  }
  return HandlerResponse::Unhandled;
}

void HttpEdge::Listener::answer_with_plain_body(Request request, const BodyFraming &framing,
                                                httplib::Response &sent) const {
  const auto length = static_cast<std::size_t>(integer_in(framing.length).value_or(0));
  if (!serving.connection->read_body(serving.body, length)) {
    refuse(std::move(request), sent, error_for(sent.status, *serving.connection));
    return;
  }
  request.body = serving.body;
  answer(std::move(request), sent);
  serving.connection->end_request(serving.body); // a new httplib reads over it, too
}

void HttpEdge::Listener::answer(Request request, httplib::Response &sent) const {
  if (request.headers.size() > limits_.header_fields) {
    request.unreadable = "headers-too-large";
  }
  serving.answered = true;
  Response response = handler_(request);
  serving.connection->deliver(response.delivery, limits_.hold_timeout);
  sent.status = response.status;
  for (auto &[name, value] : response.headers) {
    sent.set_header(name, value);
  }
  if (!response.body.empty()) {
    sent.body = std::move(response.body);
    sent.set_header("Content-Type", "application/json");
  }
}

/// Answers what could not be read, and closes: where the next request would begin is not known.
void HttpEdge::Listener::refuse(Request request, httplib::Response &sent, std::string_view error) const {
  request.unreadable = error;
  answer(std::move(request), sent);
  sent.set_header("Connection", "close");
  serving.connection->leave_unread();
}

void HttpEdge::Listener::answer_with_body(const httplib::Request &received, httplib::Response &sent,
                                          const httplib::ContentReader &read) const {
  if (received.is_multipart_form_data()) {
    // httplib can only read its parts. No operation takes them: the gateway refuses the content type.
    answer(plain(received), sent);
    sent.set_header("Connection", "close");
    serving.connection->leave_unread();
    return;
  }
  std::string body;
  const bool whole = read([&](const char *data, std::size_t length) {
    body.append(data, length);
    return body.size() <= limits_.body_bytes;
  });
  Request request = plain(received);
  if (whole) {
    request.body = body;
    answer(std::move(request), sent);
  } else if (sent.status == 413 || body.size() > limits_.body_bytes || serving.connection->over_budget()) {
    refuse(std::move(request), sent, "payload-too-large");
  } else {
    refuse(std::move(request), sent, error_for(sent.status, *serving.connection));
  }
}

HttpEdge::HttpEdge(Handler handler, EdgeLimits limits)
    : listener_(std::make_unique<Listener>(std::move(handler), limits)) {}

HttpEdge::~HttpEdge() {
  stop();
}

int HttpEdge::start(const std::string &host, int port) {
  Listener &listener = *listener_;
  errno = 0;
  if (port == 0) {
    port = listener.bind_to_any_port(host);
  } else if (!listener.bind_to_port(host, port)) {
    port = -1;
  }
  if (port <= 0) {
    throw std::runtime_error(errno == 0 ? "no such address on this machine"
                                        : std::generic_category().message(errno));
  }
  // httplib listens with a backlog of 5 (0.11.4): hundreds of clients that connect at once would wait for
  // seconds.
  ::listen(listener.listening_socket, kBacklog);
  std::promise<void> ended;
  const auto has_ended = ended.get_future();
  listener.thread = std::thread([&listener, ended = std::move(ended)]() mutable {
    listener.listen_after_bind();
    ended.set_value();
  });
  // httplib cannot be stopped before it has begun.
  while (!listener.is_running() &&
         has_ended.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  return port;
}

void HttpEdge::stop() {
  listener_->stop();
  listener_->stop_connections();
  if (listener_->thread.joinable()) {
    listener_->thread.join();
  }
}

} // namespace flow::mock
