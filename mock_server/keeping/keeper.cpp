#include "mock_server/keeping/keeper.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "mock_server/http/awaited.hpp"
#include "mock_server/http/memory_reserve.hpp"
#include "mock_server/keeping/kept_sandbox.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/store/record.hpp"

namespace flow::mock {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{500}; ///< between commits that nobody waits for
constexpr milliseconds kPauseBetweenTries{200};
constexpr milliseconds kPatienceWithCommit{30'000};
constexpr const char *kTries = "tries";

/// Reads what the store has of the mock as a whole.
ReadKept of_mock(Store &store) {
  return [&store](const std::function<void(EntityChange)> &take) { store.read({}, take); };
}

} // namespace

/// An answer that waits for a commit.
class Keeper::Held : public Awaited {
public:
  Held(Response answer, Instead instead, std::shared_ptr<const std::atomic<bool>> is_lost)
      : answer_(std::move(answer)), instead_(std::move(instead)), is_lost_(std::move(is_lost)) {}

  milliseconds patience() const override { return kPatienceWithCommit; }
  void wake_by(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  std::optional<Response> look() override {
    const std::lock_guard lock(mutex_);
    return is_told_ ? std::optional(std::move(answer_)) : std::nullopt;
  }
  bool is_quick() const override { return true; }
  Response give_up() override { return instead_("it takes longer than 30 seconds; it may yet do so"); }

  /// It is kept; or it cannot be, for a reason.
  void tell(const std::optional<std::string> &failure) {
    const std::lock_guard lock(mutex_);
    if (failure || (is_lost_ && *is_lost_)) {
      answer_ = instead_(failure.value_or("it did not work when this was done"));
    }
    is_told_ = true;
    if (wake_) {
      wake_();
    }
  }

private:
  Response answer_;
  Instead instead_;
  std::shared_ptr<const std::atomic<bool>> is_lost_;
  std::mutex mutex_;
  bool is_told_ = false;
  std::function<void()> wake_;
};

Keeper::Keeper(ServiceState &state, std::unique_ptr<Store> store)
    : state_(state), store_(std::move(store)), mock_(state) {
  const bool with_ids = state_.settings.deterministic.has_value();
  state_.sandboxes.set_watcher(
      {.made =
           [with_ids](Sandbox &sandbox) {
             Transaction::unsettled(sandbox.objects, sandbox.clock)->watch_changes(with_ids);
             sandbox.journal.watch_changes();
           },
       .gone =
           [this](const Sandbox &sandbox) {
             const std::lock_guard lock(mutex_);
             gone_.push_back({.name = {sandbox.objects.organisation, sandbox.objects.name},
                              .sandbox = sandbox.weak_from_this()});
           }});
  state_.journal.watch_changes();
  read_all();
  thread_ = std::thread([this] { run(); });
}

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  asked_.notify_one();
  thread_.join();
}

void Keeper::read_all() {
  for (const StoredName &name : store_->sandboxes()) {
    if (name == StoredName()) {
      mock_.read(of_mock(*store_));
      continue;
    }
    const auto sandbox = state_.sandboxes.fresh(name.organisation, name.sandbox);
    const auto webhook =
        read_sandbox([&](const auto &take) { store_->read(name, take); }, state_.settings, *sandbox);
    state_.sandboxes.adopt(sandbox);
    state_.has_faults = state_.has_faults || !sandbox->faults.empty();
    if (webhook) {
      resume_webhook(state_, *sandbox, *webhook);
    }
  }
}

void Keeper::note(const std::shared_ptr<Sandbox> &sandbox) {
  if (!sandbox->is_noted && !sandbox->is_noted.exchange(true)) {
    const std::lock_guard lock(mutex_);
    noted_.push_back(sandbox);
  }
}

Response Keeper::held(Response answer, Instead instead, std::shared_ptr<const std::atomic<bool>> is_lost) {
  const auto held = std::make_shared<Held>(std::move(answer), std::move(instead), std::move(is_lost));
  Response response;
  response.awaited = held;
  {
    const std::lock_guard lock(mutex_);
    held_.push_back(held);
    is_asked_ = true;
  }
  asked_.notify_one();
  return response;
}

std::string Keeper::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Keeper::run() {
  std::unique_lock lock(mutex_);
  for (bool is_last = false; !is_last;) {
    asked_.wait_for(lock, is_failing_ ? kPauseBetweenTries : kPause, [&] { return is_asked_ || is_ending_; });
    is_last = is_ending_;
    is_asked_ = false;
    const std::vector<std::shared_ptr<Held>> held = std::exchange(held_, {});
    lock.unlock();
    try {
      const MemoryReserve::Claim claim;
      const bool is_kept = works_again() && keep();
      const auto why = is_kept ? std::nullopt : std::optional(failure());
      for (const auto &each : held) {
        each->tell(why);
      }
    } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
      // There is no memory to tell it: whoever waits gives up.
    }
    lock.lock();
  }
}

