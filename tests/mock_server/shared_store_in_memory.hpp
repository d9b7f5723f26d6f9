#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mock_server/store/shared_store.hpp"

namespace flow::mock::test {

/// What several stores in memory share, and whether it works.
struct SharedThings {
  struct Entity {
    std::optional<std::string> value; ///< none: it was removed
    std::uint64_t version = 0;
  };
  struct One {
    StoredVersion version{};
    std::map<std::pair<EntityKind, std::string>, Entity> entities{};
    bool is_watched = false;
    std::string claimant{};
  };

  std::mutex mutex;
  std::condition_variable changed;
  std::map<StoredName, One> sandboxes;
  std::set<StoredName> locked;
  std::uint64_t last_number = 0;
  std::size_t stores = 0; ///< that were made
  std::size_t turns = 0;
  std::size_t commits = 0;
  std::string failure;         ///< why nothing works; empty: it does
  std::string commit_failure;  ///< why commits fail
  std::string unknown_outcome; ///< why the outcome of commits, which are carried out, is not known

  /// Which of the stores, counted from 1 as they were made, looks after a sandbox; empty: none.
  std::string claimant_of(const StoredName &name) {
    const std::lock_guard lock(mutex);
    return sandboxes.at(name).claimant;
  }

  void set(std::string SharedThings::*what, std::string why) {
    const std::lock_guard lock(mutex);
    this->*what = std::move(why);
  }
};

/// A store for several mocks of one process.
class SharedStoreInMemory final : public SharedStore {
public:
  explicit SharedStoreInMemory(std::shared_ptr<SharedThings> things) : things_(std::move(things)) {
    const std::lock_guard lock(things_->mutex);
    claimant_ = std::to_string(++things_->stores);
  }

  std::vector<StoredName> sandboxes() override {
    const std::lock_guard lock(things_->mutex);
    std::vector<StoredName> names;
    for (const auto &[name, one] : things_->sandboxes) {
      names.push_back(name);
    }
    return names;
  }

  void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) override {
    read_of(*things_, sandbox, take);
  }

  void commit(std::span<const SandboxChanges> changes) override {
    std::vector<Wanted> wanted;
    for (const SandboxChanges &each : changes) {
      wanted.push_back({.sandbox = each.sandbox, .is_locked = true});
    }
    begin(wanted)->commit(changes);
  }

  std::unique_ptr<Turn> begin(std::span<const Wanted> wanted) override {
    auto turn = std::make_unique<TurnInMemory>(things_);
    for (const Wanted &each : wanted) {
      turn->add(each);
    }
    return turn;
  }

  std::unique_ptr<Turn> begin_all(const std::function<StoredVersion(const StoredName &)> &known) override {
    auto turn = std::make_unique<TurnInMemory>(things_);
    std::vector<std::pair<std::uint64_t, StoredName>> all;
    {
      const std::lock_guard lock(things_->mutex);
      for (const auto &[name, one] : things_->sandboxes) {
        if (name != StoredName()) {
          all.emplace_back(one.version.number, name);
        }
      }
    }
    std::sort(all.begin(), all.end());
    for (const auto &[number, name] : all) {
      turn->add({.sandbox = name, .known = known(name), .is_locked = true});
    }
    turn->add({.sandbox = {}, .known = known({}), .is_locked = true});
    return turn;
  }

  std::vector<StoredName> claim(std::chrono::milliseconds /*time*/, std::size_t most) override {
    const std::lock_guard lock(things_->mutex);
    require_working(*things_);
    std::vector<StoredName> claimed;
    for (auto &[name, one] : things_->sandboxes) {
      if (one.is_watched && (one.claimant.empty() || one.claimant == claimant_) && claimed.size() < most) {
        one.claimant = claimant_;
        claimed.push_back(name);
      }
    }
    return claimed;
  }

  void give_back() override {
    const std::lock_guard lock(things_->mutex);
    for (auto &[name, one] : things_->sandboxes) {
      if (one.claimant == claimant_) {
        one.claimant.clear();
      }
    }
  }

private:
  static void require_working(const SharedThings &things) {
    if (!things.failure.empty()) {
      throw StoreFailure(things.failure);
    }
  }

