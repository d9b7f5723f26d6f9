#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "contracts/model/contract.hpp"
#include "mock_server/journal/coverage.hpp"

namespace flow::mock {

struct ServiceState;

/// What one report of a mock is compared with another by.
struct Sums {
  using Violation = std::pair<std::string, bool>; ///< the clause's id, and whether it is missing

  std::map<std::string, std::uint64_t> clauses;    ///< exchanges that were a case of each, by its id; of all
  std::map<Violation, std::uint64_t> violations;   ///< how often
  std::array<std::uint64_t, kFootings> footings{}; ///< exchanges, in the order of Footing
};

Sums sums_of(const ServiceState &state);

/// As they stand in a page, and out of a page that may be any text. Throws report::NoReport.
contract::Json json_of(const Sums &sums);
Sums sums_in(std::string_view page);

/// HTML: what differs. Of clauses that both exercised, and violations that both saw, nothing is said.
std::string differences(const Sums &earlier, const Sums &now);

} // namespace flow::mock
