#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/keeping/kept_mock.hpp"
#include "mock_server/keeping/kept_sandbox.hpp"
#include "mock_server/seed/seed_json.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/random_requests.hpp"
#include "tests/mock_server/shared_records.hpp"
#include "tests/mock_server/steered.hpp"
#include "tests/mock_server/stored_entries.hpp"

namespace flow::mock::test {
namespace {

using Change = std::function<void(Settings &)>;

/// A mock that shares its sandbox with others, by the records that they all change.
struct Replica : Steered {
  Replica(
      SharedRecords &shared, std::shared_ptr<SetClock> time, const Change &change = [](Settings &) {})
      : Steered([&](Settings &settings) {
          settings.clock = time;
          change(settings);
        }),
        store(shared) {
    clock = std::move(time);
    service.state().sandboxes.set_watcher(
        {.made =
             [](Sandbox &made) {
               made.keeps_start = true;
               made.set_sending(false);
               Transaction::unsettled(made.objects, made.clock)->watch_changes(true);
               made.journal.watch_changes();
             },
         .gone = {}});
  }

  Sandbox &sandbox() { return *service.state().sandboxes.of("{ORG_ID}", name); }
  Transaction unsettled() { return Transaction::unsettled(sandbox().objects, sandbox().clock); }

  void read_whole() {
    const auto fresh = service.state().sandboxes.fresh("{ORG_ID}", name);
    const auto webhook =
        read_sandbox([&](const auto &take) { store.read({}, take); }, service.state().settings, *fresh);
    service.state().sandboxes.adopt(fresh);
    if (webhook) {
      resume_webhook(service.state(), *fresh, *webhook);
    }
    known = store.now();
  }
  bool apply() {
    const std::vector<EntityChange> changes = store.since(known.version);
    const bool is_applied = apply_changes(service.state(), sandbox(), changes);
    known = store.now();
    return is_applied;
  }
  /// Becomes as the store has it.
  void follow() {
    if (store.now().number == 0) {
      return;
    }
    if (known.number == store.now().number) {
      if (apply()) {
        ++applied;
        return;
      }
      ++refused;
    }
    read_whole();
  }
  SandboxChanges keep() {
    SandboxChanges changes = changes_of(sandbox());
    store.commit(std::span(&changes, 1));
    known = store.now();
    sandbox().objects.set_kept();
    return changes;
  }

  SharedRecords &store;
  SharedRecords::Version known;
  std::size_t applied = 0; ///< changes of others
  std::size_t refused = 0;
};

/// Two that share one, and have both seen it changed.
struct Two {
  explicit Two(const Change &change = [](Settings &) {})
      : one(records, time, change), other(records, time, change), fresh(records, time, change) {
    one.call(retry(kFailed));
    one.keep();
    other.follow();
  }

  /// What `one` does is taken in by `other`, which is then as if it had read all of it.
  void done() {
    one.keep();
    EXPECT_TRUE(other.apply());
    expect_same();
    other.keep(); // that it was looked at
    one.follow();
  }
  void expect_same(Replica &applied) {
    fresh.read_whole();
    Sandbox &is = applied.sandbox();
    Sandbox &wanted = fresh.sandbox();
    EXPECT_FALSE(applied.unsettled()->is_touched());
    EXPECT_EQ(state_of(is), state_of(wanted));
    EXPECT_EQ(journal_of(is), journal_of(wanted));
    const SandboxChanges unkept = changes_of(is);
    EXPECT_FALSE(unkept.starts_over);
    for (const EntityChange &change : unkept.entities) {
      ADD_FAILURE() << "unkept: " << static_cast<int>(change.kind) << " "
                    << testing::PrintToString(change.key);
    }
    if (records.has(EntityKind::document)) { // else they would count as kept from now on
      EXPECT_EQ(whole(is), whole(wanted));
    }
    EXPECT_EQ(snapshot_of(is), snapshot_of(wanted));
    for (const char *list : {"/runs?limit=100", "/runs?orderby=updatedAt&limit=100", "/flows?limit=100",
                             "/connections?limit=100", "/sourceConnections?limit=100"}) {
      EXPECT_EQ(body_of(applied.call(read(list))), body_of(fresh.call(read(list)))) << list;
    }
  }
  void expect_same() { expect_same(other); }

