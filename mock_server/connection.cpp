#include "mock_server/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flow::mock {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kReadSize = 16384;
constexpr std::size_t kMuchUnsent = 65536;
constexpr std::chrono::seconds kWriteTime{5};
constexpr std::chrono::milliseconds kLingerTime{500};
constexpr std::size_t kLingerBytes = 16UL * 1024 * 1024;
constexpr std::size_t kSlowPiecesPerSecond = 20;
constexpr Steady::time_point kNow = Steady::time_point::min();

} // namespace

// The buffer is not filled with zeros: of an idle client's, only what it has sent takes memory.
Connection::Connection(int socket, int stop_event)
    : socket_(socket), stop_event_(stop_event), buffer_(std::make_unique_for_overwrite<char[]>(kReadSize)),
      capacity_(kReadSize) {}

Connection::~Connection() {
  flush();
  if (leaves_unread_) {
    linger();
  }
  ::close(socket_);
}

// Closing with unread bytes resets the connection, and the client loses the answer to what it is still
// sending. So our side is ended first, and what comes is read over until the client ends its own, within
// bounds.
void Connection::linger() {
  ::shutdown(socket_, SHUT_WR);
  const Time until = Steady::now() + kLingerTime;
  for (std::size_t read_over = 0; read_over < kLingerBytes;) {
    begin_ = end_;
    const ssize_t length = fill(until);
    if (length <= 0) {
      return;
    }
    read_over += static_cast<std::size_t>(length);
  }
}

Connection::Wake Connection::wait(short events, Time deadline, bool until_stop) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    std::array<pollfd, 2> polled{{{.fd = socket_, .events = events, .revents = 0},
                                  {.fd = stop_event_, .events = POLLIN, .revents = 0}}};
    const int ready = ::poll(polled.data(), until_stop ? 2 : 1, static_cast<int>(std::max<long>(left, 0)));
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
  } else if (end_ == capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(2 * capacity_);
    std::copy_n(buffer_.get() + begin_, end_ - begin_, larger.get());
    buffer_ = std::move(larger);
    capacity_ *= 2;
    end_ -= begin_;
    begin_ = 0;
  }
}

ssize_t Connection::fill(Time deadline) {
  make_room();
  for (;;) {
    const ssize_t length = ::recv(socket_, buffer_.get() + end_, capacity_ - end_, MSG_DONTWAIT);
    if (length >= 0) {
      end_ += static_cast<std::size_t>(length);
      return length;
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      return 0; // reset by the client: nothing more comes
    }
    if (deadline == kNow || wait(POLLIN, deadline, false) != Wake::ready) {
      return -1;
    }
  }
}

bool Connection::wait_for_request(std::chrono::milliseconds time) {
  if (begin_ < end_) {
    return true;
  }
  // A busy client has sent its next request by now: one call then does the work of two.
  const ssize_t length = fill(kNow);
  if (length >= 0) {
    return length > 0;
  }
  return wait(POLLIN, Steady::now() + time, true) == Wake::ready && fill(kNow) > 0;
}

void Connection::begin_request(std::chrono::milliseconds time, std::size_t bytes) {
  deadline_ = Steady::now() + time;
  budget_ = bytes;
  at_end_ = false;
  again_ = {};
}

std::string Connection::take_long_target(std::size_t line_bytes) {
  while (unread().find('\n') == std::string_view::npos && unread().size() <= budget_) {
    const ssize_t length = fill(deadline_);
    if (length <= 0) {
      timed_out_ = length < 0;
      return {};
    }
  }
  const std::string_view line = unread().substr(0, unread().find('\n'));
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (line.size() <= line_bytes || first == std::string_view::npos || last <= first + 1) {
    return {};
  }
  std::string target(line.substr(first + 1, last - first - 1));
  char *const place = buffer_.get() + begin_ + first + 1;
  *place = '/';
  std::copy(place + target.size(), buffer_.get() + end_, place + 1);
  end_ -= target.size() - 1;
  budget_ -= std::min(budget_, target.size());
  target.resize(std::min(target.find('#'), target.size())); // as httplib does with a fragment
  return target;
}

int Connection::make_readable() {
  if (begin_ == end_) {
    // Asked again past the end, a slow client would get its time anew with each byte.
    if (timed_out_ || Steady::now() >= deadline_) {
      timed_out_ = true;
      return -1;
    }
    // A client that waits for "100 Continue" sends nothing before it has got it.
    if (!unsent_.empty() && !delivery_ && !flush()) {
      return 0;
    }
    const ssize_t length = fill(deadline_);
    if (length <= 0) {
      timed_out_ = length < 0;
      return static_cast<int>(length);
    }
  }
  if (budget_ == 0) {
    over_budget_ = true;
    return -1;
  }
  return 1;
}

ssize_t Connection::read_some(char *data, std::size_t size) {
  if (at_end_) {
    const std::size_t length = again_.copy(data, size);
    again_.remove_prefix(length);
    return static_cast<ssize_t>(length);
  }
  if (const int readable = make_readable(); readable <= 0) {
    return readable;
  }
  const std::size_t length = std::min({size, end_ - begin_, budget_});
  std::copy_n(buffer_.get() + begin_, length, data);
  begin_ += length;
  budget_ -= length;
  return static_cast<ssize_t>(length);
}

bool Connection::read_body(std::string &body, std::size_t length) {
  while (length > 0) {
    if (make_readable() <= 0) {
      return false;
    }
    const std::size_t part = std::min({length, end_ - begin_, budget_});
    body.append(buffer_.get() + begin_, part);
    begin_ += part;
    budget_ -= part;
    length -= part;
  }
  return true;
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

bool Connection::send(std::string_view data) const {
  const Time until = Steady::now() + kWriteTime;
  while (!data.empty()) {
    const ssize_t length = ::send(socket_, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (length >= 0) {
      data.remove_prefix(static_cast<std::size_t>(length));
    } else if (errno != EINTR &&
               ((errno != EAGAIN && errno != EWOULDBLOCK) || wait(POLLOUT, until, false) != Wake::ready)) {
      return false;
    }
  }
  return true;
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

bool Connection::send_slowly(std::string_view body, std::size_t bytes_per_second) const {
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
