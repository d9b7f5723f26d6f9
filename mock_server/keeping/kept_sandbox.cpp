#include "mock_server/keeping/kept_sandbox.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "mock_server/service_state.hpp"
#include "mock_server/store/record.hpp"
#include "mock_server/webhooks/set_webhook.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr const char *kFlags = "flags";
constexpr const char *kClock = "clock";
constexpr const char *kFaults = "faults";
constexpr const char *kExpectations = "expectations";
constexpr const char *kWebhook = "webhook";
constexpr const char *kStart = "start"; ///< where there are no objects, what its copy of the seed is made of

/// Of what has never been steered, or is no more.
Json fresh_flags() {
  return {{"changed", false}, {"steered", false}, {"skipsTime", false}};
}
Json fresh_clock() {
  return {{"frozenAtMs", nullptr}, {"offsetMs", 0}};
}

StoredName stored_name(const Sandbox &sandbox) {
  return {sandbox.objects.organisation, sandbox.objects.name};
}

/// As texts of JSON; of what is as in a fresh sandbox nothing.
Differences::Records steering_of(const Sandbox &sandbox, const Json &start, const WebhookSender *webhook) {
  Differences::Records records;
  const auto add = [&](const char *name, const Json &json, const Json &fresh) {
    if (json != fresh) {
      records.emplace(name, steering_record(json));
    }
  };
  add(kFlags,
      {{"changed", sandbox.is_changed.load()},
       {"steered", sandbox.is_steered.load()},
       {"skipsTime", sandbox.skips_time.load()}},
      fresh_flags());
  add(kClock, sandbox.clock.kept(), fresh_clock());
  add(kFaults, sandbox.faults.kept(), nullptr);
  add(kExpectations, sandbox.expectations.kept(), Json::array());
  add(kStart, start, nullptr);
  add(kWebhook, webhook == nullptr ? Json() : to_json(webhook->webhook()), nullptr);
  return records;
}

void put_flags(Sandbox &sandbox, const Json &flags) {
  sandbox.is_changed = flags.at("changed").get<bool>();
  sandbox.is_steered = flags.at("steered").get<bool>();
  sandbox.skips_time = flags.at("skipsTime").get<bool>();
}

void put_steering(Sandbox &sandbox, const std::string &name, const std::string &record) {
  const Json json = steering_in(record);
  if (name == kFlags) {
    put_flags(sandbox, json);
  } else if (name == kClock) {
    sandbox.clock.put_kept(json);
  } else if (name == kFaults) {
    sandbox.faults.put_kept(json);
  } else if (name == kExpectations) {
    sandbox.expectations.put_kept(json);
  }
}

[[noreturn]] void fail(const StoredName &name, const std::exception &error) {
  throw StoreError("what it has of sandbox " + name.sandbox + " of " + name.organisation +
                   " is damaged: " + error.what() + "; restore the file from a copy, or remove it");
}

/// What `function` returns; that something is damaged is thrown as StoreError.
template <typename Function> auto with_damage_told(const Sandbox &sandbox, Function function) {
  try {
    return function();
  } catch (const BadRecord &error) {
    fail(stored_name(sandbox), error);
  } catch (const Json::exception &error) {
    fail(stored_name(sandbox), error);
  } catch (const FaultError &error) {
    fail(stored_name(sandbox), error);
  } catch (const WebhookError &error) {
    fail(stored_name(sandbox), error);
  }
}

} // namespace

std::string steering_record(const Json &json) {
  return RecordWriter().text(json.dump(-1, ' ', false, Json::error_handler_t::replace)).take();
}

Json steering_in(std::string_view record) {
  return Json::parse(RecordReader(record).text());
}

SandboxChanges changes_of(Sandbox &sandbox) {
  SandboxChanges changes = changes_beside_journal(sandbox);
  sandbox.journal.append_changes(changes);
  return changes;
}