  static Json state_of(Sandbox &sandbox) {
    const Transaction transaction = Transaction::unsettled(sandbox.objects, sandbox.clock);
    Json untouched = Json::array();
    transaction->runs.for_each([&](const Run &run) {
      if (transaction->untouched_runs.contains(run.id)) {
        untouched.push_back(run.id);
      }
    });
    Json deleted = Json::array();
    for (const auto &[id, flow] : transaction->deleted_flows) {
      deleted.push_back(id);
    }
    Json flows = Json::array();
    for (const auto &[number, flow] : transaction->flows) {
      flows.push_back({number, flow.flow->id, flow.script.next, flow.runs_at ? 1 : 0,
                       flow.runs_at ? flow.runs_at->next_ms.value_or(0) : 0});
    }
    Json scripts = Json::array();
    transaction->runs.for_each([&](const Run &run) {
      if (run.script) {
        scripts.push_back({run.number, run.script->number, run.script->next, run.script.use_count()});
      }
    });
    return {{"ids", transaction->ids.seed_from_here()},
            {"idSeed", transaction->id_seed},
            {"loadedAt", transaction->loaded_at_ms()},
            {"seeded", transaction->seeded_runs},
            {"untouched", untouched},
            {"deleted", deleted},
            {"flows", flows},
            {"scripts", scripts},
            {"lastEnd", transaction->last_end().value_or(0)},
            {"schedules", transaction->has_schedules()},
            {"changed", sandbox.is_changed.load()},
            {"steered", sandbox.is_steered.load()},
            {"skips", sandbox.skips_time.load()},
            {"clock", sandbox.clock.kept()},
            {"faults", sandbox.faults.kept()},
            {"expectations", sandbox.expectations.kept()},
            {"violations", hashes(sandbox.violations.kept())},
            {"total", sandbox.violations.total()}};
  }
  static Json hashes(const Differences::Records &records) {
    Json all = Json::array();
    for (const auto &[key, record] : records) {
      all.push_back({std::hash<std::string>{}(key), std::hash<std::string>{}(record)});
    }
    return all;
  }
  static Json journal_of(const Sandbox &sandbox) {
    Json all = Json::array();
    for (const JournalEntry &entry : StoredEntries::of(sandbox.journal)) {
      all.push_back({entry.number, std::hash<std::string>{}(entry.record())});
    }
    return all;
  }
  static Json snapshot_of(Sandbox &sandbox) {
    Transaction transaction(sandbox.objects, sandbox.clock);
    return snapshot(transaction);
  }
  static std::map<std::pair<EntityKind, std::string>, std::string> whole(Sandbox &sandbox) {
    SandboxChanges changes;
    Transaction transaction = Transaction::unsettled(sandbox.objects, sandbox.clock);
    transaction->touch_all();
    transaction->append_changes(sandbox.objects, changes);
    std::map<std::pair<EntityKind, std::string>, std::string> all;
    for (const EntityChange &change : changes.entities) {
      all[{change.kind, change.key}] = change.value.value_or("");
    }
    return all;
  }