  static void read_of(SharedThings &things, const StoredName &name,
                      const std::function<void(EntityChange)> &take) {
    decltype(SharedThings::One::entities) entities;
    {
      const std::lock_guard lock(things.mutex);
      require_working(things);
      if (const auto found = things.sandboxes.find(name); found != things.sandboxes.end()) {
        entities = found->second.entities;
      }
    }
    for (auto &[place, entity] : entities) {
      if (entity.value) {
        take({place.first, place.second, entity.value});
      }
    }
  }

  class TurnInMemory final : public Turn {
  public:
    explicit TurnInMemory(std::shared_ptr<SharedThings> things) : things_(std::move(things)) {}
    ~TurnInMemory() override { unlock(); }
    TurnInMemory(const TurnInMemory &) = delete;
    TurnInMemory &operator=(const TurnInMemory &) = delete;

    void add(const Wanted &wanted) {
      std::unique_lock lock(things_->mutex);
      require_working(*things_);
      ++things_->turns;
      if (wanted.is_locked) {
        things_->changed.wait(lock, [&] { return !things_->locked.contains(wanted.sandbox); });
        things_->locked.insert(wanted.sandbox);
        locked_.insert(wanted.sandbox);
      }
      News news{.sandbox = wanted.sandbox};
      if (const auto found = things_->sandboxes.find(wanted.sandbox); found != things_->sandboxes.end()) {
        news.version = found->second.version;
        news.is_other = news.version.number != wanted.known.number;
        for (const auto &[place, entity] : found->second.entities) {
          if (!news.is_other && entity.version > wanted.known.version) {
            news.entities.push_back({place.first, place.second, entity.value});
          }
        }
      }
      news_.push_back(std::move(news));
    }

    [[nodiscard]] const std::vector<News> &news() const override { return news_; }

    void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) override {
      read_of(*things_, sandbox, take);
    }

    std::vector<StoredVersion> commit(std::span<const SandboxChanges> changes) override {
      std::vector<StoredVersion> versions;
      {
        const std::lock_guard lock(things_->mutex);
        require_working(*things_);
        if (!things_->commit_failure.empty()) {
          throw StoreFailure(things_->commit_failure);
        }
        for (const SandboxChanges &each : changes) {
          versions.push_back(carry_out(each));
        }
        ++things_->commits;
        if (!things_->unknown_outcome.empty()) {
          throw OutcomeUnknown(things_->unknown_outcome);
        }
      }
      unlock();
      return versions;
    }

  private:
    StoredVersion carry_out(const SandboxChanges &changes) {
      if (!locked_.contains(changes.sandbox)) {
        throw StoreFailure("the sandbox is not locked");
      }
      if (changes.starts_over) {
        things_->sandboxes.erase(changes.sandbox);
      }
      const auto [place, is_new] = things_->sandboxes.try_emplace(changes.sandbox);
      SharedThings::One &one = place->second;
      if (is_new) {
        one.version.number = ++things_->last_number;
      }
      ++one.version.version;
      one.is_watched = changes.is_watched.value_or(one.is_watched);
      bool has_any = false;
      for (const EntityChange &entity : changes.entities) {
        one.entities[{entity.kind, entity.key}] = {.value = entity.value, .version = one.version.version};
      }
      for (const auto &[its_place, entity] : one.entities) {
        has_any = has_any || entity.value.has_value();
      }
      if (!has_any) {
        things_->sandboxes.erase(place);
        return {};
      }
      return one.version;
    }

    void unlock() {
      {
        const std::lock_guard lock(things_->mutex);
        for (const StoredName &name : locked_) {
          things_->locked.erase(name);
        }
        locked_.clear();
      }
      things_->changed.notify_all();
    }

    std::shared_ptr<SharedThings> things_;
    std::set<StoredName> locked_;
    std::vector<News> news_;
  };

  std::shared_ptr<SharedThings> things_;
  std::string claimant_;
};

} // namespace flow::mock::test
