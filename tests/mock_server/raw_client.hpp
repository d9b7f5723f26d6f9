#pragma once

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "contracts/model/contract.hpp"

namespace flow::mock::test {

/// An answer as it came over the wire.
struct Answer {
  int status = 0;   ///< 0: nothing came
  std::string head; ///< status line and header fields
  std::string body;

  /// The value of a header field, or "". Names in any case.
  [[nodiscard]] std::string header(std::string_view name) const {
    std::string lower = head;
    std::string wanted = "\r\n" + std::string(name) + ": ";
    for (std::string *text : {&lower, &wanted}) {
      std::transform(text->begin(), text->end(), text->begin(),
                     [](unsigned char c) { return std::tolower(c); });
    }
    const std::size_t found = lower.find(wanted);
    if (found == std::string::npos) {
      return "";
    }
    const std::size_t begin = found + wanted.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  [[nodiscard]] contract::Json json() const { return contract::Json::parse(body, nullptr, false); }
};

/// A client that sends exactly the bytes it is told to. It gives up after 20 s, so that a server that hangs
/// fails a test rather than stopping it.
class RawClient {
public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as the sockets API has it
    if (::connect(socket_, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect");
    }
  }
  ~RawClient() {
    if (socket_ >= 0) {
      ::close(socket_);
    }
  }
  RawClient(RawClient &&other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  RawClient(const RawClient &) = delete;
  RawClient &operator=(const RawClient &) = delete;

  /// False when the server has closed meanwhile.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void end_sending() const { ::shutdown(socket_, SHUT_WR); }
  [[nodiscard]] int socket() const { return socket_; }

  /// Waits until something has come, without taking it.
  bool wait_readable() const {
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK) == 1;
  }
  /// Takes at least so many bytes, which answer() then has.
  void take(std::size_t bytes) {
    const std::size_t enough = received_.size() + bytes;
    while (received_.size() < enough && receive()) {
    }
  }

  /// The next answer; one to HEAD, or of status 100, has no body to wait for.
  Answer answer(bool to_head = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) {
        return answer;
      }
    }
    answer.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    if (!answer.head.starts_with("HTTP/1.1 ")) {
      return answer;
    }
    answer.status = std::stoi(answer.head.substr(9));
    const std::string length = answer.header("Content-Length");
    const std::size_t size = to_head || length.empty() ? 0 : std::stoul(length);
    while (received_.size() < size && receive()) {
    }
    answer.body = received_.substr(0, size);
    received_.erase(0, size);
    return answer;
  }

  /// Whether something has come that was not taken yet.
  [[nodiscard]] bool has_received() const {
    char byte = 0;
    return !received_.empty() || ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  /// The next bytes, as many as are asked for; fewer where the server ends before.
  std::string bytes(std::size_t count) {
    while (received_.size() < count && receive()) {
    }
    const std::string taken = received_.substr(0, count);
    received_.erase(0, taken.size());
    return taken;
  }

  /// Whether the server ends the connection, without another byte.
  bool is_closed() { return received_.empty() && !receive() && closed_; }
  /// Whether reading ended by a reset, not by the server's ending its side.
  [[nodiscard]] bool is_reset() const { return reset_; }

private:
  bool receive() {
    char buffer[16384];
    const ssize_t length = ::recv(socket_, buffer, sizeof(buffer), 0);
    reset_ = reset_ || (length < 0 && errno == ECONNRESET); // said once only
    closed_ = length == 0 || reset_;
    if (length <= 0) {
      return false;
    }
    received_.append(buffer, static_cast<std::size_t>(length));
    return true;
  }

  int socket_;
  std::string received_;
  bool closed_ = false;
  bool reset_ = false;
};

} // namespace flow::mock::test
