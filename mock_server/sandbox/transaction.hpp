#pragma once

#include <cstdint>
#include <mutex>
#include <utility>

#include "mock_server/clock/clock.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"

namespace flow::mock {

/// A sandbox while nobody else reads or changes it: the only way to its runs and flows. None of them may be
/// kept beyond it. What a request does within one happens at one moment, `now_ms`; all runs have ended whose
/// time has come by then.
class Transaction {
public:
  /// Waits until the sandbox is free.
  Transaction(SandboxObjects &sandbox, std::int64_t now_ms);
  /// Likewise; the moment is when it is free.
  Transaction(SandboxObjects &sandbox, const Clock &clock);
  ~Transaction();
  Transaction(Transaction &&) = default;
  Transaction(const Transaction &) = delete;
  Transaction &operator=(const Transaction &) = delete;
  Transaction &operator=(Transaction &&) = delete;

  /// For who replaces its runs or those that listen: it waits, and runs have not ended whose time has come.
  static Transaction unsettled(SandboxObjects &sandbox, const Clock &clock);

  SandboxState *operator->() { return &sandbox_.state_; }
  const SandboxState *operator->() const { return &sandbox_.state_; }

  const SandboxObjects &sandbox() const { return sandbox_; }
  std::int64_t now_ms() const { return now_ms_; }
  const contract::Reading &reading() const { return sandbox_.reading; }

private:
  Transaction(SandboxObjects &sandbox, std::unique_lock<std::mutex> lock, std::int64_t now_ms)
      : sandbox_(sandbox), lock_(std::move(lock)), now_ms_(now_ms) {}

  SandboxObjects &sandbox_;
  std::unique_lock<std::mutex> lock_;
  std::int64_t now_ms_;
};

} // namespace flow::mock