bool Keeper::keep() {
  std::vector<SandboxChanges> batch;
  std::vector<std::shared_ptr<Sandbox>> changed;
  std::vector<Gone> gone;
  try {
    changed = noted();
    {
      const std::lock_guard lock(mutex_);
      gone.swap(gone_); // after those: of two that had a name one after the other, the first goes before
    }
    for (const Gone &each : gone) {
      batch.push_back({.sandbox = each.name, .starts_over = true, .entities = {}});
      std::erase_if(changed, [&](const auto &sandbox) { return sandbox == each.sandbox.lock(); });
    }
    batch.push_back(mock_.changes());
    std::vector<std::uint64_t> seen;
    for (const auto &sandbox : changed) {
      seen.push_back(sandbox->changes);
      batch.push_back(changes_of(*sandbox));
    }
    std::erase_if(batch, [](const SandboxChanges &changes) {
      return !changes.starts_over && changes.entities.empty();
    });
    if (!batch.empty()) {
      store_->commit(batch);
    }
    for (std::size_t i = 0; i < changed.size(); ++i) {
      changed[i]->objects.set_kept();
      changed[i]->kept_changes = seen[i];
    }
    return true;
  } catch (const std::exception &error) {
    is_failing_ = true;
    to_be_read_ = std::move(changed);
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
    gone_.insert(gone_.begin(), gone.begin(), gone.end());
  }
  read_again();
  return false;
}

/// The sandboxes in which something may have changed, and that nobody has forgotten meanwhile.
std::vector<std::shared_ptr<Sandbox>> Keeper::noted() {
  std::vector<std::weak_ptr<Sandbox>> noted = state_.ends.watched(); // whose runs end without a request
  {
    const std::lock_guard lock(mutex_);
    noted.insert(noted.end(), noted_.begin(), noted_.end());
    noted_.clear();
  }
  std::vector<std::shared_ptr<Sandbox>> sandboxes;
  if (are_all_noted_.exchange(false)) {
    sandboxes = state_.sandboxes.all();
  } else {
    for (const auto &each : noted) {
      auto sandbox = each.lock();
      if (sandbox && state_.sandboxes.find(sandbox->objects.organisation, sandbox->objects.name) == sandbox) {
        sandboxes.push_back(std::move(sandbox));
      }
    }
    std::sort(sandboxes.begin(), sandboxes.end());
    sandboxes.erase(std::unique(sandboxes.begin(), sandboxes.end()), sandboxes.end());
  }
  for (const auto &sandbox : sandboxes) {
    sandbox->is_noted = false; // before it is looked at
  }
  return sandboxes;
}

/// Makes those that could not be kept what the store has of them.
void Keeper::read_again() {
  while (!to_be_read_.empty()) {
    const Sandbox &lost = *to_be_read_.back();
    try {
      if (state_.sandboxes.find(lost.objects.organisation, lost.objects.name) != to_be_read_.back()) {
        to_be_read_.pop_back(); // it has been forgotten, or replaced
        continue;
      }
      const StoredName name{.organisation = lost.objects.organisation, .sandbox = lost.objects.name};
      const auto sandbox = state_.sandboxes.fresh(name.organisation, name.sandbox);
      const auto webhook =
          read_sandbox([&](const auto &take) { store_->read(name, take); }, state_.settings, *sandbox);
      *lost.is_lost = true; // first: who still has it is told so
      state_.sandboxes.adopt(sandbox);
      if (webhook) {
        resume_webhook(state_, *sandbox, *webhook);
      }
      to_be_read_.pop_back();
    } catch (const std::exception &) {
      return; // tried again with the next commit
    }
  }
}

/// Whether the store works, which is tried if it did not.
bool Keeper::works_again() {
  if (!is_failing_) {
    return true;
  }
  try {
    // Requests that had begun before it was known.
    for (auto &sandbox : noted()) {
      if (sandbox->objects.has_unkept()) {
        to_be_read_.push_back(std::move(sandbox));
      } else {
        note(sandbox);
      }
    }
    const SandboxChanges trial{.sandbox = {},
                               .entities = {{EntityKind::steering, kTries, std::to_string(++tries_)}}};
    store_->commit(std::span(&trial, 1));
    read_again();
    mock_.compare_again(of_mock(*store_));
    is_failing_ = !to_be_read_.empty();
  } catch (const std::exception &error) {
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
  }
  return !is_failing_;
}

} // namespace flow::mock
