#include "mock_server/journal/metrics.hpp"

#include "contracts/model/faults.hpp"

namespace flow::mock {

Metrics::Metrics() : faults_met(contract::fault_types().size()) {}

void Metrics::count_fault(std::string_view type) {
  const auto &types = contract::fault_types();
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i].name == type) {
      faults_met.add(i);
    }
  }
}

} // namespace flow::mock