  SharedRecords records;
  std::shared_ptr<SetClock> time = std::make_shared<SetClock>(kNow);
  Replica one;
  Replica other;
  Replica fresh;
};

TEST(ApplyChanges, IsRefusedWhereOursIsStillTheSeeds) {
  SharedRecords records;
  const auto time = std::make_shared<SetClock>(kNow);
  Replica one(records, time);
  Replica other(records, time);
  one.call(get(kFailed));
  one.keep();
  other.follow();
  one.call(retry(kFailed));
  one.keep();
  EXPECT_FALSE(other.apply());
}

TEST(ApplyChanges, IsRefusedWhereThereAreOwn) {
  Two two;
  two.other.call(retry(kFailed));
  EXPECT_FALSE(two.other.apply());
}

TEST(ApplyChanges, TakesInRuns) {
  Two two;
  const std::string made = two.one.retried(kFailed);
  two.done();
  two.one.steer("PUT", path_of_run(made, "/state"), {{"state", "failed"}});
  two.done();
  two.one.steer("DELETE", path_of_run(made));
  two.done();
  EXPECT_EQ(two.other.call(get(made)).status, 404);
}

TEST(ApplyChanges, TakesInARunInThePlaceOfTheLast) {
  Two two;
  const std::string first = two.one.retried(kFailed);
  two.done();
  two.one.steer("DELETE", path_of_run(first));
  two.one.keep();
  two.fresh.read_whole(); // where the last number is free again
  two.fresh.call(retry(kSuccess));
  two.fresh.keep();
  EXPECT_TRUE(two.other.apply());
  two.expect_same();
}

/// Of the flow's runs on demand, in one that has looked before it took in the last.
std::string last_run_of(Replica &mock) {
  Transaction transaction = mock.unsettled();
  const Run *run = transaction->last_run(*transaction->find_flow(kOnDemandFlow));
  return run == nullptr ? "" : run->id;
}

TEST(ApplyChanges, FindsTheLastRunOfAFlow) {
  Two two;
  last_run_of(two.other);
  two.time->advance(1000);
  const std::string first = created_id(two.one.call(create()));
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  EXPECT_EQ(last_run_of(two.other), first);
  const std::string second = created_id(two.one.call(create())); // at the same time
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  EXPECT_EQ(last_run_of(two.other), second);
  two.one.steer("DELETE", path_of_run(second));
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  EXPECT_EQ(last_run_of(two.other), first);
}

TEST(ApplyChanges, EndsRunsOfOthers) {
  Two two;
  two.one.steer("PUT", path_of_run(kFailed, "/script"),
                {{"retries", {{{"outcome", "success"}, {"durationMs", 5000}}}}});
  const std::string made = two.one.retried(kFailed);
  two.done();
  EXPECT_EQ(two.other.status(made), "inProgress");
  two.time->advance(5000);
  EXPECT_EQ(two.other.status(made), "success");
}

TEST(ApplyChanges, ChangesTheScriptThatRunsShare) {
  Two two;
  two.one.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "success", "failed"}}});
  const std::string made = two.one.retried(kFailed);
  two.done();
  two.one.call(retry(made));
  two.done();
  Transaction transaction = two.other.unsettled();
  const auto &script = transaction->find_run(kFailed)->script;
  EXPECT_EQ(script, transaction->find_run(made)->script);
  EXPECT_EQ(script->next, 2U);
}

TEST(ApplyChanges, TakesInFlows) {
  Two two([](Settings &settings) { settings.schedules = true; });
  two.one.steer("PUT", "/flows/made", {{"name", "made"}, {"retries", {"failed"}}});
  two.done();
  two.one.steer(
      "PUT", "/flows/" + std::string(kHourlyFlow),
      {{"name", "put"},
       {"schedule", "run"},
       {"scheduleParams", {{"startTime", kNow / 1000 + 60}, {"frequency", "hour"}, {"interval", 1}}}});
  two.done();
  {
    Transaction transaction = two.other.unsettled();
    const auto &run = *transaction->find_run(kFailed);
    EXPECT_EQ(run.flow, transaction->find_flow(run.flow->id)->flow);
  }
  two.one.steer("DELETE", "/flows/made");
  two.one.steer("DELETE", "/flows/" + std::string(kNightlyFlow));
  two.done();
  two.time->advance(7'200'000);
  two.expect_same();
}

