#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "mock_server/store/sqlite_store.hpp"
#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/sqlite_files.hpp"
#include "tests/mock_server/store_state.hpp"
#include "tests/mock_server/store_suite.hpp"

namespace flow::mock::test {
namespace {

class SqlitePlace : public StorePlace {
public:
  std::unique_ptr<Store> open() override { return sqlite_store(folder_.file("store.db")); }

private:
  Folder folder_;
};

/// The reference itself, so that the suite is known to ask for nothing else.
class MemoryPlace : public StorePlace {
public:
  std::unique_ptr<Store> open() override { return std::make_unique<MemoryStore>(*this); }

private:
  class MemoryStore : public Store {
  public:
    explicit MemoryStore(MemoryPlace &place) : place_(place) {}

    std::vector<StoredName> sandboxes() override {
      const std::scoped_lock locked(place_.lock_);
      std::vector<StoredName> names;
      for (const auto &[name, things] : place_.state_) {
        names.push_back(name);
      }
      return names;
    }
    void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) override {
      const std::scoped_lock locked(place_.lock_);
      for (const auto &[key, value] : place_.state_.contains(sandbox) ? place_.state_[sandbox] : Things()) {
        take({.kind = key.first, .key = key.second, .value = value});
      }
    }
    void commit(std::span<const SandboxChanges> changes) override {
      const std::scoped_lock locked(place_.lock_);
      commit_to(place_.state_, changes);
    }

  private:
    MemoryPlace &place_;
  };

  std::mutex lock_;
  State state_;
};

INSTANTIATE_TEST_SUITE_P(
    Engines, StoreSuite,
    testing::Values(StoreEngine{"Memory", [] { return std::make_unique<MemoryPlace>(); }},
                    StoreEngine{"Sqlite", [] { return std::make_unique<SqlitePlace>(); }}),
    engine_name);

TEST(SqliteStore, IsOneFileOnceItIsClosed) {
  const Folder folder;
  auto store = sqlite_store(folder.file("store.db"));
  commit(*store, {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "1")}});
  store.reset();
  int files = 0;
  for (const auto &entry :
       std::filesystem::directory_iterator(std::filesystem::path(folder.file("x")).parent_path())) {
    EXPECT_EQ(entry.path().filename(), "store.db");
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST(SqliteStore, AFileIsFoundByItsNameWhateverThatIs) {
  const Folder folder;
  for (const std::string name : {":memory:", "file:x?mode=memory", "a b%20#?.db", "\xc3\xa4"}) {
    const std::string file = folder.file(name);
    commit(*sqlite_store(file), {.sandbox = kDev, .entities = {put(EntityKind::run, "a", name)}});
    EXPECT_TRUE(std::filesystem::exists(file)) << name;
    EXPECT_EQ(things_of(*sqlite_store(file), kDev), (Things{{{EntityKind::run, "a"}, name}}));
  }
}

TEST(SqliteStore, OthersAreCommittedToWhileASandboxIsRead) {
  const Folder folder;
  const auto store = sqlite_store(folder.file("store.db"));
  SandboxChanges large{.sandbox = kDev, .entities = {}};
  for (std::uint64_t number = 0; number < 30; ++number) {
    large.entities.push_back(put(EntityKind::run, number_key(number), std::string(100000, 'x')));
  }
  commit(*store, large);
  std::uint64_t taken = 0;
  store->read(kDev, [&](const EntityChange &) {
    commit(*store, {.sandbox = kProd, .entities = {put(EntityKind::run, number_key(taken++), "y")}});
  });
  EXPECT_EQ(taken, 30U);
  EXPECT_EQ(things_of(*store, kProd).size(), 30U);
}

TEST(SqliteStore, AFileThatWasMovedTakesNoCommitUntilItIsBack) {
  const Folder folder;
  const std::string file = folder.file("store.db");
  auto store = sqlite_store(file);
  std::filesystem::rename(file, folder.file("elsewhere.db"));
  EXPECT_THROW(commit(*store, {.sandbox = kDev, .entities = {put(EntityKind::run, "a", "1")}}), StoreFailure);
  std::filesystem::rename(folder.file("elsewhere.db"), file);
  const SandboxChanges changes{.sandbox = kDev, .entities = {put(EntityKind::run, "a", "2")}};
  commit(*store, changes);
  store.reset();
  EXPECT_EQ(state_of(*sqlite_store(file)), after({}, std::span(&changes, 1)));
}

/// What commits write of a sandbox with so many runs.
struct Written {
  std::uint64_t to_log = 0;
  std::uint64_t to_file = 0;
  std::uint64_t syncs = 0;
  bool operator==(const Written &) const = default;
};

Written written_of(std::uint64_t runs) {
  MemoryFiles files;
  const auto store = open(files);
  for (std::uint64_t number = 0; number < runs;) {
    SandboxChanges changes{.sandbox = kDev, .entities = {}};
    for (const std::uint64_t end = number + 1000; number < runs && number < end; ++number) {
      changes.entities.push_back(put(EntityKind::run, number_key(number), std::string(200, 'x')));
    }
    commit(*store, changes);
  }
  commit(*store, {.sandbox = kProd, .entities = {put(EntityKind::sandbox, "", std::string(8 << 20U, 'x'))}});
  commit(*store, {.sandbox = kProd, .entities = {put(EntityKind::sandbox, "", "")}}); // begins the log anew
  const Written before{files.bytes_to_log, files.bytes_to_file, files.syncs};
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::string value(200, static_cast<char>('A' + i % 26)); // never what is there
    commit(*store, {.sandbox = kDev, .entities = {put(EntityKind::run, number_key(i * 7919 % runs), value)}});
  }
  return {files.bytes_to_log - before.to_log, files.bytes_to_file - before.to_file,
          files.syncs - before.syncs};
}

