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

} // namespace
} // namespace flow::mock::test
