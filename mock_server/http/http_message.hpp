#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A request and its response as plain data, so that all but the server works without a socket.
namespace flow::mock {

struct HeaderField {
  std::string_view name;
  std::string_view value; ///< without surrounding white space
};

/// A received request. All views point into memory of the caller, who keeps it until the answer is made.
struct Request {
  std::string_view method; ///< "GET", "POST", …
  std::string_view target; ///< as sent: path, and query behind the first '?', still percent-encoded
  std::vector<HeaderField> headers;
  std::string_view body;
  bool is_secure = false;      ///< it came by HTTPS
  std::string_view unreadable; ///< why it could not be read whole: an error's name in errors.json; else empty
};

/// How an answer goes over the wire, where a fault spoils that. Whatever holds it ends at once, and the
/// connection with it, when the server stops or the client ends its side: one that only ends its sending
/// cannot be told from one that has gone.
struct Delivery {
  std::int64_t delay_ms = 0; ///< before anything else
  bool reset = false;        ///< the connection is reset, nothing is sent
  bool hang = false;         ///< nothing is sent, the connection stays open
  std::optional<std::size_t>
      truncate_bytes{};                  ///< only so much of a longer body is sent, then the connection ends
  std::size_t body_bytes_per_second = 0; ///< 0: as fast as it goes

  bool operator==(const Delivery &) const = default;
};

class Awaited;
class Stream;

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers; ///< without Content-Type and Content-Length
  std::string body;                                         ///< JSON, or empty
  Delivery delivery{};
  std::shared_ptr<Awaited> awaited{}; ///< the answer is still to come (awaited.hpp); else null
  std::shared_ptr<Stream> stream{};   ///< its body, which goes on (stream.hpp); else null
};

/// Tells a client the id of its request, by which the log and the journal know it.
inline constexpr std::string_view kRequestIdHeader = "x-request-id";
/// Marks an answer that the mock gives where its store fails: `failed` where nothing was changed, `unknown`
/// where that is not known.
inline constexpr std::string_view kStoreHeader = "x-flow-mock-store";

/// The bytes of a response after which the connection ends, for where the HTTP library sends none.
std::string closing_text(const Response &response, std::string_view reason_phrase);

/// The head of a response whose body goes on until the connection ends.
std::string stream_head(const Response &response);

} // namespace flow::mock
