#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "mock_server/seed/seed_json.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/store/record.hpp"
#include "tests/mock_server/random_requests.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock::test {
namespace {

/// What a store has after some changes.
class KeptThings {
public:
  void take(const SandboxChanges &changes) {
    if (changes.starts_over) {
      things_.clear();
    }
    for (const EntityChange &entity : changes.entities) {
      if (entity.value) {
        things_[{entity.kind, entity.key}] = *entity.value;
      } else {
        things_.erase({entity.kind, entity.key});
      }
    }
  }
  void put_into(SandboxObjects &sandbox, std::int64_t now_ms) const {
    Transaction transaction(sandbox, now_ms);
    transaction->watch_changes(true);
    transaction->begin_kept(built_in_seed(), now_ms);
    for (const auto &[place, value] : things_) {
      transaction->put_kept({place.first, place.second, value});
    }
    transaction->end_kept();
  }
  /// The kinds and keys of those that the other has not, or otherwise.
  std::string not_in(const KeptThings &other) const {
    std::string names;
    for (const auto &[place, value] : things_) {
      if (const auto found = other.things_.find(place);
          found == other.things_.end() || found->second != value) {
        names +=
            std::to_string(static_cast<int>(place.first)) + " " + testing::PrintToString(place.second) + "; ";
      }
    }
    return names;
  }
  std::size_t size() const { return things_.size(); }

private:
  std::map<std::pair<EntityKind, std::string>, std::string> things_;
};

/// A service whose sandbox is kept after each request.
struct Kept : Steered {
  explicit Kept(const std::function<void(Settings &)> &change = [](Settings &) {}) : Steered(change) {
    Transaction(objects(), kNow)->watch_changes(true);
  }

  SandboxObjects &objects() { return service.state().sandboxes.of("{ORG_ID}", name)->objects; }
  SandboxChanges keep() {
    SandboxChanges changes;
    Transaction::unsettled(objects(), *clock)->append_changes(objects(), changes);
    things.take(changes);
    return changes;
  }
  /// How many things a request changes, after which the sandbox is kept.
  std::size_t changed_by(const Ask &asked) {
    keep();
    call(asked);
    return keep().entities.size();
  }
  /// The sandbox as it is read from what was kept.
  std::unique_ptr<SandboxObjects> read_again() const {
    auto again = std::make_unique<SandboxObjects>("{ORG_ID}", name, 1);
    things.put_into(*again, clock->now_ms());
    return again;
  }

  KeptThings things;
};

Json snapshot_of(SandboxObjects &sandbox, const Clock &clock) {
  Transaction transaction(sandbox, clock);
  return snapshot(transaction);
}

/// All that there is to keep of it.
KeptThings whole(SandboxObjects &sandbox, const Clock &clock) {
  SandboxChanges changes;
  Transaction transaction = Transaction::unsettled(sandbox, clock);
  transaction->touch_all();
  transaction->append_changes(sandbox, changes);
  KeptThings things;
  things.take(changes);
  return things;
}

TEST(KeptState, OfASandboxThatIsOnlyReadIsNothing) {
  Kept kept;
  kept.call(get(kFailed));
  kept.call(read("/flows"));
  kept.call(read("/connections"));
  EXPECT_TRUE(kept.keep().entities.empty());
}

TEST(KeptState, OfTheFirstChangeIsAllThereIs) {
  Kept kept;
  kept.call(retry(kFailed));
  EXPECT_GT(kept.keep().entities.size(), built_in_seed().runs.size());
}

TEST(KeptState, OfARetryIsItsRun) {
  Kept kept;
  kept.call(retry(kFailed));
  EXPECT_LE(kept.changed_by(retry(kFailed)), 2U); // and where the ids have come to
}

TEST(KeptState, OfARetryByScriptHoldsTheScript) {
  Kept kept;
  kept.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "success"}}});
  EXPECT_EQ(kept.changed_by(retry(kFailed)), 4U); // run, script, flow, ids
}

TEST(KeptState, ReadAgainGoesOnWithTheScript) {
  Kept kept;
  kept.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "success", "failed"}}});
  kept.call(retry(kFailed));
  kept.keep();
  const auto again = kept.read_again();
  Transaction transaction(*again, *kept.clock);
  const auto &run = *transaction->find_run(kFailed);
  EXPECT_EQ(run.script->next, 1U);
  EXPECT_EQ(run.script->retries.size(), 3U);
  EXPECT_TRUE(run.script->is_of_test);
  EXPECT_EQ(run.script.use_count(), 2); // its retry has the same
}

TEST(KeptState, ReadAgainHasSchedules) {
  Kept kept([](Settings &settings) { settings.schedules = true; });
  Json flow = body_of(kept.call(read("/flows/" + std::string(kHourlyFlow)))).at("items").at(0);
  kept.steer("PUT", "/flows/" + std::string(kHourlyFlow),
             {{"schedule", "run"},
              {"scheduleParams", {{"startTime", kNow / 1000 - 60}, {"frequency", "hour"}, {"interval", 1}}},
              {"flowSpec", flow.at("flowSpec")}});
  kept.keep();
  const auto again = kept.read_again();
  constexpr std::int64_t kDay = 86'400'000;
  const auto before = Transaction(*again, kNow)->runs.count();
  EXPECT_EQ(Transaction(*again, kNow + kDay)->runs.count(), before + 24);
}

