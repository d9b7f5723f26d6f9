#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/service_state.hpp"
#include "tests/mock_server/journal.hpp"

/// What goes wrong inside: the client is told so, and the log why.
namespace flow::mock::test {
namespace {

/// A time that cannot be told the next so many times it is asked for.
class BrokenClock final : public Clock {
public:
  [[nodiscard]] std::int64_t now_ms() const override {
    if (failures > 0) {
      --failures;
      throw std::runtime_error("the clock of s3cr3t-t0k3n is \"broken\"\n");
    }
    return kNow;
  }

  mutable int failures = 0;
};

/// A service that fails when its test says so, and what it logs then.
struct Failing {
  Response failing(const Ask &asked, int failures = 1) {
    clock->failures = failures;
    const Response response = ask(service, asked);
    clock->failures = 0;
    return response;
  }

  std::shared_ptr<BrokenClock> clock = std::make_shared<BrokenClock>();
  std::vector<std::string> lines{};
  FlowService service{{.clock = clock}, [this](std::string_view line) { lines.emplace_back(line); }};
};

/// Of a service that has nothing to fill any more.
struct Begun : Failing {
  Begun() { EXPECT_EQ(ask(service, get(kFailed)).status, 200); }
};

TEST(Failure, OfAnOperationIsAnsweredAndLoggedWithItsCauseAndTheRequestsId) {
  Begun begun;
  const Response response = begun.failing(get(kFailed));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_in(response), "1102-500");
  ASSERT_EQ(begun.lines.size(), 1U);
  const std::string &line = begun.lines.front();
  EXPECT_TRUE(line.starts_with("failed step=dispatch request_id=" + header(response, "x-request-id") + " "))
      << line;
  EXPECT_NE(line.find("cause=\"the clock of s3cr3t-t0k3n is \\\"broken\\\"\\n\""), std::string::npos) << line;
  EXPECT_NE(line.find("path=\"" + run_path(kFailed) + "\""), std::string::npos) << line;
}

TEST(Failure, IsInTheJournalLikeAnyOtherAnswer) {
  Begun begun;
  begun.failing(get(kFailed));
  const auto sandbox = begun.service.state().sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}");
  const JournalEntry entry = sandbox->journal.find({}, 1).at(0);
  EXPECT_EQ(entry.status, 500);
  EXPECT_EQ(entry.error, "internal-error");
  EXPECT_EQ(entry.at_ms, kNow);
}

TEST(Failure, IsLoggedWithoutTheSecretsOfTheRequest) {
  Begun begun;
  begun.failing(get("s3cr3t-t0k3n").set("Authorization", "Bearer s3cr3t-t0k3n"));
  ASSERT_EQ(begun.lines.size(), 1U);
  EXPECT_EQ(begun.lines.front().find("s3cr3t"), std::string::npos) << begun.lines.front();
  EXPECT_NE(begun.lines.front().find("the clock of (not kept)"), std::string::npos) << begun.lines.front();
}

TEST(Failure, OfRecordingLeavesTheAnswerAndIsLogged) {
  Begun begun;
  const Response response = begun.failing(get(kFailed).drop("Authorization"));
  EXPECT_EQ(error_in(response), "403010");
  ASSERT_EQ(begun.lines.size(), 1U);
  EXPECT_TRUE(begun.lines.front().starts_with(
      "failed step=record request_id=" + header(response, "x-request-id") + " "))
      << begun.lines.front();
}

TEST(Failure, OfSeveralStepsIsLoggedForEach) {
  Begun begun;
  EXPECT_EQ(begun.failing(get(kFailed), 2).status, 500);
  ASSERT_EQ(begun.lines.size(), 2U);
  EXPECT_NE(begun.lines[0].find("step=dispatch"), std::string::npos);
  EXPECT_NE(begun.lines[1].find("step=record"), std::string::npos);
}

TEST(Failure, OfFillingASandboxIsLoggedAndTheNextRequestFillsIt) {
  Failing begun;
  EXPECT_EQ(begun.failing(get(kFailed)).status, 500);
  EXPECT_EQ(begun.lines.size(), 1U);
  EXPECT_EQ(ask(begun.service, get(kFailed)).status, 200);
}

TEST(Failure, OfTheControlApiIsLogged) {
  Begun begun;
  const Response response = begun.failing(admin_ask("GET", "/clock"));
  EXPECT_EQ(response.status, 500);
  ASSERT_EQ(begun.lines.size(), 1U);
  EXPECT_TRUE(begun.lines.front().starts_with("failed step=control request_id=- cause=\"the clock"))
      << begun.lines.front();
}

TEST(Failure, IsNoneWhereARequestIsRefused) {
  Begun begun;
  ask(begun.service, get(kNoSuchRun));
  ask(begun.service, get(kFailed).drop("x-api-key"));
  ask(begun.service, admin_ask("GET", "/nothing"));
  EXPECT_TRUE(begun.lines.empty());
}

TEST(Failure, NeedsNobodyWhoReadsTheLog) {
  const auto clock = std::make_shared<BrokenClock>();
  FlowService service({.clock = clock});
  clock->failures = 2;
  EXPECT_EQ(ask(service, get(kFailed)).status, 500);
}

} // namespace
} // namespace flow::mock::test
