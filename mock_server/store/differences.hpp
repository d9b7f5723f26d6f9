#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "mock_server/store/store.hpp"

namespace flow::mock {

/// Those of one kind among such as Store::read gives, which stand together.
inline std::span<const EntityChange> of_kind(std::span<const EntityChange> changes, EntityKind kind) {
  const auto is_before = [](const EntityChange &change, EntityKind its) { return change.kind < its; };
  const auto is_behind = [](EntityKind its, const EntityChange &change) { return its < change.kind; };
  const auto begin = std::lower_bound(changes.begin(), changes.end(), kind, is_before);
  return {begin, std::upper_bound(begin, changes.end(), kind, is_behind)};
}

/// What a store has of a kind of things, so that of many only those are written that have changed.
class Differences {
public:
  explicit Differences(EntityKind kind) : kind_(kind) {}

  using Records = std::map<std::string, std::string>; ///< by key

  /// Appends what makes the store have just these.
  void append(Records now, SandboxChanges &changes) {
    for (const auto &[key, record] : last_) {
      if (!now.contains(key)) {
        changes.entities.push_back({kind_, key, std::nullopt});
      }
    }
    for (const auto &[key, record] : now) {
      if (const auto before = last_.find(key); before == last_.end() || before->second != record) {
        changes.entities.push_back({kind_, key, record});
      }
    }
    last_ = std::move(now);
  }

  /// The store has this one.
  void put_kept(std::string key, std::string record) {
    last_.insert_or_assign(std::move(key), std::move(record));
  }
  /// Others have changed one in the store.
  void take(const EntityChange &change) {
    if (change.value) {
      last_.insert_or_assign(change.key, *change.value);
    } else {
      last_.erase(change.key);
    }
  }
  /// What the store has.
  [[nodiscard]] const Records &records() const { return last_; }
  /// The store has none any more.
  void start_over() { last_.clear(); }

private:
  EntityKind kind_;
  Records last_;
};

} // namespace flow::mock