SandboxChanges changes_beside_journal(Sandbox &sandbox) {
  SandboxChanges changes{.sandbox = stored_name(sandbox), .entities = {}};
  Json start;
  {
    Transaction transaction = Transaction::unsettled(sandbox.objects, sandbox.clock);
    transaction->append_changes(sandbox.objects, changes);
    if (sandbox.keeps_start) {
      start = {{"atMs", transaction->loaded_at_ms()}, {"idSeed", transaction->id_seed}};
    }
  }
  Sandbox::KeptParts &kept = sandbox.kept;
  if (changes.starts_over) {
    kept = {};
    sandbox.journal.append_all_again();
  }
  const auto webhook = sandbox.webhook();
  kept.steering.append(steering_of(sandbox, start, webhook.get()), changes);
  if (const std::uint64_t revision = webhook ? webhook->revision() : 0; revision != kept.events_revision) {
    kept.events_revision = revision;
    kept.events.append(webhook ? webhook->kept() : Differences::Records(), changes);
  }
  if (const std::uint64_t revision = sandbox.violations.revision(); revision != kept.violations_revision) {
    kept.violations_revision = revision;
    kept.violations.append(sandbox.violations.kept(), changes);
  }
  return changes;
}

namespace {

/// A sandbox while it is read.
class Reading {
public:
  Reading(const Settings &settings, Sandbox &sandbox)
      : settings_(settings), sandbox_(sandbox),
        transaction_(Transaction::unsettled(sandbox.objects, sandbox.clock)) {}

  void take(const EntityChange &kept) {
    switch (kept.kind) {
    case EntityKind::steering:
      take_steering(kept);
      return;
    case EntityKind::event:
      events_.emplace(kept.key, *kept.value);
      return;
    case EntityKind::journal:
      sandbox_.journal.put_kept(kept.key, *kept.value);
      return;
    case EntityKind::violation:
      sandbox_.violations.put_kept(kept.key, *kept.value);
      sandbox_.kept.violations.put_kept(kept.key, *kept.value);
      return;
    default:
      if (!std::exchange(has_objects_, true)) {
        transaction_->begin_kept(settings_.seed, transaction_.now_ms());
      }
      transaction_->put_kept(kept);
    }
  }

  std::optional<KeptWebhook> end() {
    if (start_) {
      transaction_->id_seed = start_->id_seed;
    }
    if (has_objects_) {
      transaction_->end_kept();
      transaction_->set_loaded_at(start_ ? start_->at_ms : transaction_.now_ms());
    } else {
      if (start_) {
        transaction_->ids.start_over(start_->id_seed);
      }
      transaction_->load(settings_.seed, start_ ? start_->at_ms : transaction_.now_ms());
    }
    sandbox_.journal.end_kept();
    sandbox_.kept.violations_revision = sandbox_.violations.revision();
    sandbox_.start_kept();
    return webhook_
               ? std::optional(KeptWebhook{.webhook = *std::move(webhook_), .events = std::move(events_)})
               : std::nullopt;
  }

private:
  void take_steering(const EntityChange &kept) {
    if (kept.key == kWebhook) {
      webhook_ = webhook_of(steering_in(*kept.value));
    } else if (kept.key == kStart) {
      const Json start = steering_in(*kept.value);
      start_ = Start{.at_ms = start.at("atMs"), .id_seed = start.at("idSeed")};
    } else {
      put_steering(sandbox_, kept.key, *kept.value);
    }
    sandbox_.kept.steering.put_kept(kept.key, *kept.value);
  }

  const Settings &settings_;
  Sandbox &sandbox_;
  Transaction transaction_;
  bool has_objects_ = false;
  struct Start {
    std::int64_t at_ms;
    std::uint64_t id_seed;
  };
  std::optional<Start> start_;
  std::optional<Webhook> webhook_;
  Differences::Records events_;
};

} // namespace

std::optional<KeptWebhook> read_sandbox(const ReadKept &read, const Settings &settings, Sandbox &sandbox) {
  return with_damage_told(sandbox, [&] {
    Reading reading(settings, sandbox);
    read([&](const EntityChange &kept) { reading.take(kept); });
    return reading.end();
  });
}

namespace {

/// The sender that goes on with that webhook; null: there is none.
std::shared_ptr<WebhookSender> sender_of(Sandbox *before, const Webhook &webhook) {
  const auto sender = before == nullptr ? nullptr : before->webhook();
  return sender && to_json(sender->webhook()) == to_json(webhook) ? sender : nullptr;
}

} // namespace

