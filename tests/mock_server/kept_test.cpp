#include <atomic>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/kept_text.hpp"
#include "mock_server/journal/violation_log.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/exchange.hpp"
#include "tests/mock_server/scarce_memory.hpp"
#include "tests/mock_server/steered.hpp"

/// How much the mock keeps of what it is sent: no more than its limits say, and nothing of what it refuses.
namespace flow::mock::test {
namespace {

/// Bytes that `function` leaves in use.
template <typename Function> std::int64_t bytes_of(Function function) {
  const std::int64_t before = bytes_in_use();
  function();
  return bytes_in_use() - before;
}

Ask in_sandbox(Ask asked, const std::string &name) {
  return asked.set("x-sandbox-name", name);
}

std::string sandbox_path(const std::string &name, const std::string &path = "") {
  return "/sandboxes/%7BORG_ID%7D/" + name + path;
}

std::vector<std::string> sandboxes(Stage &stage) {
  std::vector<std::string> names;
  const Json body = body_of(stage(admin_ask("GET", "/sandboxes")));
  for (const Json &sandbox : body.at("sandboxes")) {
    names.push_back(sandbox.at("sandbox"));
  }
  return names;
}

std::function<void(Settings &)> with_sandboxes(std::size_t most) {
  return [most](Settings &settings) { settings.limits.sandboxes = most; };
}

void use_refused_names(Stage &stage, const std::string &prefix, int names) {
  for (int i = 0; i < names; ++i) {
    const std::string name = prefix + std::to_string(i);
    const std::vector<Ask> refused = {in_sandbox(get(kFailed), name).drop("x-api-key"),
                                      in_sandbox(read("/nothing"), name),
                                      in_sandbox(read("/runs?limit=%zz"), name),
                                      in_sandbox({.method = "DELETE", .target = run_path(kFailed)}, name)};
    ASSERT_GE(stage(refused[static_cast<std::size_t>(i) % refused.size()]).status, 400);
  }
}

TEST(Refused, RequestsMakeNoSandbox) {
  Stage stage;
  use_refused_names(stage, "a", 40);
  EXPECT_EQ(sandboxes(stage), std::vector<std::string>());
}

TEST(Refused, NamesCostNoMemory) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  Stage stage;
  use_refused_names(stage, "before", 2000); // fills the journal of what reached no sandbox
  EXPECT_LT(bytes_of([&] { use_refused_names(stage, "refused", 20000); }), kMiB);
}

TEST(Refused, RequestsOfASandboxThatIsUsedAreInItsJournal) {
  Stage stage;
  stage(in_sandbox(get(kFailed), "used"));
  stage(in_sandbox(read("/nothing"), "used"));
  EXPECT_EQ(body_of(stage(admin_ask("GET", sandbox_path("used", "/requests/count")))).at("count"), 2);
  stage(in_sandbox(read("/nothing"), "unused"));
  EXPECT_EQ(body_of(stage(admin_ask("GET", sandbox_path("unused", "/requests/count")))).at("count"), 0);
  EXPECT_EQ(body_of(stage(admin_ask("GET", "/requests/count"))).at("count"), 3);
}

TEST(ControlGet, OfAnUnusedSandboxAnswersAsIfItWereSeededAndMakesNone) {
  Stage stage;
  const std::string run = "/runs/" + std::string(kFailed);
  for (const std::string path : {"", "/clock", "/defaults", "/flows", "/runs", "/snapshot", "/faults",
                                 "/webhook", "/requests", "/requests/count", "/violations"}) {
    const Response unused = stage(admin_ask("GET", sandbox_path("any", path)));
    EXPECT_TRUE(sandboxes(stage).empty()) << path;
    stage.service.state().sandboxes.of("{ORG_ID}", "any");
    const Response seeded = stage(admin_ask("GET", sandbox_path("any", path)));
    EXPECT_EQ(unused.status, seeded.status) << path;
    EXPECT_EQ(unused.body, seeded.body) << path;
    stage(admin_ask("POST", "/reset"));
  }
  EXPECT_EQ(body_of(stage(admin_ask("GET", sandbox_path("any", run)))).at("id"), kFailed);
  EXPECT_EQ(stage(admin_ask("GET", sandbox_path("any", "/runs/none"))).status, 404);
  EXPECT_TRUE(sandboxes(stage).empty());
}

TEST(Control, WhatIsRefusedMakesNoSandbox) {
  Stage stage;
  EXPECT_EQ(stage(admin_ask("PUT", sandbox_path("any", "/clock"), "{\"nowMs\": -1}")).status, 400);
  EXPECT_EQ(stage(admin_ask("DELETE", sandbox_path("any", "/runs/none"))).status, 404);
  EXPECT_EQ(stage(admin_ask("POST", sandbox_path("any", "/faults"), "{}")).status, 400);
  EXPECT_EQ(stage(admin_ask("POST", sandbox_path("any", "/reset"))).status, 200);
  EXPECT_TRUE(sandboxes(stage).empty());
  EXPECT_EQ(stage(admin_ask("PUT", sandbox_path("any", "/defaults"), "{\"durationMs\": 5}")).status, 200);
  EXPECT_EQ(sandboxes(stage), std::vector<std::string>({"any"}));
}

TEST(Sandboxes, AreNoMoreThanTheLimitSays) {
  Stage stage(with_sandboxes(3));
  for (const std::string name : {"a", "b", "c"}) {
    EXPECT_EQ(stage(in_sandbox(retry(kFailed), name)).status, 200) << name;
  }
  const Response beyond = stage(in_sandbox(retry(kFailed), "d"));
  EXPECT_EQ(beyond.status, 507);
  EXPECT_EQ(error_in(beyond), "Insufficient Storage");
  EXPECT_NE(body_of(beyond).at("detail").get<std::string>().find("--max-sandboxes"), std::string::npos);
  const Response put = stage(admin_ask("PUT", sandbox_path("d", "/defaults"), "{\"durationMs\": 5}"));
  EXPECT_EQ(put.status, 409);
  EXPECT_NE(put.body.find("--max-sandboxes"), std::string::npos);
  EXPECT_EQ(stage(admin_ask("GET", sandbox_path("d"))).status, 200) << "looking takes no room";
  EXPECT_EQ(stage(in_sandbox(retry(kFailed), "a")).status, 200);
  EXPECT_EQ(sandboxes(stage), std::vector<std::string>({"a", "b", "c"}));
}

TEST(Sandboxes, ThatWereOnlyReadGiveWayTheLongestIdleFirst) {
  Stage stage(with_sandboxes(3));
  for (const std::string name : {"a", "b", "c", "a", "d"}) {
    EXPECT_EQ(stage(in_sandbox(get(kFailed), name)).status, 200) << name;
  }
  EXPECT_EQ(sandboxes(stage), std::vector<std::string>({"a", "c", "d"}));
}

TEST(Sandboxes, ThatWereChangedStay) {
  Stage stage(with_sandboxes(3));
  const std::string made = body_of(stage(in_sandbox(retry(kFailed), "a"))).at("id");
  stage(admin_ask("PUT", sandbox_path("b", "/defaults"), "{\"durationMs\": 5}"));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(stage(in_sandbox(get(kFailed), "c" + std::to_string(i))).status, 200);
  }
  EXPECT_EQ(sandboxes(stage), std::vector<std::string>({"a", "b", "c19"}));
  EXPECT_EQ(stage(in_sandbox(get(made), "a")).status, 200);
}

