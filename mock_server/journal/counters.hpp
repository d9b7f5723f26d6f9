#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace flow::mock {

/// Numbers that only grow, until they are cleared. Safe to use from several threads: each counts in a row of
/// its own as long as there are no more threads than rows, so that they do not wait for each other's memory.
class Counters {
public:
  explicit Counters(std::size_t columns);

  void add(std::size_t column, std::uint64_t more = 1);
  std::uint64_t sum(std::size_t column) const; ///< of all rows
  void clear();

private:
  static constexpr std::size_t kRows = 8;

  std::size_t width_; ///< of a row
  std::vector<std::atomic<std::uint64_t>> counts_;
};

} // namespace flow::mock
