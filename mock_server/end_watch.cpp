#include "mock_server/end_watch.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace flow::mock {

namespace {

constexpr std::chrono::milliseconds kInterval(50);

/// Those that are still there.
std::vector<std::shared_ptr<Tenant>> tenants_of(const std::vector<std::weak_ptr<Tenant>> &watched) {
  std::vector<std::shared_ptr<Tenant>> tenants;
  for (const auto &each : watched) {
    if (auto tenant = each.lock()) {
      tenants.push_back(std::move(tenant));
    }
  }
  return tenants;
}

} // namespace

bool EndWatch::watch(Tenant &tenant, const std::function<std::shared_ptr<WebhookSender>()> &make_sender,
                     const contract::Reading &reading, std::size_t most) {
  const std::lock_guard watching(watching_);
  std::vector<std::weak_ptr<Tenant>> watched;
  for (const auto &known : tenants_of(watched_)) {
    if (known.get() != &tenant && known->webhook()) {
      watched.push_back(known);
    }
  }
  if (watched.size() >= most) {
    return false;
  }
  watched.push_back(tenant.weak_from_this());
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token &stop) { look(stop); });
  }
  tenant.tell(make_sender(), reading);
  const std::lock_guard lock(mutex_);
  watched_.swap(watched);
  return true;
}

void EndWatch::look(const std::stop_token &stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    lock.unlock();
    try {
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
  for (const auto &tenant : tenants_of(watched)) {
    tenant->settle();
  }
}

} // namespace flow::mock
