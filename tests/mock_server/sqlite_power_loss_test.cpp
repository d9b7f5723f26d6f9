#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/sqlite_files.hpp"
#include "tests/mock_server/store_state.hpp"

namespace flow::mock::test {
namespace {

/// A store whose machine loses its power, or whose process is killed, at any of its calls to the file system.
class History {
public:
  explicit History(std::uint32_t seed) : random_(seed), largest_(seed % 8 == 0 ? 400000 : 2000) {}

  void run(bool loses_power) {
    for (int end = 0; end < 5; ++end) {
      until_the_end();
      if (loses_power) {
        files_.lose_power(random_);
      } else {
        files_.start();
      }
      auto store = open(files_);
      const State found = state_of(*store);
      ASSERT_TRUE(found == acknowledged_ || found == perhaps_)
          << "of " << commits_ << " commits, end " << end;
      acknowledged_ = perhaps_ = found;
    }
  }
  [[nodiscard]] int commits() const { return commits_; }
  [[nodiscard]] const MemoryFiles &files() const { return files_; }

private:
  void until_the_end() {
    files_.trouble({.from = random_() % (random_() % 4 == 0 ? 12 : 400), .ends = true});
    std::unique_ptr<Store> store;
    try {
      store = open(files_);
      for (int left = 40; left > 0; --left) {
        const std::vector<SandboxChanges> changes = some_changes(random_, largest_);
        perhaps_ = after(acknowledged_, changes);
        store->commit(changes);
        acknowledged_ = perhaps_;
        ++commits_;
        if (random_() % 15 == 0) {
          store.reset();
          store = open(files_);
        }
      }
    } catch (const StoreError &) {
    } catch (const StoreFailure &) {
    }
    files_.end();
  }

  std::mt19937 random_;
  MemoryFiles files_;
  std::size_t largest_;
  State acknowledged_;
  State perhaps_; ///< with the commit that was under way
  int commits_ = 0;
};

TEST(SqlitePowerLoss, EveryAcknowledgedCommitIsThereAfterwards) {
  std::uint64_t commits = 0;
  std::uint64_t to_file = 0;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    History history(seed);
    history.run(true);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
    commits += static_cast<std::uint64_t>(history.commits());
    to_file += history.files().bytes_to_file;
  }
  EXPECT_GT(commits, 4000U);
  EXPECT_GT(to_file, 1U << 20U); // from the log
}

TEST(SqlitePowerLoss, NorDoesTheEndOfTheProcessLoseAny) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    History history(seed);
    history.run(false);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

} // namespace
} // namespace flow::mock::test
