#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/store/postgres_store.hpp"
#include "tests/mock_server/postgres_place.hpp"
#include "tests/mock_server/store_state.hpp"

namespace flow::mock::test {
namespace {

using std::chrono::milliseconds;
using AtCommit = PostgresProxy::AtCommit;
using Turn = SharedStore::Turn;

class PostgresFailure : public testing::Test {
protected:
  void SetUp() override {
    if (PostgresServer::get() == nullptr) {
      GTEST_SKIP() << "PostgreSQL is not installed";
    }
    database = std::make_unique<PostgresDatabase>();
    proxy = std::make_unique<PostgresProxy>();
  }

  /// By the proxy.
  [[nodiscard]] std::unique_ptr<SharedStore> open(const PostgresOptions &options = {}) const {
    return postgres_store(database->url(proxy->port()), options);
  }
  [[nodiscard]] std::unique_ptr<SharedStore> open_directly() const { return postgres_store(database->url()); }

  static SandboxChanges putting(const std::string &value, const StoredName &sandbox = kDev) {
    return {.sandbox = sandbox, .entities = {put(EntityKind::run, "a", value)}};
  }
  static std::unique_ptr<Turn> lock(SharedStore &store, const StoredName &sandbox = kDev) {
    const SharedStore::Wanted wanted{.sandbox = sandbox, .is_locked = true};
    return store.begin(std::span(&wanted, 1));
  }
  static std::string value(Store &store) { return things_of(store, kDev)[{EntityKind::run, "a"}]; }

  /// "": it was committed.
  static std::string outcome(const std::function<void()> &action) {
    try {
      action();
      return "";
    } catch (const OutcomeUnknown &unknown) {
      return std::string("unknown: ") + unknown.what();
    } catch (const StoreFailure &failure) {
      return std::string("failed: ") + failure.what();
    }
  }
  static std::string refusal(const std::string &url) {
    try {
      postgres_store(url);
      return "none";
    } catch (const StoreError &error) {
      return error.what();
    }
  }
  static void expect_no_password(const std::string &text) {
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text.find(kPassword), std::string::npos) << text;
  }