TEST(SqliteStore, ACommitWritesAsMuchOfManyRunsAsOfFew) {
  const Written few = written_of(10);
  const Written many = written_of(200000);
  EXPECT_EQ(few.to_log, many.to_log);
  EXPECT_EQ(few.to_file, many.to_file);
  EXPECT_EQ(few.syncs, many.syncs);
  EXPECT_EQ(many.syncs, 200U);
  EXPECT_EQ(many.to_log, 200U * (4096 + 24)); // one page
}

TEST(SqliteStore, WhatStartedOverGivesItsRoomToOthers) {
  MemoryFiles files;
  auto store = open(files);
  std::size_t first = 0;
  for (int round = 0; round < 10; ++round) {
    SandboxChanges changes{.sandbox = kDev, .starts_over = true, .entities = {}};
    for (std::uint64_t number = 0; number < 3000; ++number) {
      changes.entities.push_back(put(EntityKind::run, number_key(number), std::string(200, 'x')));
    }
    commit(*store, changes);
    for (int i = 0; i < 4; ++i) {
      commit(*store, {.sandbox = kProd, .entities = {put(EntityKind::run, "a", std::to_string(i))}});
    }
    store.reset();
    store = open(files);
    const std::size_t size = files.content("store.db").size();
    first = round == 0 ? size : first;
    EXPECT_LT(size, first * 5 / 2) << round; // the old and the new
  }
}

TEST(SqliteStore, ItsLogDoesNotGrowWithoutBound) {
  MemoryFiles files;
  const auto store = open(files);
  std::size_t largest = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string value(5000, static_cast<char>('a' + i % 26));
    commit(*store, {.sandbox = kDev, .entities = {put(EntityKind::run, number_key(i % 100), value)}});
    largest = std::max(largest, files.content("store.db-wal").size());
  }
  EXPECT_LT(largest, 5U << 20U);
  commit(*store,
         {.sandbox = kDev, .entities = {put(EntityKind::run, "large", std::string(64U << 20U, 'x'))}});
  commit(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, "large")}});
  EXPECT_LE(files.content("store.db-wal").size(), 16U << 20U);
}

TEST(SqliteStore, MakesFilesForTheirOwnerAlone) {
  const Folder folder;
  const auto store = sqlite_store(folder.file("store.db"));
  const SandboxChanges changes{.sandbox = {.organisation = "o", .sandbox = "s"},
                               .starts_over = false,
                               .entities = {put(EntityKind::run, "a", "1")}};
  store->commit(std::span(&changes, 1));
  for (const char *name : {"store.db", "store.db-wal"}) {
    EXPECT_EQ(std::filesystem::status(folder.file(name)).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

} // namespace
} // namespace flow::mock::test
