#pragma once

#include <cstdint>

#include "contracts/model/contract.hpp"
#include "mock_server/sandbox/transaction.hpp"

/// Runs and flows as the entries of a seed file that would make them again.
namespace flow::mock {

/// An entry of `runs`. Times to an end count from `now_ms`.
contract::Json run_entry(const Run &run, std::int64_t now_ms);

/// The outcomes of a script that have not been taken.
contract::Json retries_json(const RetryScript &script);

/// An entry of `flows`.
contract::Json flow_entry(const SandboxFlow &flow);

/// The whole sandbox as a seed. Runs that share a script with an earlier one name it in `retriesOf`.
contract::Json snapshot(Transaction &transaction);

} // namespace flow::mock
