#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mock_server/target.hpp"

namespace flow::mock {

struct Tenant;

/// What became of a request on its way through the mock, as far as its answer does not say.
struct Trace {
  std::string_view operation;          ///< "retry_run", …, "token"; empty: none was found
  std::string_view error;              ///< the name of the error it was answered with; empty: none
  std::shared_ptr<Tenant> tenant{};    ///< null: refused before its sandbox was known
  std::optional<std::int64_t> at_ms{}; ///< when it came, on its sandbox's clock; none: refused before
  Target target;                       ///< of the request, taken apart; empty: refused before
  std::string run;                     ///< id of the run it is about; empty: none
  std::string made_run;                ///< id of the run it made; empty: none
  std::string faults;                  ///< ids of the injected faults that fell on it, in words; empty: none
};

} // namespace flow::mock
