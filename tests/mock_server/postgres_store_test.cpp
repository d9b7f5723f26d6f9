#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/store/postgres_store.hpp"
#include "tests/mock_server/postgres_place.hpp"
#include "tests/mock_server/shared_store_suite.hpp"
#include "tests/mock_server/store_state.hpp"
#include "tests/mock_server/store_suite.hpp"

namespace flow::mock::test {
namespace {

class PostgresPlace : public StorePlace {
public:
  std::unique_ptr<Store> open() override { return postgres_store(database_.url()); }

private:
  PostgresDatabase database_;
};

class SharedPostgresPlace : public SharedPlace {
public:
  std::unique_ptr<SharedStore> open() override { return postgres_store(database_.url()); }
  void await_waiting() override { database_.await_waiting(1); }

private:
  PostgresDatabase database_;
};

template <typename Place> auto place_if_installed() {
  return PostgresServer::get() == nullptr ? nullptr : std::make_unique<Place>();
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreSuite,
                         testing::Values(StoreEngine{"PostgreSQL", place_if_installed<PostgresPlace>}),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Engines, SharedStoreSuite,
                         testing::Values(SharedEngine{"PostgreSQL", place_if_installed<SharedPostgresPlace>}),
                         shared_engine_name);

class PostgresStoreTest : public testing::Test {
protected:
  void SetUp() override {
    if (PostgresServer::get() == nullptr) {
      GTEST_SKIP() << "PostgreSQL is not installed";
    }
    database = std::make_unique<PostgresDatabase>();
  }

  static SandboxChanges putting(const StoredName &sandbox, const std::string &value) {
    return {.sandbox = sandbox, .entities = {put(EntityKind::run, "a", value)}};
  }

  std::unique_ptr<PostgresDatabase> database;
};

TEST_F(PostgresStoreTest, ATurnAsksTheServerTwice) {
  PostgresProxy proxy;
  const auto store = postgres_store(database->url(proxy.port()));
  const std::vector<SharedStore::Wanted> wanted = {{.sandbox = kDev, .is_locked = true}, {.sandbox = {}}};
  StoredVersion known;
  const auto take_turn = [&](const std::string &value) {
    std::vector<SharedStore::Wanted> now = wanted;
    now[0].known = known;
    const SandboxChanges changes = putting(kDev, value);
    known = store->begin(now)->commit(std::span(&changes, 1)).at(0);
  };
  const auto questions_of = [&](const auto &action) {
    const int before = proxy.questions();
    action();
    return proxy.questions() - before;
  };
  EXPECT_EQ(questions_of([&] { take_turn("1"); }), 2);
  EXPECT_EQ(questions_of([&] { take_turn("2"); }), 2);
  std::unique_ptr<SharedStore::Turn> turn;
  EXPECT_EQ(questions_of([&] {
              const SharedStore::Wanted look{.sandbox = kDev, .known = known};
              turn = store->begin(std::span(&look, 1));
            }),
            1); // and another when it ends, to which nobody waits for an answer
  EXPECT_FALSE(turn->news()[0].is_other);
}

TEST_F(PostgresStoreTest, SeveralMakeItsTablesInTheSameMoment) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      const auto store = postgres_store(database->url());
      commit(*store, putting({.organisation = "org", .sandbox = std::to_string(i)}, "1"));
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(postgres_store(database->url())->sandboxes().size(), 6U);
}

TEST_F(PostgresStoreTest, MoreTurnsThanConnectionsWait) {
  const auto store = postgres_store(database->url(), {.connections = 2});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int turn = 0; turn < 10; ++turn) {
        commit(*store, putting({.organisation = "org", .sandbox = std::to_string(i)}, std::to_string(turn)));
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(store->sandboxes().size(), 8U);
  EXPECT_LE(std::stoi(database->sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'flow' AND"
                                    " datname = current_database()")),
            2);
}

TEST_F(PostgresStoreTest, WhatTellsOfThingsThatAreGoneGoesInTheEnd) {
  const auto store = postgres_store(database->url(), {.purged_every = 4, .purged_after = 8});
  SandboxChanges changes{.sandbox = kDev, .entities = {put(EntityKind::run, "stays", "1")}};
  for (int i = 0; i < 10; ++i) {
    changes.entities.push_back(put(EntityKind::run, std::to_string(i), "1"));
  }
  commit(*store, changes);
  const auto count = [&] { return database->sql("SELECT count(*) FROM flow_mock.entity"); };
  EXPECT_EQ(count(), "11");
  for (int i = 0; i < 10; ++i) {
    commit(*store, {.sandbox = kDev, .entities = {gone(EntityKind::run, std::to_string(i))}});
  }
  EXPECT_EQ(count(), "11"); // version 11
  for (int i = 0; i < 9; ++i) {
    commit(*store, putting(kDev, "2"));
  }
  EXPECT_EQ(count(), "2"); // version 20
  EXPECT_EQ(database->sql("SELECT horizon FROM flow_mock.sandbox"), "12");
  for (const std::uint64_t version : {11U, 12U}) {
    const SharedStore::Wanted wanted{
        .sandbox = kDev,
        .known = {.number = std::stoull(database->sql("SELECT number FROM flow_mock.sandbox")),
                  .version = version}};
    EXPECT_EQ(store->begin(std::span(&wanted, 1))->news()[0].is_other, version == 11U);
  }
}

