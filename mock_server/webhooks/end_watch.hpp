#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "mock_server/sandbox/sandboxes.hpp"

namespace flow::mock {

/// Ends runs and lets deliveries follow when their time comes, although no request asks for it: for sandboxes
/// that have a webhook.
class EndWatch {
public:
  /// Makes a sender and lets the sandbox tell it of ends; from now on the sandbox is looked at, several times
  /// a second. False, and nothing done, where it would be one more than `most` that tell somebody.
  bool watch(Sandbox &sandbox, const std::function<std::shared_ptr<WebhookSender>()> &make_sender,
             const contract::Reading &reading, std::size_t most);

  /// From now on somebody else ends runs and lets deliveries follow.
  void leave_to_others() { looks_ = false; }

  /// The sandboxes that are looked at; some may tell nobody any more.
  std::vector<std::weak_ptr<Sandbox>> watched() const {
    const std::lock_guard lock(mutex_);
    return watched_;
  }

private:
  void look(const std::stop_token &stop);
  void settle_all();

  bool looks_ = true;
  std::mutex watching_;      ///< of who makes a sender
  mutable std::mutex mutex_; ///< of `watched_`
  std::condition_variable_any stopped_;
  std::vector<std::weak_ptr<Sandbox>> watched_; ///< each once; some may tell nobody any more
  std::jthread thread_;                         ///< from the first sandbox on; last: it uses all of the above
};

} // namespace flow::mock
