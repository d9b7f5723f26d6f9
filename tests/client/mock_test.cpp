#include <mutex>
#include <set>
#include <thread>

#include <flow_mock/server.hpp>

#include "tests/client/scripted.hpp"
#include "tests/client/seed_ids.hpp"

namespace flow::client {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// The client against the mock, over sockets.
struct OnMock : ::testing::Test {
  OnMock() {
    mock.start();
    settings.base_url = mock.url();
    settings.token = static_token("token");
    settings.api_key = "key";
    settings.organisation = "org";
    settings.sandbox = "prod";
  }

  std::string code_of_retry(const std::string &run_id, const RetryOptions &options = {}) {
    try {
      Client(settings).retry(run_id, options);
    } catch (const Error &error) {
      EXPECT_FALSE(error.kind == ErrorKind::service && error.request_id.empty());
      return error.code;
    }
    return "none";
  }

  flow_mock::Server mock;
  Settings settings;
};

TEST_F(OnMock, ARetryMakesTheDocumentedRunWhichEndsWithSuccess) {
  const Client client(settings);
  const NewRun made = client.retry(kFailed);
  EXPECT_EQ(made.id, "3fb0418e-1804-45d6-8d56-dd51f05c0baf");
  EXPECT_EQ(made.etag, "\"1100c53e-0000-0200-0000-627138980000\"");
  const auto ended = client.wait(made.id, seconds(60));
  EXPECT_EQ(ended.state, RunState::success);
  EXPECT_EQ(ended.flow_id, client.get(kFailed).flow_id);
  EXPECT_EQ(client.get(kFailed).state, RunState::failed);
}

TEST_F(OnMock, RefusalsCarryTheDocumentedCodes) {
  EXPECT_EQ(code_of_retry(kZeroRecords), "none");
  EXPECT_EQ(code_of_retry(kSuccess), "FLOW-1387-400");
  EXPECT_EQ(code_of_retry(kInProgress), "FLOW-1387-400");
  EXPECT_EQ(code_of_retry(kStreaming), "FLOW-1333-400");
  EXPECT_EQ(code_of_retry("no such run/../%00"), "FLOW-1439-404");
}

TEST_F(OnMock, IfMatchGuardsTheRetry) {
  EXPECT_EQ(code_of_retry(kFailed, {.if_match = "\"stale\""}), "FLOW-1404-412");
  EXPECT_EQ(code_of_retry(kFailed, {.if_match = Client(settings).get(kFailed).etag}), "none");
}

TEST_F(OnMock, CredentialsThatAreMissingAreNamed) {
  settings.sandbox = "";
  EXPECT_EQ(code_of_retry(kFailed), "FLOW-2105-400");
  settings.organisation = "";
  EXPECT_EQ(code_of_retry(kFailed), "400003");
  settings.api_key = "";
  EXPECT_EQ(code_of_retry(kFailed), "403000");
  settings.token = nullptr;
  EXPECT_EQ(code_of_retry(kFailed), "403010");
}

TEST_F(OnMock, ARunThatNeverEndsIsStillInProgressAfterTenHours) {
  const Client client(settings, http_transport(settings.base_url), std::make_shared<SteppedClock>());
  EXPECT_EQ(client.wait(kInProgress, hours(10)).state, RunState::in_progress);
}

TEST_F(OnMock, OneClientServesManyThreads) {
  const Client client(settings);
  std::mutex mutex;
  std::set<std::string> ids;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 25; ++n) {
        const NewRun made = client.retry(kFailed);
        EXPECT_TRUE(client.get(made.id).ended());
        const std::lock_guard lock(mutex);
        ids.insert(made.id);
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(ids.size(), 200u);
}

} // namespace

} // namespace flow::client
