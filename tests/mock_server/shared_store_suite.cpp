#include "tests/mock_server/shared_store_suite.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "tests/mock_server/store_state.hpp"

namespace flow::mock::test {
namespace {

using std::chrono::milliseconds;
using Turn = SharedStore::Turn;
using News = SharedStore::News;
using Wanted = SharedStore::Wanted;

const StoredName kWhole;

std::unique_ptr<Turn> begin(SharedStore &store, const Wanted &wanted) {
  return store.begin(std::span(&wanted, 1));
}

std::unique_ptr<Turn> lock(SharedStore &store, const StoredName &sandbox, StoredVersion known = {}) {
  return begin(store, {.sandbox = sandbox, .known = known, .is_locked = true});
}

/// What somebody who knows that version is told, without a lock.
News news(SharedStore &store, const StoredName &sandbox, StoredVersion known) {
  return begin(store, {.sandbox = sandbox, .known = known})->news().at(0);
}

StoredVersion version_of(SharedStore &store, const StoredName &sandbox) {
  return news(store, sandbox, {}).version;
}

StoredVersion commit_one(SharedStore &store, const SandboxChanges &changes) {
  return lock(store, changes.sandbox)->commit(std::span(&changes, 1)).at(0);
}

SandboxChanges putting(const StoredName &sandbox, const std::string &key, const std::string &value) {
  return {.sandbox = sandbox, .entities = {put(EntityKind::run, key, value)}};
}

Things read(Turn &turn, const StoredName &sandbox) {
  Things things;
  turn.read(sandbox, [&](const EntityChange &entity) { things[{entity.kind, entity.key}] = *entity.value; });
  return things;
}

void take_in(Things &things, const std::vector<EntityChange> &entities) {
  State state = {{kDev, things}};
  const SandboxChanges changes{.sandbox = kDev, .entities = entities};
  commit_to(state, std::span(&changes, 1));
  things = state[kDev];
}

/// A mock's memory of one sandbox.
struct Memory {
  StoredVersion version;
  Things things;

  void learn(Turn &turn, const News &news) {
    if (news.is_other) {
      things = read(turn, news.sandbox);
    }
    take_in(things, news.entities);
    version = news.version;
  }
};

TEST_P(SharedStoreSuite, OfAnEmptyOneThereIsNoNews) {
  for (const bool is_locked : {false, true}) {
    const auto turn = begin(*store, {.sandbox = kDev, .is_locked = is_locked});
    ASSERT_EQ(turn->news().size(), 1U);
    const News &news = turn->news()[0];
    EXPECT_EQ(news.sandbox, kDev);
    EXPECT_EQ(news.version, StoredVersion{});
    EXPECT_FALSE(news.is_other);
    EXPECT_TRUE(news.entities.empty());
    EXPECT_TRUE(read(*turn, kDev).empty());
  }
  EXPECT_TRUE(store->sandboxes().empty());
}

TEST_P(SharedStoreSuite, VersionsCountTheCommitsToASandbox) {
  const StoredVersion first = commit_one(*store, putting(kDev, "a", "1"));
  EXPECT_NE(first.number, 0U);
  const StoredVersion second = commit_one(*other, putting(kDev, "a", "2"));
  EXPECT_EQ(second, (StoredVersion{first.number, first.version + 1}));
  EXPECT_NE(commit_one(*store, putting(kProd, "a", "2")).number, first.number);
  EXPECT_EQ(version_of(*other, kDev), second);
}

TEST_P(SharedStoreSuite, NewsIsWhatChangedSinceInTheOrderOfReading) {
  const StoredVersion first =
      commit_one(*store, {.sandbox = kDev,
                          .entities = {put(EntityKind::script, "b", "1"), put(EntityKind::run, "c", "1"),
                                       put(EntityKind::run, "a", "1"), put(EntityKind::run, "same", "1")}});
  commit_one(*store, {.sandbox = kDev,
                      .entities = {put(EntityKind::run, "c", "2"), gone(EntityKind::run, "a"),
                                   gone(EntityKind::run, "never")}});
  const StoredVersion third =
      commit_one(*store, {.sandbox = kDev,
                          .entities = {put(EntityKind::script, "b", ""), put(EntityKind::run, "c", "3")}});
  for (const bool is_locked : {false, true}) {
    const News news = begin(*other, {.sandbox = kDev, .known = first, .is_locked = is_locked})->news().at(0);
    EXPECT_EQ(news.version, third);
    EXPECT_FALSE(news.is_other);
    ASSERT_EQ(news.entities.size(), 3U);
    EXPECT_EQ(news.entities[0].key, "b");
    EXPECT_EQ(news.entities[0].value, "");
    EXPECT_EQ(news.entities[1].key, "a");
    EXPECT_EQ(news.entities[1].value, std::nullopt);
    EXPECT_EQ(news.entities[2].key, "c");
    EXPECT_EQ(news.entities[2].value, "3");
    EXPECT_TRUE(begin(*other, {.sandbox = kDev, .known = third, .is_locked = is_locked})
                    ->news()
                    .at(0)
                    .entities.empty());
  }
}

TEST_P(SharedStoreSuite, LongKeysAreInTheOrderOfTheirBytes) {
  std::vector<std::string> keys;
  for (std::uint64_t number = 0; number < 600; ++number) {
    keys.push_back(number_key(number));
  }
  for (const char letter : {'k', 'l'}) {
    const std::string head(700, letter);
    for (const std::size_t size : {511, 512, 513}) {
      keys.push_back(head.substr(0, size));
    }
    for (std::uint64_t number = 0; number < 1500; ++number) {
      keys.push_back(head + number_key(number));
    }
    keys.push_back(head + std::string(2300, letter));
  }
  const StoredVersion first = commit_one(*store, putting(kDev, "", "1"));
  SandboxChanges changes{.sandbox = kDev, .entities = {}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    changes.entities.push_back(put(EntityKind::run, keys[i * 7 % keys.size()], "v"));
  }
  commit_one(*store, changes);
  std::vector<std::string> told;
  for (const EntityChange &entity : news(*store, kDev, first).entities) {
    told.push_back(entity.key);
  }
  EXPECT_TRUE(told == keys);
  std::vector<std::string> found;
  store->read(kDev, [&](const EntityChange &entity) { found.push_back(entity.key); });
  ASSERT_FALSE(found.empty());
  found.erase(found.begin()); // ""
  EXPECT_TRUE(found == keys);
  changes.entities = {gone(EntityKind::run, keys.back())};
  commit_one(*store, changes);
  EXPECT_EQ(things_of(*store, kDev).size(), keys.size());
}

TEST_P(SharedStoreSuite, WhatIsGoneIsNotRead) {
  commit_one(*store,
             {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "1"), put(EntityKind::run, "b", "1")}});
  commit_one(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, "a")}});
  const auto turn = lock(*other, kDev);
  EXPECT_TRUE(turn->news()[0].is_other);
  EXPECT_EQ(read(*turn, kDev), (Things{{{EntityKind::run, "b"}, "1"}}));
}

