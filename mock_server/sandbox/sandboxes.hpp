#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "contracts/model/reading.hpp"
#include "mock_server/clock/steerable_clock.hpp"
#include "mock_server/faults/fault_set.hpp"
#include "mock_server/journal/expectations.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/violation_log.hpp"
#include "mock_server/sandbox/transaction.hpp"
#include "mock_server/settings.hpp"
#include "mock_server/store/differences.hpp"
#include "mock_server/store/shared_store.hpp"
#include "mock_server/webhooks/webhook_sender.hpp"

namespace flow::mock {

/// What one (organisation, sandbox) has: its runs, and what steers and watches them. Nothing of it is shared
/// with another.
struct Sandbox : std::enable_shared_from_this<Sandbox> {
  /// Its time follows `clock`; its journal keeps as much as `journal_size` says, numbered from `exchanges`.
  Sandbox(std::string_view organisation, std::string_view name, std::uint64_t id_seed, const Clock &clock,
          const SandboxObjects::Scheduling &scheduling, const contract::Reading &reading,
          JournalSize journal_size, std::atomic<std::uint64_t> &exchanges)
      : clock(clock), objects(organisation, name, id_seed, scheduling, reading),
        journal(journal_size, exchanges) {}

  /// Makes it a copy of the seed when it is first used, once. Where that fails, the next use tries again.
  void start(const Seed &seed);
  /// Whether it is a copy of the seed yet.
  bool has_started() const { return has_started_; }

  /// As it was when it was first used: runs, flows and time; nothing in the journal.
  void reset(const Seed &seed);

  /// Makes its runs and flows those of another seed. Where memory runs out, it is as if never used.
  void restore(const Seed &seed);

  /// Tells ends of runs to `sender` from now on, instead of whom it told them before; to nobody if null.
  void tell(std::shared_ptr<WebhookSender> sender, const contract::Reading &reading);

  /// Ends the runs whose time has come by its clock, and then lets deliveries follow to the same time.
  void settle();

  /// Whether something of it may change when it is read: time ends runs, or starts some, who reads skips
  /// time, faults and expectations count requests, or a webhook has been told something.
  bool changes_when_read();

  /// Whether it has room for the runs that schedules make until that moment.
  bool has_room_until(std::int64_t moment_ms);

  /// It has been put together from a store: it is no copy of the seed to be made.
  void start_kept() {
    has_started_ = true;
    last_use = 1; // there is something of it to keep, be it a journal
  }

  /// Moves its clock on to the end of that run, or of the last that is to end where `run_id` is empty, as if
  /// the time until then had passed.
  void skip_to_end(std::string_view run_id);

  /// Whether its webhook's events are posted from here, as at first; else another mock does that, which
  /// shares the store.
  void set_sending(bool is_sending);

  /// Whom it tells them, or null.
  std::shared_ptr<WebhookSender> webhook();

  SteerableClock clock;
  SandboxObjects objects;
  FaultSet faults;
  Journal journal;
  ViolationLog violations; ///< as the mock's own, of this sandbox
  Expectations expectations;

  /// When a request of the service last reached it, in exchanges of the mock; 0: none did.
  std::atomic<std::uint64_t> last_use = 0;
  /// Whether anything but reading has been done with it since it was as the seed says; set by Sandboxes.
  std::atomic<bool> is_changed = false;
  /// Whether who reads a run that is in progress finds it ended.
  std::atomic<bool> skips_time = false;
  /// Whether the control API has changed something in it: spares others looking for what a test has put
  /// there.
  std::atomic<bool> is_steered = false;
  /// How many have it in use for longer than others should wait (SlowUse).
  std::atomic<int> slow_uses = 0;

