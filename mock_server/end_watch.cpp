#include "mock_server/end_watch.hpp"

#include <chrono>
#include <vector>

namespace flow::mock {

namespace {

constexpr std::chrono::milliseconds kInterval(50);

} // namespace

void EndWatch::watch(Tenant &tenant) {
  const std::lock_guard lock(mutex_);
  watched_.insert(&tenant);
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token &stop) { look(stop); });
  }
}

void EndWatch::look(const std::stop_token &stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const std::vector<Tenant *> tenants(watched_.begin(), watched_.end());
    lock.unlock();
    for (Tenant *tenant : tenants) {
      const std::lock_guard sandbox_lock(tenant->sandbox.mutex);
      tenant->sandbox.settle(tenant->clock.now_ms());
    }
    lock.lock();
    stopped_.wait_for(lock, stop, kInterval, [] { return false; });
  }
}

} // namespace flow::mock
