#pragma once

#include <cstdint>
#include <memory>

#include "mock_server/faults/fault.hpp"

/// What the types of faults do, one file each. Attributes hold to contracts/data/faults.json.
namespace flow::mock::effects {

using EffectOf = std::unique_ptr<FaultEffect>(const contract::Json &attributes, std::uint64_t seed);

EffectOf latency;
EffectOf status;
EffectOf reset;
EffectOf truncate;
EffectOf slow_body;
EffectOf malformed_json;
EffectOf hang;

} // namespace flow::mock::effects
