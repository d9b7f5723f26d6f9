#pragma once

#include <chrono>
#include <stop_token>
#include <string>

namespace flow::mock {

/// What came of a post: an answer, or the reason that none came.
struct PostResult {
  int status = 0;    ///< 0: no answer
  std::string error; ///< empty where one came
};

/// Posts a JSON body, with no header of ours beyond `Content-Type: application/json`, and waits for the whole
/// answer; a redirection is an answer, not followed. Returns within `timeout`, which covers name, connection,
/// TLS, request and answer, and at once when `stop` is requested. Of the server's files this one sends HTTP
/// and http_edge.cpp reads it: no other knows the HTTP library. Throws std::invalid_argument where
/// parse_webhook_url does.
PostResult http_post(const std::string &url, const std::string &body, std::chrono::milliseconds timeout,
                     const std::stop_token &stop);

} // namespace flow::mock
