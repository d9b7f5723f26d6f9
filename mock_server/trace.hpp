#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "contracts/operations.hpp"
#include "mock_server/target.hpp"

namespace flow::mock {

struct Tenant;

/// What became of a request on its way through the mock, as far as its answer does not say.
struct Trace {
  Target target;                       ///< of the request, taken apart; empty: it cannot be
  bool is_target_whole = false;        ///< false: its query cannot be taken apart
  contract::Identified identified{};   ///< what the target and the method ask for
  std::string_view error;              ///< the name of the error it was answered with; empty: none
  std::shared_ptr<Tenant> tenant{};    ///< null: refused before its sandbox was known
  std::optional<std::int64_t> at_ms{}; ///< when it came, on its sandbox's clock; none: refused before
  std::string run;                     ///< id of the run it is about; empty: none
  std::string made_run;                ///< id of the run it made; empty: none
  std::string faults;                  ///< ids of the injected faults that fell on it, in words; empty: none

  /// "retry_run", …, "token"; empty: the request asks for none.
  std::string_view operation() const {
    return identified.operation == nullptr ? std::string_view() : identified.operation->name;
  }
};

} // namespace flow::mock
