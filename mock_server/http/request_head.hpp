#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mock_server/http/http_message.hpp"

/// A strict reader of what precedes a request's body (RFC 9112, 2 to 6). What one recipient reads in one way
/// and another in another way is how requests are smuggled: anything doubtful is refused, nothing is mended.
namespace flow::mock {

struct HeadLimits {
  std::size_t bytes = 65536;      ///< request line and header fields
  std::size_t field_bytes = 8192; ///< of one field, its name and value
  std::size_t fields = 128;
};

/// The name of an error in errors.json: why a request could not be read; empty where it could.
using Unreadable = std::string_view;

/// A request line and its header fields. All views point into the text that was parsed.
struct RequestHead {
  Unreadable unreadable; ///< then the rest is as far as it could be read
  std::string_view method;
  std::string_view target;
  std::vector<HeaderField> headers; ///< values are what was sent, without surrounding white space
  bool is_chunked = false;          ///< the body is sent in chunks
  std::size_t body_length = 0;      ///< of a body that is not
  bool is_encoded = false;          ///< the body has a Content-Encoding
  bool expects_continue = false;    ///< the client waits for "100 Continue" before it sends the body
  bool keeps_alive = true;          ///< the connection may serve another request after this one
  bool is_http_1_0 = false;

  [[nodiscard]] bool has_body() const { return is_chunked || body_length > 0; }
};

/// Finds the end of a head while it arrives.
class HeadScan {
public:
  explicit HeadScan(const HeadLimits &limits) : limits_(limits) {}

  enum class State { incomplete, whole, unreadable };

  /// `received`: all that has come of the request so far, from its first byte. To be called again with more
  /// while `incomplete`.
  State scan(std::string_view received);

  /// Of a head that is whole: without the empty line that may precede it and the one that ends it, but with
  /// the line break of its last line.
  [[nodiscard]] std::string_view head(std::string_view received) const {
    return received.substr(begin_, end_ - begin_);
  }
  /// Bytes up to the body.
  [[nodiscard]] std::size_t size() const { return end_ + 2; }
  [[nodiscard]] Unreadable unreadable() const { return unreadable_; }

private:
  State refuse(Unreadable why) {
    unreadable_ = why;
    return State::unreadable;
  }

  HeadLimits limits_;
  std::size_t begin_ = 0; ///< of the request line
  std::size_t line_ = 0;  ///< begin of the line that is not yet whole
  std::size_t end_ = 0;
  Unreadable unreadable_;
};

/// Takes a whole head apart, as HeadScan::head gives it.
RequestHead parse_head(std::string_view head, const HeadLimits &limits);

/// Whether a line, without its line break, is a header field.
bool is_field_line(std::string_view line);

} // namespace flow::mock