TEST_P(SharedStoreSuite, OneThatStartsOverIsAnother) {
  const StoredVersion before = commit_one(*store, putting(kDev, "a", "1"));
  SandboxChanges changes = putting(kDev, "b", "2");
  changes.starts_over = true;
  const StoredVersion after = commit_one(*other, changes);
  EXPECT_NE(after.number, before.number);
  const auto turn = begin(*store, {.sandbox = kDev, .known = before});
  EXPECT_TRUE(turn->news()[0].is_other);
  EXPECT_TRUE(turn->news()[0].entities.empty());
  EXPECT_EQ(turn->news()[0].version, after);
  EXPECT_EQ(read(*turn, kDev), (Things{{{EntityKind::run, "b"}, "2"}}));
}

TEST_P(SharedStoreSuite, OneOfWhichNothingIsKeptHasNoVersionAndANumberNeverComesBack) {
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 4; ++i) {
    const StoredVersion made = commit_one(*store, putting(kDev, "a", "1"));
    EXPECT_TRUE(numbers.insert(made.number).second) << made.number;
    SandboxChanges empties{.sandbox = kDev, .starts_over = i % 2 == 0, .entities = {}};
    if (!empties.starts_over) {
      empties.entities = {gone(EntityKind::run, "a")};
    }
    EXPECT_EQ(commit_one(*store, empties), StoredVersion{});
    const News after = news(*other, kDev, made);
    EXPECT_EQ(after.version, StoredVersion{});
    EXPECT_TRUE(after.is_other);
    EXPECT_TRUE(after.entities.empty());
    EXPECT_TRUE(other->sandboxes().empty());
  }
}

TEST_P(SharedStoreSuite, WhoKnowsMoreThanThereIsReadsAll) {
  StoredVersion known = commit_one(*store, putting(kDev, "a", "1"));
  ++known.version;
  EXPECT_TRUE(news(*store, kDev, known).is_other);
}

