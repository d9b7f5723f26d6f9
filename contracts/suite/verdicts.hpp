#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "contracts/suite/run.hpp"

/// What all forms of a report ask of verdicts.
namespace flow::contract {

/// "held", "broken", "finding" or "skipped"
std::string_view to_string(Outcome outcome);

/// Whether the server does not keep the clause: broken, or a finding.
bool deviates(const Verdict &verdict);

std::int64_t count_of(std::span<const Verdict> verdicts, Outcome outcome);

} // namespace flow::contract
