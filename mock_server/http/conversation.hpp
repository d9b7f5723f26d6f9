#pragma once

#include <atomic>
#include <string>
#include <utility>

#include <asio/thread_pool.hpp>

#include "mock_server/http/answer_text.hpp"
#include "mock_server/http/connection.hpp"
#include "mock_server/http/http_server.hpp"
#include "mock_server/http/request_reader.hpp"
#include "mock_server/http/task.hpp"

namespace flow::mock {

/// What all conversations of a server have in common.
struct Means {
  Means(Handler its_handler, ServerLimits its_limits, IsSlow tells_slow)
      : handler(std::move(its_handler)), limits(its_limits), is_slow(std::move(tells_slow)),
        body_room(its_limits.bodies_bytes, its_limits.large_body_bytes) {}

  const Handler handler;
  const ServerLimits limits;
  const IsSlow is_slow;
  BodyRoom body_room;
  asio::thread_pool large_bodies{1}; ///< one is answered at a time
  asio::thread_pool slow_requests{2};
  std::atomic<bool> is_stopping = false;
};

/// What the conversations of one loop take turns with.
struct AnswerMaker {
  AnswerText texts;
  std::string memory; ///< of the answer made last
};

/// Answers the requests of one connection, one after the other, until the client or the server ends it. One
/// that is over the limit of the server's connections is told so. May throw std::bad_alloc.
Task<void> converse(Means &means, AnswerMaker &answers, Connection &connection, bool is_over_limit);

} // namespace flow::mock
