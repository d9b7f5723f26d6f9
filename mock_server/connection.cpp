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

Connection::Connection(int socket, int stop_event) : socket_(socket), stop_event_(stop_event) {
  received_.reserve(kReadSize);
}

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

ssize_t Connection::fill(Time deadline) {
  received_.resize(kReadSize);
  read_ = 0;
  ssize_t length = 0;
  for (;;) {
    length = ::recv(socket_, received_.data(), kReadSize, MSG_DONTWAIT);
    if (length >= 0) {
      break;
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      length = 0; // reset by the client: nothing more comes
      break;
    }
    if (deadline == kNow || wait(POLLIN, deadline, false) != Wake::ready) {
      break;
    }
  }
  received_.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  return length;
}

bool Connection::wait_for_request(std::chrono::milliseconds time) {
  if (read_ < received_.size()) {
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
  has_read_ = false;
  at_end_ = false;
}

std::string Connection::take_long_target(std::size_t line_bytes) {
  while (received_.find('\n', read_) == std::string::npos && received_.size() - read_ <= budget_) {
    std::string begun = received_.substr(read_);
    const ssize_t length = fill(deadline_);
    received_.insert(0, begun);
    if (length <= 0) {
      timed_out_ = length < 0;
      return {};
    }
  }
  const std::size_t end = std::min(received_.find('\n', read_), received_.size());
  const std::size_t first = received_.find(' ', read_);
  const std::size_t last = received_.rfind(' ', end);
  if (end - read_ <= line_bytes || first >= end || last <= first) {
    return {};
  }
  std::string target = received_.substr(first + 1, last - first - 1);
  received_.replace(first + 1, target.size(), "/");
  budget_ -= std::min(budget_, target.size());
  target.resize(std::min(target.find('#'), target.size())); // as httplib does with a fragment
  return target;
}

ssize_t Connection::read(char *data, std::size_t size) {
  if (at_end_) {
    return 0;
  }
  if (read_ == received_.size()) {
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
      return length;
    }
  }
  if (budget_ == 0) {
    over_budget_ = true;
    return -1;
  }
  const std::size_t length = std::min({size, received_.size() - read_, budget_});
  std::copy_n(received_.data() + read_, length, data);
  read_ += length;
  budget_ -= length;
  has_read_ = true;
  return static_cast<ssize_t>(length);
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
