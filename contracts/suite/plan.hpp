#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contracts/suite/writes.hpp"

namespace flow::contract {

/// Whether a clause will be judged.
struct PlannedClause {
  const Clause *clause;
  std::string skipped{}; ///< why it will not be judged; empty: it will
  std::vector<Write> writes{};
};

/// What a run of the suite will send, before it sends anything.
struct Plan {
  std::vector<PlannedClause> clauses;
  std::size_t reads = 0; ///< at least: pages of lists and looks at runs come on top

  std::size_t writes() const;
};

/// `max_writes`: of all clauses together, none for no bound. From the first clause on that would exceed it,
/// those that write are skipped.
Plan plan_of(std::span<const Clause *const> clauses, const Target &target,
             std::optional<std::size_t> max_writes);

/// How many requests of which kind, on which runs and flows. `with_skipped` names the clauses that will be
/// skipped, too.
std::string plan_text(const Plan &plan, const Target &target, bool with_skipped);

} // namespace flow::contract
