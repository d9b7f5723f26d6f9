#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// Whether the step sends a request that could change something, be it refused or not. Asking for a token
/// changes nothing.
bool writes(const Step &step);
bool writes(const Clause &clause);

/// Whether the clause ends or rewrites its run in progress. In a shared sandbox it gets a run of its own,
/// made on demand for the flow that is scheduled once: no other clause looks at the times of that flow's
/// runs.
bool needs_own_run(const Clause &clause);

enum class WriteKind { retry, create, update, other };

/// One writing request of a clause.
struct Write {
  WriteKind kind;
  std::string
      subject; ///< "run 4fb0… (a failed run)"; of a create: "a run for flow 3abe… (…)", "a connection"
};

/// The writing requests that the clause sends to `target`, that for a run of its own included.
std::vector<Write> writes_of(const Clause &clause, const Target &target);

/// Why the clause cannot be judged on this target; none when it can.
std::optional<std::string> obstacle(const Clause &clause, const Target &target);

} // namespace flow::contract
