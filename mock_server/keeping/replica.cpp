#include "mock_server/keeping/replica.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>
#include <utility>

#include "mock_server/keeping/kept_sandbox.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock {

namespace {

// Fewer than a store has connections: some are for looking after things.
constexpr std::size_t kTurnsAtOnce = 6;

StoredName name_of(const Sandbox &sandbox) {
  return {.organisation = sandbox.objects.organisation, .sandbox = sandbox.objects.name};
}

bool is_of_mock(const StoredName &name) {
  return name == StoredName();
}

/// All sandboxes cannot be in memory at once.
struct NotInMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Adds to the mock's log what was broken in sandboxes.
class AddViolations : public TurnWork {
public:
  AddViolations(ViolationLog &log, std::vector<ViolationEntry> &entries) : log_(log), entries_(entries) {}
  void run() override {
    for (const ViolationEntry &entry : entries_) {
      log_.add(entry);
    }
  }
  void end(const TurnEnd & /*end*/) override {}

private:
  ViolationLog &log_;
  std::vector<ViolationEntry> &entries_;
};

/// Calls a function unless it is told that it need not.
template <typename Function> class Undo {
public:
  explicit Undo(Function function) : function_(std::move(function)) {}
  ~Undo() {
    if (!is_done_) {
      function_();
    }
  }
  Undo(const Undo &) = delete;
  Undo &operator=(const Undo &) = delete;
  void is_done() { is_done_ = true; }

private:
  Function function_;
  bool is_done_ = false;
};

} // namespace

Replica::Replica(ServiceState &state, std::unique_ptr<SharedStore> store)
    : state_(state), store_(std::move(store)), kept_mock_(state),
      queue_(kTurnsAtOnce, [this](const StoredName &name, const Batch &batch) { carry_out(name, batch); }) {
  state_.sandboxes.set_watcher(
      {.made =
           [](Sandbox &sandbox) {
             sandbox.keeps_start = true;
             sandbox.set_sending(false); // the one that has claimed it does
             Transaction::unsettled(sandbox.objects, sandbox.clock)->watch_changes(true);
             sandbox.journal.watch_changes();
           },
       .gone =
           [this](const Sandbox &sandbox) {
             const std::lock_guard lock(mutex_);
             gone_.insert(name_of(sandbox));
           },
       .has_copies = true});
  state_.journal.watch_changes();
  state_.ends.leave_to_others();
  const SharedStore::Wanted wanted{.sandbox = {}};
  const auto turn = store_->begin(std::span(&wanted, 1));
  take_in_mock(*turn, {.news = &turn->news().front(), .known = {}});
  thread_ = std::jthread([this](const std::stop_token &stop) { look_after(stop); });
}

std::string Replica::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Replica::fail(const std::exception &error) noexcept {
  is_failing_ = true;
  try {
    std::string why = error.what();
    const std::lock_guard lock(mutex_);
    failure_ = std::move(why);
  } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
    // For want of memory the reason is an earlier one.
  }
}

void Replica::add(const Scope &scope, std::shared_ptr<TurnWork> work) {
  if (is_failing_) {
    work->end({.kind = TurnEnd::Kind::not_kept, .why = failure()});
  } else {
    queue_.add(scope, std::move(work));
  }
}

void Replica::carry_out(const StoredName &name, const Batch &batch) noexcept {
  TurnEnd end;
  const auto failed = [&end](TurnEnd::Kind kind, const std::exception &error) {
    end.kind = kind;
    try {
      end.why = error.what();
    } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
      // For want of memory it has no reason.
    }
  };
  try {
    if (is_failing_) {
      throw StoreFailure(failure());
    }
    take_turn(name, batch);
    keep_violations();
  } catch (const OutcomeUnknown &error) {
    failed(TurnEnd::Kind::unknown, error);
    fail(error);
  } catch (const StoreFailure &error) {
    failed(TurnEnd::Kind::not_kept, error);
    fail(error);
  } catch (const std::exception &error) { // what the store has is damaged, or there is no memory
    failed(TurnEnd::Kind::not_kept, error);
  }
  for (const TurnQueue::Item &item : batch) {
    item.work->end(end);
  }
}

