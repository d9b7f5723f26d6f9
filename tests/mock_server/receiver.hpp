#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "contracts/model/contract.hpp"
#include "tests/client/raw_server.hpp"

namespace flow::mock::test {

using contract::Json;

/// A webhook's receiver, which answers 204 to what it is told, after as many 503 as it is asked for.
class Receiver {
public:
  explicit Receiver(int failures = 0)
      : failures_(failures), server_([this](int connection) { serve(connection); }) {}

  [[nodiscard]] std::string url() const { return server_.url() + "/hook"; }

  /// The events told so far, once there are `count` of them.
  std::vector<Json> events(std::size_t count) {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [&] { return events_.size() >= count; });
    return events_;
  }

  /// The heads of all requests so far, once there are `count` of them.
  std::vector<std::string> heads(std::size_t count) {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [&] { return heads_.size() >= count; });
    return heads_;
  }

private:
  void serve(int connection) {
    std::string text;
    char byte = 0;
    while (::recv(connection, &byte, 1, 0) > 0) {
      text += byte;
      const std::size_t head = text.find("\r\n\r\n");
      if ((byte == '}' || byte == ']') && head != std::string::npos && Json::accept(text.substr(head + 4))) {
        break;
      }
    }
    const std::lock_guard lock(mutex_);
    heads_.push_back(text.substr(0, text.find("\r\n\r\n")));
    if (failures_ > 0) {
      --failures_;
      client::write_all(connection, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    } else {
      events_.push_back(Json::parse(text.substr(text.find("\r\n\r\n") + 4)));
      client::write_all(connection, "HTTP/1.1 204 No Content\r\n\r\n");
    }
    told_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<Json> events_;
  std::vector<std::string> heads_;
  int failures_;
  client::RawServer server_; ///< last: it uses all of the above
};

} // namespace flow::mock::test
