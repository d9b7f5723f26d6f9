#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/store/store.hpp"

namespace flow::mock::test {

inline const StoredName kDev = {.organisation = "org", .sandbox = "dev"};
inline const StoredName kProd = {.organisation = "org", .sandbox = "prod"};

/// All that a store keeps; the reference of what a commit means.
using Things = std::map<std::pair<EntityKind, std::string>, std::string>;
using State = std::map<StoredName, Things>;

inline void commit_to(State &state, std::span<const SandboxChanges> changes) {
  for (const SandboxChanges &of_sandbox : changes) {
    Things &things = state[of_sandbox.sandbox];
    if (of_sandbox.starts_over) {
      things.clear();
    }
    for (const EntityChange &entity : of_sandbox.entities) {
      if (entity.value) {
        things[{entity.kind, entity.key}] = *entity.value;
      } else {
        things.erase({entity.kind, entity.key});
      }
    }
    if (things.empty()) {
      state.erase(of_sandbox.sandbox);
    }
  }
}

inline State after(State state, std::span<const SandboxChanges> changes) {
  commit_to(state, changes);
  return state;
}

/// What is read of one sandbox, whose order is a promise as well.
inline Things things_of(Store &store, const StoredName &sandbox) {
  Things things;
  store.read(sandbox, [&](const EntityChange &entity) {
    std::pair key(entity.kind, entity.key);
    EXPECT_TRUE(things.empty() || things.rbegin()->first < key) << "out of order";
    ASSERT_TRUE(entity.value);
    things[key] = *entity.value;
  });
  return things;
}

inline State state_of(Store &store) {
  State state;
  for (const StoredName &sandbox : store.sandboxes()) {
    EXPECT_FALSE(state.contains(sandbox)) << "listed twice";
    state[sandbox] = things_of(store, sandbox);
  }
  return state;
}

inline void commit(Store &store, const SandboxChanges &changes) {
  store.commit(std::span(&changes, 1));
}

inline EntityChange put(EntityKind kind, std::string key, std::string value) {
  return {.kind = kind, .key = std::move(key), .value = std::move(value)};
}

inline EntityChange gone(EntityKind kind, std::string key) {
  return {.kind = kind, .key = std::move(key), .value = std::nullopt};
}

/// As the keys of runs: eight bytes, the highest first.
inline std::string number_key(std::uint64_t number) {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8) {
    key += static_cast<char>(number >> static_cast<unsigned>(shift));
  }
  return key;
}

/// Changes of few sandboxes and keys, so that they meet; values of up to `largest` bytes.
inline std::vector<SandboxChanges> some_changes(std::mt19937 &random, std::size_t largest = 300) {
  const auto below = [&](std::size_t bound) { return random() % bound; };
  std::vector<SandboxChanges> changes(1 + below(3));
  for (SandboxChanges &of_sandbox : changes) {
    of_sandbox.sandbox = {.organisation = "org",
                          .sandbox = std::string(1, static_cast<char>('a' + below(4)))};
    of_sandbox.starts_over = below(12) == 0;
    for (std::size_t left = below(6); left > 0; --left) {
      const auto kind = static_cast<EntityKind>(1 + below(3));
      const std::string key = number_key(below(20));
      if (below(4) == 0) {
        of_sandbox.entities.push_back(gone(kind, key));
      } else {
        std::string value(below(largest + 1), static_cast<char>(below(256)));
        of_sandbox.entities.push_back(put(kind, key, std::move(value)));
      }
    }
  }
  return changes;
}

} // namespace flow::mock::test
