#pragma once

#include <span>
#include <string>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// Runs each clause as a GoogleTest test, `<subject>.<rest of the id>`, and prints the report on standard
/// output. So the report's files, sharding (GTEST_SHARD_INDEX, GTEST_TOTAL_SHARDS) and the like are
/// GoogleTest's. `junit` names the XML file to write, empty for none; `secret` is never shown. Once per
/// process. Returns whether no clause was broken. Throws FileError where the file cannot be written.
bool run_as_tests(std::span<const Clause *const> clauses, const Target &target, const std::string &junit,
                  const std::string &secret);

} // namespace flow::contract
