#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "mock_server/http/byte_stream.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "mock_server/http/task.hpp"

namespace flow::mock {

/// A client's connection, received bytes buffered. All waiting is bounded, and ends when the server stops.
/// Used by the thread of its event loop only.
class Connection : public std::enable_shared_from_this<Connection> {
public:
  using Time = LoopClock::time_point;

  /// Sending is given up when the client takes nothing for `write_timeout`.
  Connection(std::unique_ptr<ByteStream> stream, const LoopExecutor &loop,
             std::chrono::milliseconds write_timeout);
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  [[nodiscard]] const LoopExecutor &loop() const { return loop_; }

  /// Makes it ready to read and write; false where that fails or takes longer.
  Task<bool> begin(Time deadline);

  [[nodiscard]] bool is_secure() const { return stream_->is_secure(); }

  /// Received and not yet taken. Valid until the next receive().
  [[nodiscard]] std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void take(std::size_t bytes) { begin_ += bytes; }

  enum class Received { bytes, end, late, stopped };
  /// Waits for more bytes than there are.
  Task<Received> receive(Time deadline);

  /// Sends all; false when the client is gone or takes nothing.
  Task<bool> send(std::string_view text);
  /// Sends of it what can be sent without waiting, and needs no memory for that.
  void send_now(std::string_view text);

  /// Sends an answer in that way; what is not through after `bound` is cut off. False where the connection
  /// is to end.
  Task<bool> deliver(std::string_view answer, const Delivery &delivery, std::chrono::milliseconds bound);

  enum class Waited { woken, late, ended };
  /// Lets time pass until wake() is called; `ended`: the client ends its side, or the server stops.
  Task<Waited> wait(Time until);
  /// Ends wait(), or the next one. Called in the loop's thread.
  void wake();

  /// Before it closes: the client may still be sending what nobody will read, and gets a moment to take its
  /// answer.
  Task<void> leave();
  void leave_unread() { leaves_unread_ = true; }

  /// Whether an answer was given up because the client took nothing of it for so long.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

  /// The server stops: waiting ends now, sending goes on until `cut_off` at most.
  void stop(Time cut_off);

private:
  class Receiving;
  class Resting;

  void make_room();
  /// What waits from here on is interrupted then.
  void wait_until(Time deadline);
  void set_timer();
  /// Likewise; false where there is no memory for that.
  bool could_set_timer();
  void time_out();
  void end_late();
  Task<bool> send_slowly(std::string_view body, std::size_t bytes_per_second, Time bound);
  /// Lets time pass; false where that ended before: see Delivery, and the bound.
  Task<bool> hold(Time until, Time bound);

  const LoopExecutor loop_;
  const std::unique_ptr<ByteStream> stream_;
  const std::chrono::milliseconds write_timeout_;
  LoopTimer timer_; ///< one for all that waits, set anew only where it would come too late
  Time timer_at_ = Time::max();
  Time deadline_ = Time::max();
  Time cut_off_ = Time::max();
  bool is_late_ = false;      ///< the deadline has passed
  bool is_receiving_ = false; ///< waits for the client's bytes
  bool is_stopped_ = false;
  bool is_woken_ = false;
  LoopTimer *resting_ = nullptr;   ///< where time passes and nothing is read
  std::unique_ptr<char[]> buffer_; ///< received and not yet taken: from `begin_` to `end_`
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool leaves_unread_ = false;
  bool gave_up_ = false;
};

} // namespace flow::mock
