#pragma once

#include <span>
#include <string>
#include <string_view>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// The verdicts as SARIF 2.1.0 (OASIS), JSON text: a rule for each clause, a result for each that does not
/// hold, an error where it is broken and a warning where it is a finding. `version` is flow-contract's;
/// `secret` is never shown.
std::string as_sarif(std::span<const Verdict> verdicts, std::string_view version, std::string_view secret);

} // namespace flow::contract
