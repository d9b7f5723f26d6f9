#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "mock_server/http/http_message.hpp"

namespace flow::mock {

/// The text of answers as HTTP/1.1 has it, by the HTTP library: the only file that knows it. Of one thread.
class AnswerText {
public:
  /// `keep_alive_timeout` is what clients are told.
  explicit AnswerText(std::chrono::milliseconds keep_alive_timeout);
  ~AnswerText();
  AnswerText(const AnswerText &) = delete;
  AnswerText &operator=(const AnswerText &) = delete;

  struct Form {
    bool to_head = false;  ///< the request was a HEAD: the body is left out
    bool closes = false;   ///< the connection ends after it
    bool http_1_0 = false; ///< the client speaks HTTP/1.0
  };

  /// Appends the whole answer to `text`. Throws std::bad_alloc.
  void append(std::string &text, Response response, Form form);

private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

} // namespace flow::mock
