#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flow::contract {

/// A request as the documented curl call would send it: what is not named here is not sent,
/// but for Host, Accept and User-Agent.
struct HttpRequest {
  std::string method;
  std::string url; ///< absolute, already percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body; ///< none: no Content-Length either
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers; ///< values without surrounding white space
  std::string body;

  /// The value of the first header of that name, in any case.
  std::optional<std::string> header(std::string_view name) const;
};

/// No answer came; says why.
struct HttpError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Sends requests one after another over kept-alive connections; for one thread at a time.
/// It is libcurl because that sends exactly what the documented curl call sends: a POST without a body has no
/// Content-Length, which most client libraries cannot do.
class HttpClient {
public:
  HttpClient();
  ~HttpClient();
  HttpClient(HttpClient &&) noexcept;
  HttpClient &operator=(HttpClient &&) noexcept;

  /// Throws HttpError when no whole answer came within ten seconds. Follows no redirects.
  HttpResponse send(const HttpRequest &request);

private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

} // namespace flow::contract