TEST_P(SharedStoreSuite, WhatIsNotCommittedIsNotKept) {
  const StoredVersion first = commit_one(*store, putting(kDev, "a", "1"));
  lock(*store, kDev).reset();
  lock(*store, kProd).reset();
  EXPECT_EQ(lock(*store, kDev, first)->commit({}).size(), 0U);
  EXPECT_EQ(version_of(*other, kDev), first);
  EXPECT_EQ(other->sandboxes(), std::vector<StoredName>{kDev});
}

TEST_P(SharedStoreSuite, OneThatIsLockedAndNotChangedStaysAsItIs) {
  const std::vector<Wanted> wanted = {{.sandbox = kDev, .is_locked = true},
                                      {.sandbox = kProd, .is_locked = true}};
  const SandboxChanges changes = putting(kDev, "a", "1");
  EXPECT_EQ(store->begin(wanted)->commit(std::span(&changes, 1)).size(), 1U);
  EXPECT_EQ(other->sandboxes(), std::vector<StoredName>{kDev});
}

TEST_P(SharedStoreSuite, ACommitIsOfAllSandboxesOrNone) {
  const std::vector<Wanted> wanted = {{.sandbox = kDev, .is_locked = true}, {.sandbox = kProd}};
  const std::vector<SandboxChanges> both = {putting(kDev, "a", "1"), putting(kProd, "a", "1")};
  auto turn = store->begin(wanted);
  EXPECT_THROW(turn->commit(both), std::logic_error); // kProd is not locked
  turn.reset();
  EXPECT_TRUE(other->sandboxes().empty());
}

TEST_P(SharedStoreSuite, ALockExcludesOthersUntilTheTurnEnds) {
  for (const bool is_there : {true, false}) {
    const StoredName sandbox = is_there ? kDev : kProd;
    const StoredVersion first = is_there ? commit_one(*store, putting(kDev, "a", "1")) : StoredVersion{};
    auto mine = lock(*store, sandbox, first);
    std::atomic<bool> has_theirs = false;
    News theirs;
    std::thread thread([&] {
      const auto turn = lock(*other, sandbox, first);
      has_theirs = true;
      theirs = turn->news().at(0);
    });
    place->await_waiting();
    EXPECT_FALSE(has_theirs);
    EXPECT_EQ(version_of(*other, sandbox), first); // others may look
    const SandboxChanges changes = putting(sandbox, "mine", "2");
    const StoredVersion second = mine->commit(std::span(&changes, 1)).at(0);
    thread.join();
    EXPECT_EQ(theirs.version, second);
    EXPECT_EQ(theirs.is_other, !is_there);
    EXPECT_EQ(theirs.entities.size(), is_there ? 1U : 0U);
  }
}

TEST_P(SharedStoreSuite, ALockOfOneSandboxLeavesOthersAlone) {
  const auto mine = lock(*store, kDev);
  commit_one(*other, putting(kProd, "a", "1"));
  commit_one(*store, putting(kWhole, "a", "1"));
  EXPECT_EQ(other->sandboxes(), (std::vector<StoredName>{kWhole, kProd}));
}

TEST_P(SharedStoreSuite, OneWhoWaitedForOneThatIsGoneOrAnotherByThenHasTheNewOne) {
  for (const bool comes_back : {false, true}) {
    const StoredVersion first = commit_one(*store, putting(kDev, "a", "1"));
    auto mine = lock(*store, kDev, first);
    std::thread thread([&, first] {
      const auto turn = lock(*other, kDev, first);
      EXPECT_TRUE(turn->news().at(0).is_other);
      EXPECT_EQ(read(*turn, kDev).size(), comes_back ? 1U : 0U);
      const SandboxChanges changes = putting(kDev, "theirs", "2");
      EXPECT_NE(turn->commit(std::span(&changes, 1)).at(0).number, first.number);
    });
    place->await_waiting();
    SandboxChanges changes{.sandbox = kDev, .starts_over = true, .entities = {}};
    if (comes_back) {
      changes.entities = {put(EntityKind::run, "new", "1")};
    }
    mine->commit(std::span(&changes, 1));
    mine.reset();
    thread.join();
    EXPECT_EQ(things_of(*store, kDev).size(), comes_back ? 2U : 1U);
  }
}