TEST(Sandboxes, ThatWereOnlyRefusedWhatTheyAskedForGiveWay) {
  Stage stage(with_sandboxes(2));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(stage(in_sandbox(retry(kNoSuchRun), "a" + std::to_string(i))).status, 404);
  }
}

TEST(Sandboxes, HaveRoomAgainAfterAReset) {
  Stage stage(with_sandboxes(2));
  for (const std::string &path : {std::string("/reset"), sandbox_path("a", "/reset")}) {
    EXPECT_EQ(stage(in_sandbox(retry(kFailed), "a")).status, 200);
    EXPECT_EQ(stage(in_sandbox(retry(kFailed), "b")).status, 200);
    EXPECT_EQ(stage(in_sandbox(retry(kFailed), "c")).status, 507);
    EXPECT_EQ(stage(admin_ask("POST", path)).status, 200);
    EXPECT_EQ(stage(in_sandbox(retry(kFailed), "c")).status, 200) << path;
    stage(admin_ask("POST", "/reset"));
  }
}

TEST(Sandboxes, KeepTheirViolationsOverAReset) {
  Stage stage;
  stage(in_sandbox(retry(kFailed, "?op=wrong"), "a"));
  stage(in_sandbox(get(kFailed), "b"));
  stage(admin_ask("POST", "/reset"));
  EXPECT_EQ(sandboxes(stage), std::vector<std::string>({"a"}));
  EXPECT_EQ(body_of(stage(admin_ask("GET", sandbox_path("a", "/violations")))).at("total"), 1);
}

