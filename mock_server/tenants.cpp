#include "mock_server/tenants.hpp"

#include <algorithm>
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

void Tenant::reset(const Seed &seed) {
  tell(nullptr, Reading::tutorial);
  faults.clear();
  const std::lock_guard lock(sandbox.mutex);
  clock.start_over();
  sandbox.ids.start_over(sandbox.id_seed);
  sandbox.load(seed, clock.now_ms());
  journal.clear();
}

void Tenant::tell(std::shared_ptr<WebhookSender> sender, Reading reading) {
  const std::lock_guard lock(sandbox.mutex);
  webhook_.swap(sender); // the old one ends when the lock is free again
  if (!webhook_) {
    sandbox.on_end = nullptr;
    return;
  }
  sandbox.on_end = [this, reading](const Run &run) {
    // Of what has happened, so that watching changes none of the sandbox's ids.
    const std::string id = name_uuid(run.id + run.etag);
    webhook_->send({.id = id,
                    .code = std::string(event_code(run.state)),
                    .run_id = run.id,
                    .at_ms = run.updated_at_ms,
                    .body = notification(id, run, sandbox, reading)});
  };
}

std::shared_ptr<WebhookSender> Tenant::webhook() {
  const std::lock_guard lock(sandbox.mutex);
  return webhook_;
}

Tenants::Tenants(const Settings &settings, const Clock &clock, std::atomic<std::uint64_t> &exchanges)
    : settings_(settings), clock_(clock), exchanges_(exchanges) {}

Tenant &Tenants::of(std::string_view organisation, std::string_view sandbox) {
  if (Tenant *known = find(organisation, sandbox)) {
    return *known;
  }
  const std::string key = key_of(organisation, sandbox);
  const std::unique_lock lock(mutex_);
  auto &tenant = tenants_[key];
  if (!tenant) {
    tenant = make(organisation, sandbox, key);
  }
  return *tenant;
}

Tenant *Tenants::find(std::string_view organisation, std::string_view sandbox) {
  const std::string key = key_of(organisation, sandbox);
  const std::shared_lock lock(mutex_);
  const auto found = tenants_.find(key);
  return found == tenants_.end() ? nullptr : found->second.get();
}

std::vector<Tenant *> Tenants::all() {
  std::vector<Tenant *> tenants;
  {
    const std::shared_lock lock(mutex_);
    tenants.reserve(tenants_.size());
    for (const auto &[key, tenant] : tenants_) {
      tenants.push_back(tenant.get());
    }
  }
  std::sort(tenants.begin(), tenants.end(), [](const Tenant *a, const Tenant *b) {
    return std::tie(a->sandbox.organisation, a->sandbox.name) <
           std::tie(b->sandbox.organisation, b->sandbox.name);
  });
  return tenants;
}

std::unique_ptr<Tenant> Tenants::make(std::string_view organisation, std::string_view sandbox,
                                      const std::string &key) const {
  // Of the name, so that a sandbox's ids do not depend on which other sandboxes were touched before it.
  const std::uint64_t id_seed = settings_.deterministic
                                    ? *settings_.deterministic ^ std::hash<std::string>{}(key)
                                    : IdSource::random_seed();
  auto tenant =
      std::make_unique<Tenant>(organisation, sandbox, id_seed, clock_, settings_.journal_size, exchanges_);
  tenant->reset(settings_.seed);
  return tenant;
}

} // namespace flow::mock