TEST_P(SharedStoreSuite, CountersOfManyThreadsLoseNothing) {
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      SharedStore &mine = number % 2 == 0 ? *store : *other;
      Memory memory;
      for (int i = 0; i < kEach; ++i) {
        const std::vector<Wanted> wanted = {{.sandbox = kDev, .known = memory.version, .is_locked = true},
                                            {.sandbox = kWhole}};
        const auto turn = mine.begin(wanted);
        memory.learn(*turn, turn->news().at(0));
        const std::string &before = memory.things[{EntityKind::run, "count"}];
        SandboxChanges changes =
            putting(kDev, "count", std::to_string(before.empty() ? 1 : std::stoi(before) + 1));
        changes.starts_over = i == 12;
        memory.version = turn->commit(std::span(&changes, 1)).at(0);
        take_in(memory.things, changes.entities);
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(things_of(*store, kDev), (Things{{{EntityKind::run, "count"}, std::to_string(4 * kEach)}}));
}

/// Two mocks that know a sandbox by news alone know what is stored.
TEST_P(SharedStoreSuite, ByNewsAMemoryStaysAsTheStore) {
  std::mt19937 random(5);
  std::map<StoredName, Memory> memories;
  State expected;
  for (int i = 0; i < 300; ++i) {
    const std::vector<SandboxChanges> changes = some_changes(random);
    (i % 2 == 0 ? store : other)->commit(changes);
    commit_to(expected, changes);
    const StoredName name{.organisation = "org", .sandbox = std::string(1, static_cast<char>('a' + i % 4))};
    const auto turn =
        begin(*store, {.sandbox = name, .known = memories[name].version, .is_locked = i % 3 == 0});
    memories[name].learn(*turn, turn->news().at(0));
    ASSERT_EQ(memories[name].things, expected.contains(name) ? expected[name] : Things()) << i;
  }
}

TEST_P(SharedStoreSuite, WhoHasNotAskedForLongReadsAll) {
  const StoredVersion first =
      commit_one(*store, {.sandbox = kDev,
                          .entities = {put(EntityKind::run, "a", "1"), put(EntityKind::run, "b", "1")}});
  commit_one(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, "a")}});
  StoredVersion last;
  for (int i = 0; i < 1400; ++i) {
    last = commit_one(*store, putting(kDev, "b", std::to_string(i)));
  }
  const News old = news(*other, kDev, first);
  const bool tells = std::any_of(old.entities.begin(), old.entities.end(),
                                 [](const EntityChange &entity) { return !entity.value; });
  EXPECT_TRUE(old.is_other || tells); // that "a" is gone
  last.version -= 3;
  const News recent = news(*other, kDev, last);
  EXPECT_FALSE(recent.is_other);
  EXPECT_EQ(recent.entities.size(), 1U);
}

TEST_P(SharedStoreSuite, AReadingIsOfOneMomentWithOrWithoutALock) {
  SandboxChanges many{.sandbox = kDev, .entities = {}};
  for (std::uint64_t number = 0; number < 40; ++number) {
    many.entities.push_back(put(EntityKind::run, number_key(number), std::string(100000, '0')));
  }
  const StoredVersion first = commit_one(*store, many);
  for (const bool with_other_locked : {false, true}) {
    std::vector<Wanted> wanted = {{.sandbox = kDev}};
    if (with_other_locked) {
      wanted.push_back({.sandbox = kProd, .is_locked = true});
    }
    const auto turn = store->begin(wanted);
    bool is_committed = false;
    std::set<char> seen;
    turn->read(kDev, [&](const EntityChange &entity) {
      seen.insert(entity.value->front());
      if (!std::exchange(is_committed, true)) {
        for (EntityChange &change : many.entities) {
          change.value = std::string(100000, with_other_locked ? '2' : '1');
        }
        other->commit(std::span(&many, 1));
      }
    });
    EXPECT_EQ(seen.size(), 1U);
  }
  EXPECT_EQ(version_of(*store, kDev).version, first.version + 2);
}

TEST_P(SharedStoreSuite, ATurnOnAllHasAllLockedAndTheWholeLast) {
  const StoredVersion prod = commit_one(*store, putting(kProd, "a", "1"));
  commit_one(*store, putting(kDev, "a", "1"));
  commit_one(*store, putting(kProd, "a", "2"));
  std::vector<StoredName> asked;
  auto turn = other->begin_all([&](const StoredName &name) {
    asked.push_back(name);
    return name == kProd ? prod : StoredVersion{};
  });
  const std::vector<StoredName> all = {kProd, kDev, kWhole};
  EXPECT_EQ(asked, all);
  ASSERT_EQ(turn->news().size(), 3U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(turn->news()[i].sandbox, all[i]);
  }
  EXPECT_EQ(turn->news()[0].entities.size(), 1U);
  EXPECT_TRUE(turn->news()[1].is_other);
  EXPECT_FALSE(turn->news()[2].is_other);
  std::thread thread([&] { commit_one(*store, putting(kWhole, "theirs", "1")); });
  place->await_waiting();
  const std::vector<SandboxChanges> changes = {{.sandbox = kProd, .starts_over = true, .entities = {}},
                                               putting(kDev, "a", "3"),
                                               putting(kWhole, "a", "3")};
  const std::vector<StoredVersion> versions = turn->commit(changes);
  turn.reset();
  thread.join();
  EXPECT_EQ(versions.at(0), StoredVersion{});
  EXPECT_EQ(versions.at(1).version, 2U);
  EXPECT_EQ(versions.at(2).version, 1U);
  EXPECT_EQ(state_of(*store),
            (State{{kDev, {{{EntityKind::run, "a"}, "3"}}},
                   {kWhole, {{{EntityKind::run, "a"}, "3"}, {{EntityKind::run, "theirs"}, "1"}}}}));
}

