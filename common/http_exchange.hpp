#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include "common/http_sender.hpp"

namespace flow {

/// One request and what has come of it so far. Takes the answer in pieces, and only within the limits.
struct HttpExchange {
  /// Called each time that the request is about to be written. False: it must not be.
  bool may_be_written() { return ++times_written == 1 || request.idempotent; }

  /// A line of the head with its line break, of any answer (interim ones come first), or a trailer. False:
  /// the limit is exceeded, and `excess` set.
  bool take_head_line(std::string_view line);

  /// Bytes of the body. False: the limit is exceeded, and `excess` set.
  bool take_body(std::string_view bytes);

  /// An error after which nobody knows whether the request was carried out, if it was written at all.
  HttpFailure failure(const std::string &why) const;

  /// The same, as `limit` has passed.
  HttpFailure timeout(std::chrono::milliseconds limit) const;

  const HttpRequest &request;
  const HttpLimits limits;
  const std::string origin; ///< scheme, host and port: for messages, so without a user
  const bool is_local;      ///< leads to this machine: through no proxy
  HttpResponse response = {};
  int times_written = 0;
  std::size_t head_bytes = 0;
  bool in_head = true;
  std::string excess = {};        ///< "a body of more than 100 bytes"
  std::exception_ptr thrown = {}; ///< while the answer was taken

private:
  void take_field(std::string_view line);
};

} // namespace flow
