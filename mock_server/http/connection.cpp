#include "mock_server/http/connection.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <utility>

namespace flow::mock {

namespace {

constexpr std::size_t kFirstRoom = 2048; ///< most requests fit, and many clients are idle
constexpr std::size_t kReadSize = 16384;
constexpr std::size_t kMostReadAhead = 65536; ///< while an answer is held back
constexpr std::chrono::milliseconds kLingerTime{500};
constexpr std::size_t kLingerBytes = 16UL * 1024 * 1024;
constexpr std::size_t kSlowPiecesPerSecond = 20;

} // namespace

/// That it waits for the client's bytes, also where that ends by an exception.
class Connection::Receiving {
public:
  explicit Receiving(Connection &connection) : connection_(connection) { connection_.is_receiving_ = true; }
  ~Receiving() { connection_.is_receiving_ = false; }
  Receiving(const Receiving &) = delete;
  Receiving &operator=(const Receiving &) = delete;

private:
  Connection &connection_;
};

/// Likewise, that time passes.
class Connection::Resting {
public:
  Resting(Connection &connection, LoopTimer &rest) : connection_(connection) { connection_.resting_ = &rest; }
  ~Resting() { connection_.resting_ = nullptr; }
  Resting(const Resting &) = delete;
  Resting &operator=(const Resting &) = delete;

private:
  Connection &connection_;
};

Connection::Connection(std::unique_ptr<ByteStream> stream, const LoopExecutor &loop,
                       std::chrono::milliseconds write_timeout)
    : loop_(loop), stream_(std::move(stream)), write_timeout_(write_timeout), timer_(loop),
      buffer_(std::make_unique_for_overwrite<char[]>(kFirstRoom)), capacity_(kFirstRoom) {}

void Connection::wait_until(Time deadline) {
  deadline_ = deadline;
  is_late_ = false;
  if (deadline < timer_at_) {
    set_timer();
  }
}

// Most waits end long before their deadlines, and the next one's is later: so the timer is left as it is, and
// looks when it expires whether that still is to be.
void Connection::set_timer() {
  timer_at_ = Time::max(); // until it is set: there may be no memory for it
  timer_.expires_at(deadline_);
  timer_.async_wait([weak = weak_from_this()](const asio::error_code &error) {
    const auto self = weak.lock();
    if (error || !self) {
      return; // set anew, or gone
    }
    self->time_out();
  });
  timer_at_ = deadline_;
}

bool Connection::could_set_timer() {
  try {
    set_timer();
    return true;
  } catch (const std::bad_alloc &) {
    return false;
  }
}

void Connection::time_out() {
  timer_at_ = Time::max();
  if (deadline_ == Time::max() || (deadline_ > LoopClock::now() && could_set_timer())) {
    return;
  }
  end_late(); // without memory for a timer: better now than never
}

void Connection::end_late() {
  is_late_ = true;
  stream_->interrupt();
}

void Connection::stop(Time cut_off) {
  is_stopped_ = true;
  cut_off_ = cut_off;
  if (is_receiving_) {
    stream_->interrupt();
  } else if (resting_ != nullptr) {
    resting_->cancel();
  } else if (cut_off < deadline_) {
    deadline_ = cut_off;
    is_late_ = false;
    if (deadline_ < timer_at_ && !could_set_timer()) {
      end_late();
    }
  }
}

Task<bool> Connection::begin(Time deadline) {
  wait_until(deadline);
  asio::error_code error;
  {
    const Receiving receiving(*this);
    error = co_await stream_->begin();
  }
  co_return !error && !is_stopped_;
}

void Connection::make_room() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == capacity_ && begin_ > 0) {
    std::copy(buffer_.get() + begin_, buffer_.get() + end_, buffer_.get());
    end_ -= begin_;
    begin_ = 0;
  } else if (end_ == capacity_) {
    const std::size_t more = std::max(2 * capacity_, kReadSize);
    auto larger = std::make_unique_for_overwrite<char[]>(more);
    std::copy_n(buffer_.get(), end_, larger.get());
    buffer_ = std::move(larger);
    capacity_ = more;
  }
}

Task<Connection::Received> Connection::receive(Time deadline) {
  if (is_stopped_) {
    co_return Received::stopped;
  }
  make_room();
  wait_until(deadline);
  asio::error_code error;
  std::size_t length = 0;
  {
    const Receiving receiving(*this);
    length = co_await stream_->read_some({buffer_.get() + end_, capacity_ - end_}, error);
  }
  deadline_ = Time::max();
  end_ += length;
  if (length > 0) {
    co_return Received::bytes;
  }
  if (is_stopped_) {
    co_return Received::stopped;
  }
  co_return is_late_ ? Received::late : Received::end; // a reset, too: nothing more comes
}

