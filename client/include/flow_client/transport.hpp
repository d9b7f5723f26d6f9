#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// The seam between the client and the network: plain requests and responses.
namespace flow::client {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method; ///< "GET", "POST", …
  std::string target; ///< path and query, percent-encoded
  Headers headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{};
  std::chrono::milliseconds read_timeout{}; ///< for each wait for the next bytes of the answer
  bool idempotent = true;                   ///< false: it must not reach the server twice
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;

  /// The value of the first header of that name, in any case; empty where there is none.
  const std::string &header(const std::string &name) const;
};

/// No answer came.
struct TransportFailure : std::runtime_error {
  using std::runtime_error::runtime_error;

  bool may_have_arrived = true; ///< false only where the server cannot have seen the whole request
  bool timed_out = false;       ///< it was the read timeout that passed
  bool passing = true;          ///< worth another try; false e.g. for a certificate nobody trusts
};

/// Sends one request and brings its answer. `send` is called from many threads at once.
struct Transport {
  virtual ~Transport() = default;

  /// Throws TransportFailure. Follows no redirect, retries nothing.
  virtual Response send(const Request &request) = 0;
};

/// HTTP/1.1 over TCP or TLS to the scheme, host and port of `base_url`; its path is not used.
/// TLS certificates are checked against the system's authorities (OpenSSL's SSL_CERT_FILE and SSL_CERT_DIR
/// choose others). Connections are kept alive between calls, and as many are open as calls run at once.
/// Throws std::invalid_argument where `base_url` is not an http or https address.
std::shared_ptr<Transport> http_transport(const std::string &base_url);

} // namespace flow::client
