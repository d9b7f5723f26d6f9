#pragma once

#include <cstddef>
#include <string_view>

#include "mock_server/http_message.hpp"

namespace flow::mock {

/// How a request says where its body ends (RFC 9112, 6.3): the header fields that tell.
struct BodyFraming {
  std::size_t lengths = 0; ///< how many Content-Length fields there are
  std::string_view length; ///< the first of them
  std::size_t codings = 0; ///< how many Transfer-Encoding fields there are
  std::string_view coding; ///< the first of them

  /// A request with neither of these fields has no body, nor has one of length 0.
  [[nodiscard]] bool announces_body() const;
  /// Whether the end of an announced body can be known: by a length that is a number, or by chunks.
  [[nodiscard]] bool is_known() const;
  /// Whether the length, which is known, is above `limit` bytes; that of chunks is not said beforehand.
  [[nodiscard]] bool is_longer_than(std::size_t limit) const;
};

/// What the header fields of `request` tell; its views point where they do.
BodyFraming framing_of(const Request &request);

} // namespace flow::mock
