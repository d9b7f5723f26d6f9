#pragma once

#include <mutex>

namespace flow::mock {

/// Locks a mutex that is mostly held for a microsecond or two: looks a few times whether it is free before it
/// has the kernel wait for it, which takes longer than what is waited for.
inline std::unique_lock<std::mutex> brief_lock(std::mutex &mutex) {
  constexpr int kTries = 50;
  constexpr int kPause = 20;
  for (int i = 0; i < kTries; ++i) {
    if (std::unique_lock lock(mutex, std::try_to_lock); lock.owns_lock()) {
      return lock;
    }
    [[maybe_unused]] volatile int pause = 0;
    for (int step = 0; step < kPause; ++step) {
      pause = step;
    }
  }
  return std::unique_lock(mutex);
}

} // namespace flow::mock
