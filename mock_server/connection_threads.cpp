#include "mock_server/connection_threads.hpp"

#include <system_error>
#include <thread>
#include <utility>

namespace flow::mock {

namespace {

constexpr std::size_t kRefusing = 16; ///< threads that only tell clients to come again

thread_local bool serves_over_limit = false;

} // namespace

bool ConnectionThreads::over_limit() {
  return serves_over_limit;
}

ConnectionThreads::ConnectionThreads(std::size_t limit, std::chrono::milliseconds idle_time)
    : idle_time_(idle_time), serving_{.limit = limit}, refusing_{.limit = kRefusing} {
  const std::lock_guard lock(mutex_);
  if (!start_thread(refusing_, nullptr)) {
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                            "no thread can be started to serve connections: raise the limit of processes");
  }
}

void ConnectionThreads::run(Job serve_connection) {
  const std::lock_guard lock(mutex_);
  if (!place(serving_, serve_connection) && !place(refusing_, serve_connection)) {
    refusing_.waiting.push_back(std::move(serve_connection));
  }
}

bool ConnectionThreads::place(Lane &lane, Job &job) {
  if (lane.idle.empty()) {
    return lane.threads < lane.limit && start_thread(lane, job);
  }
  Worker &worker = *lane.idle.back();
  lane.idle.pop_back();
  worker.job = std::move(job);
  worker.woken.notify_one();
  return true;
}

bool ConnectionThreads::start_thread(Lane &lane, const Job &job) {
  lane.idle.reserve(lane.threads + 1); // so that a thread that becomes idle needs no memory for it
  try {
    std::thread([this, &lane, job] { serve(lane, job); }).detach(); // join() waits for it by `threads`
    ++lane.threads;
    return true;
  } catch (const std::system_error &) {
    return false;
  }
}

void ConnectionThreads::serve(Lane &lane, Job job) {
  serves_over_limit = &lane == &refusing_;
  Worker self;
  std::unique_lock lock(mutex_, std::defer_lock);
  for (;;) {
    if (job) {
      job();
    }
    lock.lock();
    job = next_job(lane, self, lock);
    if (!job) {
      break;
    }
    lock.unlock();
  }
  --lane.threads;
  // Under the lock: once it is free and no thread is left, join() may let this object go.
  ended_.notify_all();
}

/// None when the thread is to end.
ConnectionThreads::Job ConnectionThreads::next_job(Lane &lane, Worker &self,
                                                   std::unique_lock<std::mutex> &lock) {
  if (!lane.waiting.empty()) {
    Job job = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    return job;
  }
  lane.idle.push_back(&self);
  const auto is_called = [this, &self] { return self.job || joining_; };
  while (!self.woken.wait_for(lock, idle_time_, is_called) && &lane == &refusing_ && lane.threads == 1) {
  }
  std::erase(lane.idle, &self);
  return std::exchange(self.job, nullptr);
}

void ConnectionThreads::end_idle() {
  joining_ = true;
  for (Lane *lane : {&serving_, &refusing_}) {
    for (Worker *idle : lane->idle) {
      idle->woken.notify_one();
    }
  }
}

bool ConnectionThreads::join(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  end_idle();
  return ended_.wait_until(lock, until, [this] { return serving_.threads + refusing_.threads == 0; });
}

ConnectionThreads::~ConnectionThreads() {
  std::unique_lock lock(mutex_);
  end_idle();
  ended_.wait(lock, [this] { return serving_.threads + refusing_.threads == 0; });
}

} // namespace flow::mock
