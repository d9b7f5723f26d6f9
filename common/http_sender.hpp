#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flow {

struct CurlLibrary;

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A request as it is sent: nothing is added to its headers but Host, the length of the body, and
/// `Accept: */*` where there is no Accept.
struct HttpRequest {
  std::string method;
  std::string url; ///< absolute, http or https, percent-encoded
  HttpHeaders headers;
  std::optional<std::string> body; ///< none: neither Content-Length nor Transfer-Encoding
  /// Whether it may be sent again where a kept-alive connection turns out to be dead; else it is sent once.
  bool idempotent = false;
  bool keep_alive = true; ///< whether its connection may serve further requests
};

/// An answer with its body as it came: no encoding is asked for and none is undone.
struct HttpResponse {
  int status = 0;
  HttpHeaders headers; ///< of the final answer; values without surrounding white space
  std::string body;

  /// The value of the first header of that name, in any case.
  std::optional<std::string> header(std::string_view name) const;
};

/// What a server may take of our time and memory. Times are at least 1 ms and at most a day.
struct HttpLimits {
  std::chrono::milliseconds connect{10'000}; ///< to look up the name and to set up TCP and TLS
  std::chrono::milliseconds silence{30'000}; ///< for each wait for a line of the head or bytes of the body
  std::chrono::milliseconds whole{600'000};  ///< for everything, however steadily bytes come
  std::size_t head = 65'536;     ///< bytes of status lines and header fields, interim answers and trailers
                                 ///< included
  std::size_t body = 16'777'216; ///< bytes
};

/// No whole answer came within the limits; says why, without a word of the server's.
struct HttpFailure : std::runtime_error {
  using std::runtime_error::runtime_error;

  bool may_have_arrived = false; ///< false only where the server cannot have seen the whole request
  bool timed_out = false;        ///< it waited for the answer for too long
  bool passing = true;           ///< worth another try; false e.g. for a certificate nobody trusts
};

/// Sends HTTP/1.1 over TCP or TLS, by libcurl; follows no redirect and undoes no compression. Certificates
/// are always checked. HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY hold as for curl, but this machine is
/// never reached through a proxy. Connections are kept alive for three seconds, as many as requests were sent
/// at once: balancers and firewalls forget idle ones without a word. All methods are safe to call from
/// several threads.
class HttpSender {
public:
  /// `ca_file`: PEM file of the certificate authorities to trust instead of the system's. Where it is empty,
  /// SSL_CERT_FILE and SSL_CERT_DIR do the same. Throws std::invalid_argument where it cannot be read.
  explicit HttpSender(const std::string &ca_file = {});
  ~HttpSender();
  HttpSender(const HttpSender &) = delete;
  HttpSender &operator=(const HttpSender &) = delete;

  /// Throws HttpFailure; at once when `stop` is requested.
  HttpResponse send(const HttpRequest &request, const HttpLimits &limits, const std::stop_token &stop = {});

private:
  class Connection;

  std::string authorities() const; ///< for messages
  std::unique_ptr<Connection> take_connection(const CurlLibrary &curl);
  void give_back(std::unique_ptr<Connection> connection);

  std::string ca_file_;
  std::string ca_folder_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_; ///< the last used one is taken first
};

} // namespace flow
