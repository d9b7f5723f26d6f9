#include "mock_server/sandbox/sandboxes.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "contracts/model/resources.hpp"
#include "mock_server/webhooks/notification.hpp"

namespace flow::mock {

namespace {

constexpr std::uint64_t kManyRuns = 10'000; // which take milliseconds to be copied

/// A header value holds no line feed, so no two pairs share a key.
std::string key_of(std::string_view organisation, std::string_view name) {
  std::string key;
  key.reserve(organisation.size() + 1 + name.size());
  key.append(organisation).append("\n").append(name);
  return key;
}

} // namespace

void Sandbox::start(const Seed &seed) {
  if (has_started_) {
    return;
  }
  const std::lock_guard lock(starting_);
  if (!has_started_) {
    reset(seed);
    has_started_ = true;
  }
}

void Sandbox::reset(const Seed &seed) {
  is_changed = false; // first: what is done from here on changes it again
  tell(nullptr, {});
  faults.clear();
  skips_time = false;
  is_steered = false;
  Transaction transaction = Transaction::unsettled(objects, clock);
  clock.start_over();
  transaction->ids.start_over(transaction->id_seed);
  journal.clear();
  try {
    transaction->load(seed, clock.now_ms());
    is_changed = transaction->has_schedules(); // by time, as soon as it passes
  } catch (...) {
    has_started_ = false;
    throw;
  }
}

void Sandbox::restore(const Seed &seed) {
  Transaction transaction = Transaction::unsettled(objects, clock);
  try {
    transaction->load(seed, transaction.now_ms());
    transaction->touch_all();
    transaction->documents(contract::resources().front(), objects); // which only this seed tells of
    is_changed = is_changed || transaction->has_schedules();
  } catch (...) {
    has_started_ = false;
    throw;
  }
}

void Sandbox::tell(std::shared_ptr<WebhookSender> sender, const contract::Reading &reading) {
  Transaction transaction = Transaction::unsettled(objects, clock);
  webhook_.swap(sender); // the old one ends when the sandbox is free again
  if (!webhook_) {
    transaction->on_end = nullptr;
    return;
  }
  webhook_->set_active(is_sending_);
  transaction->on_end = [this, reading](const Run &run) {
    const auto code = event_code(run, reading);
    if (!code) {
      return;
    }
    // Of what has happened, so that watching changes none of the sandbox's ids.
    const std::string id = name_uuid(run.id + run.etag);
    webhook_->send({.id = id,
                    .code = std::string(*code),
                    .run_id = run.id,
                    .at_ms = std::min(run.updated_at_ms, clock.now_ms()),
                    .body = notification(id, webhook_->webhook().client_id, run, objects, reading)});
  };
}

void Sandbox::settle() {
  const Transaction transaction(objects, clock);
  if (webhook_) {
    webhook_->advance_to(transaction.now_ms(), !clock.stands_still());
  }
}

bool Sandbox::changes_when_read() {
  const Transaction transaction = Transaction::unsettled(objects, clock);
  return skips_time || webhook_ || !faults.empty() || !expectations.empty() ||
         transaction->is_anything_due(transaction.now_ms());
}

bool Sandbox::has_room_until(std::int64_t moment_ms) {
  Transaction transaction(objects, clock);
  const std::uint64_t room =
      transaction->most_runs - std::min(transaction->most_runs, transaction->runs.size());
  return transaction->scheduled_until(moment_ms) <= room;
}

void Sandbox::skip_to_end(std::string_view run_id) {
  std::optional<std::int64_t> end_ms;
  {
    const Transaction transaction(objects, clock);
    end_ms = run_id.empty() ? transaction->last_end() : transaction->end_of(run_id);
  }
  if (end_ms) {
    clock.change({.to_ms = *end_ms}); // or another has moved it beyond
    settle();
  }
}

void Sandbox::set_sending(bool is_sending) {
  const Transaction transaction = Transaction::unsettled(objects, clock);
  is_sending_ = is_sending;
  if (webhook_) {
    webhook_->set_active(is_sending);
  }
}

std::shared_ptr<WebhookSender> Sandbox::webhook() {
  const Transaction transaction = Transaction::unsettled(objects, clock);
  return webhook_;
}

Sandboxes::Sandboxes(const Settings &settings, const Clock &clock, std::atomic<std::uint64_t> &exchanges)
    : settings_(settings), clock_(clock), exchanges_(exchanges),
      id_base_(settings.deterministic.value_or(IdSource::random_seed())),
      has_large_seed_(settings.seed.run_count() > kManyRuns) {}

std::shared_ptr<Sandbox> Sandboxes::of(std::string_view organisation, std::string_view name) {
  auto sandbox = known({organisation, name});
  if (!sandbox) {
    sandbox = added({organisation, name});
  }
  if (sandbox) {
    sandbox->start(settings_.seed);
  }
  return sandbox;
}

std::shared_ptr<Sandbox> Sandboxes::find(std::string_view organisation, std::string_view name) const {
  auto sandbox = known({organisation, name});
  return sandbox && sandbox->has_started() ? sandbox : nullptr;
}

std::shared_ptr<Sandbox> Sandboxes::seen(std::string_view organisation, std::string_view name) const {
  auto sandbox = find(organisation, name);
  if (!sandbox) {
    sandbox = fresh({organisation, name});
    sandbox->start(settings_.seed);
  }
  return sandbox;
}

std::vector<std::shared_ptr<Sandbox>> Sandboxes::all() const {
  std::vector<std::shared_ptr<Sandbox>> sandboxes;
  for (const Shard &shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    std::copy_if(shard.sandboxes.begin(), shard.sandboxes.end(), std::back_inserter(sandboxes),
                 [](const auto &sandbox) { return sandbox->has_started(); });
  }
  std::sort(sandboxes.begin(), sandboxes.end(), [](const auto &a, const auto &b) {
    return std::tie(a->objects.organisation, a->objects.name) <
           std::tie(b->objects.organisation, b->objects.name);
  });
  return sandboxes;
}

bool Sandboxes::may_be_slow(std::string_view organisation, std::string_view name) const {
  const auto sandbox = find(organisation, name);
  return sandbox ? sandbox->slow_uses > 0 : has_large_seed_;
}

void Sandboxes::mark_changed(Sandbox &sandbox) {
  const std::shared_lock lock(shard_of({sandbox.objects.organisation, sandbox.objects.name}).mutex);
  sandbox.is_changed = true;
}

void Sandboxes::let_go(std::shared_ptr<Sandbox> sandbox) {
  Sandbox &its = *sandbox;
  const std::lock_guard lock(adding_); // which keeps it from being taken out by another
  const Name name{its.objects.organisation, its.objects.name};
  if (its.is_changed || known(name) != sandbox) {
    return;
  }
  may_have_unchanged_ = true;
  if (its.last_use != 0) {
    return;
  }
  sandbox.reset();
  forget(its);
}

void Sandboxes::remove(const std::shared_ptr<Sandbox> &sandbox) {
  const std::lock_guard lock(adding_);
  Shard &shard = shard_of(name_of(sandbox));
  const std::lock_guard shard_lock(shard.mutex);
  const auto found = shard.sandboxes.find(name_of(sandbox));
  if (found != shard.sandboxes.end() && *found == sandbox) {
    shard.sandboxes.erase(found);
    --count_;
    tell_gone(*sandbox);
  }
}

void Sandboxes::forget_unchanged() {
  std::vector<Sandbox *> unchanged;
  const std::lock_guard lock(adding_);
  for (const Shard &shard : shards_) {
    const std::shared_lock shard_lock(shard.mutex);
    for (const auto &sandbox : shard.sandboxes) {
      if (!sandbox->is_changed && sandbox->violations.total() == 0) {
        unchanged.push_back(sandbox.get());
      }
    }
  }
  for (Sandbox *sandbox : unchanged) {
    forget(*sandbox);
  }
  may_have_unchanged_ = true;
}

std::shared_ptr<Sandbox> Sandboxes::known(const Name &name) const {
  const Shard &shard = shard_of(name);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.sandboxes.find(name);
  return found == shard.sandboxes.end() ? nullptr : *found;
}

std::shared_ptr<Sandbox> Sandboxes::fresh(const Name &name) const {
  auto sandbox = std::make_shared<Sandbox>(
      name.organisation, name.sandbox,
      id_base_ ^ std::hash<std::string>{}(key_of(name.organisation, name.sandbox)), clock_,
      SandboxObjects::Scheduling{.of_new_flows = settings_.schedules, .most_runs = settings_.limits.runs},
      settings_.reading, settings_.journal_size, exchanges_);
  if (watcher_.made) {
    watcher_.made(*sandbox);
  }
  return sandbox;
}

void Sandboxes::adopt(const std::shared_ptr<Sandbox> &sandbox) {
  const std::lock_guard lock(adding_);
  Shard &shard = shard_of(name_of(sandbox));
  std::shared_ptr<Sandbox> replaced; // goes when the others no longer wait
  const std::lock_guard shard_lock(shard.mutex);
  if (const auto found = shard.sandboxes.find(name_of(sandbox)); found != shard.sandboxes.end()) {
    replaced = *found;
    shard.sandboxes.erase(found);
    --count_;
  }
  shard.sandboxes.insert(sandbox);
  ++count_;
}

void Sandboxes::drop(const Sandbox &sandbox) {
  decltype(Shard::sandboxes)::node_type taken; // goes when the others no longer wait
  const std::lock_guard lock(adding_);
  const Name name{sandbox.objects.organisation, sandbox.objects.name};
  Shard &shard = shard_of(name);
  const std::lock_guard shard_lock(shard.mutex);
  const auto found = shard.sandboxes.find(name);
  if (found != shard.sandboxes.end() && found->get() == &sandbox) {
    taken = shard.sandboxes.extract(found);
    --count_;
  }
}

std::shared_ptr<Sandbox> Sandboxes::added(const Name &name) {
  const std::lock_guard lock(adding_);
  if (auto sandbox = known(name)) {
    return sandbox;
  }
  if (count_ >= settings_.limits.sandboxes && !make_room()) {
    return nullptr;
  }
  auto sandbox = fresh(name);
  Shard &shard = shard_of(name);
  {
    const std::lock_guard shard_lock(shard.mutex);
    shard.sandboxes.insert(sandbox);
  }
  ++count_;
  may_have_unchanged_ = true;
  return sandbox;
}

/// A sixteenth of them at once, so that a client that reads in ever new sandboxes does not have all of them
/// looked at for each.
bool Sandboxes::make_room() {
  if (!may_have_unchanged_) {
    return false;
  }
  std::vector<std::pair<std::uint64_t, Sandbox *>> unchanged;
  for (const Shard &shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    for (const auto &sandbox : shard.sandboxes) {
      if (!sandbox->is_changed || watcher_.has_copies) {
        unchanged.emplace_back(sandbox->last_use, sandbox.get());
      }
    }
  }
  std::sort(unchanged.begin(), unchanged.end());
  constexpr std::size_t kPart = 16;
  std::size_t wanted = std::max<std::size_t>(1, count_ / kPart);
  for (auto idle = unchanged.begin(); wanted > 0 && idle != unchanged.end(); ++idle) {
    wanted -= forget_for_room(*idle->second) ? 1 : 0;
  }
  may_have_unchanged_ = !unchanged.empty();
  return count_ < settings_.limits.sandboxes;
}

void Sandboxes::tell_gone(const Sandbox &sandbox) const {
  if (watcher_.gone) {
    watcher_.gone(sandbox);
  }
}

bool Sandboxes::forget_for_room(Sandbox &sandbox) {
  if (!watcher_.has_copies) {
    return forget(sandbox);
  }
  decltype(Shard::sandboxes)::node_type taken; // goes when the others no longer wait
  Shard &shard = shard_of({sandbox.objects.organisation, sandbox.objects.name});
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.sandboxes.find(Name{sandbox.objects.organisation, sandbox.objects.name});
  if (found->use_count() > 1) {
    return false;
  }
  taken = shard.sandboxes.extract(found);
  --count_;
  return true;
}

/// False where somebody holds the sandbox, or has changed it since.
bool Sandboxes::forget(Sandbox &sandbox) {
  const Name name{sandbox.objects.organisation, sandbox.objects.name};
  Shard &shard = shard_of(name);
  decltype(shard.sandboxes)::node_type taken;
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.sandboxes.find(name);
  if (found->use_count() > 1 || sandbox.is_changed) {
    return false;
  }
  tell_gone(sandbox);
  taken = shard.sandboxes.extract(found);
  --count_;
  return true;
}

} // namespace flow::mock
