#include "mock_server/keeping/kept_mock.hpp"

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "mock_server/keeping/kept_sandbox.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/store/record.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr const char *kClockOfMock = "clock";
constexpr const char *kFaultsOfMock = "faults";

[[noreturn]] void fail_for_mock(const std::exception &error) {
  throw StoreError(std::string("what it has of the mock is damaged: ") + error.what() +
                   "; restore the file from a copy, or remove it");
}

/// What `function` returns; that something is damaged is thrown as StoreError.
template <typename Function> auto with_damage_of_mock_told(Function function) {
  try {
    return function();
  } catch (const BadRecord &error) {
    fail_for_mock(error);
  } catch (const Json::exception &error) {
    fail_for_mock(error);
  } catch (const FaultError &error) {
    fail_for_mock(error);
  }
}

} // namespace

/// Where it is noted that the store has it; null: nowhere.
Differences *KeptMock::part_of(const EntityChange &kept) {
  switch (kept.kind) {
  case EntityKind::steering:
    return kept.key == kClockOfMock || kept.key == kFaultsOfMock ? &kept_.steering : nullptr;
  case EntityKind::violation:
    return &kept_.violations;
  case EntityKind::lease:
    return &kept_.leases;
  case EntityKind::journal:
    return nullptr;
  default:
    throw BadRecord("something is of no kind that a mock has");
  }
}

void KeptMock::put_faults(const EntityChange &kept) {
  state_.faults.put_kept(kept.value ? steering_in(*kept.value)
                                    : Json({{"idsGiven", 0}, {"faults", Json::array()}}));
  state_.has_faults = state_.has_faults || !state_.faults.empty();
}

void KeptMock::follow_clock(const EntityChange &kept) {
  if (kept.value) {
    state_.clock.follow(steering_in(*kept.value));
  } else {
    state_.clock.start_over(state_.settings.frozen_at_ms);
  }
}

void KeptMock::read(const ReadKept &read) {
  with_damage_of_mock_told([&] {
    read([&](const EntityChange &kept) {
      if (kept.kind == EntityKind::journal) {
        state_.journal.put_kept(kept.key, *kept.value);
      } else if (kept.kind == EntityKind::violation) {
        state_.violations.put_kept(kept.key, *kept.value);
      } else if (kept.kind == EntityKind::lease) {
        state_.leases.put_kept(*kept.value);
      } else if (kept.kind == EntityKind::steering && kept.key == kClockOfMock) {
        state_.clock.put_kept(steering_in(*kept.value));
      } else if (kept.kind == EntityKind::steering && kept.key == kFaultsOfMock) {
        put_faults(kept);
      }
      if (Differences *part = part_of(kept)) {
        part->take(kept);
      }
    });
    state_.journal.end_kept();
  });
  kept_.violations_revision = state_.violations.revision();
  kept_.leases_revision = state_.leases.revision();
}

SandboxChanges KeptMock::changes() {
  SandboxChanges changes;
  const std::uint64_t clock_revision = state_.clock.revision();
  const std::uint64_t faults_revision = state_.faults.revision();
  if (clock_revision != kept_.clock_revision || faults_revision != kept_.faults_revision) {
    kept_.clock_revision = clock_revision;
    kept_.faults_revision = faults_revision;
    Differences::Records records = {{kClockOfMock, steering_record(state_.clock.kept())}};
    if (const Json faults = state_.faults.kept(); !faults.is_null()) {
      records.emplace(kFaultsOfMock, steering_record(faults));
    }
    kept_.steering.append(std::move(records), changes);
  }
  if (const std::uint64_t revision = state_.violations.revision(); revision != kept_.violations_revision) {
    kept_.violations_revision = revision;
    kept_.violations.append(state_.violations.kept(), changes);
  }
  if (const std::uint64_t revision = state_.leases.revision(); revision != kept_.leases_revision) {
    kept_.leases_revision = revision;
    kept_.leases.append(state_.leases.kept(), changes);
  }
  state_.journal.append_changes(changes);
  return changes;
}

bool KeptMock::apply(std::span<const EntityChange> changes) {
  return with_damage_of_mock_told([&] {
    if (!state_.journal.apply(of_kind(changes, EntityKind::journal))) {
      return false;
    }
    const Differences::Records violations_before = kept_.violations.records();
    for (const EntityChange &change : changes) {
      Differences *part = part_of(change);
      if (part == nullptr) {
        continue;
      }
      part->take(change);
      if (change.kind == EntityKind::lease && change.value) {
        state_.leases.put_kept(*change.value);
      } else if (change.kind == EntityKind::lease) {
        state_.leases.remove(change.key);
      } else if (change.kind == EntityKind::steering && change.key == kFaultsOfMock) {
        put_faults(change);
      } else if (change.kind == EntityKind::steering) {
        follow_clock(change);
      }
    }
    if (!of_kind(changes, EntityKind::violation).empty()) {
      state_.violations.rebuild(violations_before, kept_.violations.records());
    }
    return true;
  });
}

void KeptMock::read_again(const ReadKept &read) {
  std::vector<EntityChange> all;
  read([&](EntityChange kept) { all.push_back(std::move(kept)); });
  with_damage_of_mock_told([&] {
    kept_ = {};
    state_.journal.begin_kept();
    EntityChange clock{EntityKind::steering, kClockOfMock, std::nullopt};
    EntityChange faults{EntityKind::steering, kFaultsOfMock, std::nullopt};
    for (const EntityChange &kept : all) {
      if (Differences *part = part_of(kept)) {
        part->take(kept);
      }
      if (kept.kind == EntityKind::journal) {
        state_.journal.put_kept(kept.key, *kept.value);
      } else if (kept.kind == EntityKind::steering && (kept.key == clock.key || kept.key == faults.key)) {
        (kept.key == clock.key ? clock : faults) = kept;
      }
    }
    state_.journal.end_kept();
    follow_clock(clock);
    put_faults(faults);
    state_.violations.rebuild(state_.violations.kept(), kept_.violations.records());
    for (const auto &[id, record] : state_.leases.kept()) {
      if (!kept_.leases.records().contains(id)) {
        state_.leases.remove(id);
      }
    }
    for (const auto &[id, record] : kept_.leases.records()) {
      state_.leases.put_kept(record);
    }
  });
}

void KeptMock::compare_again(const ReadKept &read) {
  kept_ = {};
  with_damage_of_mock_told([&] {
    read([&](const EntityChange &kept) {
      if (Differences *part = part_of(kept)) {
        part->take(kept);
      }
    });
  });
  state_.journal.append_all_again();
}

} // namespace flow::mock
