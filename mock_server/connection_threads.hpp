#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace flow::mock {

/// Threads that serve one connection each, as many as there are connections: an idle kept-alive client never
/// keeps a new one waiting. Threads come on demand and go when idle. What comes past the limit, or when the
/// machine has no thread left for us, a few more serve with over_limit() set, so that it can be told so.
class ConnectionThreads {
public:
  using Job = std::function<void()>; ///< serves a connection to its end

  /// `limit`: connections that are served at once; `idle_time`: a thread without one ends after it.
  /// Throws std::system_error where not even one thread can be started.
  ConnectionThreads(std::size_t limit, std::chrono::milliseconds idle_time);
  ~ConnectionThreads(); ///< joins, however long it takes
  ConnectionThreads(const ConnectionThreads &) = delete;
  ConnectionThreads &operator=(const ConnectionThreads &) = delete;

  void run(Job serve_connection);

  /// Whether the calling thread serves a connection past the limit.
  static bool over_limit();

  /// Serves what is waiting, then ends all threads. False where some have not ended by `until`.
  bool join(std::chrono::steady_clock::time_point until);

private:
  struct Worker {
    std::condition_variable woken;
    Job job;
  };
  struct Lane {
    std::size_t limit;
    std::size_t threads = 0;
    std::vector<Worker *> idle{}; ///< the last to become so is the first to serve: the others may end
    std::deque<Job> waiting{};
  };

  void end_idle();

  // All with `mutex_` held.
  bool place(Lane &lane, Job &job);
  bool start_thread(Lane &lane, const Job &job);
  Job next_job(Lane &lane, Worker &self, std::unique_lock<std::mutex> &lock);

  void serve(Lane &lane, Job job);

  const std::chrono::milliseconds idle_time_;
  std::mutex mutex_;
  std::condition_variable ended_;
  Lane serving_;
  Lane refusing_; ///< never without a thread
  bool joining_ = false;
};

} // namespace flow::mock
