#pragma once

#include <atomic>
#include <cstdint>

namespace flow::mock {

/// By which one sees that something has changed since one last looked, also where another has taken its
/// place. Guarded by the lock of what it is of.
class Revision {
public:
  void change() { ++value_; }
  [[nodiscard]] std::uint64_t value() const { return value_; }

private:
  static std::uint64_t first() {
    constexpr unsigned kChangesBits = 32; // of one thing, before it could be taken for the next
    static std::atomic<std::uint64_t> things = 0;
    return things.fetch_add(1, std::memory_order_relaxed) << kChangesBits;
  }

  std::uint64_t value_ = first();
};

} // namespace flow::mock
