#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

#include <asio/basic_waitable_timer.hpp>
#include <asio/io_context.hpp>

namespace flow::mock {

/// The time by which connections wait: the steady clock's. A test can hold it and move it on itself.
class LoopClock {
public:
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<LoopClock>;
  static constexpr bool is_steady = true; // NOLINT(readability-identifier-naming): clocks have it

  static time_point now() {
    const rep held = held_at.load(std::memory_order_relaxed);
    return time_point(held == kGoesOn ? std::chrono::steady_clock::now().time_since_epoch() : duration(held));
  }

  /// The longest that a timer may sleep before it looks at the clock again.
  static duration longest_sleep() {
    return held_at.load(std::memory_order_relaxed) == kGoesOn ? duration::max()
                                                              : std::chrono::milliseconds(1);
  }

  /// For tests: while one lives, time stands still but for `advance`, for the servers of the whole process
  /// that are made meanwhile. One at a time.
  class Held {
  public:
    Held() { held_at = now().time_since_epoch().count(); }
    ~Held() { held_at = kGoesOn; }
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;

    static void advance(duration by) { held_at += by.count(); }
  };

private:
  static constexpr rep kGoesOn = 0;
  static inline std::atomic<rep> held_at = kGoesOn;
};

/// How Asio sleeps until a moment of that clock.
struct LoopSleep {
  static LoopClock::duration to_wait_duration(const LoopClock::duration &left) {
    return std::min(left, LoopClock::longest_sleep());
  }
  static LoopClock::duration to_wait_duration(const LoopClock::time_point &end) {
    return to_wait_duration(end - LoopClock::now());
  }
};

using LoopTimer = asio::basic_waitable_timer<LoopClock, LoopSleep, asio::io_context::executor_type>;

} // namespace flow::mock
