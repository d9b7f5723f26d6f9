#include "mock_server/journal/counters.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kColumnsOfACacheLine = 64 / sizeof(std::atomic<std::uint64_t>);

/// Threads have numbers in the order in which they first count.
std::size_t thread_number() {
  static std::atomic<std::size_t> next = 0;
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

} // namespace

Counters::Counters(std::size_t columns) : width_(columns + kColumnsOfACacheLine), counts_(kRows * width_) {}

void Counters::add(std::size_t column, std::uint64_t more) {
  counts_.at(thread_number() % kRows * width_ + column).fetch_add(more, std::memory_order_relaxed);
}

std::uint64_t Counters::sum(std::size_t column) const {
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    sum += counts_.at(row * width_ + column).load(std::memory_order_relaxed);
  }
  return sum;
}

void Counters::clear() {
  for (std::atomic<std::uint64_t> &count : counts_) {
    count.store(0, std::memory_order_relaxed);
  }
}

} // namespace flow::mock
