#include "retry.hpp"

#include <flow_mock/gtest.hpp>

using flow::client::RunState;
using namespace std::chrono_literals;

/// A clock that does not wait, but knows for how long it should have.
struct QuickClock : flow::client::Clock {
  std::chrono::milliseconds slept{};

  Instant now() override { return Instant(slept); }
  std::chrono::system_clock::time_point today() override { return std::chrono::system_clock::now(); }
  void sleep_for(std::chrono::milliseconds time) override { slept += time; }
};

/// Each test has a sandbox of its own. It fails if the application breaks the contract, or if it sets up more
/// than it tests.
class RetryTest : public flow_mock::SandboxTest {
protected:
  /// The last run of the retries of `run`, five at most.
  flow::client::Run retried(const std::string &run) const {
    flow::client::Settings settings;
    settings.base_url = sandbox.url();
    settings.token = flow::client::static_token(sandbox.token());
    settings.api_key = sandbox.api_key();
    settings.organisation = sandbox.name().organisation;
    settings.sandbox = sandbox.name().sandbox;
    const flow::client::Client client(settings, flow::client::http_transport(settings.base_url), clock);
    return retry_until_success(client, run, 5);
  }

  std::size_t retries_sent() const { return sandbox.requests({.operation = "retry_run"}).size(); }

  std::shared_ptr<QuickClock> clock = std::make_shared<QuickClock>();
};

TEST_F(RetryTest, RetriesUntilARunSucceeds) {
  const std::string run = sandbox.put_runs({{.retries = {"failed", "failed", "success"}}}).front();

  EXPECT_EQ(retried(run).state, RunState::success);
  EXPECT_EQ(retries_sent(), 3);
}

TEST_F(RetryTest, GivesUpAtTheLimit) {
  const std::string run =
      sandbox.put_runs({{.retries = {"failed", "failed", "failed", "failed", "failed"}}}).front();

  EXPECT_EQ(retried(run).state, RunState::failed);
  EXPECT_EQ(retries_sent(), 5);
}

TEST_F(RetryTest, SurvivesAnOutage) {
  const std::string run = sandbox.put_runs({{.retries = {"success"}}}).front();
  sandbox.add_fault({.type = "status", .attributes = {{"status", 503}}, .times = 2});

  EXPECT_EQ(retried(run).state, RunState::success);
}

TEST_F(RetryTest, WaitsForAsLongAsTheServiceAsks) {
  const std::string run = sandbox.put_runs({{.retries = {"success"}}}).front();
  sandbox.add_fault({.type = "status",
                     .attributes = {{"status", 429}, {"retryAfterS", 30}},
                     .path = "/runs/*/action",
                     .times = 1});

  EXPECT_EQ(retried(run).state, RunState::success);
  EXPECT_GE(clock->slept, 30s);
  EXPECT_EQ(retries_sent(), 2);
}

TEST_F(RetryTest, DoesNotRetryARunThatHasNotFailed) {
  const std::string run = sandbox.put_runs({{.state = "in-progress"}}).front();

  EXPECT_EQ(retried(run).state, RunState::in_progress);
  EXPECT_EQ(retries_sent(), 0);
}

TEST_F(RetryTest, DoesNotRepeatARetryThatIsRefused) {
  const std::string streaming = "e8d4b6a3-0c5f-4f71-b2e9-7a3c1d9f8045"; // failed, from the built-in seed
  // That it is tried at all is a violation, which the second request may have.
  sandbox.control("POST", "/expectations", R"({"clauses": ["retry/source/streaming"], "requests": 2})");

  EXPECT_THROW(retried(streaming), flow::client::Error);
  EXPECT_EQ(retries_sent(), 1);
}
