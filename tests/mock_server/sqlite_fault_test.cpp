#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/sqlite_files.hpp"
#include "tests/mock_server/store_state.hpp"

namespace flow::mock::test {
namespace {

const char *const kAddsTable = "CREATE TABLE later (number INTEGER PRIMARY KEY)";

/// Files as a process leaves them that is killed, and what was committed to them.
struct Left {
  std::map<std::string, std::string> files;
  State state;

  Left() = default; ///< none
  explicit Left(std::size_t pages_of_log) {
    MemoryFiles made;
    auto store = open(made);
    std::vector<SandboxChanges> changes(2);
    changes[0].sandbox = kDev;
    changes[1].sandbox = kProd;
    for (char value = 'a'; made.content("store.db-wal").size() < pages_of_log * (4096 + 24); ++value) {
      for (SandboxChanges &of_sandbox : changes) {
        of_sandbox.entities.clear();
        for (std::uint64_t number = 0; number < 30; ++number) {
          of_sandbox.entities.push_back(put(EntityKind::run, number_key(number), std::string(200, value)));
        }
      }
      store->commit(changes);
      commit_to(state, changes);
    }
    files = made.contents();
    made.end();
  }
  void set_up(MemoryFiles &in) const {
    for (const auto &[name, content] : files) {
      in.set_content(name, content);
    }
  }
};

/// Its log is nearly full: the next commit moves it into the file.
const Left &before() {
  static const Left left(998);
  return left;
}

const Left &with_little_log() {
  static const Left left(1);
  return left;
}

/// Over two sandboxes, with a new one, a value of several pages, and one that starts over.
std::vector<SandboxChanges> changes() {
  return {
      {.sandbox = kDev,
       .entities = {put(EntityKind::run, number_key(3), "new"), gone(EntityKind::run, number_key(4)),
                    put(EntityKind::document, "large", std::string(30000, 'l'))}},
      {.sandbox = kProd, .starts_over = true, .entities = {put(EntityKind::run, "first", "new")}},
      {.sandbox = {.organisation = "org", .sandbox = "new"}, .entities = {put(EntityKind::run, "a", "new")}}};
}

/// Whether the commit was kept.
bool keeps(Store &store, const std::vector<SandboxChanges> &changes) {
  try {
    store.commit(changes);
    return true;
  } catch (const StoreFailure &failure) {
    EXPECT_NE(std::string(failure.what()).find("store.db"), std::string::npos) << failure.what();
    return false;
  }
}

/// Fails each call in turn that the commit makes; how many there are.
std::uint64_t each_call(MemoryFiles::Trouble trouble) {
  for (;; ++trouble.from) {
    SCOPED_TRACE("call " + std::to_string(trouble.from));
    MemoryFiles files;
    before().set_up(files);
    auto store = open(files);
    files.trouble(trouble);
    const bool is_kept = keeps(*store, changes());
    if (!files.failed()) {
      EXPECT_TRUE(is_kept);
      return trouble.from;
    }
    State expected = is_kept ? after(before().state, changes()) : before().state;
    if (!trouble.with_reads) {
      EXPECT_TRUE(state_of(*store) == expected) << "while it lasts";
    }
    files.no_trouble();
    EXPECT_TRUE(state_of(*store) == expected) << "afterwards";
    const std::vector<SandboxChanges> next = {
        {.sandbox = kDev, .entities = {put(EntityKind::script, "next", std::string(10000, 'n'))}}};
    store->commit(next);
    commit_to(expected, next);
    EXPECT_TRUE(state_of(*store) == expected) << "after the next commit";
    store.reset();
    EXPECT_TRUE(state_of(*open(files)) == expected) << "opened again";
    if (testing::Test::HasFailure()) {
      return trouble.from;
    }
  }
}

constexpr std::uint64_t kCallsOfACommit = 40; // at least: or the log was not moved

TEST(SqliteFaults, OneFailureOfTheDiskKeepsAllOfACommitOrNothing) {
  EXPECT_GT(each_call({.code = SQLITE_IOERR}), kCallsOfACommit);
}

TEST(SqliteFaults, AFullDiskKeepsAllOfACommitOrNothing) {
  EXPECT_GT(each_call({.lasts = true, .code = SQLITE_FULL}), kCallsOfACommit);
}

TEST(SqliteFaults, ADiskThatFailsForAWhileKeepsAllOfACommitOrNothing) {
  EXPECT_GT(each_call({.lasts = true, .code = SQLITE_IOERR}), kCallsOfACommit);
}

TEST(SqliteFaults, ReadsThatFailKeepAllOfACommitOrNothing) {
  EXPECT_GT(each_call({.lasts = false, .with_reads = true}), kCallsOfACommit);
  EXPECT_GT(each_call({.lasts = true, .with_reads = true}), kCallsOfACommit);
}

TEST(SqliteFaults, ACommitThatFailedOnceIsNotFoundAfterAKill) {
  for (MemoryFiles::Trouble trouble{.from = 0};; ++trouble.from) {
    MemoryFiles files;
    before().set_up(files);
    auto store = open(files);
    files.trouble(trouble);
    const bool is_kept = keeps(*store, changes());
    if (!files.failed()) {
      break;
    }
    files.end();
    store.reset();
    files.start();
    ASSERT_TRUE(state_of(*open(files)) == (is_kept ? after(before().state, changes()) : before().state))
        << trouble.from;
  }
}

TEST(SqliteFaults, ACommitThatFailedIsThereAsAWholeOrNotAfterALossOfPower) {
  std::mt19937 random(7);
  for (const bool lasts : {false, true}) {
    for (MemoryFiles::Trouble trouble{.from = 0, .lasts = lasts};; ++trouble.from) {
      MemoryFiles files;
      before().set_up(files);
      auto store = open(files);
      files.trouble(trouble);
      const bool is_kept = keeps(*store, changes());
      if (!files.failed()) {
        break;
      }
      files.end();
      store.reset();
      files.lose_power(random);
      const State found = state_of(*open(files));
      ASSERT_TRUE(found == after(before().state, changes()) || (!is_kept && found == before().state))
          << trouble.from;
    }
  }
}

TEST(SqliteFaults, AReadThatFailsAmidACommitUndoesWhatWasDoneBefore) {
  MemoryFiles files;
  auto store = open(files);
  SandboxChanges many{.sandbox = kDev, .entities = {}};
  for (std::uint64_t number = 0; number < 5000; ++number) {
    many.entities.push_back(put(EntityKind::run, number_key(number), std::string(5000, 'o')));
  }
  commit(*store, many); // more than SQLite remembers
  const State state = state_of(*store);
  SandboxChanges few{.sandbox = kDev, .entities = {put(EntityKind::sandbox, "", "new")}};
  for (std::uint64_t number = 0; number < 5000; number += 500) {
    few.entities.push_back(put(EntityKind::run, number_key(number), "new"));
  }
  for (const std::uint64_t call : {0, 5, 10}) {
    files.trouble({.from = call, .with_reads = true});
    EXPECT_FALSE(keeps(*store, {few}));
    files.no_trouble();
    ASSERT_TRUE(state_of(*store) == state) << call;
  }
  store.reset();
  EXPECT_TRUE(state_of(*open(files)) == state);
}

/// Opens the files with each call failing in turn.
void each_call_of_opening(const Left &left, const std::vector<const char *> &more = {}) {
  for (const bool lasts : {false, true}) {
    for (MemoryFiles::Trouble trouble{.from = 0, .lasts = lasts, .with_reads = true};; ++trouble.from) {
      SCOPED_TRACE("call " + std::to_string(trouble.from));
      MemoryFiles files;
      left.set_up(files);
      files.trouble(trouble);
      try {
        auto store = open(files, more);
        if (!files.failed()) {
          break;
        }
      } catch (const StoreError &error) {
        EXPECT_NE(std::string(error.what()).find("store.db"), std::string::npos) << error.what();
      }
      files.no_trouble();
      ASSERT_TRUE(state_of(*open(files, more)) == left.state);
    }
  }
}

TEST(SqliteFaults, AFileThatCouldNotBeOpenedCanBeOpenedLater) {
  each_call_of_opening(with_little_log());
}

TEST(SqliteFaults, AFileThatCouldNotBeMadeCanBeMadeLater) {
  each_call_of_opening(Left());
}

TEST(SqliteFaults, AFileThatCouldNotBeBroughtUpToDateIsLater) {
  each_call_of_opening(with_little_log(), {kAddsTable});
}

TEST(SqliteFaults, AFileIsBroughtUpToDateAsAWholeOrNot) {
  std::mt19937 random(3);
  for (std::uint64_t call = 0;; ++call) {
    MemoryFiles files;
    with_little_log().set_up(files);
    files.trouble({.from = call, .ends = true});
    try {
      open(files, {kAddsTable});
    } catch (const StoreError &) {
    }
    const bool ended = files.failed();
    files.end();
    files.lose_power(random);
    try {
      EXPECT_TRUE(state_of(*open(files)) == with_little_log().state);
    } catch (const StoreError &error) { // it is newer
      EXPECT_NE(std::string(error.what()).find("version 2"), std::string::npos) << error.what();
    }
    ASSERT_TRUE(state_of(*open(files, {kAddsTable})) == with_little_log().state) << call;
    if (!ended) {
      break;
    }
  }
}

} // namespace
} // namespace flow::mock::test
