#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "mock_server/service.hpp"
#include "tests/mock_server/support.hpp"

namespace flow::mock {
namespace {

using test::Json;

/// Runs `work(n)` on `count` threads that begin together.
void in_parallel(int count, const std::function<void(int)> &work) {
  std::barrier begin(count);
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) {
    threads.emplace_back([&, n] {
      begin.arrive_and_wait();
      work(n);
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
}

TEST(ParallelRetries, OfOneRunMakeDistinctRunsAndTakeEachScriptedOutcomeOnce) {
  constexpr int kThreads = 16;
  constexpr int kEach = 10;
  Json seed = {{"flows", {{{"id", "f"}}}},
               {"runs", {{{"id", "r"}, {"flowId", "f"}, {"state", "failed"}, {"retries", Json::array()}}}}};
  for (int i = 0; i < kThreads * kEach; ++i) {
    seed["runs"][0]["retries"].push_back({{"outcome", "failed"}, {"etag", "\"e" + std::to_string(i) + "\""}});
  }
  FlowService service({.seed = parse_seed(seed.dump(), "test seed")});
  std::vector<std::vector<Json>> answers(kThreads);
  in_parallel(kThreads, [&](int n) {
    for (int i = 0; i < kEach; ++i) {
      answers[static_cast<std::size_t>(n)].push_back(test::body_of(test::ask(service, test::retry("r"))));
    }
  });
  std::set<std::string> ids;
  std::set<std::string> outcomes;
  for (const auto &mine : answers) {
    for (const Json &answer : mine) {
      ids.insert(answer.at("id"));
      outcomes.insert(answer.at("etag"));
      EXPECT_EQ(test::run_of(service, answer.at("id").get<std::string>()).at("etag"), answer.at("etag"));
    }
  }
  EXPECT_EQ(ids.size(), std::size_t{kThreads * kEach});
  EXPECT_EQ(outcomes.size(), std::size_t{kThreads * kEach});
}

TEST(ParallelRetries, OfRunsOfOneFamilyShareTheirScriptSafely) {
  FlowService service({.seed = parse_seed(R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"f",)"
                                          R"("state":"failed","retries":["failed","success","failed"]}],)"
                                          R"("defaults":{"outcome":"in-progress"}})",
                                          "test seed")});
  std::vector<std::map<std::string, int>> seen(8);
  in_parallel(8, [&](int n) {
    std::string newest = "r";
    for (int i = 0; i < 5; ++i) {
      const Response response = test::ask(service, test::retry(newest));
      newest = response.status == 200 ? test::body_of(response).at("id").get<std::string>() : "r";
      ++seen[static_cast<std::size_t>(n)][test::status_in(test::run_of(service, newest))];
      if (response.status != 200) {
        --seen[static_cast<std::size_t>(n)]["failed"]; // that was the original, seen anew
      }
    }
  });
  std::map<std::string, int> all;
  for (const auto &mine : seen) {
    for (const auto &[status, count] : mine) {
      all[status] += count;
    }
  }
  EXPECT_EQ(all["failed"], 2);
  EXPECT_EQ(all["success"], 1);
}

TEST(ParallelRetries, OfTheDocumentedRunGiveTheDocumentedIdToOneAlone) {
  FlowService service(Settings{});
  std::vector<std::string> bodies(16);
  in_parallel(16, [&](int n) {
    bodies[static_cast<std::size_t>(n)] = test::ask(service, test::retry(test::kFailed)).body;
  });
  EXPECT_EQ(std::count(bodies.begin(), bodies.end(), contract::example("retry-answer").dump()), 1);
}

TEST(ParallelFirstTouches, OfOneSandboxMakeItOnce) {
  FlowService service(Settings{});
  for (int round = 0; round < 20; ++round) {
    const std::string name = "sandbox-" + std::to_string(round);
    std::vector<std::string> ids(8);
    in_parallel(8, [&](int n) {
      auto asked = test::retry(test::kZeroRecords).set("x-sandbox-name", name);
      ids[static_cast<std::size_t>(n)] = test::body_of(test::ask(service, asked)).at("id");
    });
    for (const std::string &id : ids) {
      EXPECT_EQ(test::ask(service, test::get(id).set("x-sandbox-name", name)).status, 200)
          << "made in a sandbox that was lost";
    }
  }
}

TEST(ParallelFirstTouches, OfManySandboxesDoNotMixThem) {
  FlowService service(Settings{});
  in_parallel(16, [&](int n) {
    const std::string name = "sandbox-" + std::to_string(n);
    for (int i = 0; i < 10; ++i) {
      auto asked = test::retry(test::kFailed).set("x-sandbox-name", name);
      EXPECT_EQ(test::ask(service, asked).body == contract::example("retry-answer").dump(), i == 0);
    }
  });
}

TEST(ParallelReads, OfARunThatEndsMeanwhileAgreeOnItsEtag) {
  const auto clock = std::make_shared<test::SetClock>(1700000000000);
  FlowService service({.seed = parse_seed(R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"f",)"
                                          R"("state":"failed"}],"defaults":{"durationMs":1000}})",
                                          "test seed"),
                       .clock = clock});
  const std::string id = test::body_of(test::ask(service, test::retry("r"))).at("id");
  std::vector<std::set<std::string>> etags(8);
  in_parallel(8, [&](int n) {
    for (int i = 0; i < 50; ++i) {
      if (n == 0 && i == 25) {
        clock->advance(1000);
      }
      etags[static_cast<std::size_t>(n)].insert(test::run_of(service, id).at("etag"));
    }
  });
  std::set<std::string> all;
  for (const auto &mine : etags) {
    all.insert(mine.begin(), mine.end());
  }
  all.insert(test::run_of(service, id).at("etag"));
  EXPECT_LE(all.size(), 2U);
}

TEST(ParallelPatches, WithOneEtagHaveOneWinner) {
  FlowService service({});
  const test::Ask read{.method = "GET",
                       .target = std::string(contract::kBasePath) +
                                 "/connections/4cb0c374-d3bb-4557-b139-5712880adc55"};
  for (int round = 0; round < 50; ++round) {
    const std::string etag = test::body_of(test::ask(service, read))["items"][0].at("etag");
    std::atomic<int> winners = 0;
    in_parallel(4, [&](int n) {
      test::Ask patch = read;
      patch.method = "PATCH";
      patch.body = R"([{"op":"add","path":"/description","value":")" + std::to_string(n) + R"("}])";
      const int status = test::ask(service, patch.set("If-Match", etag)).status;
      winners += status == 200 ? 1 : 0;
      EXPECT_TRUE(status == 200 || status == 412) << status;
    });
    EXPECT_EQ(winners, 1);
  }
}

/// A time that keeps the thread waiting that asks for it, if that is the one to be held.
struct HeldClock final : Clock {
  std::int64_t now_ms() const override {
    if (std::this_thread::get_id() == held.load()) {
      is_held = true;
      is_held.notify_all();
      may_go.wait(false);
    }
    return 1700000000000;
  }

