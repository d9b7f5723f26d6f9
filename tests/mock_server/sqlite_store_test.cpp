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