void resume_webhook(ServiceState &state, Sandbox &sandbox, const KeptWebhook &kept, Sandbox *before) {
  const auto going_on = sender_of(before, kept.webhook);
  if (!set_webhook(state, sandbox, kept.webhook, going_on)) {
    return;
  }
  const auto sender = sandbox.webhook();
  const Differences::Records known = going_on ? before->kept.events.records() : Differences::Records();
  with_damage_told(sandbox, [&] {
    for (const auto &[key, record] : kept.events) {
      const auto same = known.find(key);
      if (same == known.end() || same->second != record) { // else the sender may know more of it
        sender->put_kept(key, record);
      }
      sandbox.kept.events.put_kept(key, record);
    }
    for (const auto &[key, record] : going_on ? going_on->kept() : Differences::Records()) {
      if (!kept.events.contains(key)) {
        sender->forget(key);
      }
    }
  });
}

namespace {

void follow_steering(ServiceState &state, Sandbox &sandbox, const EntityChange &change) {
  const auto json_or = [&](const Json &fresh) { return change.value ? steering_in(*change.value) : fresh; };
  if (change.key == kFlags) {
    put_flags(sandbox, json_or(fresh_flags()));
  } else if (change.key == kClock) {
    sandbox.clock.follow(json_or(fresh_clock()));
  } else if (change.key == kFaults) {
    sandbox.faults.put_kept(json_or({{"idsGiven", 0}, {"faults", Json::array()}}));
    state.has_faults = state.has_faults || !sandbox.faults.empty();
  } else if (change.key == kExpectations) {
    sandbox.expectations.put_kept(json_or(Json::array()));
  }
}

/// `other_webhook`: that has been set since, or taken away; null: it is the same.
void follow_events(ServiceState &state, Sandbox &sandbox, std::span<const EntityChange> events,
                   const EntityChange *other_webhook) {
  Differences &kept = sandbox.kept.events;
  for (const EntityChange &event : events) {
    kept.take(event);
  }
  if (other_webhook != nullptr && !other_webhook->value) {
    sandbox.tell(nullptr, {});
  } else if (other_webhook != nullptr) {
    resume_webhook(state, sandbox,
                   {.webhook = webhook_of(steering_in(*other_webhook->value)), .events = kept.records()});
  } else if (const auto sender = sandbox.webhook()) {
    for (const EntityChange &event : events) {
      if (event.value) {
        sender->put_kept(event.key, *event.value);
      } else {
        sender->forget(event.key);
      }
    }
  }
}

} // namespace

bool apply_changes(ServiceState &state, Sandbox &sandbox, std::span<const EntityChange> changes) {
  return with_damage_told(sandbox, [&] {
    const auto steering = of_kind(changes, EntityKind::steering);
    const auto events = of_kind(changes, EntityKind::event);
    const auto violations = of_kind(changes, EntityKind::violation);
    const auto has_key = [](const char *key) {
      return [key](const EntityChange &change) { return change.key == key; };
    };
    if (std::any_of(steering.begin(), steering.end(), has_key(kStart))) {
      return false;
    }
    const auto objects = changes.first(static_cast<std::size_t>(steering.data() - changes.data()));
    if (!Transaction::unsettled(sandbox.objects, sandbox.clock)->apply(objects) ||
        !sandbox.journal.apply(of_kind(changes, EntityKind::journal))) {
      return false;
    }
    for (const EntityChange &change : steering) {
      sandbox.kept.steering.take(change);
      follow_steering(state, sandbox, change);
    }
    if (!violations.empty()) {
      const Differences::Records before = sandbox.kept.violations.records();
      for (const EntityChange &violation : violations) {
        sandbox.kept.violations.take(violation);
      }
      sandbox.violations.rebuild(before, sandbox.kept.violations.records());
    }
    const auto webhook = std::find_if(steering.begin(), steering.end(), has_key(kWebhook));
    follow_events(state, sandbox, events, webhook == steering.end() ? nullptr : &*webhook);
    return true;
  });
}

} // namespace flow::mock
