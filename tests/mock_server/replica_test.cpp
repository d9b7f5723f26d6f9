#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock_server/http/stream.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/replicas.hpp"

namespace flow::mock::test {
namespace {

using testing::HasSubstr;

constexpr StoredName name_in_tests() {
  return {.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"};
}

TEST(Replica, WhatOneHasDoneTheOtherKnows) {
  Replicas mocks;
  const std::string made = mocks.retried(0, kFailed);
  EXPECT_EQ(mocks.call(1, get(made)).status, 200);
  EXPECT_EQ(mocks.run(0, made), mocks.run(1, made));
}

TEST(Replica, ASandboxThatNobodyHasChangedIsTheSameFromBoth) {
  Replicas mocks;
  const Json seen = mocks.run(0, kFailed);
  mocks.clock->advance(5000);
  EXPECT_EQ(mocks.run(1, kFailed), seen);
}

TEST(Replica, EachScriptedOutcomeIsTakenOnce) {
  Replicas mocks;
  mocks.steer(0, "PUT", path_of_run(kFailed, "/script"),
              {{"retries", {"failed", "success", "partialSuccess", "failed"}}});
  std::vector<std::string> outcomes;
  for (std::size_t i = 0; i < 4; ++i) {
    outcomes.push_back(status_in(mocks.run(i % 2, mocks.retried(i % 2, kFailed))));
  }
  EXPECT_EQ(outcomes, (std::vector<std::string>{"failed", "success", "partialSuccess", "failed"}));
}

TEST(Replica, EachScriptedOutcomeIsTakenOnceByManyAtTheSameTime) {
  Replicas mocks([](Settings &) {}, 3);
  Json script = Json::array();
  for (int i = 1; i <= 60; ++i) {
    script.push_back({{"outcome", "failed"}, {"durationMs", i}, {"id", "run-" + std::to_string(i)}});
  }
  ASSERT_EQ(mocks.steer(0, "PUT", path_of_run(kFailed, "/script"), {{"retries", script}}).status, 200);
  std::array<std::vector<std::string>, 6> ids;
  {
    std::vector<std::jthread> clients;
    for (std::size_t client = 0; client < ids.size(); ++client) {
      clients.emplace_back([&, client] {
        for (int i = 0; i < 10; ++i) {
          ids.at(client).push_back(mocks.retried(client % 3, kFailed));
        }
      });
    }
  }
  std::set<std::string> all;
  for (const auto &of_client : ids) {
    all.insert(of_client.begin(), of_client.end());
  }
  EXPECT_EQ(all.size(), 60U);
  EXPECT_TRUE(all.contains("run-1"));
  EXPECT_TRUE(all.contains("run-60"));
}

TEST(Replica, OneOfTwoChangesWithTheSameEtagWins) {
  Replicas mocks;
  const Ask read{.method = "GET",
                 .target =
                     std::string(contract::kBasePath) + "/connections/4cb0c374-d3bb-4557-b139-5712880adc55"};
  const std::string etag = body_of(mocks.call(1, read)).at("items").at(0).at("etag");
  const auto update = [&](std::size_t which) {
    Ask patch = read;
    patch.method = "PATCH";
    patch.body = R"([{"op":"add","path":"/description","value":")" + std::to_string(which) + R"("}])";
    return mocks.call(which, patch.set("If-Match", etag)).status;
  };
  EXPECT_EQ(update(0), 200);
  EXPECT_EQ(update(1), 412);
  EXPECT_EQ(body_of(mocks.call(0, read)), body_of(mocks.call(1, read)));
}

TEST(Replica, TheJournalIsTheSameFromBoth) {
  Replicas mocks;
  for (std::size_t i = 0; i < 6; ++i) {
    mocks.call(i % 2, get(kFailed));
  }
  EXPECT_EQ(mocks.count(0), 6);
  EXPECT_EQ(mocks.count(1), 6);
  EXPECT_EQ(body_of(mocks.steer(0, "GET", "/requests")), body_of(mocks.steer(1, "GET", "/requests")));
}

TEST(Replica, WhatTheJournalSaysOfReadsMayTrail) {
  Replicas mocks([](Settings &settings) { settings.is_journal_durable = false; });
  mocks.call(0, retry(kFailed));
  const std::size_t before = mocks.things->commits;
  for (std::size_t i = 0; i < 6; ++i) {
    mocks.call(i % 2, get(kFailed));
  }
  EXPECT_LE(mocks.things->commits, before + 2) << "of those who look after the journal";
  EXPECT_TRUE(comes_true([&] { return mocks.count(0) == 7 && mocks.count(1) == 7; }));
}

TEST(Replica, WhatTrailsIsKeptWhenTheMockEnds) {
  Replicas mocks([](Settings &settings) { settings.is_journal_durable = false; });
  mocks.call(0, retry(kFailed));
  mocks.call(0, get(kFailed));
  mocks.end(0);
  EXPECT_EQ(mocks.count(1), 2);
}

TEST(Replica, AReadInWhichRunsEndIsKept) {
  Replicas mocks([](Settings &settings) { settings.is_journal_durable = false; });
  mocks.steer(0, "PUT", "/defaults", {{"outcome", "success"}, {"durationMs", 1000}});
  const std::string made = mocks.retried(0, kFailed);
  mocks.call(1, get(made));
  mocks.clock->advance(2000);
  const Json first = mocks.run(0, made);
  EXPECT_EQ(status_in(first), "success");
  EXPECT_EQ(mocks.run(1, made), first) << "with the same etag";
}

TEST(Replica, AFaultOfTheMockFallsOnSoManyRequestsInAll) {
  Replicas mocks;
  mocks.call(1, get(kFailed));
  mocks.admin(0, "POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 500}}}, {"times", 3}});
  std::vector<int> statuses;
  for (std::size_t i = 0; i < 5; ++i) {
    statuses.push_back(mocks.call((i + 1) % 2, get(kFailed)).status);
  }
  EXPECT_EQ(statuses, (std::vector<int>{500, 500, 500, 200, 200}));
}

TEST(Replica, AFaultOfASandboxFallsOnSoManyRequestsInAll) {
  Replicas mocks;
  mocks.steer(0, "POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 500}}}, {"times", 1}});
  EXPECT_EQ(mocks.call(1, get(kFailed)).status, 500);
  EXPECT_EQ(mocks.call(0, get(kFailed)).status, 200);
  EXPECT_EQ(mocks.call(1, get(kFailed)).status, 200);
}

TEST(Replica, ClocksAreTheSameFromBoth) {
  Replicas mocks;
  mocks.steer(0, "PUT", "/clock", {{"frozen", true}});
  mocks.steer(1, "PUT", "/clock", {{"advanceMs", 5000}});
  mocks.admin(0, "PUT", "/clock", {{"advanceMs", 100}});
  EXPECT_EQ(body_of(mocks.steer(0, "GET", "/clock")), body_of(mocks.steer(1, "GET", "/clock")));
  EXPECT_EQ(body_of(mocks.admin(1, "GET", "/clock")).at("nowMs"), kNow + 100);
}

TEST(Replica, AViolationIsKnownToBoth) {
  Replicas mocks;
  mocks.call(0, retry(kFailed, "?op=restart"));
  EXPECT_EQ(body_of(mocks.steer(1, "GET", "/violations")).at("total"), 1);
  EXPECT_EQ(body_of(mocks.admin(1, "GET", "/violations")).at("total"), 1);
  mocks.admin(1, "DELETE", "/violations");
  EXPECT_EQ(body_of(mocks.steer(0, "GET", "/violations")).at("total"), 0);
  EXPECT_EQ(body_of(mocks.admin(0, "GET", "/violations")).at("total"), 0);
}

TEST(Replica, ALeaseIsKnownToBothAndEndsAtBoth) {
  Replicas mocks;
  const Response given = mocks.admin(0, "POST", "/leases");
  ASSERT_EQ(given.status, 201) << given.body;
  const Json lease = body_of(given);
  const std::string path = "/leases/" + lease.at("id").get<std::string>();
  const std::string sandbox = lease.at("sandbox");
  EXPECT_EQ(mocks.admin(1, "GET", path).status, 200);
  const auto in_lease = [&](Ask asked) {
    return asked.set("x-gw-ims-org-id", lease.at("organisation").get<std::string>())
        .set("x-sandbox-name", sandbox);
  };
  EXPECT_EQ(mocks.call(1, in_lease(retry(kFailed))).status, 200);
  EXPECT_EQ(mocks.admin(0, "DELETE", path).status, 200);
  EXPECT_EQ(mocks.admin(1, "GET", path).status, 404);
  const Json left = body_of(mocks.admin(1, "GET", "/sandboxes")).at("sandboxes");
  EXPECT_TRUE(left.empty()) << left;
}

TEST(Replica, AResetReachesBoth) {
  Replicas mocks;
  const std::string made = mocks.retried(0, kFailed);
  mocks.call(1, get(made));
  mocks.steer(1, "POST", "/reset");
  EXPECT_EQ(mocks.call(0, get(made)).status, 404);
  EXPECT_EQ(mocks.run(0, kFailed), mocks.run(1, kFailed));
  const std::string second = mocks.retried(1, kFailed);
  mocks.admin(0, "POST", "/reset");
  EXPECT_EQ(mocks.call(1, get(second)).status, 404);
}

TEST(Replica, ARefusedCallOfTheControlApiTakesNothingAway) {
  Replicas mocks;
  mocks.call(0, get(kFailed));
  EXPECT_EQ(mocks.steer(1, "PUT", path_of_run(kNoSuchRun, "/state"), {{"state", "success"}}).status, 404);
  EXPECT_EQ(mocks.count(0), 1);
}

TEST(Replica, ATokenOfOneHoldsAtTheOther) {
  Replicas mocks([](Settings &settings) {
    settings.seed.allow.clients = {{.id = "id", .secret = "s3cr3t", .scopes = {"openid", "AdobeID"}}};
  });
  const Ask token{.method = "POST",
                  .target = "/ims/token/v3",
                  .body =
                      "grant_type=client_credentials&client_id=id&client_secret=s3cr3t&scope=openid,AdobeID",
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
  const std::string given = body_of(mocks.call(0, token)).at("access_token");
  EXPECT_EQ(mocks.call(1, get(kFailed).set("Authorization", "Bearer " + given)).status, 200);
}

TEST(Replica, AwaitsWhatComesToTheOther) {
  Replicas mocks;
  mocks.call(0, get(kFailed));
  Response awaited = mocks.begun(
      0,
      admin_ask("GET", "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D/requests/await?count=2&timeoutMs=60000"));
  ASSERT_NE(awaited.awaited, nullptr);
  mocks.call(1, get(kFailed));
  EXPECT_EQ(waited_for(std::move(awaited)).status, 200);
}

TEST(Replica, AStreamTellsWhatComesToTheOther) {
  Replicas mocks;
  const Response response = mocks.begun(0, admin_ask("GET", "/stream"));
  ASSERT_NE(response.stream, nullptr);
  response.stream->next();
  mocks.call(1, retry(kFailed));
  EXPECT_THAT(response.stream->next().value_or(""), HasSubstr("/runs/" + std::string(kFailed)));
}

TEST(Replica, IdsOfNewRunsDifferAlsoWhereTwoBeginWithTheSameSandbox) {
  Replicas mocks([](Settings &) {}, 3);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < 30; ++i) {
    ids.insert(mocks.retried(i % 3, kFailed));
  }
  EXPECT_EQ(ids.size(), 30U);
}

TEST(Replica, HasMoreSandboxesThanItHasRoomFor) {
  Replicas mocks([](Settings &settings) { settings.limits.sandboxes = 2; });
  std::map<std::string, std::string> made;
  for (int i = 0; i < 8; ++i) {
    const std::string name = "sandbox-" + std::to_string(i);
    made[name] = body_of(mocks.call(0, retry(kFailed).set("x-sandbox-name", name))).at("id");
  }
  for (const auto &[name, id] : made) {
    EXPECT_EQ(mocks.call(0, get(id).set("x-sandbox-name", name)).status, 200) << name;
    EXPECT_EQ(mocks.call(1, get(id).set("x-sandbox-name", name)).status, 200) << name;
  }
  EXPECT_THAT(mocks.admin(0, "GET", "/sandboxes").body, HasSubstr("--max-sandboxes"));
}

TEST(Replica, WhatTheStoreDoesNotKeepHasNotHappened) {
  Replicas mocks;
  mocks.call(0, get(kFailed));
  mocks.things->set(&SharedThings::commit_failure, "the disk is full");
  const Response refused = mocks.call(0, retry(kFailed));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(error_in(refused), "1103-503");
  EXPECT_EQ(header(refused, "x-flow-mock-store"), "failed");
  EXPECT_THAT(refused.body, HasSubstr("the disk is full"));
  EXPECT_NE(header(refused, "x-request-id"), "");
  mocks.things->set(&SharedThings::commit_failure, "");
  ASSERT_TRUE(comes_true([&] { return mocks.admin(0, "GET", "/health/ready").status == 200; }));
  EXPECT_EQ(mocks.count(0), 1);
  EXPECT_EQ(body_of(mocks.steer(0, "GET", "/violations")).at("total"), 0);
}

TEST(Replica, ARemovalThatTheStoreDoesNotKeepHasNotHappened) {
  Replicas mocks;
  const Json lease = body_of(mocks.admin(0, "POST", "/leases"));
  const auto in_lease = [&](Ask asked) {
    return asked.set("x-gw-ims-org-id", lease.at("organisation").get<std::string>())
        .set("x-sandbox-name", lease.at("sandbox").get<std::string>());
  };
  const std::string made = body_of(mocks.call(0, in_lease(retry(kFailed)))).at("id");
  mocks.things->set(&SharedThings::commit_failure, "the disk is full");
  EXPECT_EQ(mocks.admin(0, "DELETE", "/leases/" + lease.at("id").get<std::string>()).status, 503);
  mocks.things->set(&SharedThings::commit_failure, "");
  ASSERT_TRUE(comes_true([&] { return mocks.admin(0, "GET", "/health/ready").status == 200; }));
  EXPECT_EQ(mocks.call(0, in_lease(get(made))).status, 200);
  EXPECT_EQ(mocks.call(1, in_lease(get(made))).status, 200);
  EXPECT_EQ(mocks.admin(1, "GET", "/leases/" + lease.at("id").get<std::string>()).status, 200);
}

TEST(Replica, ReadsInWhichRunsEndAndCallsAboutAllDoNotWaitForEachOther) {
  Replicas mocks([](Settings &settings) { settings.is_journal_durable = false; });
  mocks.steer(0, "PUT", "/defaults", {{"outcome", "success"}, {"durationMs", 1}});
  constexpr int kTimes = 100;
  const auto read = [&](std::size_t which) {
    for (int i = 0; i < kTimes; ++i) {
      const std::string made = mocks.retried(which, kFailed);
      mocks.clock->advance(1);
      EXPECT_EQ(mocks.call(which, get(made)).status, 200);
    }
  };
  const std::jthread first([&] { read(0); });
  const std::jthread second([&] { read(1); });
  for (int i = 0; i < kTimes; ++i) {
    EXPECT_EQ(mocks.admin(static_cast<std::size_t>(i % 2), "GET", "/sandboxes").status, 200);
    EXPECT_EQ(mocks.admin(static_cast<std::size_t>(i % 2), "GET", "/faults").status, 200);
  }
}

TEST(Replica, SaysWhereTheOutcomeIsNotKnown) {
  Replicas mocks;
  mocks.call(0, get(kFailed));
  mocks.things->set(&SharedThings::unknown_outcome, "the connection is lost");
  const Response refused = mocks.call(0, retry(kFailed));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(header(refused, "x-flow-mock-store"), "unknown");
  EXPECT_THAT(refused.body, HasSubstr("not known"));
  mocks.things->set(&SharedThings::unknown_outcome, "");
  ASSERT_TRUE(comes_true([&] { return mocks.admin(0, "GET", "/health/ready").status == 200; }));
  EXPECT_EQ(mocks.count(0), 2) << "it was kept, and this one has taken it in";
}

TEST(Replica, IsNotReadyWhileTheStoreFailsAndAnswersNothingFromMemory) {
  Replicas mocks;
  mocks.call(0, get(kFailed));
  mocks.things->set(&SharedThings::failure, "nobody is there");
  EXPECT_EQ(mocks.call(0, get(kFailed)).status, 503);
  const Response ready = mocks.admin(0, "GET", "/health/ready");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(detail_in(ready), HasSubstr("nobody is there"));
  EXPECT_EQ(mocks.admin(0, "GET", "/health/live").status, 200);
  EXPECT_EQ(mocks.steer(0, "GET", "/requests").status, 503);
  mocks.things->set(&SharedThings::failure, "");
  ASSERT_TRUE(comes_true([&] { return mocks.admin(0, "GET", "/health/ready").status == 200; }));
  EXPECT_EQ(mocks.call(0, get(kFailed)).status, 200);
}

TEST(Replica, NoticesAFailingStoreWithoutARequest) {
  Replicas mocks;
  mocks.things->set(&SharedThings::failure, "nobody is there");
  EXPECT_TRUE(comes_true([&] { return mocks.admin(0, "GET", "/health/ready").status == 503; }));
}

TEST(Replica, TakesNoNamesThatAreTooLongForAStore) {
  Replicas mocks;
  const Response refused = mocks.call(0, get(kFailed).set("x-sandbox-name", std::string(257, 'a')));
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("longer than 256 bytes"));
  EXPECT_EQ(mocks.call(0, get(kFailed)).status, 200) << "and goes on";
}

TEST(Replica, RequestsThatAreRefusedBeforeTheyReachASandboxMakeNone) {
  Replicas mocks;
  EXPECT_EQ(mocks.call(0, get(kFailed).drop("Authorization")).status, 403);
  EXPECT_FALSE(mocks.things->sandboxes.contains(name_in_tests()));
  EXPECT_EQ(body_of(mocks.admin(1, "GET", "/requests")).at("requests").size(), 1U);
}

TEST(Replica, GoesOnWhereOneThatHasEndedWas) {
  Replicas mocks;
  mocks.steer(0, "PUT", path_of_run(kFailed, "/script"), {{"retries", {"failed", "success"}}});
  mocks.retried(0, kFailed);
  mocks.begin(0);
  mocks.begin(1);
  EXPECT_EQ(status_in(mocks.run(1, mocks.retried(0, kFailed))), "success");
}

} // namespace
} // namespace flow::mock::test
