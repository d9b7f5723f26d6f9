#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "mock_server/seed/seed.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/steered.hpp"
#include "tests/mock_server/store_in_memory.hpp"

namespace flow::mock::test {
namespace {

/// A mock that can be ended and begun again, with the same store.
class Lasting {
public:
  explicit Lasting(std::function<void(Settings &)> change = [](Settings &) {}) : change_(std::move(change)) {
    begin();
  }

  void begin() {
    service_.reset();
    Settings settings;
    settings.clock = clock;
    change_(settings);
    service_ = std::make_unique<FlowService>(std::move(settings), FailureLog(),
                                             std::make_unique<StoreInMemory>(things));
  }
  /// As after SIGKILL: what was not in the store by now is lost.
  void begin_without_goodbye() {
    auto left = std::make_shared<StoredThings>();
    {
      const std::lock_guard lock(things->mutex);
      left->sandboxes = things->sandboxes;
    }
    things->hold(false);
    service_.reset();
    things = std::move(left);
    begin();
  }

  Response call(const Ask &asked) { return ask(*service_, asked); }
  Response begun(const Ask &asked) { return service_->handle(asked.request()); }
  Response admin(std::string_view method, std::string_view path, const Json &body = nullptr) {
    return call(admin_ask(method, path, body.is_null() ? "" : body.dump()));
  }
  Response steer(std::string_view method, std::string_view path, const Json &body = nullptr) {
    return admin(method, "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D" + std::string(path), body);
  }
  std::string retried(std::string_view id) { return body_of(call(retry(id))).value("id", ""); }
  FlowService &service() { return *service_; }
  std::shared_ptr<Sandbox> sandbox() {
    return service_->state().sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}");
  }
  int status_of(std::string_view run) { return call(get(run)).status; }

  std::shared_ptr<StoredThings> things = std::make_shared<StoredThings>();
  std::shared_ptr<SetClock> clock = std::make_shared<SetClock>(kNow);

private:
  std::function<void(Settings &)> change_;
  std::unique_ptr<FlowService> service_;
};

void wait_for_a_commit_that_waits(StoredThings &things) {
  std::unique_lock lock(things.mutex);
  things.changed.wait(lock, [&] { return things.waiting > 0; });
}

TEST(Keeper, HoldsTheAnswerUntilItIsInTheStore) {
  Lasting mock;
  mock.things->hold(true);
  Response response = mock.begun(retry(kFailed));
  ASSERT_NE(response.awaited, nullptr);
  wait_for_a_commit_that_waits(*mock.things);
  EXPECT_FALSE(response.awaited->look());
  mock.things->hold(false);
  EXPECT_EQ(waited_for(std::move(response)).status, 200);
}

TEST(Keeper, AnswersAReadAtOnceWhereNothingWaitsToBeKept) {
  Lasting mock;
  EXPECT_EQ(mock.begun(get(kFailed)).awaited, nullptr);
}

TEST(Keeper, HoldsAReadThatSawWhatIsNotKept) {
  Lasting mock;
  mock.things->hold(true);
  Response first = mock.begun(retry(kFailed));
  Response read = mock.begun(get(kFailed));
  EXPECT_NE(read.awaited, nullptr);
  mock.things->hold(false);
  waited_for(std::move(first));
  waited_for(std::move(read));
  EXPECT_EQ(mock.begun(get(kFailed)).awaited, nullptr);
}

TEST(Keeper, HoldsAlsoReadsWhereTheJournalIsDurable) {
  Lasting mock([](Settings &settings) { settings.is_journal_durable = true; });
  mock.call(get(kFailed));
  mock.begin_without_goodbye();
  EXPECT_EQ(body_of(mock.steer("GET", "/requests")).at("requests").size(), 1U);
}

TEST(Keeper, SharesACommitAmongThoseThatCameDuringAnother) {
  Lasting mock;
  mock.things->hold(true);
  std::vector<Response> held;
  held.push_back(mock.begun(retry(kFailed)));
  wait_for_a_commit_that_waits(*mock.things);
  const std::size_t before = mock.things->commits;
  for (int i = 0; i < 20; ++i) {
    held.push_back(mock.begun(retry(kFailed)));
  }
  mock.things->hold(false);
  for (Response &response : held) {
    EXPECT_EQ(waited_for(std::move(response)).status, 200);
  }
  EXPECT_EQ(mock.things->commits, before + 2);
}

struct Written {
  std::size_t rows;
  std::size_t bytes;
};

/// By a retry in a sandbox of which all is in the store.
Written written_by_a_retry(std::size_t runs) {
  Lasting mock([&](Settings &settings) {
    Json seed = Json::parse(built_in_seed_text());
    seed["runs"].push_back(
        {{"flowId", seed["runs"][0]["flowId"]}, {"state", "failed"}, {"id", "copy"}, {"copies", runs}});
    settings.seed = parse_seed(seed.dump(), "seed", 2 * runs + 100);
  });
  mock.retried(kFailed); // writes all there is
  const Written before{.rows = mock.things->rows, .bytes = mock.things->bytes};
  mock.retried(kFailed);
  return {.rows = mock.things->rows - before.rows, .bytes = mock.things->bytes - before.bytes};
}

TEST(Keeper, ARetryWritesAsMuchWhateverTheNumberOfRuns) {
  const Written few = written_by_a_retry(10);
  const Written many = written_by_a_retry(100'000);
  EXPECT_EQ(few.rows, many.rows);
  EXPECT_LE(many.rows, 4U) << "the run, its exchange, and what counts them";
  EXPECT_NEAR(static_cast<double>(few.bytes), static_cast<double>(many.bytes), 16) << "of longer numbers";
}

TEST(Keeper, WhatWasAnsweredIsThereAfterARestart) {
  Lasting mock;
  mock.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "success"}}});
  const std::string first = mock.retried(kFailed);
  mock.begin_without_goodbye();
  EXPECT_EQ(mock.status_of(first), 200);
  EXPECT_EQ(status_in(body_of(mock.call(get(mock.retried(kFailed)))).at("items").at(0)), "success");
  EXPECT_EQ(status_in(body_of(mock.call(get(first))).at("items").at(0)), "failed");
}

