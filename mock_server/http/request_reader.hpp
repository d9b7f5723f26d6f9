#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>

#include "mock_server/connection.hpp"
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

/// Reads the requests of one connection, one after another.
class RequestReader {
public:
  RequestReader(Connection &connection, const HeadLimits &limits, std::size_t body_bytes, BodyRoom &room)
      : connection_(connection), limits_(limits), body_bytes_(body_bytes), room_(room) {}
  ~RequestReader() { give_room(); }
  RequestReader(const RequestReader &) = delete;
  RequestReader &operator=(const RequestReader &) = delete;

  /// Reads the next request, of which at least a byte has come. False where nothing is to be answered: the
  /// client has gone, or the server stops.
  bool read(std::chrono::milliseconds time);

  /// The request, as far as it could be read; `unreadable` says why it is not whole. Valid until the next
  /// read().
  [[nodiscard]] Request request() const;

  /// Whether all of it was read: the connection then stands at the next one.
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  [[nodiscard]] bool keeps_alive() const { return is_whole_ && head_.keeps_alive; }
  /// Whether its body needs more than what a connection may have without asking.
  [[nodiscard]] bool is_large() const { return body_.size() > room_.large_bytes(); }
  [[nodiscard]] bool is_http_1_0() const { return head_.is_http_1_0; }

private:
  using Time = Connection::Time;

  bool read_head(Time deadline);
  void read_body(Time deadline);
  void read_length(Time deadline);
  void read_chunks(Time deadline);
  /// More bytes; where none come, says why the request is unreadable.
  bool receive(Time deadline);
  /// Room for a body that grows to `bytes`; without it the request is unreadable.
  bool take_room(std::size_t bytes);
  void give_room();

  Connection &connection_;
  const HeadLimits limits_;
  const std::size_t body_bytes_;
  BodyRoom &room_;
  std::size_t room_taken_ = 0;
  std::string text_; ///< of the head
  std::string body_;
  RequestHead head_;
  Unreadable unreadable_;
  bool is_whole_ = false;
  bool is_stopped_ = false;
};

} // namespace flow::mock