/// Where others have changed in memory what a turn has asked the store for, it begins anew.
void Replica::take_turn(const StoredName &name, const Batch &batch) {
  if (batch.front().reach == Scope::Reach::all) {
    while (!turn_of_all(batch)) {
    }
  } else if (is_of_mock(name)) {
    while (!turn_of_mock(batch)) {
    }
  } else {
    Locks locks{.has_sandbox =
                    std::any_of(batch.begin(), batch.end(), [](const auto &item) { return !item.is_read; }),
                .has_mock = std::any_of(batch.begin(), batch.end(), [](const auto &item) {
                  return item.reach == Scope::Reach::sandbox_and_mock;
                })};
    locks.has_sandbox = locks.has_sandbox || locks.has_mock;
    while (!turn_of_sandbox(name, batch, locks)) {
    }
    go_on_sending(name);
  }
}

void Replica::run(const Batch &batch) {
  for (const TurnQueue::Item &item : batch) {
    if (item.work->begin()) {
      item.work->run();
    }
  }
}

/// What a turn has of the mock as a whole while it lasts.
struct Replica::MockHold {
  std::shared_lock<std::shared_mutex> beside_others;
  std::unique_lock<std::shared_mutex> alone;
};

/// Makes it what the store has. False where it is other now: another turn has changed it since it was asked
/// for. Who holds it waits for nothing that others have locked in the store: those wait here.
bool Replica::hold_mock(MockHold &hold, SharedStore::Turn &turn, const Seen &seen, bool is_alone) {
  if (!is_alone) {
    hold.beside_others = beside_others();
    if (mock_version_ == seen.news->version) {
      return true;
    }
    hold.beside_others.unlock();
  }
  hold.alone = alone();
  if (!take_in_mock(turn, seen)) {
    return false;
  }
  if (is_alone) {
    return true;
  }
  hold.alone.unlock();
  hold.beside_others = beside_others();
  return mock_version_ == seen.news->version;
}

/// Whoever comes first is let in first: a lock alone would let in those that share it for ever.
std::shared_lock<std::shared_mutex> Replica::beside_others() const {
  const std::lock_guard queue(mock_entrance_);
  return std::shared_lock(mock_mutex_);
}

std::unique_lock<std::shared_mutex> Replica::alone() const {
  const std::lock_guard queue(mock_entrance_);
  return std::unique_lock(mock_mutex_);
}

/// False: it is to begin anew, with these locks.
bool Replica::turn_of_sandbox(const StoredName &name, const Batch &batch, Locks &locks) {
  const std::array<SharedStore::Wanted, 2> wanted = {
      {{.sandbox = name, .known = version_of(name), .is_locked = locks.has_sandbox},
       {.sandbox = {}, .known = version_of_mock(), .is_locked = locks.has_mock}}};
  const auto turn = store_->begin(wanted);
  const Seen seen{.news = &turn->news()[0], .known = wanted[0].known};
  MockHold hold;
  if (!hold_mock(hold, *turn, {.news = &turn->news()[1], .known = wanted[1].known}, locks.has_mock)) {
    return false;
  }
  if (!locks.has_mock && (seen.news->version.number == 0 || !state_.faults.empty())) {
    locks = {.has_sandbox = true, .has_mock = true};
    return false;
  }
  if (!take_in(*turn, seen)) {
    return false;
  }
  if (!locks.has_sandbox && changes_when_read(name)) {
    locks.has_sandbox = true;
    return false;
  }
  Undo undo([&] { // while nobody else sees it
    forget_sandbox(name);
    forget_mock(locks.has_mock);
    take_gone(&name);
  });
  stop_sending(name); // of what is not committed nobody is told
  run(batch);
  if (!locks.has_sandbox) {
    locks.has_sandbox = !has_only_been_read(name);
    if (locks.has_sandbox) {
      return false; // and what is in memory goes
    }
    undo.is_done();
    return true;
  }
  std::vector<SandboxChanges> changes;
  append_changes_of(name, take_gone(&name).contains(name), changes);
  if (locks.has_mock) {
    changes.push_back(kept_mock_.changes());
  }
  commit(*turn, std::move(changes));
  undo.is_done();
  return true;
}

/// Whether who reads it may change something of it: most often, as runs end whose time has come.
bool Replica::changes_when_read(const StoredName &name) const {
  const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox);
  return sandbox && sandbox->changes_when_read();
}