  /// Where there is a store: whether it is to be looked at for what has changed; and what the store has of
  /// it, beside its objects and its journal, for who writes it there.
  std::atomic<bool> is_noted = false;
  /// Requests that are changing it (Changing), how many have, and of how many the store has what they
  /// changed.
  std::atomic<int> changing = 0;
  std::atomic<std::uint64_t> changes = 0;
  std::atomic<std::uint64_t> kept_changes = 0;
  /// Whether who reads it now may see what is not in the store.
  bool may_have_unkept() const { return objects.has_unkept() || changing > 0 || changes != kept_changes; }
  /// Whether the store is to have how it started, for others to start it likewise; set before it does.
  bool keeps_start = false;
  /// Whether the store could not keep it, and another has taken its place.
  const std::shared_ptr<std::atomic<bool>> is_lost = std::make_shared<std::atomic<bool>>(false);
  struct KeptParts {
    Differences steering{EntityKind::steering};
    Differences events{EntityKind::event};
    Differences violations{EntityKind::violation};
    std::uint64_t events_revision = 0;
    std::uint64_t violations_revision = 0;
  };
  KeptParts kept;

  /// Where several mocks share a store: the version of it that this is a copy of, touched within turns; and
  /// the breaches that are still to be added to the mock's log.
  StoredVersion stored;
  std::vector<ViolationEntry> untold;

private:
  std::shared_ptr<WebhookSender> webhook_; ///< touched within a transaction on the sandbox
  bool is_sending_ = true;                 ///< likewise
  std::mutex starting_;
  std::atomic<bool> has_started_ = false;
};

/// While it lives, something of a sandbox is changed that is none of its objects, perhaps.
class Changing {
public:
  explicit Changing(std::shared_ptr<Sandbox> sandbox) : sandbox_(std::move(sandbox)) { ++sandbox_->changing; }
  ~Changing() {
    ++sandbox_->changes;
    --sandbox_->changing;
  }
  Changing(const Changing &) = delete;
  Changing &operator=(const Changing &) = delete;

private:
  const std::shared_ptr<Sandbox> sandbox_;
};

/// Every sandbox there is. Each starts as a copy of the seed when it is first used. Where there are as many
/// as there may be, those go that were idle longest and have only been read. Who holds a sandbox keeps it.
/// Safe to use from several threads: none that asks for one waits for another to be filled.
class Sandboxes {
public:
  /// Sandboxes' times follow `clock`; their exchanges are numbered from `exchanges`. All have to outlive it.
  Sandboxes(const Settings &settings, const Clock &clock, std::atomic<std::uint64_t> &exchanges);

  /// The organisation's sandbox of that name, made if need be; null where there is no room for it.
  std::shared_ptr<Sandbox> of(std::string_view organisation, std::string_view name);

  /// Null where nobody has used it yet.
  std::shared_ptr<Sandbox> find(std::string_view organisation, std::string_view name) const;

  /// To look at: one that nobody has used yet is made, and kept by the caller alone.
  std::shared_ptr<Sandbox> seen(std::string_view organisation, std::string_view name) const;

  /// All there are, by organisation and name.
  std::vector<std::shared_ptr<Sandbox>> all() const;

  /// Notes that something has been done with it, so that it is not as the seed says any more. To be called
  /// while the caller holds it.
  void mark_changed(Sandbox &sandbox);

  /// Lets go of a sandbox; it is forgotten where no request of the service has reached it and it is as the
  /// seed says.
  void let_go(std::shared_ptr<Sandbox> sandbox);

  /// Whether a request in that sandbox may have to wait: another has it in a slow use, or it is yet to be
  /// filled with the many runs of a large seed.
  bool may_be_slow(std::string_view organisation, std::string_view name) const;
  /// Whether that may be so in any sandbox.
  bool may_be_slow() const { return slow_uses_ > 0 || has_large_seed_; }

  /// Forgets a sandbox, whatever has been done with it. Who holds it keeps it.
  void remove(const std::shared_ptr<Sandbox> &sandbox);

  /// Forgets all that are as the seed says and have no violations to show.
  void forget_unchanged();

