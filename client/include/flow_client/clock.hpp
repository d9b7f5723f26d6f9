#pragma once

#include <chrono>
#include <memory>

namespace flow::client {

/// The client's source of time, so that tests need not wait. Called from many threads at once.
struct Clock {
  using Instant = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;

  virtual Instant now() = 0;                                  ///< for measuring; never goes back
  virtual std::chrono::system_clock::time_point today() = 0;  ///< the date and time of day
  virtual void sleep_for(std::chrono::milliseconds time) = 0; ///< returns when `now` is that much later
};

std::shared_ptr<Clock> system_clock();

} // namespace flow::client