TEST(Sandboxes, CostWhatTheSeedTakes) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  constexpr int kMany = 500;
  Stage stage([](Settings &settings) { settings.journal_size.exchanges = 0; });
  stage(get(kFailed));
  const auto use = [&] {
    for (int i = 0; i < kMany; ++i) {
      stage(in_sandbox(get(kFailed), "s" + std::to_string(i)));
    }
  };
  EXPECT_LT(bytes_of(use) / kMany, 20000);
  EXPECT_LT(bytes_of([&] { stage(admin_ask("POST", "/reset")); }), -kMany * 5000) << "a reset gives it back";
}

TEST(JournalBytes, AreTheMemoryThatItTakesWhateverTheExchangesHold) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  const std::string text(2000, 'x');
  const std::vector<std::pair<std::string, std::string>> field = {{"x-note", text}};
  const Ask long_target{.method = "GET", .target = "/" + text, .headers = {}};
  const Ask long_body{.method = "POST", .target = "/", .body = text, .headers = {}};
  const Ask long_header{.method = "GET", .target = "/", .headers = field};
  const Ask small{.method = "GET", .target = "/", .headers = {}};
  for (const auto &[asked, response, noted] : std::vector<std::tuple<Ask, Response, std::string>>{
           {long_target, {}, ""},
           {long_body, {}, ""},
           {long_header, {}, ""},
           {small, {.status = 200, .headers = {}, .body = text}, ""},
           {small, {.status = 200, .headers = field, .body = ""}, ""},
           {small, {}, text},
           {small, {}, ""}}) {
    std::atomic<std::uint64_t> numbers = 0;
    Journal journal({.exchanges = 100'000, .bytes = kMiB}, numbers);
    const Request request = asked.request();
    const KnownSecrets known;
    Exchange exchange = exchange_of(request, response);
    exchange.asked.run = noted;
    exchange.made_run = noted;
    exchange.faults = faults_named(noted);
    const std::int64_t bytes = bytes_of([&] {
      for (int i = 0; i < 2500; ++i) {
        journal.add(exchange, secrets_of(request, known), {});
      }
    });
    EXPECT_LT(bytes, kMiB * 9 / 8) << asked.target.substr(0, 9);
    EXPECT_GT(bytes, kMiB * 3 / 4) << asked.target.substr(0, 9);
    EXPECT_LT(bytes_of([&] { journal.clear(); }), kMiB / -2) << "it is given back";
  }
}

TEST(Violations, CostByWhatTheyHold) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  ViolationLog log;
  const ViolationEntry entry{
      .clause = 3, .method = "GET", .path = "/runs", .organisation = "o", .sandbox = "s"};
  EXPECT_LT(bytes_of([&] { log.add(entry); }), 1024);
  const auto add_many = [&] {
    for (std::size_t i = 0; i < ViolationLog::kKept; ++i) {
      log.add(entry);
    }
  };
  EXPECT_GT(bytes_of(add_many), 50'000);
  EXPECT_LT(bytes_of([&] { log.clear(); }), -50'000) << "it is given back";
}

} // namespace
} // namespace flow::mock::test
