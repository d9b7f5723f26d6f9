#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "mock_server/http_message.hpp"

namespace flow::mock {

/// A client's socket, buffered both ways. A request has so much time and so many bytes to arrive in; whoever
/// sends slower or more finds the connection at its end, and nothing waits for him or grows.
class Connection {
public:
  /// Takes over `socket`. Waiting for a next request ends when `stop_event` becomes readable.
  Connection(int socket, int stop_event);
  ~Connection(); ///< sends what is left, and closes
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  /// Waits until there is something to read; false when nothing came in `time`, the client is gone, or we
  /// stop.
  bool wait_for_request(std::chrono::milliseconds time);

  /// From here the request has `time` to arrive, and `bytes` until it is allowed more.
  void begin_request(std::chrono::milliseconds time, std::size_t bytes);
  void allow_more(std::size_t bytes) { budget_ += bytes; }
  /// Adds the next `length` bytes to `body`; false where they do not come in time or within the budget.
  bool read_body(std::string &body, std::size_t length);
  /// Nothing of what follows belongs to this request: until the next one begins, reading finds `body`, which
  /// has been read before and has to live as long, and then the end.
  void end_request(std::string_view body) {
    at_end_ = true;
    again_ = body;
  }

  /// The target of a request line that is longer than `line_bytes`, with "/" left in its place; empty, and
  /// nothing done, where the line is shorter. To be called before the request is read.
  std::string take_long_target(std::size_t line_bytes);

  /// Up to `size` bytes; 0 at the end of what comes, -1 past time or budget.
  ssize_t read(char *data, std::size_t size) {
    // httplib asks for each byte of a head by itself.
    if (size == 1 && begin_ < end_ && budget_ > 0 && !at_end_) {
      *data = buffer_[begin_++];
      --budget_;
      return 1;
    }
    return read_some(data, size);
  }

  /// Buffers, and sends what has become much.
  bool write(std::string_view data);
  bool flush();

  /// The answer that is written from here on is sent by the next flush(), in this way, and nothing of it
  /// before; what is not through after `bound` is cut off. flush() is then false where the connection is to
  /// end.
  void deliver(const Delivery &delivery, std::chrono::milliseconds bound);

  /// The client may still be sending what nobody will read: it gets a moment to take its answer before we
  /// close.
  void leave_unread() { leaves_unread_ = true; }
  [[nodiscard]] bool leaves_unread() const { return leaves_unread_; }

  [[nodiscard]] bool timed_out() const { return timed_out_; }
  [[nodiscard]] bool over_budget() const { return over_budget_; }

private:
  using Time = std::chrono::steady_clock::time_point;

  /// More bytes into the buffer, behind those not yet read: their number, 0 at the end, -1 past `deadline`
  /// (kNow: if there are none yet).
  ssize_t fill(Time deadline);
  ssize_t read_some(char *data, std::size_t size);
  /// So that something is there to read: 1 if so, else as read().
  int make_readable();
  void make_room();
  [[nodiscard]] std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void linger();
  enum class Wake { ready, late, stopped };
  Wake wait(short events, Time deadline, bool until_stop) const;
  /// Sends all of `data`; false when the client takes nothing for so long, or is gone.
  bool send(std::string_view data) const;
  bool carry_out(const Delivery &delivery, std::string_view answer);
  bool send_slowly(std::string_view body, std::size_t bytes_per_second) const;
  /// Lets time pass; false where that ended before: see Delivery, and the bound.
  bool hold(Time until) const;

  const int socket_;
  const int stop_event_;
  std::unique_ptr<char[]> buffer_; ///< received and not yet read: from `begin_` to `end_`
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string_view again_;
  std::string unsent_;
  std::optional<Delivery> delivery_; ///< of what is in `unsent_`
  Time delivered_by_;
  Time deadline_;
  std::size_t budget_ = 0;
  bool timed_out_ = false;
  bool over_budget_ = false;
  bool at_end_ = false;
  bool leaves_unread_ = false;
};

} // namespace flow::mock
