#include "mock_server/pipeline/faults.hpp"

namespace flow::mock {

Faults take_faults(const Request &request, std::string_view operation, FaultSet &of_any,
                   FaultSet *of_sandbox) {
  Faults faults = of_any.take(request, operation);
  if (of_sandbox != nullptr) {
    const Faults its_own = of_sandbox->take(request, operation);
    faults.insert(faults.end(), its_own.begin(), its_own.end());
  }
  return faults;
}

} // namespace flow::mock
