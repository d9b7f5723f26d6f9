#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

/// Servers that do what no HTTP library lets them.
namespace flow::client {

/// A TCP socket on a free port of 127.0.0.1 where, as long as nobody listens, connections are refused.
struct LocalPort {
  LocalPort() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *generic = reinterpret_cast<sockaddr *>(&address);
    if (bind(socket, generic, size) != 0 || getsockname(socket, generic, &size) != 0) {
      throw std::runtime_error("no free port");
    }
    number = ntohs(address.sin_port);
  }
  ~LocalPort() { close(socket); }
  LocalPort(const LocalPort &) = delete;
  LocalPort &operator=(const LocalPort &) = delete;

  int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int number = 0;
};

/// Gives each connection, one after the other, to `serve`, and closes it then.
class RawServer {
public:
  explicit RawServer(std::function<void(int)> serve) : serve_(std::move(serve)) {
    if (listen(port_.socket, 16) != 0) {
      throw std::runtime_error("cannot listen");
    }
    thread_ = std::thread([this] { accept_all(); });
  }
  ~RawServer() {
    shutdown(port_.socket, SHUT_RDWR);
    thread_.join();
  }

  std::string url(const std::string &scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_.number);
  }
  int connections() const { return connections_; }

private:
  void accept_all() {
    // OpenSSL writes to connections that the client has closed; only the client's threads show what they
    // stand.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (;;) {
      const int connection = accept(port_.socket, nullptr, nullptr);
      if (connection < 0) {
        return;
      }
      ++connections_;
      serve_(connection);
      close(connection);
    }
  }

  LocalPort port_;
  std::function<void(int)> serve_;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

/// Reads up to the end of a request's head; false where the client hung up.
inline bool read_head(const std::function<long(char *, std::size_t)> &read_some) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n")) {
    if (read_some(&byte, 1) <= 0) {
      return false;
    }
    head += byte;
  }
  return true;
}

inline bool read_head(int connection) {
  return read_head([=](char *data, std::size_t size) { return recv(connection, data, size, 0); });
}

inline void write_all(int connection, const std::string &text) {
  send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

} // namespace flow::client
