#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace flow::mock {

/// Threads that serve one connection each, as many as there are connections: an idle kept-alive client never
/// keeps a new one waiting. Threads come on demand and go when idle. Past the limit a few more serve what
/// comes with over_limit() set, so that it can be told so.
class ConnectionThreads {
public:
  explicit ConnectionThreads(std::size_t limit) : limit_(limit) {}
  ~ConnectionThreads() { join(); }
  ConnectionThreads(const ConnectionThreads &) = delete;
  ConnectionThreads &operator=(const ConnectionThreads &) = delete;

  void run(std::function<void()> serve_connection);

  /// Whether the calling thread serves a connection past the limit.
  static bool over_limit();

  /// Serves what is waiting, then ends all threads.
  void join();

private:
  struct Waiting {
    std::function<void()> serve_connection;
    bool over_limit;
  };

  void start_thread(); ///< with `mutex_` held
  void serve();

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable ended_;
  std::deque<Waiting> waiting_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  std::size_t connections_ = 0;
  bool joining_ = false;
};

} // namespace flow::mock
