#include "mock_server/keeping/turn_queue.hpp"

#include <utility>

#include "mock_server/http/memory_reserve.hpp"

namespace flow::mock {

TurnQueue::TurnQueue(std::size_t threads, Doer doer) : doer_(std::move(doer)) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

TurnQueue::~TurnQueue() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
}

void TurnQueue::add(const Scope &scope, std::shared_ptr<TurnWork> work) {
  {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = waiting_.try_emplace(scope.sandbox);
    try {
      place->second.push_back({.reach = scope.reach, .is_read = scope.is_read, .work = std::move(work)});
      if (!is_new) {
        return; // its sandbox is ready, or is being worked for
      }
      ready_.push_back(scope.sandbox);
    } catch (...) { // for want of memory
      if (is_new) {
        waiting_.erase(place); // else it would seem to be worked for
      }
      throw;
    }
  }
  changed_.notify_one();
}

/// Works that reach all sandboxes are not done with those of the mock: they lock more.
std::vector<TurnQueue::Item> TurnQueue::next_batch(std::deque<Item> &waiting) {
  std::vector<Item> batch;
  const bool reaches_all = waiting.front().reach == Scope::Reach::all;
  while (!waiting.empty() && batch.size() < kMostAtOnce &&
         (waiting.front().reach == Scope::Reach::all) == reaches_all) {
    batch.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  return batch;
}

void TurnQueue::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !ready_.empty() || (is_ending_ && waiting_.empty()); });
    if (ready_.empty()) {
      return;
    }
    const MemoryReserve::Claim claim; // nothing of this may fail
    const StoredName name = std::move(ready_.front());
    ready_.pop_front();
    const auto waiting = waiting_.find(name);
    const std::vector<Item> batch = next_batch(waiting->second);
    lock.unlock();
    doer_(name, batch);
    lock.lock();
    if (waiting->second.empty()) {
      waiting_.erase(waiting);
    } else {
      ready_.push_back(name);
    }
    changed_.notify_all();
  }
}

} // namespace flow::mock
