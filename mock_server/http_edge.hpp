#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "mock_server/http_message.hpp"

namespace flow::mock {

/// What the edge asks for every request that could be read; called from many threads at once.
using Handler = std::function<Response(const Request &)>;

/// Bounds of what the edge reads; past each the client gets a clear answer in JSON.
struct EdgeLimits {
  std::size_t body_bytes = 1024UL * 1024;
  std::size_t head_bytes = 65536; ///< request line and header fields; each field at most 8192
  std::size_t header_fields = 128;
  std::size_t connections = 4096; ///< served at once; what comes past it is answered 503 with Retry-After
  std::chrono::milliseconds read_timeout{5000};         ///< for a request to arrive whole
  std::chrono::milliseconds keep_alive_timeout{75'000}; ///< for the next one on the same connection
  std::chrono::milliseconds hold_timeout{600'000};      ///< the longest that a Delivery may take
  std::chrono::milliseconds thread_idle_time{10'000};   ///< a thread without a connection ends after it
};

/// The only file of the server that knows the HTTP library, but for events/http_post.cpp, which sends:
/// sockets in, plain requests out.
class HttpEdge {
public:
  HttpEdge(Handler handler, EdgeLimits limits = {});
  ~HttpEdge(); ///< stops
  HttpEdge(const HttpEdge &) = delete;
  HttpEdge &operator=(const HttpEdge &) = delete;

  /// Listens on `host`; port 0 picks a free one. Connections are accepted once this returns,
  /// and answered on threads of the edge's own.
  /// Returns the port; throws std::runtime_error, which says why, when it cannot listen there.
  int start(const std::string &host, int port);

  /// Ends every connection and returns when the last request is answered.
  void stop();

private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

} // namespace flow::mock
