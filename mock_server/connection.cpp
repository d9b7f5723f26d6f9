#include "mock_server/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flow::mock {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kReadSize = 16384;
constexpr std::size_t kMuchUnsent = 65536;
constexpr std::chrono::milliseconds kLingerTime{500};
constexpr std::size_t kLingerBytes = 16UL * 1024 * 1024;
constexpr std::size_t kSlowPiecesPerSecond = 20;
constexpr Steady::time_point kNow = Steady::time_point::min();

} // namespace

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC)) {
  if (event_ < 0) {
    throw std::system_error(errno, std::generic_category(), "no event can be made to stop connections by");
  }
}

StopSignal::~StopSignal() {
  ::close(event_);
}

void StopSignal::give(Time cut_off) {
  cut_off_ = cut_off;
  given_ = true;
  ::eventfd_write(event_, 1);
}

// The buffer is not filled with zeros: of an idle client's, only what it has sent takes memory.
Connection::Connection(int socket, const StopSignal &stop, std::chrono::milliseconds write_timeout)
    : owned_{socket}, socket_(socket), stop_(stop), write_timeout_(write_timeout),
      buffer_(std::make_unique_for_overwrite<char[]>(kReadSize)), capacity_(kReadSize) {}

Connection::~Connection() {
  flush();
  if (leaves_unread_) {
    linger();
  }
}

Connection::Socket::~Socket() {
  ::close(descriptor);
}

// Closing with unread bytes resets the connection, and the client loses the answer to what it is still
// sending. So our side is ended first, and what comes is read over until the client ends its own, within
// bounds.
void Connection::linger() {
  ::shutdown(socket_, SHUT_WR);
  const Time until = Steady::now() + kLingerTime;
  for (std::size_t read_over = 0; read_over < kLingerBytes;) {
    begin_ = end_ = 0;
    if (receive(until) != Received::bytes) {
      return;
    }
    read_over += end_;
  }
}

Connection::Wake Connection::wait(short events, Time deadline, bool until_stop) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    std::array<pollfd, 2> polled{{{.fd = socket_, .events = events, .revents = 0},
                                  {.fd = stop_.event(), .events = POLLIN, .revents = 0}}};
    constexpr long kLongest = 1'000'000'000;
    const int ready =
        ::poll(polled.data(), until_stop ? 2 : 1, static_cast<int>(std::clamp(left, 0L, kLongest)));
    if (ready < 0 && errno == EINTR) {
      continue;
    }
    if (ready == 0) {
      return Wake::late;
    }
    return polled[1].revents == 0 ? Wake::ready : Wake::stopped;
  }
}

void Connection::make_room() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == capacity_ && begin_ > 0) {
    std::copy(buffer_.get() + begin_, buffer_.get() + end_, buffer_.get());
    end_ -= begin_;
    begin_ = 0;
  } else if (end_ == capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(2 * capacity_);
    std::copy_n(buffer_.get(), end_, larger.get());
    buffer_ = std::move(larger);
    capacity_ *= 2;
  }
}

Connection::Received Connection::receive(Time deadline) {
  make_room();
  for (;;) {
    const ssize_t length = ::recv(socket_, buffer_.get() + end_, capacity_ - end_, MSG_DONTWAIT);
    if (length > 0) {
      end_ += static_cast<std::size_t>(length);
      return Received::bytes;
    }
    if (length == 0) {
      return Received::end;
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      return Received::end; // reset by the client: nothing more comes
    }
    if (deadline == kNow) {
      return Received::late;
    }
    switch (wait(POLLIN, deadline, true)) {
    case Wake::late:
      return Received::late;
    case Wake::stopped:
      return Received::stopped;
    case Wake::ready:
      break;
    }
  }
}

bool Connection::wait_for_request(std::chrono::milliseconds time) {
  if (begin_ < end_) {
    return true;
  }
  // A busy client has sent its next request by now: one call then does the work of two.
  const Received at_once = receive(kNow);
  return at_once == Received::bytes ||
         (at_once == Received::late && receive(Steady::now() + time) == Received::bytes);
}

bool Connection::write(std::string_view data) {
  unsent_ += data;
  return delivery_ || unsent_.size() < kMuchUnsent || flush();
}

bool Connection::flush() {
  const std::optional<Delivery> delivery = std::exchange(delivery_, std::nullopt);
  const bool sent = delivery ? carry_out(*delivery, unsent_) : send(unsent_);
  unsent_.clear();
  return sent;
}

bool Connection::wait_until_writable() {
  const Time patience = Steady::now() + write_timeout_;
  Wake wake = stop_.is_given() ? Wake::stopped : wait(POLLOUT, patience, true);
  if (wake == Wake::stopped) {
    wake = wait(POLLOUT, std::min(patience, stop_.cut_off()), false);
  }
  gave_up_ = gave_up_ || wake != Wake::ready;
  return wake == Wake::ready;
}

bool Connection::send(std::string_view data) {
  while (!data.empty()) {
    const ssize_t length = ::send(socket_, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (length >= 0) {
      data.remove_prefix(static_cast<std::size_t>(length));
    } else if (errno != EINTR && ((errno != EAGAIN && errno != EWOULDBLOCK) || !wait_until_writable())) {
      return false;
    }
  }
  return true;
}

void Connection::send_instead(std::string_view data) {
  unsent_.clear();
  delivery_.reset();
  leaves_unread_ = true;
  send(data);
}

void Connection::deliver(const Delivery &delivery, std::chrono::milliseconds bound) {
  if (delivery == Delivery{}) {
    return;
  }
  flush(); // a "100 Continue" is no part of the answer
  delivery_ = delivery;
  delivered_by_ = Steady::now() + bound;
}

bool Connection::carry_out(const Delivery &delivery, std::string_view answer) {
  leaves_unread_ = leaves_unread_ && !delivery.reset;
  if (delivery.delay_ms > 0 && !hold(Steady::now() + std::chrono::milliseconds(delivery.delay_ms))) {
    return false;
  }
  if (delivery.reset) {
    const struct linger at_once { .l_onoff = 1, .l_linger = 0 };
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    return false;
  }
  if (delivery.hang) {
    hold(Time::max());
    return false;
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
    return send(answer.substr(0, head.size() + body.size())) && !truncated;
  }
  return send(head) && send_slowly(body, delivery.body_bytes_per_second) && !truncated;
}

bool Connection::send_slowly(std::string_view body, std::size_t bytes_per_second) {
  const Time begin = Steady::now();
  const std::size_t at_once = std::max<std::size_t>(bytes_per_second / kSlowPiecesPerSecond, 1);
  for (std::size_t sent = 0; sent < body.size();) {
    const std::string_view piece = body.substr(sent, at_once);
    sent += piece.size();
    const std::chrono::duration<double> due(static_cast<double>(sent) /
                                            static_cast<double>(bytes_per_second));
    if (!hold(begin + std::chrono::ceil<Steady::duration>(due)) || !send(piece)) {
      return false;
    }
  }
  return true;
}

bool Connection::hold(Time until) const {
  return wait(POLLRDHUP, std::min(until, delivered_by_), true) == Wake::late && until <= delivered_by_;
}

} // namespace flow::mock