TEST(KeptState, ReadAgainEndsItsRuns) {
  Kept kept;
  kept.steer("PUT", path_of_run(kFailed, "/script"),
             {{"retries", {{{"outcome", "success"}, {"durationMs", 5000}}}}});
  const std::string made = kept.retried(kFailed);
  kept.keep();
  const auto again = kept.read_again();
  EXPECT_EQ(Transaction(*again, kNow + 4999)->find_run(made)->state, RunState::in_progress);
  EXPECT_EQ(Transaction(*again, kNow + 5000)->find_run(made)->state, RunState::success_with_records);
}

TEST(KeptState, ReadAgainHasNothingToBeKept) {
  Kept kept;
  kept.call(retry(kFailed));
  kept.call(read("/connections"));
  kept.steer("PUT", "/defaults", {{"outcome", "failed"}});
  kept.keep();
  const auto again = kept.read_again();
  SandboxChanges changes;
  Transaction::unsettled(*again, *kept.clock)->append_changes(*again, changes);
  EXPECT_FALSE(changes.starts_over);
  EXPECT_EQ(changes.entities.size(), 0U);
}

TEST(KeptState, OfAResetIsNothing) {
  Kept kept;
  kept.call(retry(kFailed));
  kept.keep();
  kept.steer("POST", "/reset");
  kept.keep();
  EXPECT_EQ(kept.things.size(), 0U);
}

TEST(KeptState, OfARestoredSnapshotIsAllOfIt) {
  Kept kept;
  const Json before = body_of(kept.steer("GET", "/snapshot"));
  kept.call(retry(kFailed));
  kept.keep();
  ASSERT_EQ(kept.steer("POST", "/restore", before).status, 200);
  kept.keep();
  const auto again = kept.read_again();
  EXPECT_EQ(snapshot_of(*again, *kept.clock), snapshot_of(kept.objects(), *kept.clock));
}

/// Kept after every few requests, or read again in between, it is the same to the byte.
TEST(KeptState, ReadAgainIsTheSameWhateverWasDone) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Kept kept([&](Settings &settings) { settings.deterministic = seed; });
    RandomRequests requests(kept, seed);
    for (int i = 0; i < 60; ++i) {
      requests.send();
      if (i % 7 != 0) {
        continue;
      }
      kept.keep();
      if (kept.things.size() == 0) {
        continue; // nothing has been changed yet
      }
      const auto again = kept.read_again();
      const KeptThings all = whole(*again, *kept.clock);
      ASSERT_EQ(all.not_in(kept.things), "") << seed << ", " << i;
      ASSERT_EQ(kept.things.not_in(all), "") << seed << ", " << i;
      ASSERT_EQ(snapshot_of(*again, *kept.clock), snapshot_of(kept.objects(), *kept.clock))
          << seed << ", " << i;
    }
  }
}

TEST(KeptState, ThatIsDamagedIsRefused) {
  SandboxObjects sandbox("o", "s", 1);
  Transaction transaction(sandbox, kNow);
  const auto cut = RecordWriter().text("a").take();
  const auto unknown_flow = RecordWriter().text("run").text("no such flow").take();
  for (const EntityKind kind :
       {EntityKind::sandbox, EntityKind::script, EntityKind::flow, EntityKind::document, EntityKind::run}) {
    for (const std::string &record : {std::string(), std::string("abcdefgh"), cut, unknown_flow}) {
      transaction->begin_kept(built_in_seed(), kNow);
      EXPECT_THROW(transaction->put_kept({kind, number_key(1), record}), BadRecord);
    }
  }
}

TEST(Record, WithAnyByteChangedIsSeenToBeDamaged) {
  const std::string record = RecordWriter().number(300).signed_number(-5).text("text").take();
  for (std::size_t place = 0; place < record.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = record;
      changed[place] = static_cast<char>(changed[place] ^ (1 << bit));
      EXPECT_THROW(RecordReader{changed}, BadRecord);
    }
  }
}

TEST(Record, ReadsWhatWasWritten) {
  for (const std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, ~std::uint64_t{0}}) {
    const std::string record =
        RecordWriter().number(number).signed_number(static_cast<std::int64_t>(number)).text("").take();
    RecordReader kept(record);
    EXPECT_EQ(kept.number(), number);
    EXPECT_EQ(kept.signed_number(), static_cast<std::int64_t>(number));
    EXPECT_EQ(kept.text(), "");
    EXPECT_NO_THROW(kept.end());
    EXPECT_THROW(kept.number(), BadRecord);
  }
}

TEST(Record, KeysOfNumbersAreInTheirOrder) {
  EXPECT_LT(number_key(255), number_key(256));
  EXPECT_EQ(number_of_key(number_key(~std::uint64_t{0} - 1)), ~std::uint64_t{0} - 1);
  EXPECT_THROW(number_of_key("1234567"), BadRecord);
}

} // namespace
} // namespace flow::mock::test
