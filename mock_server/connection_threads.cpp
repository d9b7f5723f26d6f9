#include "mock_server/connection_threads.hpp"

#include <chrono>
#include <system_error>
#include <utility>

namespace flow::mock {

namespace {

constexpr std::chrono::seconds kIdleTime{10}; ///< a thread without a connection ends after it
constexpr std::size_t kPastLimit = 16;        ///< threads that only tell clients to come again

thread_local bool serves_over_limit = false;

} // namespace

bool ConnectionThreads::over_limit() {
  return serves_over_limit;
}

void ConnectionThreads::run(std::function<void()> serve_connection) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({std::move(serve_connection), connections_ >= limit_});
  ++connections_;
  if (idle_ < waiting_.size() && threads_ < limit_ + kPastLimit) {
    start_thread();
  }
  arrived_.notify_one();
}

void ConnectionThreads::start_thread() {
  try {
    std::thread([this] { serve(); }).detach(); // join() waits for the last of them by `threads_`
    ++threads_;
  } catch (const std::system_error &) {
    // The machine has no thread left for us: the connection waits for one of ours to be free.
    if (threads_ == 0) {
      throw;
    }
  }
}

void ConnectionThreads::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    arrived_.wait_for(lock, kIdleTime, [this] { return joining_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) {
      break;
    }
    {
      const Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      serves_over_limit = next.over_limit;
      next.serve_connection();
    }
    lock.lock();
    --connections_;
  }
  --threads_;
  // Under the lock: once it is free and no thread is left, join() may let this object go.
  ended_.notify_all();
}

void ConnectionThreads::join() {
  std::unique_lock lock(mutex_);
  joining_ = true;
  arrived_.notify_all();
  ended_.wait(lock, [this] { return threads_ == 0; });
}

} // namespace flow::mock
