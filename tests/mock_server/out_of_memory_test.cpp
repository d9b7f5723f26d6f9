#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/service_state.hpp"
#include "tests/mock_server/scarce_memory.hpp"
#include "tests/mock_server/steered.hpp"

/// Memory that runs out anywhere on a request's way: 503, nothing half done, and the mock goes on. Only of
/// requests that make no tree of JSON: to take one down needs memory, too, which the program sets aside
/// (MemoryReserve), so that these are tried with the program (drivers/shortage_test.py).
namespace flow::mock::test {
namespace {

using Refusing = void (*)(std::uint64_t nth);

/// What each run is found by agrees with what there is.
void expect_whole(Stage &stage) {
  const auto sandbox = stage.service.state().sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}");
  if (!sandbox) {
    return;
  }
  const Transaction transaction(sandbox->objects, kNow);
  std::uint64_t runs = 0;
  transaction->runs.for_each([&](const Run &run) {
    ++runs;
    EXPECT_EQ(transaction->runs.find(run.id), &run);
    const auto *of_flow = transaction->runs.index().of_flow(run.flow->id);
    const auto *of_status = transaction->runs.index().of_status(status(run.state));
    const RunIndex::Place place{run.created_at_ms, run.number};
    EXPECT_TRUE(of_flow != nullptr && of_flow->at_least(place) == place);
    EXPECT_TRUE(of_status != nullptr && of_status->at_least(place) == place);
  });
  EXPECT_EQ(transaction->runs.count(), runs);
  for (const TimeField field : {TimeField::created, TimeField::updated, TimeField::started}) {
    EXPECT_EQ(transaction->runs.index().by_time(field).size(), runs);
  }
  std::uint64_t of_any_status = 0;
  for (const char *status : {"failed", "success", "inProgress", "partialSuccess"}) {
    of_any_status += transaction->runs.index().of_status(status)->size();
  }
  EXPECT_EQ(of_any_status, runs);
}

std::uint64_t runs_in(Stage &stage) {
  const auto sandbox = stage.service.state().sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}");
  return sandbox ? Transaction(sandbox->objects, kNow)->runs.count() : 0;
}

/// Asks again and again, memory running out later each time, until all of it is there.
void expect_answered(const std::vector<Ask> &before, const Ask &asked, Refusing refuse, int status) {
  constexpr std::uint64_t kMany = 20'000;
  for (std::uint64_t nth = 1; nth < kMany; ++nth) {
    Stage stage;
    for (const Ask &earlier : before) {
      stage(earlier);
    }
    const std::uint64_t runs = runs_in(stage);
    const Request request = asked.request();
    refuse(nth);
    const Response response = stage.service.handle(request);
    refuse(0);
    if (!was_refused()) {
      EXPECT_EQ(response.status, status) << response.body;
      EXPECT_GT(nth, 1U);
      return;
    }
    EXPECT_TRUE(response.status == 503 || response.status == status)
        << nth << ": " << response.status << response.body;
    EXPECT_TRUE(Json::accept(response.body)) << response.body;
    if (asked.target.find("__admin") == std::string::npos) {
      const std::uint64_t made = runs_in(stage) - runs;
      EXPECT_TRUE(runs == 0 || made <= 1) << made;
    }
    expect_whole(stage);
    EXPECT_EQ(stage(get(kFailed)).status, 200) << nth;
    EXPECT_EQ(stage(retry(kFailed)).status, 200) << nth;
    EXPECT_EQ(stage(read("/runs?property=state==failed")).status, 200) << nth;
    expect_whole(stage);
  }
  FAIL() << "it takes more than " << kMany << " allocations";
}

void expect_answered(const std::vector<Ask> &before, const Ask &asked, int status = 200) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  expect_answered(before, asked, refuse_memory_once, status);
  expect_answered(before, asked, refuse_memory_from, status);
}

Ask steer(const std::string &method, const std::string &path, const std::string &body = "") {
  return admin_ask(method, "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D" + path, body);
}

TEST(OutOfMemory, OfTheFirstRequestOfASandbox) {
  expect_answered({}, get(kFailed));
}

TEST(OutOfMemory, OfARetry) {
  expect_answered({get(kFailed)}, retry(kFailed));
}

TEST(OutOfMemory, OfARetryByAScriptTakesNothingFromTheScript) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  const std::string run = "/runs/" + std::string(kFailed);
  for (std::uint64_t nth = 1;; ++nth) {
    Stage stage;
    stage(steer("PUT", run + "/script", R"({"retries": ["failed", "in-progress"]})"));
    const std::uint64_t runs = runs_in(stage);
    const Ask asked = retry(kFailed);
    const Request request = asked.request();
    refuse_memory_once(nth);
    stage.service.handle(request);
    refuse_memory_once(0);
    const Json left = body_of(stage(steer("GET", run))).at("retries");
    EXPECT_EQ(left.size(), runs_in(stage) == runs ? 2U : 1U) << nth;
    if (!was_refused()) {
      break;
    }
  }
}

TEST(OutOfMemory, WhileARequestIsJudgedLeavesItsAnswerAndIsLoggedLikeAnyOther) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  const Ask asked{.method = "POST",
                  .target = "/ims/token/v3",
                  .body = "grant_type=client_credentials&client_id=" + std::string(99, 'c') +
                          "&client_secret=S3CRET&scope=openid",
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
  const Request request = asked.request();
  // From the last allocation back, so that none is refused to the JSON of the answer.
  constexpr std::uint64_t kMany = 1'000'000;
  std::uint64_t nth = kMany;
  for (bool was_judging = false; !was_judging; --nth) {
    ASSERT_GT(nth, 0U) << "judging takes no memory";
    std::vector<std::string> lines;
    FlowService service(Settings{}, [&](std::string_view line) { lines.emplace_back(line); });
    refuse_memory_once(nth);
    const Response response = service.handle(request);
    const std::uint64_t left = news_until_refusal();
    refuse_memory_once(0);
    if (nth == kMany) {
      ASSERT_EQ(response.status, 200) << response.body;
      nth -= left - 1;
      continue;
    }
    ASSERT_EQ(lines.size(), 1U) << nth;
    const std::string &line = lines.front();
    EXPECT_NE(line.find("request_id=" + header(response, "x-request-id")), std::string::npos) << line;
    EXPECT_NE(line.find("cause=\"std::bad_alloc\""), std::string::npos) << line;
    was_judging = line.find("step=judge") != std::string::npos;
    EXPECT_TRUE(!was_judging || response.status == 200) << response.body;
  }
}

TEST(OutOfMemory, OfAResetOfAll) {
  expect_answered({get(kFailed)}, admin_ask("POST", "/reset"));
}

} // namespace
} // namespace flow::mock::test