/// Then the store is to have what its journal says of that, soon.
bool Replica::has_only_been_read(const StoredName &name) {
  const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox);
  if (sandbox) {
    const SandboxChanges its = changes_beside_journal(*sandbox);
    if (its.starts_over || !its.entities.empty()) {
      return false;
    }
  }
  const std::lock_guard lock(mutex_);
  trailing_.insert(name);
  return true;
}

bool Replica::turn_of_mock(const Batch &batch) {
  const SharedStore::Wanted wanted{.sandbox = {}, .known = version_of_mock(), .is_locked = true};
  const auto turn = store_->begin(std::span(&wanted, 1));
  MockHold hold;
  if (!hold_mock(hold, *turn, {.news = &turn->news().front(), .known = wanted.known}, true)) {
    return false;
  }
  Undo undo([&] { forget_mock(true); });
  run(batch);
  commit(*turn, {kept_mock_.changes()});
  undo.is_done();
  return true;
}

bool Replica::turn_of_all(const Batch &batch) {
  std::map<StoredName, StoredVersion> known;
  const auto turn = store_->begin_all([&](const StoredName &name) {
    return known.emplace(name, is_of_mock(name) ? version_of_mock() : version_of(name)).first->second;
  });
  MockHold hold;
  if (!hold_mock(hold, *turn, {.news = &turn->news().back(), .known = known[{}]}, true)) {
    return false;
  }
  if (!take_in_all(*turn, known)) {
    return false;
  }
  Undo undo([&] {
    forget_mock(true);
    for (const auto &[name, version] : known) {
      forget_sandbox(name);
    }
    take_gone(nullptr);
  });
  for (const auto &[name, version] : known) {
    stop_sending(name);
  }
  run(batch);
  const std::set<StoredName> gone = take_gone(nullptr);
  std::vector<SandboxChanges> changes;
  for (const auto &[name, version] : known) {
    if (!is_of_mock(name)) {
      append_changes_of(name, gone.contains(name), changes);
    }
  }
  changes.push_back(kept_mock_.changes());
  commit(*turn, std::move(changes));
  undo.is_done();
  for (const auto &sandbox : state_.sandboxes.all()) {
    if (known.contains(name_of(*sandbox))) {
      go_on_sending(name_of(*sandbox));
    } else { // made meanwhile, for a lease: made anew when it is first used, and locked then
      state_.sandboxes.drop(*sandbox);
    }
  }
  return true;
}

// -- What others have changed -----------------------------------------------------------------------------

StoredVersion Replica::version_of(const StoredName &name) const {
  const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox);
  const std::lock_guard lock(mutex_);
  return sandbox ? sandbox->stored : StoredVersion();
}

void Replica::set_version(Sandbox &sandbox, const StoredVersion &version) const {
  const std::lock_guard lock(mutex_);
  sandbox.stored = version;
}

StoredVersion Replica::version_of_mock() const {
  const std::shared_lock lock(mock_mutex_);
  return mock_version_;
}

/// In memory is what the store may not have: all of it is to be read again.
void Replica::forget_mock(bool is_changed) {
  if (is_changed) {
    mock_version_ = {};
  }
}

/// False where another turn has changed what is in memory since it was asked for: all begins anew.
bool Replica::take_in_mock(SharedStore::Turn &turn, const Seen &seen) {
  if (mock_version_ == seen.news->version) {
    return true;
  }
  if (mock_version_ != seen.known) {
    return false;
  }
  Undo undo([&] { forget_mock(true); });
  if (seen.news->is_other || !kept_mock_.apply(seen.news->entities)) {
    kept_mock_.read_again([&](const auto &take) { turn.read({}, take); });
  }
  undo.is_done();
  mock_version_ = seen.news->version;
  return true;
}

/// Likewise. One of which the store has nothing is not kept in memory either.
bool Replica::take_in(SharedStore::Turn &turn, const Seen &seen) {
  const SharedStore::News &news = *seen.news;
  const StoredName &name = news.sandbox;
  const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox);
  if (news.version.number == 0) {
    if (sandbox) {
      state_.sandboxes.drop(*sandbox);
    }
    return true;
  }
  const StoredVersion now = version_of(name);
  if (now == news.version) {
    return true;
  }
  if (now != seen.known) {
    return false;
  }
  Undo undo([&] { forget_sandbox(name); });
  if (news.is_other || !sandbox || !apply_changes(state_, *sandbox, news.entities)) {
    const auto fresh = state_.sandboxes.fresh(name.organisation, name.sandbox);
    const auto webhook =
        read_sandbox([&](const auto &take) { turn.read(name, take); }, state_.settings, *fresh);
    set_version(*fresh, news.version);
    state_.has_faults = state_.has_faults || !fresh->faults.empty();
    state_.sandboxes.adopt(fresh);
    if (webhook) {
      resume_webhook(state_, *fresh, *webhook, sandbox.get());
    }
  } else {
    set_version(*sandbox, news.version);
  }
  undo.is_done();
  return true;
}

