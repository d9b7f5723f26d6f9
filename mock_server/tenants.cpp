#include "mock_server/tenants.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "mock_server/events/notification.hpp"

namespace flow::mock {

namespace {

/// A header value holds no line feed, so no two pairs share a key.
std::string key_of(std::string_view organisation, std::string_view name) {
  std::string key;
  key.reserve(organisation.size() + 1 + name.size());
  key.append(organisation).append("\n").append(name);
  return key;
}

} // namespace

void Tenant::start(const Seed &seed) {
  if (has_started_) {
    return;
  }
  const std::lock_guard lock(starting_);
  if (!has_started_) {
    reset(seed);
    has_started_ = true;
  }
}

void Tenant::reset(const Seed &seed) {
  is_changed = false; // first: what is done from here on changes it again
  tell(nullptr, {});
  faults.clear();
  Transaction transaction = Transaction::unsettled(sandbox, clock);
  clock.start_over();
  transaction->ids.start_over(sandbox.id_seed);
  journal.clear();
  try {
    transaction->load(seed, clock.now_ms());
  } catch (...) {
    has_started_ = false;
    throw;
  }
}

void Tenant::restore(const Seed &seed) {
  Transaction transaction = Transaction::unsettled(sandbox, clock);
  try {
    transaction->load(seed, transaction.now_ms());
  } catch (...) {
    has_started_ = false;
    throw;
  }
}

void Tenant::tell(std::shared_ptr<WebhookSender> sender, const contract::Reading &reading) {
  Transaction transaction = Transaction::unsettled(sandbox, clock);
  webhook_.swap(sender); // the old one ends when the sandbox is free again
  if (!webhook_) {
    transaction->on_end = nullptr;
    return;
  }
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
                    .body = notification(id, webhook_->webhook().client_id, run, sandbox, reading)});
  };
}

void Tenant::settle() {
  const Transaction transaction(sandbox, clock);
  if (webhook_) {
    webhook_->advance_to(transaction.now_ms(), !clock.stands_still());
  }
}

std::shared_ptr<WebhookSender> Tenant::webhook() {
  const Transaction transaction = Transaction::unsettled(sandbox, clock);
  return webhook_;
}

Tenants::Tenants(const Settings &settings, const Clock &clock, std::atomic<std::uint64_t> &exchanges)
    : settings_(settings), clock_(clock), exchanges_(exchanges),
      id_base_(settings.deterministic.value_or(IdSource::random_seed())) {}

std::shared_ptr<Tenant> Tenants::of(std::string_view organisation, std::string_view sandbox) {
  const Name name{organisation, sandbox};
  auto tenant = known(name);
  if (!tenant) {
    tenant = added(name);
  }
  if (tenant) {
    tenant->start(settings_.seed);
  }
  return tenant;
}

std::shared_ptr<Tenant> Tenants::find(std::string_view organisation, std::string_view sandbox) const {
  auto tenant = known({organisation, sandbox});
  return tenant && tenant->has_started() ? tenant : nullptr;
}

std::shared_ptr<Tenant> Tenants::seen(std::string_view organisation, std::string_view sandbox) const {
  auto tenant = find(organisation, sandbox);
  if (!tenant) {
    tenant = fresh({organisation, sandbox});
    tenant->start(settings_.seed);
  }
  return tenant;
}

std::vector<std::shared_ptr<Tenant>> Tenants::all() const {
  std::vector<std::shared_ptr<Tenant>> tenants;
  for (const Shard &shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    std::copy_if(shard.tenants.begin(), shard.tenants.end(), std::back_inserter(tenants),
                 [](const auto &tenant) { return tenant->has_started(); });
  }
  std::sort(tenants.begin(), tenants.end(), [](const auto &a, const auto &b) {
    return std::tie(a->sandbox.organisation, a->sandbox.name) <
           std::tie(b->sandbox.organisation, b->sandbox.name);
  });
  return tenants;
}

void Tenants::mark_changed(Tenant &tenant) {
  const std::shared_lock lock(shard_of({tenant.sandbox.organisation, tenant.sandbox.name}).mutex);
  tenant.is_changed = true;
}

void Tenants::let_go(std::shared_ptr<Tenant> tenant) {
  Tenant &its = *tenant;
  const std::lock_guard lock(adding_); // which keeps it from being taken out by another
  const Name name{its.sandbox.organisation, its.sandbox.name};
  if (its.is_changed || known(name) != tenant) {
    return;
  }
  may_have_unchanged_ = true;
  if (its.last_use != 0) {
    return;
  }
  tenant.reset();
  forget(its);
}

void Tenants::forget_unchanged() {
  std::vector<Tenant *> unchanged;
  const std::lock_guard lock(adding_);
  for (const Shard &shard : shards_) {
    const std::shared_lock shard_lock(shard.mutex);
    for (const auto &tenant : shard.tenants) {
      if (!tenant->is_changed && tenant->violations.total() == 0) {
        unchanged.push_back(tenant.get());
      }
    }
  }
  for (Tenant *tenant : unchanged) {
    forget(*tenant);
  }
  may_have_unchanged_ = true;
}

std::shared_ptr<Tenant> Tenants::known(const Name &name) const {
  const Shard &shard = shard_of(name);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.tenants.find(name);
  return found == shard.tenants.end() ? nullptr : *found;
}

std::shared_ptr<Tenant> Tenants::fresh(const Name &name) const {
  return std::make_shared<Tenant>(name.organisation, name.sandbox,
                                  id_base_ ^
                                      std::hash<std::string>{}(key_of(name.organisation, name.sandbox)),
                                  clock_, settings_.journal_size, exchanges_);
}

std::shared_ptr<Tenant> Tenants::added(const Name &name) {
  const std::lock_guard lock(adding_);
  if (auto tenant = known(name)) {
    return tenant;
  }
  if (count_ >= settings_.limits.sandboxes && !make_room()) {
    return nullptr;
  }
  auto tenant = fresh(name);
  Shard &shard = shard_of(name);
  {
    const std::lock_guard shard_lock(shard.mutex);
    shard.tenants.insert(tenant);
  }
  ++count_;
  may_have_unchanged_ = true;
  return tenant;
}

/// A sixteenth of them at once, so that a client that reads in ever new sandboxes does not have all of them
/// looked at for each.
bool Tenants::make_room() {
  if (!may_have_unchanged_) {
    return false;
  }
  std::vector<std::pair<std::uint64_t, Tenant *>> unchanged;
  for (const Shard &shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    for (const auto &tenant : shard.tenants) {
      if (!tenant->is_changed) {
        unchanged.emplace_back(tenant->last_use, tenant.get());
      }
    }
  }
  std::sort(unchanged.begin(), unchanged.end());
  constexpr std::size_t kPart = 16;
  std::size_t wanted = std::max<std::size_t>(1, count_ / kPart);
  for (auto idle = unchanged.begin(); wanted > 0 && idle != unchanged.end(); ++idle) {
    wanted -= forget(*idle->second) ? 1 : 0;
  }
  may_have_unchanged_ = !unchanged.empty();
  return count_ < settings_.limits.sandboxes;
}

/// False where somebody holds the tenant, or has changed it since.
bool Tenants::forget(Tenant &tenant) {
  const Name name{tenant.sandbox.organisation, tenant.sandbox.name};
  Shard &shard = shard_of(name);
  decltype(shard.tenants)::node_type taken;
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.tenants.find(name);
  if (found->use_count() > 1 || tenant.is_changed) {
    return false;
  }
  taken = shard.tenants.extract(found);
  --count_;
  return true;
}

} // namespace flow::mock