  std::atomic<std::thread::id> held;
  mutable std::atomic<bool> is_held = false;
  std::atomic<bool> may_go = false;
};

TEST(Sandboxes, DoNotWaitWhileAnotherIsFilledFromTheSeed) {
  const auto clock = std::make_shared<HeldClock>();
  FlowService service({.clock = clock});
  const auto status_in = [&service](const char *sandbox) {
    return test::ask(service, test::get(test::kFailed).set("x-sandbox-name", sandbox)).status;
  };
  std::thread filling([&] {
    clock->held = std::this_thread::get_id();
    EXPECT_EQ(status_in("filled"), 200);
  });
  clock->is_held.wait(false);
  auto other = std::async(std::launch::async, [&] { return status_in("another"); });
  EXPECT_EQ(other.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  clock->may_go = true;
  clock->may_go.notify_all();
  filling.join();
  EXPECT_EQ(other.get(), 200);
}

TEST(ParallelSandboxes, ThatWereReadComeAndGoAndThoseThatWereChangedStay) {
  constexpr int kThreads = 4;
  constexpr int kEach = 200;
  Settings settings;
  settings.limits.sandboxes = 3 * kThreads;
  FlowService service(settings);
  std::array<std::string, kThreads> made;
  in_parallel(kThreads, [&](int n) {
    const std::string own = "own" + std::to_string(n);
    for (int i = 0; i < kEach; ++i) {
      const std::string name = "read" + std::to_string((n * kEach + i * 7) % 64);
      EXPECT_EQ(test::ask(service, test::get(test::kFailed).set("x-sandbox-name", name)).status, 200);
      const Response retried = test::ask(service, test::retry(test::kFailed).set("x-sandbox-name", own));
      ASSERT_EQ(retried.status, 200) << retried.body;
      made.at(static_cast<std::size_t>(n)) = test::body_of(retried).at("id");
    }
  });
  for (int n = 0; n < kThreads; ++n) {
    test::Ask asked = test::get(made.at(static_cast<std::size_t>(n)));
    EXPECT_EQ(test::ask(service, asked.set("x-sandbox-name", "own" + std::to_string(n))).status, 200);
  }
}

} // namespace
} // namespace flow::mock
