#include "mock_server/journal/coverage.hpp"

#include <algorithm>

namespace flow::mock {

namespace {

constexpr std::size_t kColumnsOfACacheLine = 64 / sizeof(std::atomic<std::uint64_t>);

Footing footing_of(contract::Standing standing) {
  switch (standing) {
  case contract::Standing::documented:
    return Footing::documented;
  case contract::Standing::inferred:
    return Footing::inferred;
  case contract::Standing::assumed:
    break;
  }
  return Footing::assumed;
}

/// Threads have numbers in the order in which they first count.
std::size_t thread_number() {
  static std::atomic<std::size_t> next = 0;
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

} // namespace

Footing with_clause(Footing footing, contract::ClauseNumber clause) {
  const Footing other = footing_of(contract::clause(clause).standing);
  return footing == Footing::none ? other : std::max(footing, other);
}

Coverage::Coverage()
    : clauses_(contract::clause_count()), width_(clauses_ + kFootings + kColumnsOfACacheLine),
      counts_(kRows * width_) {}

void Coverage::count(contract::ClauseNumber clause) {
  add_at(clause);
}

void Coverage::count(Footing footing) {
  add_at(column_of(footing));
}

std::uint64_t Coverage::times(contract::ClauseNumber clause) const {
  return sum_of(clause);
}

std::uint64_t Coverage::times(Footing footing) const {
  return sum_of(column_of(footing));
}

void Coverage::clear() {
  for (std::atomic<std::uint64_t> &count : counts_) {
    count.store(0, std::memory_order_relaxed);
  }
}

void Coverage::add_at(std::size_t column) {
  counts_.at(thread_number() % kRows * width_ + column).fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Coverage::sum_of(std::size_t column) const {
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    sum += counts_.at(row * width_ + column).load(std::memory_order_relaxed);
  }
  return sum;
}

} // namespace flow::mock