TEST_F(PostgresStoreTest, WhatIsLeftOfASandboxThatStartedOverGoesWithLaterCommits) {
  const auto store = postgres_store(database->url(), {.connections = 1});
  SandboxChanges large{.sandbox = kDev, .entities = {}};
  for (std::uint64_t number = 0; number < 2500; ++number) {
    large.entities.push_back(put(EntityKind::run, number_key(number), "old"));
  }
  commit(*store, large);
  commit(*store, {.sandbox = kDev, .starts_over = true, .entities = {}});
  for (int i = 0; i < 4; ++i) {
    commit(*store, putting(kProd, std::to_string(i)));
  }
  EXPECT_EQ(store->sandboxes().size(), 1U); // and so what was begun after the last commit is done
  EXPECT_EQ(database->sql("SELECT count(*) FROM flow_mock.entity"), "1");
  EXPECT_EQ(database->sql("SELECT count(*) FROM flow_mock.leftover"), "0");
}

TEST_F(PostgresStoreTest, ALargeCommitIsKept) {
  const auto store = postgres_store(database->url());
  SandboxChanges large{.sandbox = kDev, .entities = {}};
  for (std::uint64_t number = 0; number < 30000; ++number) {
    large.entities.push_back(put(EntityKind::run, number_key(number), std::string(number % 300, 'x')));
  }
  for (std::uint64_t number = 0; number < 6; ++number) {
    large.entities.push_back(put(EntityKind::journal, number_key(number), std::string(3U << 20U, 'x')));
  }
  commit(*store, large);
  EXPECT_TRUE(state_of(*store) == after({}, std::span(&large, 1)));
}

/// Whatever the server knows of them.
TEST_F(PostgresStoreTest, OfManyEntitiesFewAreLookedAt) {
  const auto store =
      postgres_store(database->url(), {.connections = 1, .purged_every = 4, .purged_after = 2});
  const std::vector<SandboxChanges> both = {putting(kDev, "1"), putting(kProd, "1")};
  store->commit(both);
  const std::string insert = "INSERT INTO flow_mock.entity SELECT number, 8, int8send(i), '', '', 1, 'x'"
                             " FROM flow_mock.sandbox, generate_series(1, 50000) i WHERE name = 'dev'";
  database->sql(insert);
  database->sql("DELETE FROM flow_mock.entity WHERE kind = 8");
  database->sql("VACUUM ANALYZE flow_mock.entity"); // what it knows is that `dev` is small
  database->sql(insert);
  const auto looked_at = [&] {
    return std::stoi(database->sql("SELECT sum(seq_tup_read) + sum(idx_tup_fetch) FROM pg_stat_all_tables"
                                   " WHERE schemaname = 'flow_mock'"));
  };
  const int before = looked_at();
  StoredVersion known{
      .number = std::stoull(database->sql("SELECT number FROM flow_mock.sandbox WHERE name = 'dev'")),
      .version = 1};
  for (int i = 0; i < 20; ++i) {
    for (const bool is_locked : {false, true}) {
      const SharedStore::Wanted wanted{.sandbox = kDev, .known = known, .is_locked = is_locked};
      const auto turn = store->begin(std::span(&wanted, 1));
      ASSERT_FALSE(turn->news()[0].is_other);
      if (is_locked) {
        const SandboxChanges changes{
            .sandbox = kDev, .entities = {put(EntityKind::run, "b", "1"), gone(EntityKind::run, "b")}};
        known = turn->commit(std::span(&changes, 1)).at(0);
      }
    }
  }
  database->terminate_sessions(); // by which they count what they did
  const int between = looked_at();
  EXPECT_LT(between - before, 1000);
  std::size_t found = 0;
  store->read(kDev, [&](const EntityChange &) { ++found; });
  EXPECT_EQ(found, 50001U);
  database->terminate_sessions();
  EXPECT_LT(looked_at() - between, 120000);
}

} // namespace
} // namespace flow::mock::test
