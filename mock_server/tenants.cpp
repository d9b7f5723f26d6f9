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

/// Of the name, so that a sandbox's ids do not depend on which other sandboxes were touched before it.
std::uint64_t id_seed(const Settings &settings, std::string_view organisation, std::string_view name) {
  return settings.deterministic
             ? *settings.deterministic ^ std::hash<std::string>{}(key_of(organisation, name))
             : IdSource::random_seed();
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

Tenants::Place::Place(std::string_view organisation, std::string_view sandbox, const Tenants &of, Place *next)
    : tenant(organisation, sandbox, id_seed(of.settings_, organisation, sandbox), of.clock_,
             of.settings_.journal_size, of.exchanges_),
      next(next) {}

Tenants::Tenants(const Settings &settings, const Clock &clock, std::atomic<std::uint64_t> &exchanges)
    : settings_(settings), clock_(clock), exchanges_(exchanges) {}

Tenant &Tenants::of(std::string_view organisation, std::string_view sandbox) {
  Place &place = place_of(organisation, sandbox);
  if (!place.is_ready) {
    std::call_once(place.first_touch, [&] {
      place.tenant.reset(settings_.seed);
      place.is_ready = true;
    });
  }
  return place.tenant;
}

Tenant *Tenants::find(std::string_view organisation, std::string_view sandbox) {
  Place *place = find_from(slots_.at(slot_of(organisation, sandbox)), organisation, sandbox);
  return place == nullptr || !place->is_ready ? nullptr : &place->tenant;
}

std::size_t Tenants::slot_of(std::string_view organisation, std::string_view sandbox) {
  constexpr std::size_t kFactor = 31;
  return (TextHash{}(organisation)*kFactor + TextHash{}(sandbox)) % kSlots;
}

Tenants::Place *Tenants::find_from(Place *place, std::string_view organisation, std::string_view sandbox) {
  while (place != nullptr &&
         (place->tenant.sandbox.name != sandbox || place->tenant.sandbox.organisation != organisation)) {
    place = place->next;
  }
  return place;
}

Tenants::Place &Tenants::place_of(std::string_view organisation, std::string_view sandbox) {
  std::atomic<Place *> &slot = slots_.at(slot_of(organisation, sandbox));
  if (Place *known = find_from(slot, organisation, sandbox)) {
    return *known;
  }
  const std::lock_guard lock(mutex_);
  Place *const newest = slot;
  if (Place *known = find_from(newest, organisation, sandbox)) {
    return *known;
  }
  Place &made = places_.emplace_back(organisation, sandbox, *this, newest);
  slot = &made;
  return made;
}

std::vector<Tenant *> Tenants::all() {
  std::vector<Tenant *> tenants;
  {
    const std::lock_guard lock(mutex_);
    for (Place &place : places_) {
      if (place.is_ready) {
        tenants.push_back(&place.tenant);
      }
    }
  }
  std::sort(tenants.begin(), tenants.end(), [](const Tenant *a, const Tenant *b) {
    return std::tie(a->sandbox.organisation, a->sandbox.name) <
           std::tie(b->sandbox.organisation, b->sandbox.name);
  });
  return tenants;
}

} // namespace flow::mock
