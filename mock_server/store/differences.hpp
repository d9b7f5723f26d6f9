#pragma once

#include <map>
#include <string>
#include <utility>

#include "mock_server/store/store.hpp"

namespace flow::mock {

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
  /// The store has none any more.
  void start_over() { last_.clear(); }

private:
  EntityKind kind_;
  Records last_;
};

} // namespace flow::mock
