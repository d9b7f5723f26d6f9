#include "mock_server/keeping/kept_sandbox.hpp"

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

StoredName stored_name(const Sandbox &sandbox) {
  return {sandbox.objects.organisation, sandbox.objects.name};
}

/// As texts of JSON; of what is as in a fresh sandbox nothing.
Differences::Records steering_of(const Sandbox &sandbox, const WebhookSender *webhook) {
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
      {{"changed", false}, {"steered", false}, {"skipsTime", false}});
  add(kClock, sandbox.clock.kept(), {{"frozenAtMs", nullptr}, {"offsetMs", 0}});
  add(kFaults, sandbox.faults.kept(), nullptr);
  add(kExpectations, sandbox.expectations.kept(), Json::array());
  add(kWebhook, webhook == nullptr ? Json() : to_json(webhook->webhook()), nullptr);
  return records;
}

void put_steering(Sandbox &sandbox, const std::string &name, const std::string &record) {
  const Json json = steering_in(record);
  if (name == kFlags) {
    sandbox.is_changed = json.at("changed").get<bool>();
    sandbox.is_steered = json.at("steered").get<bool>();
    sandbox.skips_time = json.at("skipsTime").get<bool>();
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

} // namespace

std::string steering_record(const Json &json) {
  return RecordWriter().text(json.dump(-1, ' ', false, Json::error_handler_t::replace)).take();
}

Json steering_in(std::string_view record) {
  return Json::parse(RecordReader(record).text());
}

SandboxChanges changes_of(Sandbox &sandbox) {
  SandboxChanges changes{.sandbox = stored_name(sandbox), .entities = {}};
  Transaction::unsettled(sandbox.objects, sandbox.clock)->append_changes(sandbox.objects, changes);
  Sandbox::KeptParts &kept = sandbox.kept;
  if (changes.starts_over) {
    kept = {};
    sandbox.journal.append_all_again();
  }
  const auto webhook = sandbox.webhook();
  kept.steering.append(steering_of(sandbox, webhook.get()), changes);
  if (const std::uint64_t revision = webhook ? webhook->revision() : 0; revision != kept.events_revision) {
    kept.events_revision = revision;
    kept.events.append(webhook ? webhook->kept() : Differences::Records(), changes);
  }
  if (const std::uint64_t revision = sandbox.violations.revision(); revision != kept.violations_revision) {
    kept.violations_revision = revision;
    kept.violations.append(sandbox.violations.kept(), changes);
  }
  sandbox.journal.append_changes(changes);
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
    if (has_objects_) {
      transaction_->end_kept();
    } else {
      transaction_->load(settings_.seed, transaction_.now_ms());
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
    } else {
      put_steering(sandbox_, kept.key, *kept.value);
    }
    sandbox_.kept.steering.put_kept(kept.key, *kept.value);
  }

  const Settings &settings_;
  Sandbox &sandbox_;
  Transaction transaction_;
  bool has_objects_ = false;
  std::optional<Webhook> webhook_;
  Differences::Records events_;
};

} // namespace

std::optional<KeptWebhook> read_sandbox(Store &store, const Settings &settings, Sandbox &sandbox) {
  try {
    Reading reading(settings, sandbox);
    store.read(stored_name(sandbox), [&](const EntityChange &kept) { reading.take(kept); });
    return reading.end();
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

void resume_webhook(ServiceState &state, Sandbox &sandbox, const KeptWebhook &kept) {
  if (!set_webhook(state, sandbox, kept.webhook)) {
    return;
  }
  const auto sender = sandbox.webhook();
  try {
    for (const auto &[key, record] : kept.events) {
      sender->put_kept(key, record);
      sandbox.kept.events.put_kept(key, record);
    }
  } catch (const BadRecord &error) {
    fail(stored_name(sandbox), error);
  }
}

} // namespace flow::mock