TEST(Keeper, SteeringIsThereAfterARestart) {
  Lasting mock;
  mock.steer("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}, {"times", 2}});
  mock.steer("PUT", "/clock", {{"frozen", true}});
  mock.steer("PUT", "/clock", {{"advanceMs", 5000}});
  mock.call(get(kFailed));
  mock.begin_without_goodbye();
  EXPECT_EQ(body_of(mock.steer("GET", "/faults")).at("faults").at(0).at("left"), 1);
  EXPECT_EQ(body_of(mock.steer("GET", "")).at("nowMs"), kNow + 5000);
  EXPECT_EQ(mock.status_of(kFailed), 503);
  EXPECT_EQ(mock.status_of(kFailed), 200);
}

TEST(Keeper, TheJournalIsThereAfterARestart) {
  Lasting mock;
  mock.call(retry(kFailed));
  mock.call(retry(kSuccess));
  const Json before = body_of(mock.steer("GET", "/requests"));
  mock.begin_without_goodbye();
  EXPECT_EQ(body_of(mock.steer("GET", "/requests")), before);
  mock.call(retry(kFailed));
  const Json after = body_of(mock.steer("GET", "/requests")).at("requests");
  ASSERT_EQ(after.size(), 3U);
  EXPECT_GT(after.at(2).at("number"), after.at(1).at("number"));
}

TEST(Keeper, TheJournalTakesNoMoreRoomThanItsSize) {
  Lasting mock([](Settings &settings) { settings.journal_size.exchanges = 5; });
  for (int i = 0; i < 13; ++i) {
    mock.call(retry(kFailed));
  }
  mock.begin();
  mock.call(retry(kFailed));
  const StoredThings::Entities &entities =
      mock.things->sandboxes.at({.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"});
  EXPECT_EQ(std::count_if(entities.begin(), entities.end(),
                          [](const auto &entry) { return entry.first.first == EntityKind::journal; }),
            5);
  const Json before = body_of(mock.steer("GET", "/requests")).at("requests");
  mock.begin();
  EXPECT_EQ(body_of(mock.steer("GET", "/requests")).at("requests"), before);
}

TEST(Keeper, AClearedJournalIsEmptyAfterARestart) {
  Lasting mock([](Settings &settings) { settings.journal_size.exchanges = 5; });
  for (int i = 0; i < 8; ++i) {
    mock.call(retry(kFailed));
  }
  mock.begin();
  mock.steer("DELETE", "/requests");
  mock.begin_without_goodbye();
  EXPECT_EQ(body_of(mock.steer("GET", "/requests")).at("requests").size(), 0U);
}

TEST(Keeper, LeasesAndTokensHoldAfterARestart) {
  Lasting mock([](Settings &settings) {
    settings.seed.allow.clients = {{.id = "id", .secret = "s3cr3t", .scopes = {"openid", "AdobeID"}}};
  });
  const std::string lease = body_of(mock.admin("POST", "/leases")).at("id");
  const Ask token{.method = "POST",
                  .target = "/ims/token/v3",
                  .body =
                      "grant_type=client_credentials&client_id=id&client_secret=s3cr3t&scope=openid,AdobeID",
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
  const std::string given = body_of(mock.call(token)).at("access_token");
  mock.begin_without_goodbye();
  EXPECT_EQ(mock.admin("GET", "/leases/" + lease).status, 200);
  EXPECT_EQ(mock.call(get(kFailed).set("Authorization", "Bearer " + given)).status, 200);
}

TEST(Keeper, ViolationsAreThereAfterARestart) {
  Lasting mock;
  mock.call(retry(kFailed).drop("x-api-key"));
  mock.call(retry(kFailed, "?op=retrigger"));
  const Json before = body_of(mock.admin("GET", "/violations"));
  const Json of_sandbox = body_of(mock.steer("GET", "/violations"));
  ASSERT_GT(before.at("violations").size(), 1U);
  mock.begin_without_goodbye();
  EXPECT_EQ(body_of(mock.admin("GET", "/violations")), before);
  EXPECT_EQ(body_of(mock.steer("GET", "/violations")), of_sandbox);
}

TEST(Keeper, ASandboxThatWasResetIsNotInTheStore) {
  Lasting mock;
  mock.call(retry(kFailed));
  mock.steer("POST", "/reset");
  mock.begin_without_goodbye();
  EXPECT_EQ(mock.things->sandboxes.count({.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"}), 0U);
}

TEST(Keeper, ASandboxThatWasRemovedDoesNotComeBackAndOneOfItsNameStays) {
  Lasting mock;
  mock.call(retry(kFailed));
  mock.service().state().sandboxes.remove(mock.sandbox());
  mock.admin("DELETE", "/violations"); // after which all is kept
  EXPECT_EQ(mock.things->sandboxes.count({.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"}), 0U);
  mock.call(retry(kFailed));
  mock.service().state().sandboxes.remove(mock.sandbox());
  const std::string made = mock.retried(kFailed);
  mock.begin_without_goodbye();
  EXPECT_EQ(mock.status_of(made), 200);
}

TEST(Keeper, WhereTheStoreFailsTheAnswerIs503AndNothingWasDone) {
  Lasting mock;
  const std::string before = mock.call(read("/runs?count=true")).body;
  mock.things->fail("the disk is full");
  const Response refused = mock.call(retry(kFailed));
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("the disk is full"), std::string::npos);
  EXPECT_EQ(mock.call(read("/runs?count=true")).body, before);
  EXPECT_EQ(mock.call(retry(kFailed)).status, 503);
  EXPECT_EQ(mock.steer("PUT", "/defaults", {{"outcome", "failed"}}).status, 503);
}

TEST(Keeper, WhereTheStoreFailsScriptsGoOnWhereTheyWere) {
  Lasting mock;
  mock.steer("PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "success"}}});
  mock.things->fail("the disk is full");
  EXPECT_EQ(mock.call(retry(kFailed)).status, 503);
  mock.things->fail("");
  std::string made;
  for (int i = 0; i < 100 && made.empty(); ++i) { // it is tried several times a second
    made = mock.retried(kFailed);
    if (made.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  EXPECT_EQ(status_in(body_of(mock.call(get(made))).at("items").at(0)), "failed");
  EXPECT_EQ(status_in(body_of(mock.call(get(mock.retried(kFailed)))).at("items").at(0)), "success");
}

/// Whoever has the sandbox that is replaced is told so, although its own change was in no commit that failed.
TEST(Keeper, WhatIsDoneInASandboxThatWasLostIsNotAcknowledged) {
  Lasting mock;
  mock.call(retry(kFailed));
  const auto lost = mock.sandbox();
  mock.things->fail("the disk is full");
  EXPECT_EQ(mock.call(retry(kFailed)).status, 503);
  EXPECT_NE(mock.sandbox(), lost);
  EXPECT_TRUE(*lost->is_lost);
  EXPECT_FALSE(*mock.sandbox()->is_lost);
}

TEST(Keeper, WhereTheStoreFailsNobodyIsJudged) {
  Lasting mock;
  mock.things->fail("the disk is full");
  mock.call(retry(kFailed));
  mock.call(retry(kFailed, "?op=retrigger"));
  EXPECT_EQ(body_of(mock.admin("GET", "/violations")).at("total"), 0);
}

TEST(Keeper, OfARecordThatIsDamagedTheMockDoesNotBegin) {
  Lasting mock;
  mock.call(retry(kFailed));
  auto &entities = mock.things->sandboxes.at({.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"});
  for (auto &[place, value] : entities) {
    if (place.first == EntityKind::run) {
      value.pop_back();
      break;
    }
  }
  EXPECT_THROW(mock.begin(), StoreError);
}

} // namespace
} // namespace flow::mock::test
