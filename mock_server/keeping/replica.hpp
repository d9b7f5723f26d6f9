#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "mock_server/keeping/kept_mock.hpp"
#include "mock_server/keeping/turn_queue.hpp"
#include "mock_server/sandbox/sandboxes.hpp"
#include "mock_server/store/shared_store.hpp"

namespace flow::mock {

struct ServiceState;

/// One of several mocks that share a store. What it has in memory is a copy, at some version, of what the
/// store has. Each request has its turn: its sandbox is locked in the store, what others have changed since
/// is taken in, the request is answered in memory, and what it has changed is committed; only then the answer
/// is given. Requests of one sandbox that have come meanwhile share the next turn.
///
/// Where the store does not work nothing is answered from memory, as others may have changed it: 503. What a
/// turn has changed in memory and the store has not taken is thrown away.
class Replica {
public:
  /// Nothing is read yet: sandboxes are when they are first used. `state` has to outlive it. Throws
  /// StoreError, StoreFailure.
  Replica(ServiceState &state, std::unique_ptr<SharedStore> store);
  ~Replica(); ///< what has come is answered first; others may then deliver to the webhooks it had
  Replica(const Replica &) = delete;
  Replica &operator=(const Replica &) = delete;

  /// Lets it have a turn.
  void add(const Scope &scope, std::shared_ptr<TurnWork> work);

  /// Whether the store did not work when it was last tried.
  [[nodiscard]] bool is_failing() const { return is_failing_; }
  [[nodiscard]] std::string failure() const;

  /// Calls `wake` several times a second while it lives, as others may have changed something.
  class Alarm {
  public:
    Alarm(Replica &replica, std::function<void()> wake);
    ~Alarm();
    Alarm(const Alarm &) = delete;
    Alarm &operator=(const Alarm &) = delete;

  private:
    Replica &replica_;
    std::uint64_t number_;
  };

private:
  using Batch = std::vector<TurnQueue::Item>;
  struct MockHold;
  /// What the store has told of a sandbox, and what was known of it when it was asked.
  struct Seen {
    const SharedStore::News *news;
    StoredVersion known;
  };

  /// What a turn locks in the store.
  struct Locks {
    bool has_sandbox = true;
    bool has_mock = false;
  };

  void carry_out(const StoredName &name, const Batch &batch) noexcept;
  void take_turn(const StoredName &name, const Batch &batch);
  bool turn_of_sandbox(const StoredName &name, const Batch &batch, Locks &locks);
  bool changes_when_read(const StoredName &name) const;
  bool has_only_been_read(const StoredName &name);
  bool turn_of_mock(const Batch &batch);
  bool turn_of_all(const Batch &batch);
  void run(const Batch &batch);

  StoredVersion version_of(const StoredName &name) const;
  StoredVersion version_of_mock() const;
  void set_version(Sandbox &sandbox, const StoredVersion &version) const;
  std::shared_lock<std::shared_mutex> beside_others() const;
  std::unique_lock<std::shared_mutex> alone() const;
  bool hold_mock(MockHold &hold, SharedStore::Turn &turn, const Seen &seen, bool is_alone);
  bool take_in_mock(SharedStore::Turn &turn, const Seen &seen);
  bool take_in(SharedStore::Turn &turn, const Seen &seen);
  bool take_in_all(SharedStore::Turn &turn, const std::map<StoredName, StoredVersion> &known);
  void forget_mock(bool is_changed);
  void forget_sandbox(const StoredName &name) const;

  std::set<StoredName> take_gone(const StoredName *only);
  void append_changes_of(const StoredName &name, bool is_gone, std::vector<SandboxChanges> &changes) const;
  void commit(SharedStore::Turn &turn, std::vector<SandboxChanges> changes);
  void keep_violations();

  void look_after(const std::stop_token &stop);
  void probe();
  void claim();
  void settle_claimed();
  void keep_journals();
  void stop_sending(const StoredName &name) const;
  void go_on_sending(const StoredName &name);
  void fail(const std::exception &error) noexcept;

  ServiceState &state_;
  const std::unique_ptr<SharedStore> store_;
  std::atomic<bool> is_failing_ = false;

  /// Of what belongs to the mock as a whole: shared by who reads it, alone whoever changes it.
  mutable std::mutex mock_entrance_;
  mutable std::shared_mutex mock_mutex_;
  KeptMock kept_mock_;
  StoredVersion mock_version_;

  mutable std::mutex mutex_; ///< of what follows, and of the versions of sandboxes
  std::string failure_;
  std::set<StoredName> gone_;              ///< that have been removed within turns that still go on
  std::set<StoredName> looked_after_;      ///< whose webhooks this one tells
  std::set<StoredName> trailing_;          ///< whose journals may have what the store has not yet
  std::vector<ViolationEntry> violations_; ///< that the mock's log is still to have
  std::map<std::uint64_t, std::function<void()>> alarms_;
  std::uint64_t next_alarm_ = 0;

  /// Of the thread that looks after them: whether their turn is under way.
  std::map<StoredName, std::shared_ptr<std::atomic<bool>>> claimed_;
  std::condition_variable_any stopped_;
  TurnQueue queue_;
  std::jthread thread_; ///< last: it uses all of the above
};

} // namespace flow::mock
