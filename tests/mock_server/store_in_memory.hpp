#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "mock_server/store/store.hpp"

namespace flow::mock::test {

/// What stores in memory have, and whether they work: outlives them, as a file would.
struct StoredThings {
  using Entities = std::map<std::pair<EntityKind, std::string>, std::string>;

  std::mutex mutex;
  std::condition_variable changed;
  std::map<StoredName, Entities> sandboxes;
  std::string failure;     ///< why commits fail; empty: they do not
  bool is_held = false;    ///< commits wait
  std::size_t commits = 0; ///< that were carried out
  std::size_t rows = 0;    ///< that these wrote or removed
  std::size_t bytes = 0;   ///< of their keys and values
  std::size_t waiting = 0; ///< that wait

  void fail(std::string why) {
    const std::lock_guard lock(mutex);
    failure = std::move(why);
  }
  void hold(bool holds) {
    {
      const std::lock_guard lock(mutex);
      is_held = holds;
    }
    changed.notify_all();
  }
};

/// A store that a test can hold and break.
class StoreInMemory final : public Store {
public:
  explicit StoreInMemory(std::shared_ptr<StoredThings> things) : things_(std::move(things)) {}

  std::vector<StoredName> sandboxes() override {
    const std::lock_guard lock(things_->mutex);
    std::vector<StoredName> names;
    for (const auto &[name, entities] : things_->sandboxes) {
      names.push_back(name);
    }
    return names;
  }

  void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) override {
    StoredThings::Entities entities;
    {
      const std::lock_guard lock(things_->mutex);
      if (const auto found = things_->sandboxes.find(sandbox); found != things_->sandboxes.end()) {
        entities = found->second;
      }
    }
    for (auto &[place, value] : entities) {
      take({place.first, place.second, value});
    }
  }

  void commit(std::span<const SandboxChanges> changes) override {
    std::unique_lock lock(things_->mutex);
    ++things_->waiting;
    things_->changed.notify_all();
    things_->changed.wait(lock, [&] { return !things_->is_held; });
    --things_->waiting;
    if (!things_->failure.empty()) {
      throw StoreFailure(things_->failure);
    }
    for (const SandboxChanges &each : changes) {
      carry_out(each);
    }
    ++things_->commits;
    things_->changed.notify_all();
  }

private:
  void carry_out(const SandboxChanges &changes) {
    StoredThings::Entities &entities = things_->sandboxes[changes.sandbox];
    if (changes.starts_over) {
      entities.clear();
    }
    things_->rows += changes.entities.size();
    for (const EntityChange &entity : changes.entities) {
      things_->bytes += entity.key.size() + (entity.value ? entity.value->size() : 0);
      if (entity.value) {
        entities.insert_or_assign({entity.kind, entity.key}, *entity.value);
      } else {
        entities.erase({entity.kind, entity.key});
      }
    }
    if (entities.empty()) {
      things_->sandboxes.erase(changes.sandbox);
    }
  }

  std::shared_ptr<StoredThings> things_;
};

} // namespace flow::mock::test