  /// One of that name that is not among them.
  std::shared_ptr<Sandbox> fresh(std::string_view organisation, std::string_view name) const {
    return fresh(Name{organisation, name});
  }
  /// Takes it in; it replaces the one with its name.
  void adopt(const std::shared_ptr<Sandbox> &sandbox);
  /// Forgets one that lasts elsewhere: nobody is told. Who holds it keeps it.
  void drop(const Sandbox &sandbox);
  /// Who is told of each sandbox before it starts, and of each that is forgotten; set before any is made.
  struct Watcher {
    std::function<void(Sandbox &)> made;
    std::function<void(const Sandbox &)> gone; ///< must not ask for sandboxes, nor throw
    /// All are copies of what lasts elsewhere: any that nobody holds may go for want of room, untold.
    bool has_copies = false;
  };
  void set_watcher(Watcher watcher) { watcher_ = std::move(watcher); }

private:
  friend class SlowUse;

  struct Name {
    std::string_view organisation;
    std::string_view sandbox;
    bool operator==(const Name &other) const = default;
  };
  static Name name_of(const Name &name) { return name; }
  static Name name_of(const std::shared_ptr<Sandbox> &sandbox) {
    return {sandbox->objects.organisation, sandbox->objects.name};
  }
  struct Hash {
    using is_transparent = void;
    template <typename Named> std::size_t operator()(const Named &named) const {
      constexpr std::size_t kFactor = 31;
      const Name name = name_of(named);
      return TextHash{}(name.organisation) * kFactor + TextHash{}(name.sandbox);
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename Left, typename Right> bool operator()(const Left &left, const Right &right) const {
      return name_of(left) == name_of(right);
    }
  };
  /// Some of the sandboxes, behind a lock of their own. A sandbox is taken out only where nobody else holds
  /// it, which only who has this lock, exclusively, can say.
  struct alignas(64) Shard { // a cache line: no shard's readers disturb those of another
    mutable std::shared_mutex mutex;
    std::unordered_set<std::shared_ptr<Sandbox>, Hash, Equal> sandboxes;
  };
  static constexpr std::size_t kShards = 64;

  Shard &shard_of(const Name &name) { return shards_.at(Hash{}(name) % kShards); }
  const Shard &shard_of(const Name &name) const { return shards_.at(Hash{}(name) % kShards); }
  std::shared_ptr<Sandbox> known(const Name &name) const;
  std::shared_ptr<Sandbox> fresh(const Name &name) const;
  std::shared_ptr<Sandbox> added(const Name &name);
  // With `adding_` held:
  bool make_room();
  void tell_gone(const Sandbox &sandbox) const;
  bool forget(Sandbox &sandbox);
  bool forget_for_room(Sandbox &sandbox);

  const Settings &settings_;
  const Clock &clock_;
  std::atomic<std::uint64_t> &exchanges_;
  /// With it and its name a sandbox's ids begin: they do not depend on which others were touched before it,
  /// and one that is only looked at shows those that it will have.
  const std::uint64_t id_base_;
  const bool has_large_seed_;
  std::atomic<int> slow_uses_ = 0; ///< of all sandboxes: spares looking for one where there are none
  std::array<Shard, kShards> shards_;
  Watcher watcher_;
  std::mutex adding_; ///< of who adds a sandbox, or takes one out
  std::size_t count_ = 0;
  bool may_have_unchanged_ = true; ///< spares looking for some where none were
};

/// While it lives, a sandbox may be taken for as long as it takes to read or to change all its runs. Who must
/// not wait so long asks Sandboxes::may_be_slow.
class SlowUse {
public:
  SlowUse(Sandboxes &sandboxes, Sandbox &sandbox) : sandboxes_(sandboxes), sandbox_(sandbox) {
    ++sandbox_.slow_uses;
    ++sandboxes_.slow_uses_;
  }
  ~SlowUse() {
    --sandboxes_.slow_uses_;
    --sandbox_.slow_uses;
  }
  SlowUse(const SlowUse &) = delete;
  SlowUse &operator=(const SlowUse &) = delete;

private:
  Sandboxes &sandboxes_;
  Sandbox &sandbox_;
};

} // namespace flow::mock
