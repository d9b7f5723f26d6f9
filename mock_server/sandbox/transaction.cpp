#include "mock_server/sandbox/transaction.hpp"

#include <utility>

#include "mock_server/journal/brief_lock.hpp"

namespace flow::mock {

Transaction::Transaction(SandboxObjects &sandbox, std::int64_t now_ms)
    : Transaction(sandbox, brief_lock(sandbox.mutex_), now_ms) {
  sandbox.state_.settle(now_ms);
}

Transaction::Transaction(SandboxObjects &sandbox, const Clock &clock)
    : Transaction(unsettled(sandbox, clock)) {
  sandbox.state_.settle(now_ms_);
}

Transaction::~Transaction() {
  if (lock_.owns_lock() && sandbox_.state_.is_touched()) {
    sandbox_.has_unkept_ = true;
  }
}

Transaction Transaction::unsettled(SandboxObjects &sandbox, const Clock &clock) {
  std::unique_lock lock = brief_lock(sandbox.mutex_);
  const std::int64_t now_ms = clock.now_ms();
  return {sandbox, std::move(lock), now_ms};
}

} // namespace flow::mock
