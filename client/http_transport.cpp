#include <csignal>
#include <ctime>
#include <memory>
#include <mutex>
#include <vector>

#include <httplib.h>

#include <flow_client/transport.hpp>

#include "client/url.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Balancers and firewalls forget idle connections without a word; a request sent into such a one would be
/// lost, and of a re-trigger nobody would know. So only connections used a moment ago are used again.
constexpr auto kLongestIdle = std::chrono::seconds(3);

/// The HTTP library writes to sockets without MSG_NOSIGNAL: a server that hangs up would end the program.
/// Keeps SIGPIPE away from this thread, and from nobody else.
class WithoutSigpipe {
public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec no_time{};
    while (!was_pending_ && sigtimedwait(&pipe_, nullptr, &no_time) < 0 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe &) = delete;
  WithoutSigpipe &operator=(const WithoutSigpipe &) = delete;

private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

/// One kept-alive connection; opened, and opened again where the server closed it, by its first request.
struct Connection {
  explicit Connection(const std::string &origin) : http(origin) {
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);
    http.set_follow_location(false); // a re-trigger sent elsewhere is not what was asked
    watch_writing(http);
  }
  // The library holds on to it.
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  /// Newer versions of the library send a request again by themselves where TLS was closed right after it was
  /// sent. They, unlike 0.11.4, ask a function of ours to write the headers: it refuses the second time.
  template <typename Http> void watch_writing(Http &client) {
    if constexpr (requires { client.set_header_writer(nullptr); }) {
      client.set_header_writer([this](httplib::Stream &stream, httplib::Headers &headers) -> ssize_t {
        if (++times_written > 1 && !may_write_again) {
          return -1;
        }
        std::string head;
        for (const auto &[name, value] : headers) {
          head += name + ": " + value + "\r\n";
        }
        head += "\r\n";
        return stream.write(head.data(), head.size());
      });
    }
  }

  httplib::Client http;
  bool may_write_again = true;
  int times_written = 0; ///< of the current request; stays 0 with versions that never send twice
  steady_clock::time_point last_used;
};

/// Newer versions have a code of its own for a certificate that names another host.
template <typename Code> bool is_refused_certificate(Code code) {
  if constexpr (requires { Code::SSLServerHostnameVerification; }) {
    if (code == Code::SSLServerHostnameVerification) {
      return true;
    }
  }
  return code == Code::SSLServerVerification;
}

/// What can be known from the library's code. The request is written after connecting, and the answer read
/// after all of it is written; half a request is not acted upon (RFC 9112, 8). So every code up to and
/// including Write means that it did not arrive, and every other that it may have.
TransportFailure failure_of(httplib::Error code, const std::string &origin, const Request &request,
                            bool timed_out) {
  const auto not_arrived = [](const std::string &why, bool passing = true) {
    TransportFailure failure(why);
    failure.may_have_arrived = false;
    failure.passing = passing;
    return failure;
  };
  if (is_refused_certificate(code)) {
    return not_arrived("the certificate of " + origin + " is not trusted, or names another host", false);
  }
  switch (code) {
  case httplib::Error::Connection:
  case httplib::Error::BindIPAddress:
    return not_arrived("could not connect to " + origin + ": the host is unknown, or nothing listens there");
  case httplib::Error::ConnectionTimeout:
    return not_arrived("no connection to " + origin + " within " +
                       std::to_string(request.connect_timeout.count()) + " ms");
  case httplib::Error::SSLConnection:
    return not_arrived("could not set up TLS with " + origin);
  case httplib::Error::SSLLoadingCerts:
    return not_arrived("could not load the system's certificate authorities", false);
  case httplib::Error::Write:
    return not_arrived("the connection to " + origin + " broke while the request was sent");
  default:
    break;
  }
  TransportFailure failure(timed_out ? "no answer from " + origin + " within " +
                                           std::to_string(request.read_timeout.count()) + " ms"
                                     : "the connection to " + origin + " broke before a whole answer came");
  failure.timed_out = timed_out;
  return failure;
}

class HttpTransport : public Transport {
public:
  explicit HttpTransport(std::string origin) : origin_(std::move(origin)) {}

  ~HttpTransport() override {
    const WithoutSigpipe quiet; // closing TLS writes, too
    idle_.clear();
  }

  Response send(const Request &request) override {
    const WithoutSigpipe quiet;
    auto connection = take_connection();
    connection->http.set_connection_timeout(request.connect_timeout);
    connection->http.set_read_timeout(request.read_timeout);
    connection->http.set_write_timeout(request.read_timeout);
    connection->may_write_again = request.idempotent;
    connection->times_written = 0;

    httplib::Request sent;
    sent.method = request.method;
    sent.path = request.target;
    sent.body = request.body;
    sent.headers.insert(request.headers.begin(), request.headers.end());

    const auto begun = steady_clock::now();
    const httplib::Result result = connection->http.send(sent);
    const auto ended = steady_clock::now();
    if (!result) {
      TransportFailure failure =
          failure_of(result.error(), origin_, request, ended - begun >= request.read_timeout);
      failure.may_have_arrived = failure.may_have_arrived || connection->times_written > 1;
      throw TransportFailure(std::move(failure));
    }
    connection->last_used = ended;
    give_back(std::move(connection));
    return {.status = result->status,
            .headers = Headers(result->headers.begin(), result->headers.end()),
            .body = result->body};
  }

private:
  std::unique_ptr<Connection> take_connection() {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      if (steady_clock::now() - connection->last_used < kLongestIdle) {
        return connection;
      }
    }
    return std::make_unique<Connection>(origin_);
  }

  void give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }

  std::string origin_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_; ///< the last used one is taken first
};

} // namespace

std::shared_ptr<Transport> http_transport(const std::string &base_url) {
  const BaseUrl url = parse_base_url(base_url);
#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
  if (url.scheme == "https") {
    throw std::invalid_argument("https is not in this build: its cpp-httplib has no OpenSSL");
  }
#endif
  return std::make_shared<HttpTransport>(url.origin);
}

} // namespace flow::client
