#include "tests/mock_server/store_suite.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/mock_server/store_state.hpp"

namespace flow::mock::test {
namespace {

TEST_P(StoreSuite, ANewOneKeepsNothing) {
  EXPECT_TRUE(store->sandboxes().empty());
  EXPECT_TRUE(things_of(*store, kDev).empty());
}

TEST_P(StoreSuite, KeepsAnyBytesInNamesKeysAndValues) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  const std::string megabyte(1U << 20U, '\xfe');
  const std::vector<std::string> texts = {"", std::string(1, '\0'), all, "text", "'; DROP TABLE entity"};
  State expected;
  for (const std::string &organisation : texts) {
    for (const std::string &sandbox : texts) {
      SandboxChanges changes{.sandbox = {.organisation = organisation, .sandbox = sandbox}, .entities = {}};
      for (const std::string &text : texts) {
        changes.entities.push_back(put(EntityKind::document, text, all + text));
        changes.entities.push_back(put(EntityKind::steering, all + text, text));
      }
      commit(*store, changes);
      commit_to(expected, std::span(&changes, 1));
    }
  }
  const SandboxChanges large{
      .sandbox = kDev,
      .entities = {put(EntityKind::journal, megabyte, "key"), put(EntityKind::journal, "value", megabyte)}};
  commit(*store, large);
  commit_to(expected, std::span(&large, 1));
  EXPECT_TRUE(state_of(*store) == expected);
  open_again();
  EXPECT_TRUE(state_of(*store) == expected);
}

TEST_P(StoreSuite, KeepsEveryKind) {
  SandboxChanges changes{.sandbox = kDev, .entities = {}};
  for (int kind = 255; kind > 0; --kind) { // later versions have more
    changes.entities.push_back(put(static_cast<EntityKind>(kind), "key", std::to_string(kind)));
  }
  commit(*store, changes);
  EXPECT_EQ(state_of(*store), after({}, std::span(&changes, 1)));
}

TEST_P(StoreSuite, ReadsInTheOrderOfKindsAndOfTheBytesOfKeys) {
  SandboxChanges changes{.sandbox = kDev, .entities = {}};
  const std::vector<std::string> in_order = {"",
                                             std::string(1, '\0'),
                                             std::string(2, '\0'),
                                             std::string("\0a", 2),
                                             "A",
                                             "Aa",
                                             "a",
                                             "aa",
                                             "b",
                                             "\x7f",
                                             "\x80",
                                             "\xff",
                                             "\xff\xff"};
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const std::string &key = in_order[i * 5 % in_order.size()];
    changes.entities.push_back(put(EntityKind::script, key, "s"));
    changes.entities.push_back(put(EntityKind::run, key, "r"));
  }
  commit(*store, changes);
  std::vector<std::pair<EntityKind, std::string>> read;
  store->read(kDev, [&](const EntityChange &entity) { read.emplace_back(entity.kind, entity.key); });
  std::vector<std::pair<EntityKind, std::string>> expected;
  for (const EntityKind kind : {EntityKind::script, EntityKind::run}) {
    for (const std::string &key : in_order) {
      expected.emplace_back(kind, key);
    }
  }
  EXPECT_EQ(read, expected);
}

TEST_P(StoreSuite, OfSeveralChangesTheLastHolds) {
  commit(*store, {.sandbox = kDev,
                  .entities = {put(EntityKind::run, "a", "1"), put(EntityKind::run, "a", "2"),
                               put(EntityKind::run, "b", "1"), gone(EntityKind::run, "b"),
                               gone(EntityKind::run, "c"), put(EntityKind::run, "c", "1")}});
  EXPECT_EQ(things_of(*store, kDev), (Things{{{EntityKind::run, "a"}, "2"}, {{EntityKind::run, "c"}, "1"}}));
  const std::vector<SandboxChanges> twice = {
      {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "3")}},
      {.sandbox = kDev, .entities = {put(EntityKind::run, "a", ""), gone(EntityKind::run, "c")}}};
  store->commit(twice);
  EXPECT_EQ(things_of(*store, kDev), (Things{{{EntityKind::run, "a"}, ""}}));
}

TEST_P(StoreSuite, RemovalTakesTheOneThing) {
  commit(*store, {.sandbox = kDev,
                  .entities = {put(EntityKind::run, "a", "1"), put(EntityKind::run, "b", "2"),
                               put(EntityKind::script, "a", "3")}});
  commit(*store, {.sandbox = kProd, .entities = {put(EntityKind::run, "a", "4")}});
  commit(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, "a"), gone(EntityKind::run, "none")}});
  EXPECT_EQ(state_of(*store),
            (State{{kDev, {{{EntityKind::run, "b"}, "2"}, {{EntityKind::script, "a"}, "3"}}},
                   {kProd, {{{EntityKind::run, "a"}, "4"}}}}));
}

TEST_P(StoreSuite, StartingOverRemovesAllOfTheSandboxFirst) {
  commit(*store, {.sandbox = kProd, .entities = {put(EntityKind::run, "a", "kept")}});
  commit(*store,
         {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "1"), put(EntityKind::journal, "b", "2")}});
  commit(*store, {.sandbox = kDev, .starts_over = true, .entities = {put(EntityKind::run, "c", "3")}});
  const State expected = {{kDev, {{{EntityKind::run, "c"}, "3"}}},
                          {kProd, {{{EntityKind::run, "a"}, "kept"}}}};
  EXPECT_EQ(state_of(*store), expected);
  open_again();
  EXPECT_EQ(state_of(*store), expected);
}

