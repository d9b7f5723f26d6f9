#include <atomic>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/kept_text.hpp"
#include "tests/mock_server/exchange.hpp"
#include "tests/mock_server/shared_records.hpp"
#include "tests/mock_server/stored_entries.hpp"
#include "tests/mock_server/support.hpp"

namespace flow::mock::test {
namespace {

/// A journal whose entries are kept where others keep theirs.
struct SharedJournal {
  SharedJournal(SharedRecords &shared, std::size_t capacity)
      : store(shared), journal({.exchanges = capacity}, numbers) {
    journal.watch_changes();
  }

  void add(const std::string &run) {
    const Ask asked = get(run);
    const Request request = asked.request();
    journal.add(exchange_of(request), secrets_of(request, KnownSecrets(std::vector<std::string>())),
                {.at_ms = 0, .duration_us = 1});
  }
  void keep() {
    SandboxChanges changes;
    journal.append_changes(changes);
    store.commit(std::span(&changes, 1));
    known = store.now().version;
  }
  bool apply() {
    const auto changes = store.since(known);
    known = store.now().version;
    return journal.apply(changes);
  }
  /// Number and target of each.
  std::vector<std::pair<std::uint64_t, std::string>> all() const {
    std::vector<std::pair<std::uint64_t, std::string>> all;
    for (const JournalEntry &entry : StoredEntries::of(journal)) {
      all.emplace_back(entry.number, entry.target);
    }
    return all;
  }
  void read_whole() {
    journal.begin_kept();
    store.read({}, [&](const EntityChange &kept) { journal.put_kept(kept.key, *kept.value); });
    journal.end_kept();
    known = store.now().version;
  }

  SharedRecords &store;
  std::atomic<std::uint64_t> numbers = 0;
  Journal journal;
  std::uint64_t known = 0;
};

struct Journals {
  explicit Journals(std::size_t size) : capacity(size), one(records, size), other(records, size) {}
  /// What who reads all of it has.
  std::vector<std::pair<std::uint64_t, std::string>> stored() {
    SharedJournal fresh(records, capacity);
    fresh.read_whole();
    return fresh.all();
  }

  SharedRecords records;
  std::size_t capacity;
  SharedJournal one;
  SharedJournal other;
};

TEST(AppliedJournal, GoesOnInTheRing) {
  Journals two(3);
  for (int i = 0; i < 8; ++i) {
    two.one.add("r" + std::to_string(i));
    two.one.keep();
    ASSERT_TRUE(two.other.apply());
    EXPECT_EQ(two.other.all(), two.stored()) << i;
  }
  EXPECT_EQ(two.other.all().size(), 3U);
}

TEST(AppliedJournal, TakesMoreThanThereIsRoomFor) {
  Journals two(3);
  two.one.add("first");
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  for (int i = 0; i < 5; ++i) {
    two.one.add("r" + std::to_string(i));
    two.one.keep();
  }
  ASSERT_TRUE(two.other.apply());
  EXPECT_EQ(two.other.all(), two.stored());
  two.other.add("more"); // at the place that comes next
  two.other.keep();
  EXPECT_EQ(two.other.all(), two.stored());
}

TEST(AppliedJournal, IsClearedByOthers) {
  for (const int added : {0, 1, 2, 5}) { // fewer than there were, and more
    Journals two(10);
    for (int i = 0; i < 2; ++i) {
      two.one.add("before");
    }
    two.one.keep();
    ASSERT_TRUE(two.other.apply());
    two.one.journal.clear();
    for (int i = 0; i < added; ++i) {
      two.one.add("after");
    }
    two.one.keep();
    ASSERT_TRUE(two.other.apply());
    EXPECT_EQ(two.other.all(), two.stored()) << added;
    EXPECT_EQ(two.other.all().size(), static_cast<std::size_t>(added));
    EXPECT_EQ(two.other.journal.cleared(), 1U);
  }
}

TEST(AppliedJournal, PutsItsOwnBehindWithNewNumbers) {
  Journals two(10);
  two.other.add("own");
  two.one.add("a");
  two.one.add("b");
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  const auto all = two.other.all();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all.back().second, run_path("own"));
  EXPECT_EQ(all.back().first, 3U);
  two.other.keep();
  EXPECT_EQ(two.stored(), all);
}

TEST(AppliedJournal, GoesOnWithTheHighestNumber) {
  Journals two(10);
  two.one.numbers = 50;
  two.one.add("a");
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  EXPECT_EQ(two.other.numbers, 51U);
}

TEST(AppliedJournal, IsToBeReadAgainWhereItDoesNotFollow) {
  Journals two(10);
  two.one.add("a");
  two.one.keep();
  two.one.add("b");
  two.one.keep();
  two.other.known = 1; // as if it had the first
  EXPECT_FALSE(two.other.apply());
  two.other.read_whole();
  EXPECT_EQ(two.other.all(), two.stored());
}

TEST(AppliedJournal, IsAsGoodAsReadingAllOfIt) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    Journals two(1 + random() % 6);
    for (int i = 0; i < 200; ++i) {
      SharedJournal &its = random() % 2 == 0 ? two.one : two.other;
      const auto pending = random() % 3;
      for (unsigned left = 0; left < pending; ++left) {
        its.add("own " + std::to_string(i));
      }
      ASSERT_TRUE(its.apply()) << seed << ", " << i;
      if (pending == 0) {
        ASSERT_EQ(its.all(), two.stored()) << seed << ", " << i;
      }
      if (random() % 8 == 0) {
        its.journal.clear();
      }
      for (auto left = random() % 5; left > 0; --left) {
        its.add(std::to_string(i));
      }
      its.keep();
      ASSERT_EQ(its.all(), two.stored()) << seed << ", " << i;
    }
  }
}

} // namespace
} // namespace flow::mock::test
