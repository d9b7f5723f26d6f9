#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "mock_server/journal/counters.hpp"
#include "mock_server/journal/request_counts.hpp"

namespace flow::mock {

/// What is counted for /__admin/metrics alone. No reset touches it. Safe to use from several threads.
struct Metrics {
  Metrics();

  void count_fault(std::string_view type); ///< as in faults.json

  RequestCounts requests;
  Counters faults_met; ///< by the place of their type in faults.json
  std::atomic<std::uint64_t> delivered = 0;
  std::atomic<std::uint64_t> undelivered = 0; ///< attempts that delivered nothing
  /// How many clients are connected; empty where no server is. Set before the first request.
  std::function<std::size_t()> connections{};
};

} // namespace flow::mock
