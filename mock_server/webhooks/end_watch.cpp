#include "mock_server/webhooks/end_watch.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "mock_server/http/memory_reserve.hpp"

namespace flow::mock {

namespace {

constexpr std::chrono::milliseconds kInterval(50);

/// Those that are still there.
std::vector<std::shared_ptr<Sandbox>> sandboxes_of(const std::vector<std::weak_ptr<Sandbox>> &watched) {
  std::vector<std::shared_ptr<Sandbox>> sandboxes;
  for (const auto &each : watched) {
    if (auto sandbox = each.lock()) {
      sandboxes.push_back(std::move(sandbox));
    }
  }
  return sandboxes;
}

} // namespace

bool EndWatch::watch(Sandbox &sandbox, const std::function<std::shared_ptr<WebhookSender>()> &make_sender,
                     const contract::Reading &reading, std::size_t most) {
  const std::lock_guard watching(watching_);
  std::vector<std::weak_ptr<Sandbox>> watched;
  for (const auto &known : sandboxes_of(watched_)) {
    if (known.get() != &sandbox && known->webhook()) {
      watched.push_back(known);
    }
  }
  if (watched.size() >= most) {
    return false;
  }
  watched.push_back(sandbox.weak_from_this());
  if (looks_ && !thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token &stop) { look(stop); });
  }
  sandbox.tell(make_sender(), reading);
  const std::lock_guard lock(mutex_);
  watched_.swap(watched);
  return true;
}

void EndWatch::look(const std::stop_token &stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    lock.unlock();
    try {
      const MemoryReserve::Claim claim;
      settle_all();
    } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
      // Without memory for now: runs end in a later round.
    }
    lock.lock();
    stopped_.wait_for(lock, stop, kInterval, [] { return false; });
  }
}

void EndWatch::settle_all() {
  std::unique_lock lock(mutex_);
  const auto watched = watched_;
  lock.unlock();
  for (const auto &sandbox : sandboxes_of(watched)) {
    sandbox->settle();
  }
}

} // namespace flow::mock
