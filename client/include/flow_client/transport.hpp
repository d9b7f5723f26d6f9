#pragma once

#include <chrono>
#include <cstddef>
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
  std::chrono::milliseconds read_timeout{}; ///< for each wait for a line of the head or bytes of the body
  bool idempotent = true;                   ///< false: it must not reach the server twice
  std::size_t longest_answer = 16'777'216;  ///< bytes of the answer's body
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;

  /// The value of the first header of that name, in any case; empty where there is none.
  const std::string &header(const std::string &name) const;
};

/// No answer came that could be taken.
struct TransportFailure : std::runtime_error {
  using std::runtime_error::runtime_error;

  bool may_have_arrived = true; ///< false only where the server cannot have seen the whole request
  bool timed_out = false;       ///< it was the read timeout that passed
  bool passing = true;          ///< worth another try; false e.g. for a certificate nobody trusts
};

/// Sends one request and brings its answer. `send` is called from many threads at once.
struct Transport {
  virtual ~Transport() = default;

  /// Throws TransportFailure. Follows no redirect. Retries nothing, unless an idempotent request met a
  /// kept-alive connection that was dead.
  virtual Response send(const Request &request) = 0;
};

/// HTTP/1.1 over TCP or TLS to the scheme, host and port of `base_url`; its path is not used.
/// TLS certificates are checked against the authorities in the PEM file `ca_file`; without one, against those
/// that SSL_CERT_FILE and SSL_CERT_DIR name; without these, against the system's. HTTPS_PROXY, http_proxy and
/// NO_PROXY are honoured, but not for this machine. Connections are kept alive between calls, and as many are
/// open as calls run at once. An answer is given up with a head of more than 64 KiB, or when it is not whole
/// after ten minutes, however steadily its bytes come. A compressed answer is neither asked for nor unfolded.
/// Throws std::invalid_argument where `base_url` is not an http or https address, or `ca_file` cannot be
/// read.
std::shared_ptr<Transport> http_transport(const std::string &base_url, const std::string &ca_file = {});

} // namespace flow::client