TEST_P(SharedStoreSuite, ATurnOnAllIncludesWhatWasMadeWhileItWaited) {
  commit_one(*store, putting(kDev, "a", "1"));
  const std::vector<Wanted> wanted = {{.sandbox = kDev, .is_locked = true},
                                      {.sandbox = kProd, .is_locked = true}};
  auto mine = store->begin(wanted);
  std::size_t told = 0;
  std::thread thread(
      [&] { told = other->begin_all([](const StoredName &) { return StoredVersion{}; })->news().size(); });
  place->await_waiting();
  const std::vector<SandboxChanges> changes = {putting(kDev, "a", "2"), putting(kProd, "a", "2")};
  mine->commit(changes);
  mine.reset();
  thread.join();
  EXPECT_EQ(told, 3U);
}

TEST_P(SharedStoreSuite, EachWatchedSandboxIsClaimedByOne) {
  constexpr milliseconds kLong = std::chrono::hours(1);
  const StoredName unwatched{.organisation = "org", .sandbox = "unwatched"};
  std::vector<StoredName> watched;
  for (const std::string name : {"a", "b", "c", "d"}) {
    watched.push_back({.organisation = "org", .sandbox = name});
    SandboxChanges changes = putting(watched.back(), "a", "1");
    changes.is_watched = true;
    commit_one(*store, changes);
    commit_one(*store, putting(watched.back(), "a", "2")); // as before
  }
  commit_one(*store, putting(unwatched, "a", "1"));
  const auto sorted = [](std::vector<StoredName> names) {
    std::sort(names.begin(), names.end());
    return names;
  };
  const std::vector<StoredName> mine = sorted(store->claim(kLong, 3));
  EXPECT_EQ(mine.size(), 3U);
  std::vector<StoredName> all = other->claim(kLong, 10);
  EXPECT_EQ(all.size(), 1U);
  all.insert(all.end(), mine.begin(), mine.end());
  EXPECT_EQ(sorted(all), watched);
  EXPECT_EQ(sorted(store->claim(kLong, 3)), mine); // its own stay
  EXPECT_EQ(store->claim(kLong, 2).size(), 2U);

  store->give_back();
  EXPECT_EQ(sorted(other->claim(kLong, 10)), watched);
  EXPECT_TRUE(store->claim(kLong, 10).empty());

  commit_one(*store, {.sandbox = watched[0], .entities = {}, .is_watched = false});
  EXPECT_EQ(other->claim(kLong, 10).size(), 3U);
}

TEST_P(SharedStoreSuite, AClaimEndsWithItsTime) {
  SandboxChanges changes = putting(kDev, "a", "1");
  changes.is_watched = true;
  commit_one(*store, changes);
  EXPECT_EQ(store->claim(milliseconds(0), 1).size(), 1U);
  EXPECT_EQ(other->claim(std::chrono::hours(1), 1).size(), 1U);
  EXPECT_TRUE(store->claim(milliseconds(0), 1).empty());
}

TEST_P(SharedStoreSuite, ALockedSandboxStaysItsOwnersAndDoesNotHoldUpClaims) {
  for (const StoredName &sandbox : {kDev, kProd}) {
    SandboxChanges changes = putting(sandbox, "a", "1");
    changes.is_watched = true;
    commit_one(*store, changes);
  }
  EXPECT_EQ(store->claim(std::chrono::hours(1), 1), std::vector<StoredName>{kDev});
  const std::vector<Wanted> wanted = {{.sandbox = kDev, .is_locked = true},
                                      {.sandbox = kProd, .is_locked = true}};
  const auto turn = other->begin(wanted);
  EXPECT_EQ(store->claim(std::chrono::hours(1), 1), std::vector<StoredName>{kDev});
  EXPECT_EQ(store->claim(std::chrono::hours(1), 2), std::vector<StoredName>{kDev});
  EXPECT_TRUE(other->claim(std::chrono::hours(1), 2).empty());
}

} // namespace
} // namespace flow::mock::test
