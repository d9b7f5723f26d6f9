#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// The interface between the client and the network: plain requests and responses.
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

  /// The value of the first header of that name, in any case; empty if there is none.
  const std::string &header(const std::string &name) const;
};

/// No usable answer arrived.
struct TransportFailure : std::runtime_error {
  using std::runtime_error::runtime_error;

  bool may_have_arrived = true; ///< false only if the server cannot have received the whole request
  bool timed_out = false;       ///< the read timeout passed
  bool passing = true;          ///< worth another try; false e.g. for an untrusted certificate
};

/// Sends one request and returns its answer. `send` is called from many threads at once.
struct Transport {
  virtual ~Transport() = default;

  /// Throws TransportFailure. Follows no redirect. Retries only an idempotent request whose kept-alive
  /// connection was dead.
  virtual Response send(const Request &request) = 0;
};

/// HTTP/1.1 over TCP or TLS to the scheme, host and port of `base_url`; its path is not used.
/// TLS certificates are checked against the authorities in the PEM file `ca_file`; without one, against those
/// that SSL_CERT_FILE and SSL_CERT_DIR name; without these, against the system's. HTTPS_PROXY, http_proxy and
/// NO_PROXY are honoured, but not for this machine. Connections are kept alive between calls, and as many are
/// open as calls run at once. An answer is given up if its head is larger than 64 KiB, or if it is not
/// complete after ten minutes, however steadily its bytes arrive. Compressed answers are neither requested
/// nor decompressed. Throws std::invalid_argument if `base_url` is not an http or https URL, or `ca_file`
/// cannot be read.
std::shared_ptr<Transport> http_transport(const std::string &base_url, const std::string &ca_file = {});

} // namespace flow::client
