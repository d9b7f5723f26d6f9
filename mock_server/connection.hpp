#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "mock_server/http_message.hpp"

namespace flow::mock {

/// How the connections of one server learn that it stops.
class StopSignal {
public:
  using Time = std::chrono::steady_clock::time_point;

  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal &) = delete;
  StopSignal &operator=(const StopSignal &) = delete;

  /// Connections that wait end now; those that send an answer go on until `cut_off` at most.
  void give(Time cut_off);

  [[nodiscard]] bool is_given() const { return given_; }
  /// Readable from when it is given.
  [[nodiscard]] int event() const { return event_; }
  [[nodiscard]] Time cut_off() const { return cut_off_; }

private:
  const int event_;
  std::atomic<bool> given_ = false;
  std::atomic<Time> cut_off_ = Time::max();
};

/// A client's socket, buffered both ways. All waiting is bounded, and ends when the server stops.
class Connection {
public:
  using Time = std::chrono::steady_clock::time_point;

  /// Takes over `socket`. Sending is given up when the client takes nothing for `write_timeout`.
  Connection(int socket, const StopSignal &stop, std::chrono::milliseconds write_timeout);
  ~Connection(); ///< sends what is left, and closes
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  /// Waits until there is something to read; false when nothing came in `time`, the client is gone, or the
  /// server stops.
  bool wait_for_request(std::chrono::milliseconds time);

  /// Received and not yet taken. Valid until the next call of receive().
  [[nodiscard]] std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void take(std::size_t bytes) { begin_ += bytes; }

  enum class Received { bytes, end, late, stopped };
  /// Waits for more bytes than there are.
  Received receive(Time deadline);

  /// Buffers, and sends what has become much; false when the client is gone or takes nothing.
  bool write(std::string_view data);
  bool flush();
  /// Sends this in place of what is buffered, and needs no memory for it.
  void send_instead(std::string_view data);

  /// The answer that is written from here on is sent by the next flush(), in this way, and nothing of it
  /// before; what is not through after `bound` is cut off. flush() is then false where the connection is to
  /// end.
  void deliver(const Delivery &delivery, std::chrono::milliseconds bound);

  /// The client may still be sending what nobody will read: it gets a moment to take its answer before we
  /// close.
  void leave_unread() { leaves_unread_ = true; }

  /// Whether an answer was given up because the client took nothing of it for so long.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

private:
  enum class Wake { ready, late, stopped };

  Wake wait(short events, Time deadline, bool until_stop) const;
  /// Waits until the client takes bytes; not beyond the cut-off of a stop.
  bool wait_until_writable();
  void make_room();
  void linger();
  bool send(std::string_view data);
  bool carry_out(const Delivery &delivery, std::string_view answer);
  bool send_slowly(std::string_view body, std::size_t bytes_per_second);
  /// Lets time pass; false where that ended before: see Delivery, and the bound.
  bool hold(Time until) const;

  struct Socket {
    int descriptor;
    ~Socket();
  };

  const Socket owned_; ///< closed last, and also where there is no memory for the rest
  const int socket_;
  const StopSignal &stop_;
  const std::chrono::milliseconds write_timeout_;
  std::unique_ptr<char[]> buffer_; ///< received and not yet taken: from `begin_` to `end_`
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string unsent_;
  std::optional<Delivery> delivery_; ///< of what is in `unsent_`
  Time delivered_by_;
  bool leaves_unread_ = false;
  bool gave_up_ = false;
};

} // namespace flow::mock