TEST(ApplyChanges, TakesInDocumentsOnceTheStoreHasThem) {
  Two two;
  two.one.call(read("/connections"));
  const auto put = [&](const std::string &id, const std::string &name) {
    two.one.steer("PUT", "/resources/connections/" + id, {{"name", name}});
    two.one.keep();
  };
  put("a", "first");
  EXPECT_FALSE(two.other.apply()) << "there are none yet, or others";
  two.other.read_whole();
  put("b", "second");
  two.done();
  put("b", "other name");
  two.one.steer("DELETE", "/resources/connections/a");
  two.done();
  two.one.steer("DELETE", "/resources/connections/b");
  put("a", "made again");
  two.done();
}

TEST(ApplyChanges, TakesInWhatSteersIt) {
  Two two;
  two.one.steer("PUT", "/clock", {{"frozen", true}, {"advanceMs", 5000}});
  two.one.steer("POST", "/faults",
                {{"type", "status"}, {"attributes", {{"status", 503}}}, {"match", {{"method", "POST"}}}});
  two.one.steer("POST", "/expectations", {{"clauses", {"retry/op/missing"}}, {"requests", 1000}});
  two.done();
  EXPECT_EQ(two.other.sandbox().expectations.kept().size(), 1U);
  EXPECT_TRUE(two.other.service.state().has_faults);
  EXPECT_EQ(two.other.call(retry(kFailed)).status, 503);
  EXPECT_EQ(two.other.sandbox().clock.moved_since(0), 5000);
}

TEST(ApplyChanges, TakesInThatItIsSteeredNoMore) {
  Two two;
  two.one.steer("PUT", "/clock", {{"frozen", true}, {"advanceMs", 5000}});
  two.one.steer("POST", "/expectations", {{"clauses", {"retry/op/missing"}}});
  two.done();
  two.one.sandbox().clock.start_over();
  two.one.sandbox().expectations.end();
  two.one.sandbox().faults.put_kept({{"idsGiven", 0}, {"faults", Json::array()}});
  two.done();
  EXPECT_FALSE(two.other.sandbox().clock.frozen());
  EXPECT_EQ(two.other.sandbox().clock.moved_since(0), 0);
}

TEST(ApplyChanges, TakesInViolations) {
  Two two;
  two.one.call({.method = "POST", .target = run_path(kFailed) + "/action"});
  two.done();
  EXPECT_GT(two.other.sandbox().violations.total(), 0U);
  two.one.steer("DELETE", "/violations");
  two.done();
  EXPECT_EQ(two.other.sandbox().violations.total(), 0U);
}

TEST(ApplyChanges, OfAnotherStartIsRefused) {
  SharedRecords records;
  const auto time = std::make_shared<SetClock>(kNow);
  Replica one(records, time);
  Replica other(records, time);
  one.call(get(kFailed));
  one.keep();
  other.follow();
  one.steer("POST", "/reset");
  time->advance(1);
  one.steer("POST", "/reset");
  one.keep();
  EXPECT_FALSE(other.apply());
}

