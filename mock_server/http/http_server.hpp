#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "mock_server/http/http_message.hpp"
#include "mock_server/http/request_head.hpp"

namespace flow::mock {

/// What the server asks for every request; called from many threads at once.
using Handler = std::function<Response(const Request &)>;

/// Whether answering it may take so long that others should not wait for it.
using IsSlow = std::function<bool(const Request &)>;

/// Told in one sentence what an operator wants to know of the network; called from many threads at once.
using Warning = std::function<void(const std::string &)>;

/// Bounds of what is read and how long; past each the client gets a clear answer in JSON, where one is
/// possible.
struct ServerLimits {
  std::size_t body_bytes = 1024UL * 1024;
  HeadLimits head{};
  std::size_t large_body_bytes = 16384; ///< a body of more is large: these are answered one after another, as
                                        ///< JSON takes many times the memory of its text
  std::size_t bodies_bytes =
      256UL * 1024 * 1024;        ///< of all large ones that are read; past it, 503 with Retry-After
  std::size_t connections = 4096; ///< served at once; what comes past it is answered 503 with Retry-After
  std::size_t threads = 0;        ///< that read, answer and send; 0: as many as the machine has cores
  std::chrono::milliseconds read_timeout{5000};    ///< for a request to arrive whole
  std::chrono::milliseconds write_timeout{30'000}; ///< for each wait until the client takes more of an answer
  std::chrono::milliseconds keep_alive_timeout{75'000}; ///< for the next request on the same connection
  std::chrono::milliseconds hold_timeout{600'000};      ///< the longest that a Delivery may take
};

struct TlsContext;

/// Sockets in, plain requests out: an event loop in each of a few threads, among which connections are dealt.
/// A handler is called in the loop's thread, so it must not wait; but of a large body, and of what is slow,
/// in a thread beside it.
class HttpServer {
public:
  explicit HttpServer(Handler handler, ServerLimits limits = {}, Warning warn = {}, IsSlow is_slow = {});
  ~HttpServer(); ///< stops, and waits as long as it takes
  HttpServer(const HttpServer &) = delete;
  HttpServer &operator=(const HttpServer &) = delete;

  /// Listens on `host`; port 0 picks a free one. Connections are accepted once this returns, and answered on
  /// threads of the server's own. May be called several times, for as many ports; one with `tls` (tls.hpp)
  /// speaks TLS. Returns the port; throws std::runtime_error, which says why, when it cannot listen there.
  int start(const std::string &host, int port, std::shared_ptr<TlsContext> tls = nullptr);

  /// How many clients are connected.
  [[nodiscard]] std::size_t connections() const;

  /// Closes connections that are idle, that hold an answer back (Delivery) or have sent part of a request
  /// only; lets answers that are being made or sent be finished, those that are sent within `patience`.
  /// Returns true when all connections have ended; false when a handler has not returned by then and a moment
  /// after.
  bool stop(std::chrono::milliseconds patience = std::chrono::seconds(2));

private:
  class State;
  std::unique_ptr<State> state_;
};

} // namespace flow::mock