TEST_P(StoreSuite, NothingOfALargeSandboxComesBackAfterItStartedOver) {
  SandboxChanges large{.sandbox = kDev, .entities = {}};
  for (std::uint64_t number = 0; number < 5000; ++number) {
    large.entities.push_back(put(EntityKind::run, number_key(number), "old"));
  }
  State expected;
  for (const bool starts_over : {false, true, true}) {
    large.starts_over = starts_over;
    commit(*store, large);
  }
  commit(*store, {.sandbox = kDev, .starts_over = true, .entities = {}});
  EXPECT_EQ(state_of(*store), expected);
  for (std::uint64_t number = 0; number < 30; ++number) {
    const SandboxChanges little{.sandbox = number % 3 == 0 ? kProd : kDev,
                                .entities = {put(EntityKind::run, number_key(number * 300), "new")}};
    commit(*store, little);
    commit_to(expected, std::span(&little, 1));
    if (number % 4 == 0) {
      open_again();
    }
    ASSERT_EQ(state_of(*store), expected) << number;
  }
}

TEST_P(StoreSuite, ASandboxWithNothingLeftIsNotListed) {
  commit(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, "none")}});
  commit(*store, {.sandbox = kDev, .starts_over = true, .entities = {}});
  commit(*store, {.sandbox = kDev, .entities = {}});
  EXPECT_TRUE(store->sandboxes().empty());
  commit(*store, {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "1")}});
  commit(*store, {.sandbox = kProd, .entities = {put(EntityKind::run, "a", "1")}});
  EXPECT_EQ(store->sandboxes().size(), 2U);
  commit(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, "a")}});
  EXPECT_EQ(store->sandboxes(), std::vector<StoredName>{kProd});
  commit(*store, {.sandbox = kProd, .starts_over = true, .entities = {}});
  EXPECT_TRUE(store->sandboxes().empty());
}

TEST_P(StoreSuite, ACommitOfNothingChangesNothing) {
  commit(*store, {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "1")}});
  store->commit({});
  EXPECT_EQ(state_of(*store), (State{{kDev, {{{EntityKind::run, "a"}, "1"}}}}));
}

TEST_P(StoreSuite, WhatTheReaderThrowsEndsTheReading) {
  commit(*store,
         {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "1"), put(EntityKind::run, "b", "2")}});
  int taken = 0;
  EXPECT_THROW(store->read(kDev,
                           [&](const EntityChange &) {
                             ++taken;
                             throw std::out_of_range("enough");
                           }),
               std::out_of_range);
  EXPECT_EQ(taken, 1);
  commit(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, "a")}});
  EXPECT_EQ(things_of(*store, kDev), (Things{{{EntityKind::run, "b"}, "2"}}));
}

TEST_P(StoreSuite, IsAsItsReferenceOverManyCommits) {
  std::mt19937 random(15);
  State expected;
  for (int i = 0; i < 200; ++i) {
    const std::vector<SandboxChanges> changes = some_changes(random, i % 10 == 0 ? 20000 : 300);
    store->commit(changes);
    commit_to(expected, changes);
    if (i % 40 == 0) {
      open_again();
    }
    if (i % 5 == 0) {
      ASSERT_TRUE(state_of(*store) == expected) << i;
    }
  }
}

TEST_P(StoreSuite, NoThreadSeesHalfOfACommit) {
  constexpr int kCommits = 40;
  SandboxChanges many{.sandbox = kDev, .entities = {}};
  for (std::uint64_t number = 0; number < 50; ++number) {
    many.entities.push_back(put(EntityKind::run, number_key(number), std::string(40000, '0')));
  }
  commit(*store, many); // more than is read at once
  std::atomic<int> writing = 3;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kCommits; ++i) {
        const std::string value = std::to_string(writer) + "/" + std::to_string(i);
        const std::vector<SandboxChanges> both = {
            {.sandbox = kDev,
             .entities = {put(EntityKind::sandbox, "", value), put(EntityKind::violation, "last", value)}},
            {.sandbox = {.organisation = "writer", .sandbox = std::to_string(writer)},
             .entities = {put(EntityKind::run, number_key(static_cast<std::uint64_t>(i)), value)}}};
        store->commit(both);
      }
      --writing;
    });
  }
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      do {
        const Things things = things_of(*store, kDev);
        const auto first = things.find({EntityKind::sandbox, ""});
        const auto last = things.find({EntityKind::violation, "last"});
        EXPECT_EQ(first == things.end() ? "" : first->second, last == things.end() ? "" : last->second);
      } while (writing > 0);
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  const State state = state_of(*store);
  EXPECT_EQ(state.size(), 4U);
  for (const auto &[sandbox, things] : state) {
    EXPECT_EQ(things.size(), sandbox == kDev ? 52U : static_cast<std::size_t>(kCommits)) << sandbox.sandbox;
  }
}

} // namespace
} // namespace flow::mock::test