/// Each makes the copy of the seed by itself; what the seed leaves open is the same.
TEST(ApplyChanges, CopiesOfTheSeedAreTheSame) {
  SharedRecords records;
  const auto time = std::make_shared<SetClock>(kNow);
  Replica one(records, time);
  Replica other(records, time);
  one.call(get(kFailed));
  EXPECT_EQ(one.keep().entities.front().key, "start");
  time->advance(100'000);
  other.follow();
  EXPECT_EQ(Two::snapshot_of(one.sandbox()), Two::snapshot_of(other.sandbox()));
  const Ask list = read("/connections?limit=100");
  EXPECT_EQ(body_of(one.call(list)), body_of(other.call(list)));
  EXPECT_EQ(body_of(one.call(get(kFailed))), body_of(other.call(get(kFailed))));
}

TEST(ApplyChanges, AfterAResetTheIdsAreTheSameForAll) {
  SharedRecords records;
  const auto time = std::make_shared<SetClock>(kNow);
  Replica one(records, time);
  Replica other(records, time);
  const std::string first = created_id(one.call(create()));
  one.keep();
  other.follow();
  other.call(get(kSuccess)); // else it would be forgotten
  other.steer("POST", "/reset");
  other.keep();
  one.follow();
  EXPECT_EQ(one.unsettled()->find_run(first), nullptr);
  EXPECT_EQ(created_id(one.call(create())), first);
  EXPECT_EQ(created_id(other.call(create())), first);
}

TEST(ApplyChanges, ARestoredSnapshotKeepsItsDocuments) {
  Two two;
  two.one.steer("PUT", "/resources/connections/a", {{"name", "first"}});
  two.one.keep();
  const Json snapshot = body_of(two.one.steer("GET", "/snapshot"));
  two.one.steer("POST", "/reset");
  ASSERT_EQ(two.one.steer("POST", "/restore", snapshot).status, 200);
  two.one.keep();
  two.other.follow();
  EXPECT_EQ(two.other.steer("GET", "/resources/connections/a").status, 200);
}

/// Whatever is done in whichever of two, the other is as if it had read all of it.
TEST(ApplyChanges, IsAsGoodAsReadingAllWhateverWasDone) {
  std::size_t applied = 0;
  std::size_t refused = 0;
  std::size_t most_refused = 0;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    Two two([](Settings &settings) {
      settings.schedules = true;
      settings.journal_size.exchanges = 30;
    });
    RandomRequests of_one(two.one, seed);
    RandomRequests of_other(two.other, seed + 100);
    std::mt19937 random(seed);
    for (int i = 0; i < 30 && !testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE(std::to_string(seed) + ", " + std::to_string(i));
      const bool is_one = random() % 2 == 0;
      Replica &its = is_one ? two.one : two.other;
      its.follow();
      two.expect_same(its);
      its.keep(); // what of the looks above is kept
      (is_one ? of_one : of_other).send();
      if (random() % 20 == 0) {
        its.steer("PUT", "/clock", {{"advanceMs", random() % 5000}});
      }
      if (random() % 20 == 0) {
        its.steer("POST", "/faults",
                  {{"type", "delay"}, {"attributes", {{"ms", 0}}}, {"probability", 0.5}, {"times", 3}});
      }
      if (random() % 20 == 0) {
        its.steer("DELETE", "/requests");
      }
      if (random() % 100 == 0) {
        its.steer("POST", "/reset");
      }
      its.keep();
    }
    applied += two.one.applied + two.other.applied;
    refused += two.one.refused + two.other.refused;
    most_refused += 2 * 2 * two.records.now().number;
  }
  // Only where the first objects, and the first documents, come in.
  EXPECT_LE(refused, most_refused);
  EXPECT_GT(applied, 4 * refused);
}

EventRecord only_event(WebhookSender &sender) {
  return sender.log().events.at(0);
}

TEST(ApplyChanges, TakesInEventsOfAWebhook) {
  Two two;
  two.one.steer("PUT", "/webhook", {{"url", "http://127.0.0.1:1/"}});
  two.done();
  ASSERT_NE(two.other.sandbox().webhook(), nullptr);
  two.one.call(retry(kFailed));
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  EXPECT_EQ(two.other.sandbox().webhook()->kept(), two.one.sandbox().webhook()->kept());
  EXPECT_EQ(only_event(*two.other.sandbox().webhook()).state, DeliveryState::pending);
  two.one.steer("DELETE", "/webhook");
  two.one.keep();
  ASSERT_TRUE(two.other.apply());
  EXPECT_EQ(two.other.sandbox().webhook(), nullptr);
}

