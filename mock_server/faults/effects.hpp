#pragma once

#include <cstdint>
#include <memory>

#include "mock_server/faults/fault.hpp"

/// The types of faults, one file each. Attributes hold to fault.schema.json.
namespace flow::mock::effects {

using EffectOf = std::unique_ptr<FaultEffect> (*)(const contract::Json &attributes, std::uint64_t seed);

std::unique_ptr<FaultEffect> latency(const contract::Json &attributes, std::uint64_t seed);
std::unique_ptr<FaultEffect> status(const contract::Json &attributes, std::uint64_t seed);
std::unique_ptr<FaultEffect> reset(const contract::Json &attributes, std::uint64_t seed);
std::unique_ptr<FaultEffect> truncate(const contract::Json &attributes, std::uint64_t seed);
std::unique_ptr<FaultEffect> slow_body(const contract::Json &attributes, std::uint64_t seed);
std::unique_ptr<FaultEffect> malformed_json(const contract::Json &attributes, std::uint64_t seed);
std::unique_ptr<FaultEffect> hang(const contract::Json &attributes, std::uint64_t seed);

} // namespace flow::mock::effects
