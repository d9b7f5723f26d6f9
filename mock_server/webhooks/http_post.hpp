#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "common/http_sender.hpp"

namespace flow::mock {

/// What came of a post: an answer, or the reason that none came.
struct PostResult {
  int status = 0;    ///< 0: no answer
  std::string error; ///< empty where one came
};

/// Posts a JSON body, with `Content-Type: application/json` and the headers it is given, over a connection of
/// its own, and waits for the whole answer, of at most 1 MiB; a redirection is an answer, not followed. Safe
/// to call from several threads.
class HttpPost {
public:
  /// `ca_file` and what it throws: see HttpSender.
  explicit HttpPost(const std::string &ca_file = {}) : sender_(std::make_shared<HttpSender>(ca_file)) {}

  /// Returns within `timeout`, which covers name, connection, TLS, request and answer, and at once when
  /// `stop` is requested. Throws std::invalid_argument where parse_webhook_url does.
  PostResult operator()(const std::string &url, const HttpHeaders &headers, const std::string &body,
                        std::chrono::milliseconds timeout, const std::stop_token &stop) const;

private:
  std::shared_ptr<HttpSender> sender_; ///< shared, so that this can be copied
};

} // namespace flow::mock