Task<bool> Connection::send(std::string_view text) {
  asio::error_code error;
  text.remove_prefix(stream_->write_now(text, error));
  while (!text.empty() && !error) {
    wait_until(std::min(LoopClock::now() + write_timeout_, cut_off_));
    const std::size_t sent = co_await stream_->write_some(text, error);
    deadline_ = Time::max();
    gave_up_ = gave_up_ || (sent == 0 && is_late_);
    text.remove_prefix(sent);
  }
  co_return text.empty();
}

void Connection::send_now(std::string_view text) {
  asio::error_code ignored;
  stream_->write_now(text, ignored);
}

Task<bool> Connection::deliver(std::string_view answer, const Delivery &delivery,
                               std::chrono::milliseconds bound) {
  const Time end = LoopClock::now() + bound;
  leaves_unread_ = leaves_unread_ && !delivery.reset;
  if (delivery.delay_ms > 0 &&
      !co_await hold(LoopClock::now() + std::chrono::milliseconds(delivery.delay_ms), end)) {
    co_return false;
  }
  if (delivery.reset) {
    stream_->reset();
    co_return false;
  }
  if (delivery.hang) {
    co_await hold(Time::max(), end);
    co_return false;
  }
  constexpr std::string_view kEndOfHead = "\r\n\r\n";
  const std::size_t end_of_head = answer.find(kEndOfHead);
  const std::string_view head =
      end_of_head == std::string_view::npos ? answer : answer.substr(0, end_of_head + kEndOfHead.size());
  std::string_view body = answer.substr(head.size());
  const bool truncated = delivery.truncate_bytes && *delivery.truncate_bytes < body.size();
  if (truncated) {
    body = body.substr(0, *delivery.truncate_bytes);
    leaves_unread_ = true; // what comes after it shall not be lost by a reset
  }
  if (delivery.body_bytes_per_second == 0) {
    co_return co_await send(answer.substr(0, head.size() + body.size())) && !truncated;
  }
  co_return co_await send(head) && co_await send_slowly(body, delivery.body_bytes_per_second, end) &&
      !truncated;
}

Task<bool> Connection::send_slowly(std::string_view body, std::size_t bytes_per_second, Time bound) {
  const Time begin = LoopClock::now();
  const std::size_t at_once = std::max<std::size_t>(bytes_per_second / kSlowPiecesPerSecond, 1);
  for (std::size_t sent = 0; sent < body.size();) {
    const std::string_view piece = body.substr(sent, at_once);
    sent += piece.size();
    const std::chrono::duration<double> due(static_cast<double>(sent) /
                                            static_cast<double>(bytes_per_second));
    if (!co_await hold(begin + std::chrono::ceil<LoopClock::duration>(due), bound) || !co_await send(piece)) {
      co_return false;
    }
  }
  co_return true;
}

Task<bool> Connection::hold(Time until, Time bound) {
  Waited waited = Waited::woken;
  while (waited == Waited::woken) { // late, by what was awaited before
    waited = co_await wait(std::min(until, bound));
  }
  co_return waited == Waited::late &&until <= bound;
}

// What the client sends meanwhile is kept for later, up to a bound: only by reading does one see it go.
Task<Connection::Waited> Connection::wait(Time until) {
  while (!is_woken_ && unread().size() < kMostReadAhead) {
    const Received received = co_await receive(until);
    if (received == Received::late) {
      co_return Waited::late;
    }
    if (received == Received::stopped || (received == Received::end && !is_woken_)) {
      co_return Waited::ended;
    }
  }
  if (!is_woken_ && !is_stopped_) {
    LoopTimer rest(loop_, until);
    const Resting resting(*this, rest);
    co_await until_expired(rest);
  }
  const bool was_woken = std::exchange(is_woken_, false);
  co_return is_stopped_ ? Waited::ended : was_woken ? Waited::woken : Waited::late;
}

void Connection::wake() {
  is_woken_ = true;
  if (is_receiving_) {
    stream_->interrupt();
  } else if (resting_ != nullptr) {
    resting_->cancel();
  }
}

// Closing with unread bytes resets the connection, and the client loses the answer to what it is still
// sending. So our side is ended first, and what comes is read over until the client ends its own, within
// bounds.
Task<void> Connection::leave() {
  stream_->end_sending();
  if (!leaves_unread_) {
    co_return;
  }
  const Time until = LoopClock::now() + kLingerTime;
  for (std::size_t read_over = 0; read_over < kLingerBytes;) {
    begin_ = end_ = 0;
    if (co_await receive(until) != Received::bytes) {
      co_return;
    }
    read_over += end_;
  }
}

} // namespace flow::mock
