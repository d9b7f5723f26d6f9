#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mock_server/http/chunked_body.hpp"
#include "mock_server/http/request_head.hpp"

namespace flow::mock {

/// Memory that the large bodies of all connections share.
class BodyRoom {
public:
  /// `large_bytes`: what a connection may have without asking.
  BodyRoom(std::size_t bytes, std::size_t large_bytes) : free_(bytes), large_bytes_(large_bytes) {}

  [[nodiscard]] std::size_t large_bytes() const { return large_bytes_; }
  bool take(std::size_t bytes);
  void give(std::size_t bytes) { free_ += bytes; }

private:
  std::atomic<std::size_t> free_;
  const std::size_t large_bytes_;
};

/// Reads the requests of one connection, one after another, from the bytes that have come so far.
class RequestReader {
public:
  RequestReader(const HeadLimits &limits, std::size_t body_bytes, BodyRoom &room)
      : limits_(limits), body_bytes_(body_bytes), room_(room), scan_(limits) {}
  ~RequestReader() { give_room(); }
  RequestReader(const RequestReader &) = delete;
  RequestReader &operator=(const RequestReader &) = delete;

  /// The next request begins, of which nothing has been read yet.
  void begin();

  enum class State {
    incomplete, ///< read() wants what was left and more
    waits,      ///< likewise, and the client wants a "100 Continue" first
    ended,      ///< request() can be answered
  };
  /// Takes what it can off the front of `received`.
  State read(std::string_view &received);

  /// Nothing more comes: it is answered as unreadable for that reason.
  void give_up(Unreadable why) { unreadable_ = why; }

  /// The request, as far as it could be read; `unreadable` says why it is not whole. Valid until begin().
  [[nodiscard]] Request request() const;

  /// Whether all of it was read: the connection then stands at the next one.
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  [[nodiscard]] bool keeps_alive() const { return is_whole_ && head_.keeps_alive; }
  /// Whether its body needs more than what a connection may have without asking.
  [[nodiscard]] bool is_large() const { return body_.size() > room_.large_bytes(); }
  [[nodiscard]] bool is_http_1_0() const { return head_.is_http_1_0; }

private:
  State read_head(std::string_view &received);
  State read_length(std::string_view &received);
  State read_chunks(std::string_view &received);
  State refuse(Unreadable why);
  State end_whole();
  /// Room for a body that grows to `bytes`.
  bool take_room(std::size_t bytes);
  void give_room();

  const HeadLimits limits_;
  const std::size_t body_bytes_;
  BodyRoom &room_;
  std::size_t room_taken_ = 0;
  HeadScan scan_;
  std::string text_; ///< of the head
  std::string body_;
  RequestHead head_;
  bool has_head_ = false;
  std::optional<ChunkedBody> chunks_; ///< where the body is sent in chunks
  Unreadable unreadable_;
  bool is_whole_ = false;
};

} // namespace flow::mock