  std::unique_ptr<PostgresDatabase> database;
  std::unique_ptr<PostgresProxy> proxy;
};

TEST_F(PostgresFailure, AServerThatWasStartedAgainIsFoundByTheNextTurn) {
  const auto store = open_directly();
  commit(*store, putting("1"));
  for (const bool at_once : {false, true}) {
    std::vector<std::unique_ptr<Turn>> turns; // so that there are several connections
    for (const char *name : {"x", "y", "z"}) {
      turns.push_back(lock(*store, {.organisation = "", .sandbox = name}));
    }
    turns.clear();
    if (at_once) {
      PostgresServer::get()->stop_at_once();
    } else {
      PostgresServer::get()->stop();
    }
    const std::string failed = outcome([&] { value(*store); });
    EXPECT_TRUE(failed.starts_with("failed: the store postgresql://127.0.0.1")) << failed;
    expect_no_password(failed);
    PostgresServer::get()->start();
    EXPECT_EQ(value(*store), "1");
  }
}

TEST_F(PostgresFailure, ConnectionsThatWereClosedMeanwhileAreNoFailure) {
  const auto store = open_directly();
  commit(*store, putting("1"));
  database->terminate_sessions();
  EXPECT_EQ(outcome([&] { commit(*store, putting("2")); }), "");
  database->terminate_sessions();
  EXPECT_EQ(store->sandboxes().size(), 1U);
  database->terminate_sessions();
  EXPECT_TRUE(store->claim(milliseconds(1), 1).empty());
}

TEST_F(PostgresFailure, ACommitThatDidNotArriveHasFailed) {
  const auto store = open();
  commit(*store, putting("1"));
  for (const AtCommit at : {AtCommit::cut_before, AtCommit::terminate_before}) {
    proxy->terminate = [&] { database->terminate_sessions(); };
    proxy->at_commit = at;
    const std::string failed = outcome([&] { commit(*store, putting("2")); });
    EXPECT_TRUE(failed.starts_with("failed: ")) << failed;
    expect_no_password(failed);
    EXPECT_EQ(value(*store), "1");
  }
}

TEST_F(PostgresFailure, ACommitWhoseAnswerWasLostIsOne) {
  const auto store = open();
  for (const std::string number : {"1", "2", "3"}) { // the first makes the sandbox
    proxy->at_commit = AtCommit::cut_after;
    auto turn = lock(*store);
    const SandboxChanges changes = putting(number);
    const std::vector<StoredVersion> versions = turn->commit(std::span(&changes, 1));
    turn.reset();
    EXPECT_EQ(versions.at(0).version, std::stoull(number));
    EXPECT_EQ(std::to_string(versions.at(0).number), database->sql("SELECT number FROM flow_mock.sandbox"));
    EXPECT_EQ(value(*store), number);
  }
  proxy->at_commit = AtCommit::cut_after;
  const SandboxChanges removes{.sandbox = kDev, .entities = {gone(EntityKind::run, "a")}};
  EXPECT_EQ(lock(*store)->commit(std::span(&removes, 1)).at(0), StoredVersion{});
}

TEST_F(PostgresFailure, ACommitOfWhichNothingIsHeardIsAnsweredAsItCameOut) {
  const auto store = open();
  const auto direct = open_directly();
  std::string before;
  for (int i = 0; i < 30; ++i) {
    proxy->at_commit = AtCommit::cut_on_way;
    const std::string now = std::to_string(i);
    const std::string result = outcome([&] { commit(*store, putting(now)); });
    ASSERT_FALSE(result.starts_with("unknown")) << result;
    before = result.empty() ? now : before;
    ASSERT_EQ(value(*direct), before) << result;
  }
}

/// Also where the server is still at it when the connection is lost.
TEST_F(PostgresFailure, WhatTheServerIsStillAtIsWaitedFor) {
  for (const bool is_new : {false, true}) {
    const StoredName sandbox{.organisation = "org", .sandbox = is_new ? "new" : "old"};
    const auto store = open({.connections = 1});
    commit(*store, putting("1", is_new ? kProd : sandbox));
    const PostgresDatabase::Session session(*database);
    session.sql("BEGIN");
    session.sql("SELECT * FROM flow_mock.turn FOR UPDATE"); // so that the commit waits for this
    proxy->at_commit = AtCommit::cut_on_way;
    std::string result;
    std::thread thread([&] { result = outcome([&] { commit(*store, putting("2", sandbox)); }); });
    database->await_waiting(2);
    session.sql("COMMIT");
    thread.join();
    const Things things = things_of(*store, sandbox);
    const bool is_kept = things == Things{{{EntityKind::run, "a"}, "2"}};
    EXPECT_EQ(result.empty(), is_kept) << result;
    EXPECT_FALSE(result.starts_with("unknown")) << result;
  }
}

TEST_F(PostgresFailure, WhereTheServerIsNotReachedAfterwardsTheOutcomeIsUnknown) {
  const auto store = open({.finding_out = milliseconds(200)});
  commit(*store, putting("1"));
  proxy->is_refusing = true;
  proxy->at_commit = AtCommit::cut_after;
  const std::string unknown = outcome([&] { commit(*store, putting("2")); });
  EXPECT_TRUE(unknown.starts_with("unknown: whether the store postgresql://127.0.0.1")) << unknown;
  expect_no_password(unknown);
  EXPECT_TRUE(outcome([&] { value(*store); }).starts_with("failed: "));
  proxy->is_refusing = false;
  EXPECT_EQ(value(*store), "2");
}

TEST_F(PostgresFailure, AServerThatIsSlowIsNotWaitedForForever) {
  const auto store = open({.answer = milliseconds(300), .finding_out = milliseconds(1000)});
  commit(*store, putting("1"));
  auto turn = lock(*store);
  proxy->hold();
  EXPECT_NE(outcome([&] { turn->read(kDev, [](const EntityChange &) {}); }).find("does not answer"),
            std::string::npos);
  turn.reset();
  EXPECT_EQ(value(*store), "1");

  turn = lock(*store);
  proxy->at_commit = AtCommit::hold_before;
  const SandboxChanges changes = putting("2");
  const std::string failed = outcome([&] { turn->commit(std::span(&changes, 1)); });
  EXPECT_TRUE(failed.starts_with("failed: ")) << failed;
  turn.reset();
  EXPECT_EQ(value(*store), "1");

  // Neither by the connections that find out what came of it.
  turn = lock(*store);
  proxy->is_holding = true;
  proxy->at_commit = AtCommit::hold_before;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(outcome([&] { turn->commit(std::span(&changes, 1)); }).starts_with("unknown: "));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(PostgresFailure, ATurnThatFindsNoConnectionFails) {
  const auto store = open({.answer = milliseconds(100), .connections = 1});
  const auto turn = lock(*store);
  EXPECT_NE(outcome([&] { lock(*store, kProd); }).find("connections are in use"), std::string::npos);
}

TEST_F(PostgresFailure, AServerThatCanOnlyBeReadFromFailsUntilItCanBeWrittenTo) {
  const auto store = open_directly();
  commit(*store, putting("1"));
  const std::string name = database->sql("SELECT current_database()");
  database->sql("ALTER SYSTEM SET default_transaction_read_only = on");
  database->sql("SELECT pg_reload_conf()");
  database->await("SELECT setting = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'");
  for (int i = 0; i < 2; ++i) { // by the connection that there is, and by a new one
    const std::string failed = outcome([&] { commit(*store, putting("2")); });
    EXPECT_NE(failed.find("read-only"), std::string::npos) << failed;
  }
  EXPECT_NE(refusal(database->url()).find("can be written to"), std::string::npos)
      << refusal(database->url());
  const PostgresDatabase::Session session(*database);
  session.sql("SET default_transaction_read_only = off");
  session.sql("ALTER SYSTEM RESET default_transaction_read_only");
  session.sql("SELECT pg_reload_conf()");
  database->await("SELECT setting = 'off' FROM pg_settings WHERE name = 'default_transaction_read_only'");
  EXPECT_EQ(outcome([&] { commit(*store, putting("3")); }), "");
  EXPECT_EQ(value(*store), "3");
}

TEST_F(PostgresFailure, WhoHoldsALockAndGoesAwayHoldsUpNobody) {
  const auto store = open();
  const auto other = open_directly();
  auto turn = lock(*store);
  std::thread thread([&] { commit(*other, putting("theirs")); });
  database->await_waiting(1);
  proxy->cut();
  thread.join();
  const SandboxChanges changes = putting("mine");
  EXPECT_TRUE(outcome([&] { turn->commit(std::span(&changes, 1)); }).starts_with("failed: "));
  turn.reset();
  EXPECT_EQ(value(*store), "theirs");
}

TEST_F(PostgresFailure, WhoHoldsALockAndDoesNothingIsCutOff) {
  const auto store = open({.statement = milliseconds(300)});
  const auto other = open_directly();
  auto turn = lock(*store);
  commit(*other, putting("theirs"));
  const SandboxChanges changes = putting("mine");
  EXPECT_TRUE(outcome([&] { turn->commit(std::span(&changes, 1)); }).starts_with("failed: "));
  turn.reset();
  EXPECT_EQ(value(*store), "theirs");
}

TEST_F(PostgresFailure, ALockIsNotWaitedForForever) {
  const auto other = open_directly();
  const auto store = open({.statement = milliseconds(200)});
  const auto turn = lock(*other);
  EXPECT_TRUE(outcome([&] { commit(*store, putting("1")); }).starts_with("failed: "));
}

TEST_F(PostgresFailure, DeadlocksAreTriedAgain) {
  const auto store = open();
  commit(*store, putting("1"));
  commit(*store, putting("1", kProd));
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (const bool is_reverse : {false, true}) {
    threads.emplace_back([&, is_reverse] {
      for (int i = 0; i < 50; ++i) {
        const std::vector<SharedStore::Wanted> wanted = {
            {.sandbox = is_reverse ? kProd : kDev, .is_locked = true},
            {.sandbox = is_reverse ? kDev : kProd, .is_locked = true}};
        const SandboxChanges changes = putting(std::to_string(i));
        failures += outcome([&] { store->begin(wanted)->commit(std::span(&changes, 1)); }).empty() ? 0 : 1;
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(failures, 0);
}

TEST_F(PostgresFailure, WhatAnotherProgramMadeIsRefusedAndLeft) {
  const std::string listing =
      "SELECT string_agg(c.relname || a.attname, ' ' ORDER BY c.relname, a.attname) FROM pg_class c"
      " JOIN pg_attribute a ON a.attrelid = c.oid WHERE relnamespace = 'flow_mock'::regnamespace";
  for (const std::string made :
       {"CREATE TABLE flow_mock.entity (id bigint)", "CREATE TABLE flow_mock.layout (version text)",
        "CREATE TABLE flow_mock.layout (version bigint)",
        "CREATE TABLE flow_mock.layout (version bigint); INSERT INTO flow_mock.layout VALUES (1)"}) {
    database->sql("DROP SCHEMA IF EXISTS flow_mock CASCADE; CREATE SCHEMA flow_mock AUTHORIZATION flow");
    database->sql(made + "; GRANT ALL ON ALL TABLES IN SCHEMA flow_mock TO flow");
    const std::string before = database->sql(listing);
    EXPECT_NE(refusal(database->url()).find("name another database"), std::string::npos)
        << made << refusal(database->url());
    EXPECT_EQ(database->sql(listing), before);
  }
}

TEST_F(PostgresFailure, ANewerLayoutIsRefusedAndLeft) {
  commit(*open_directly(), putting("1"));
  database->sql("UPDATE flow_mock.layout SET version = 2");
  const std::string said = refusal(database->url());
  EXPECT_NE(said.find("is of version 2, and this flow-mock knows versions up to 1"), std::string::npos)
      << said;
  EXPECT_EQ(database->sql("SELECT count(*) FROM flow_mock.entity"), "1");
  database->sql("UPDATE flow_mock.layout SET version = 1");
  EXPECT_EQ(value(*open_directly()), "1");
}

TEST_F(PostgresFailure, WithoutRightsItSaysWhichAreNeeded) {
  database->sql(std::string("DO $$ BEGIN CREATE ROLE poor LOGIN PASSWORD '") + kPassword +
                "'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  EXPECT_NE(refusal(database->url(0, "poor")).find("GRANT CREATE ON DATABASE"), std::string::npos)
      << refusal(database->url(0, "poor"));
  open_directly().reset();
  database->sql(
      "GRANT USAGE ON SCHEMA flow_mock TO poor; GRANT SELECT ON ALL TABLES IN SCHEMA flow_mock TO poor");
  EXPECT_NE(refusal(database->url(0, "poor")).find("all rights on it"), std::string::npos)
      << refusal(database->url(0, "poor"));
  database->sql("GRANT ALL ON ALL TABLES IN SCHEMA flow_mock TO poor;"
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA flow_mock TO poor");
  EXPECT_EQ(refusal(database->url(0, "poor")), "none");
}

TEST_F(PostgresFailure, NoPasswordIsSaid) {
  const std::string secret = kPassword;
  const std::string port = std::to_string(PostgresServer::get()->port());
  for (const std::string &url :
       {"postgresql://nobody:" + secret + "@127.0.0.1:" + port + "/postgres",
        "postgresql://flow:" + secret + "@127.0.0.1:" + port + "/none",
        "postgresql://flow:" + secret + "@none.invalid/x", "postgresql://flow:a@" + secret + "@127.0.0.1/x",
        "postgresql://flow:" + secret + "/b@127.0.0.1/x", "postgresql://flow:a/" + secret + "@127.0.0.1/x",
        "postgresql://flow:a/" + secret + "?b@127.0.0.1/x",
        "postgresql://flow:" + secret + "?b@127.0.0.1:1/x",
        "postgresql://flow:" + secret + "#b@127.0.0.1:1/x",
        "postgresql://flow:" + secret + "@127.0.0.1:port/x", "postgresql://flow:" + secret + "@[::1/x",
        "postgresql://flow:" + secret + "%zz@127.0.0.1/x",
        "postgresql://flow@127.0.0.1:1/x?password=" + secret,
        "postgresql://flow@127.0.0.1:1/x?passwrod=" + secret, "postgresql://flow:" + secret,
        "postgresql://flow:" + secret + "@127.0.0.1:1,127.0.0.1:2,127.0.0.1:3/x",
        "postgresql://flow:" + secret + "@127.0.0.1:1/x?sslmode=odd", "postgresql:/" + secret,
        "mysql://" + secret}) {
    const std::string said = refusal(url);
    EXPECT_NE(said, "none") << url;
    expect_no_password(said);
  }
}

TEST_F(PostgresFailure, WhatNoFlowMockWritesIsAFailure) {
  const auto store = open_directly();
  commit(*store, putting("1"));
  database->sql("UPDATE flow_mock.entity SET kind = 300");
  EXPECT_TRUE(outcome([&] { value(*store); }).starts_with("failed: "));
  commit(*store, putting("2", kProd));
  EXPECT_EQ(things_of(*store, kProd).size(), 1U);
}

} // namespace
} // namespace flow::mock::test
