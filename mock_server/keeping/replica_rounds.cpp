#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "mock_server/http/memory_reserve.hpp"
#include "mock_server/keeping/replica.hpp"
#include "mock_server/service_state.hpp"

/// What a replica does without a request: it sees whether the store works, and looks after webhooks.
namespace flow::mock {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRound{100};
constexpr int kRoundsBetweenProbes = 10; ///< while the store works
constexpr int kRoundsBetweenClaims = 3;
constexpr milliseconds kClaim{10'000}; ///< others take over after so long when this mock is gone

/// A turn in which nothing is done keeps what others have left to be kept.
class KeepingJournal : public TurnWork {
public:
  void run() override {}
  void end(const TurnEnd & /*end*/) override {}
};

/// Ends the runs of a sandbox whose time has come, and lets its webhook be told.
class Settling : public TurnWork {
public:
  Settling(Sandboxes &sandboxes, StoredName name, std::shared_ptr<std::atomic<bool>> is_under_way)
      : sandboxes_(sandboxes), name_(std::move(name)), is_under_way_(std::move(is_under_way)) {
    *is_under_way_ = true;
  }
  ~Settling() override { *is_under_way_ = false; }
  Settling(const Settling &) = delete;
  Settling &operator=(const Settling &) = delete;
  void run() override {
    const auto sandbox = sandboxes_.find(name_.organisation, name_.sandbox);
    if (sandbox) {
      sandbox->settle();
    }
  }
  void end(const TurnEnd & /*end*/) override {}

private:
  Sandboxes &sandboxes_;
  const StoredName name_;
  const std::shared_ptr<std::atomic<bool>> is_under_way_;
};

} // namespace

Replica::~Replica() {
  thread_.request_stop();
  thread_.join();
  try {
    keep_journals();
    if (!is_failing_) {
      keep_violations();
    }
    {
      const std::lock_guard lock(mutex_);
      looked_after_.clear();
    }
    for (const auto &[name, is_under_way] : claimed_) {
      stop_sending(name);
    }
    store_->give_back();
  } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
    // Others take over when the claims have run out.
  }
}

void Replica::look_after(const std::stop_token &stop) {
  for (int round = 0; !stop.stop_requested(); ++round) {
    try {
      const MemoryReserve::Claim claimed;
      if (is_failing_ || round % kRoundsBetweenProbes == 0) {
        probe();
      }
      if (!is_failing_ && round % kRoundsBetweenClaims == 0) {
        claim();
      }
      settle_claimed();
      keep_journals();
      if (!is_failing_) {
        keep_violations();
      }
    } catch (const StoreFailure &error) {
      fail(error);
    } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
      // Without memory for now: in a later round.
    }
    std::unique_lock lock(mutex_);
    for (const auto &[number, wake] : alarms_) {
      wake();
    }
    stopped_.wait_for(lock, stop, kRound, [] { return false; });
  }
}

/// Whether the store works; where it did not, whether it can be written, too.
void Replica::probe() {
  const SharedStore::Wanted wanted{.sandbox = {}, .known = version_of_mock(), .is_locked = is_failing_};
  store_->begin(std::span(&wanted, 1));
  is_failing_ = false;
}

/// Looks after some sandboxes from now on, and no more after those that it has lost.
void Replica::claim() {
  std::map<StoredName, std::shared_ptr<std::atomic<bool>>> claimed;
  for (const StoredName &name : store_->claim(kClaim, state_.settings.limits.webhooks)) {
    const auto before = claimed_.find(name);
    claimed.emplace(name,
                    before == claimed_.end() ? std::make_shared<std::atomic<bool>>(false) : before->second);
  }
  claimed_.swap(claimed);
  {
    const std::lock_guard lock(mutex_);
    looked_after_.clear();
    for (const auto &[name, is_under_way] : claimed_) {
      looked_after_.insert(name);
    }
  }
  for (const auto &[name, is_under_way] : claimed) {
    if (!claimed_.contains(name)) {
      stop_sending(name);
    }
  }
}

void Replica::stop_sending(const StoredName &name) const {
  const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox);
  if (sandbox && sandbox->webhook()) {
    sandbox->set_sending(false);
  }
}

void Replica::go_on_sending(const StoredName &name) {
  {
    const std::lock_guard lock(mutex_);
    if (!looked_after_.contains(name)) {
      return;
    }
  }
  if (const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox)) {
    sandbox->set_sending(true);
  }
}

void Replica::settle_claimed() {
  for (const auto &[name, is_under_way] : claimed_) {
    if (!*is_under_way) {
      add({.reach = Scope::Reach::sandbox, .sandbox = name},
          std::make_shared<Settling>(state_.sandboxes, name, is_under_way));
    }
  }
}

void Replica::keep_journals() {
  std::set<StoredName> trailing;
  {
    const std::lock_guard lock(mutex_);
    trailing.swap(trailing_);
  }
  for (const StoredName &name : trailing) {
    add({.reach = Scope::Reach::sandbox, .sandbox = name}, std::make_shared<KeepingJournal>());
  }
}

Replica::Alarm::Alarm(Replica &replica, std::function<void()> wake) : replica_(replica) {
  const std::lock_guard lock(replica_.mutex_);
  number_ = replica_.next_alarm_++;
  replica_.alarms_.emplace(number_, std::move(wake));
}

Replica::Alarm::~Alarm() {
  const std::lock_guard lock(replica_.mutex_);
  replica_.alarms_.erase(number_);
}

} // namespace flow::mock
