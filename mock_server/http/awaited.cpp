#include "mock_server/http/awaited.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace flow::mock {

Response waited_for(Response response) {
  if (!response.awaited) {
    return response;
  }
  const std::shared_ptr<Awaited> awaited = std::move(response.awaited);
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool has_rung = false;
  };
  const auto bell = std::make_shared<Bell>(); // which may still be rung when the answer is there
  awaited->wake_by([bell] {
    const std::lock_guard lock(bell->mutex);
    bell->has_rung = true;
    bell->rung.notify_one();
  });
  const auto deadline = std::chrono::steady_clock::now() + awaited->patience();
  for (;;) {
    if (auto found = awaited->look()) {
      return *std::move(found);
    }
    std::unique_lock lock(bell->mutex);
    if (!bell->rung.wait_until(lock, deadline, [&] { return std::exchange(bell->has_rung, false); })) {
      break;
    }
  }
  return awaited->give_up();
}

} // namespace flow::mock
