#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/sqlite_files.hpp"
#include "tests/mock_server/store_state.hpp"

namespace flow::mock::test {
namespace {

constexpr std::size_t kPage = 4096;

void fill(Store &store, std::uint64_t entities, std::size_t size) {
  for (const char *sandbox : {"dev", "prod", "stage"}) {
    SandboxChanges changes{.sandbox = {.organisation = "org", .sandbox = sandbox}, .entities = {}};
    for (std::uint64_t number = 0; number < entities; ++number) {
      changes.entities.push_back(put(EntityKind::run, number_key(number), std::string(size, 'r')));
      changes.entities.push_back(
          put(EntityKind::script, std::to_string(number), std::string(number % 100 * 100, 's')));
    }
    commit(store, changes);
  }
}

/// Does everything that can be done; how far it comes.
enum class End { refused, failed, done };
End use(const MemoryFiles &files) {
  try {
    const auto store = open(files);
    try {
      for (const StoredName &sandbox : store->sandboxes()) {
        things_of(*store, sandbox);
      }
      std::mt19937 random(1);
      for (int i = 0; i < 3; ++i) {
        store->commit(some_changes(random, 5000));
      }
      fill(*store, 20, 100);
      commit(*store, {.sandbox = kDev, .starts_over = true, .entities = {}});
      return End::done;
    } catch (const StoreFailure &) {
      return End::failed;
    }
  } catch (const StoreError &) {
    return End::refused;
  }
}

void flip(std::string &content, std::mt19937 &random) {
  for (std::size_t left = 1 + random() % 4; left > 0; --left) {
    std::size_t place = random() % content.size();
    if (random() % 2 == 0) {
      place -= place % kPage - random() % 40; // where a page tells of itself
    }
    content[place] = static_cast<char>(random());
  }
}

TEST(SqliteDamage, ADamagedFileIsRefusedOrRead) {
  MemoryFiles files;
  fill(*open(files), 60, 200);
  const std::string good = files.content("store.db");
  std::map<End, int> ends;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    std::string content = good;
    flip(content, random);
    files.set_content("store.db", content);
    files.set_content("store.db-wal", "");
    ++ends[use(files)];
  }
  EXPECT_GT(ends[End::refused], 100);
  EXPECT_GT(ends[End::done], 20); // a value is not checked
}

TEST(SqliteDamage, OfADamagedLogWhatPrecedesTheDamageIsRead) {
  MemoryFiles files;
  auto store = open(files);
  fill(*store, 20, 200);
  const auto good = files.contents();
  files.end();
  store.reset();
  files.start();
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::string log = good.at("store.db-wal");
    flip(log, random);
    files.set_content("store.db", good.at("store.db"));
    files.set_content("store.db-wal", log);
    EXPECT_EQ(use(files), End::done);
  }
}

TEST(SqliteDamage, APageThatIsFoundDamagedLaterIsAFailure) {
  MemoryFiles files;
  fill(*open(files), 1500, 5000); // more than SQLite remembers
  const std::string good = files.content("store.db");
  int failures = 0;
  for (std::uint32_t seed = 0; seed < 8; ++seed) {
    std::mt19937 random(seed);
    files.set_content("store.db", good);
    const auto store = open(files);
    for (std::size_t page = 2; page < good.size() / kPage; ++page) {
      for (std::size_t place = 0; place < 12; ++place) {
        files.damage("store.db", page * kPage + place, static_cast<char>(random()));
      }
    }
    try {
      things_of(*store, kDev);
    } catch (const StoreFailure &failure) {
      EXPECT_NE(std::string(failure.what()).find("damaged"), std::string::npos) << failure.what();
      ++failures;
    }
    try {
      commit(*store, {.sandbox = kDev, .starts_over = true, .entities = {put(EntityKind::run, "a", "1")}});
    } catch (const StoreFailure &) {
      ++failures;
    }
  }
  EXPECT_GT(failures, 8);
}

} // namespace
} // namespace flow::mock::test
