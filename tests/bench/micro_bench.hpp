#pragma once

#include <cstdint>

#include <benchmark/benchmark.h>

#include "tests/mock_server/counted_memory.hpp"

/// What the micro-benchmarks share. Of each the time is measured, and how often memory is allocated.
namespace flow::mock::bench {

/// Runs `piece` again and again; what it returns counts as used.
template <typename Piece> void measure(benchmark::State &state, Piece piece) {
  const std::uint64_t before = test::allocations();
  for ([[maybe_unused]] auto again : state) {
    auto made = piece();
    benchmark::DoNotOptimize(made);
  }
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(test::allocations() - before),
                                                     benchmark::Counter::kAvgIterations);
}

} // namespace flow::mock::bench
