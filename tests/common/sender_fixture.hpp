#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <string>

#include <sys/socket.h>

#include <gtest/gtest.h>

#include "common/http_sender.hpp"
#include "tests/client/raw_server.hpp"

namespace flow {

using client::RawServer;
using client::read_head;
using client::write_all;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

inline constexpr milliseconds kLong{20'000}; ///< no test waits for it
inline constexpr const char *kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

inline HttpRequest get(const std::string &url) {
  return {.method = "GET", .url = url, .headers = {}, .body = {}, .idempotent = true};
}

inline HttpRequest post(const std::string &url) {
  return {.method = "POST", .url = url, .headers = {}, .body = {}};
}

/// Why `request` brought no answer.
inline std::optional<HttpFailure> failure_of(const HttpRequest &request, const HttpLimits &limits = {}) {
  try {
    HttpSender().send(request, limits);
  } catch (const HttpFailure &failure) {
    return failure;
  }
  ADD_FAILURE() << "an answer came";
  return std::nullopt;
}

inline std::string head_of(int connection) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1) {
    head += byte;
  }
  return head;
}

/// Answers one request, and keeps its head.
struct Listener {
  std::promise<std::string> head = {};
  RawServer server{[this](int connection) {
    head.set_value(head_of(connection));
    write_all(connection, kAnswer);
  }};
};

} // namespace flow