/// Two mocks, what they have beside their sandboxes, and what they share of it.
struct TwoMocks {
  TwoMocks() { other.service.state().journal.watch_changes(), one.service.state().journal.watch_changes(); }

  void keep() {
    const SandboxChanges changes = kept_one.changes();
    records.commit(std::span(&changes, 1));
  }
  bool apply() {
    const auto changes = records.since(known);
    known = records.now().version;
    return kept_other.apply(changes);
  }
  ReadKept all() {
    return [this](const auto &take) { records.read({}, take); };
  }
  static std::size_t journaled(Steered &mock) { return mock.service.state().journal.size(); }

  SharedRecords records;
  std::uint64_t known = 0;
  Steered one;
  Steered other;
  KeptMock kept_one{one.service.state()};
  KeptMock kept_other{other.service.state()};
};

TEST(KeptMock, TakesInWhatOthersHaveChanged) {
  TwoMocks two;
  const std::string lease = body_of(two.one.admin("POST", "/leases", Json::object())).at("id");
  two.one.admin("PUT", "/clock", {{"advanceMs", 5000}});
  two.one.admin("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}});
  two.one.call({.method = "GET", .target = "/nothing/there"});
  two.keep();
  ASSERT_TRUE(two.apply());
  const ServiceState &is = two.other.service.state();
  EXPECT_TRUE(is.leases.find(lease));
  EXPECT_EQ(is.clock.now_ms(), kNow + 5000);
  EXPECT_TRUE(is.has_faults);
  EXPECT_EQ(is.faults.list().size(), 1U);
  EXPECT_EQ(is.violations.kept(), two.one.service.state().violations.kept());
  EXPECT_EQ(two.journaled(two.other), two.journaled(two.one));
  EXPECT_TRUE(two.kept_other.changes().entities.empty());
  two.one.admin("DELETE", "/leases/" + lease);
  two.one.admin("DELETE", "/violations");
  two.keep();
  ASSERT_TRUE(two.apply());
  EXPECT_FALSE(is.leases.find(lease));
  EXPECT_EQ(is.violations.total(), 0U);
}

TEST(KeptMock, KeepsWhatItHasAddedItself) {
  TwoMocks two;
  const std::string lease = body_of(two.other.admin("POST", "/leases", Json::object())).at("id");
  two.other.call({.method = "GET", .target = "/of/other"});
  two.one.call({.method = "GET", .target = "/of/one"});
  const auto own = two.other.service.state().violations.total();
  two.keep();
  ASSERT_TRUE(two.apply());
  EXPECT_TRUE(two.other.service.state().leases.find(lease));
  EXPECT_EQ(two.other.service.state().violations.total(), own + two.one.service.state().violations.total());
  const SandboxChanges changes = two.kept_other.changes();
  two.records.commit(std::span(&changes, 1));
  EXPECT_TRUE(two.records.has(EntityKind::lease));
}

TEST(KeptMock, ReadsAgainWhatTheStoreHas) {
  TwoMocks two;
  two.one.admin("PUT", "/clock", {{"advanceMs", 5000}});
  two.one.call({.method = "GET", .target = "/of/one"});
  two.keep();
  two.other.admin("POST", "/leases", Json::object());
  two.other.admin("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}});
  two.other.admin("PUT", "/clock", {{"advanceMs", 7000}});
  two.other.call({.method = "GET", .target = "/of/other"});
  two.kept_other.read_again(two.all());
  const ServiceState &is = two.other.service.state();
  EXPECT_TRUE(is.leases.all().empty());
  EXPECT_TRUE(is.faults.list().empty());
  EXPECT_EQ(is.clock.now_ms(), kNow + 5000);
  EXPECT_EQ(is.violations.kept(), two.one.service.state().violations.kept());
  EXPECT_EQ(two.journaled(two.other), two.journaled(two.one));
  EXPECT_TRUE(is.has_faults) << "it is only ever set";
}

} // namespace
} // namespace flow::mock::test