bool Replica::take_in_all(SharedStore::Turn &turn, const std::map<StoredName, StoredVersion> &known) {
  const std::vector<SharedStore::News> &news = turn.news();
  if (news.size() > state_.settings.limits.sandboxes + 1) {
    throw NotInMemory("there are more sandboxes than --max-sandboxes lets this mock have in memory at once");
  }
  std::set<StoredName> kept;
  for (std::size_t i = 0; i + 1 < news.size(); ++i) { // the last is the mock's
    if (!take_in(turn, {.news = &news[i], .known = known.at(news[i].sandbox)})) {
      return false;
    }
    kept.insert(news[i].sandbox);
  }
  for (const auto &sandbox : state_.sandboxes.all()) {
    if (!kept.contains(name_of(*sandbox))) {
      state_.sandboxes.drop(*sandbox);
    }
  }
  return true;
}

/// What is in memory is not what the store has: it is to be read again. It stays until then, as its webhook
/// may be told something just now.
void Replica::forget_sandbox(const StoredName &name) const {
  if (const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox)) {
    set_version(*sandbox, {});
  }
}

// -- What this one has changed ----------------------------------------------------------------------------

/// The sandboxes that have been removed in this turn. `only`: of which it is; null: of all.
std::set<StoredName> Replica::take_gone(const StoredName *only) {
  const std::lock_guard lock(mutex_);
  if (only == nullptr) {
    return std::exchange(gone_, {});
  }
  std::set<StoredName> gone;
  if (auto found = gone_.extract(*only)) {
    gone.insert(std::move(found));
  }
  return gone;
}

/// `is_gone`: it has been removed; if it is there, it was made anew since.
void Replica::append_changes_of(const StoredName &name, bool is_gone,
                                std::vector<SandboxChanges> &changes) const {
  const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox);
  SandboxChanges its = sandbox ? changes_of(*sandbox) : SandboxChanges{.sandbox = name, .entities = {}};
  its.starts_over = its.starts_over || is_gone;
  its.is_watched = sandbox && sandbox->webhook();
  changes.push_back(std::move(its));
}

void Replica::commit(SharedStore::Turn &turn, std::vector<SandboxChanges> changes) {
  std::erase_if(changes,
                [](const SandboxChanges &each) { return !each.starts_over && each.entities.empty(); });
  if (changes.empty()) {
    return;
  }
  const std::vector<StoredVersion> versions = turn.commit(changes);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const StoredName &name = changes[i].sandbox;
    if (is_of_mock(name)) {
      mock_version_ = versions[i];
    } else if (const auto sandbox = state_.sandboxes.find(name.organisation, name.sandbox)) {
      set_version(*sandbox, versions[i]);
      sandbox->objects.set_kept();
      const std::lock_guard lock(mutex_);
      violations_.insert(violations_.end(), sandbox->untold.begin(), sandbox->untold.end());
      sandbox->untold.clear();
    }
  }
}

/// Those that turns of sandboxes have left for the mock's log, which they do not lock. Where they cannot be
/// kept now, they are later: what the turns were for is kept.
void Replica::keep_violations() {
  std::vector<ViolationEntry> entries;
  {
    const std::lock_guard lock(mutex_);
    entries.swap(violations_);
  }
  if (entries.empty()) {
    return;
  }
  Undo undo([&] {
    const std::lock_guard lock(mutex_);
    violations_.insert(violations_.begin(), entries.begin(), entries.end());
  });
  const Batch batch = {{.reach = Scope::Reach::mock,
                        .is_read = false,
                        .work = std::make_shared<AddViolations>(state_.violations, entries)}};
  try {
    while (!turn_of_mock(batch)) {
    }
    undo.is_done();
  } catch (const StoreFailure &error) {
    fail(error);
  } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
    // There is no memory for now.
  }
}

} // namespace flow::mock
