#pragma once

#include <string>
#include <vector>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// A run or flow that is in a provider state.
struct FoundState {
  std::string state;
  std::string id;         ///< of the newest one; empty: none was found
  std::size_t number = 0; ///< how many there are, of those looked at
};

/// Asks the target's sandbox for runs and flows in the provider states, the newest first, page by page and up
/// to `most_pages`. Only reads. One entry for each state that can be found so, in the order of the contract.
/// Throws CannotRun if a list is not answered.
///
/// The kind of a run's source is derived from its flow: from inheritedAttributes, else from its spec. If
/// neither says it, the source counts as batch.
std::vector<FoundState> find_states(const Target &target, const Ask &ask, int most_pages = 50);

/// A line for each.
std::string states_text(const std::vector<FoundState> &found);

/// The states file.
std::string as_states_file(const std::vector<FoundState> &found);

} // namespace flow::contract
