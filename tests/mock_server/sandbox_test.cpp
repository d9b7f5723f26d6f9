#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <flow_client/client.hpp>
#include <flow_mock/gtest.hpp>
#include <gtest/gtest-spi.h>

#include "tests/mock_server/http_server_fixture.hpp"

/// flow_mock::Sandbox, the fixture and the matchers, as the test of an application uses them.
namespace {

using namespace std::chrono_literals;
using flow_mock::KeptTheContract;
using flow_mock::Received;
using flow_mock::RequestFilter;
using flow_mock::Sandbox;
using flow_mock::Server;
using flow_mock::UsedItsSetUp;
using testing::HasSubstr;
using testing::Not;

flow::client::Client client_of(const Sandbox &sandbox) {
  flow::client::Settings settings;
  settings.base_url = sandbox.url();
  settings.token = flow::client::static_token(sandbox.token());
  settings.api_key = sandbox.api_key();
  settings.organisation = sandbox.name().organisation;
  settings.sandbox = sandbox.name().sandbox;
  settings.retry_policy.attempts = 1;
  return flow::client::Client(settings);
}

/// Retries until the newest run has succeeded; returns how often.
int retry_until_success(const Sandbox &sandbox, std::string run) {
  const flow::client::Client client = client_of(sandbox);
  int retries = 0;
  while (client.get(run).state != flow::client::RunState::success) {
    run = client.retry(run).id;
    ++retries;
  }
  return retries;
}

struct InASandbox : flow_mock::SandboxTest {};

TEST_F(InASandbox, ARetryLoopMeetsTheOutcomesInOrder) {
  const std::vector<std::string> runs =
      sandbox.put_runs({{.id = "a", .retries = {"failed", {"success", 30min}}}, {.state = "success"}});
  EXPECT_EQ(runs.front(), "a");
  sandbox.skip_time();
  EXPECT_EQ(retry_until_success(sandbox, "a"), 2);
  EXPECT_EQ(sandbox.state_of("a"), "failed");
  client_of(sandbox).get(runs.back());
  EXPECT_THAT(sandbox, Received(2, RequestFilter{.operation = "retry_run"}));
  EXPECT_THAT(sandbox, KeptTheContract());
  EXPECT_THAT(sandbox, UsedItsSetUp());
}

TEST_F(InASandbox, TimeIsSteered) {
  const std::string run = sandbox.put_runs({{}}).front();
  sandbox.freeze();
  sandbox.script(run, {{"failed", 10s}});
  const std::string made = client_of(sandbox).retry(run).id;
  EXPECT_EQ(sandbox.state_of(made), "in-progress");
  sandbox.advance(10s);
  EXPECT_EQ(sandbox.state_of(made), "failed");
  sandbox.resume();
}

TEST_F(InASandbox, AFaultFallsOnRequestsAndIsRemoved) {
  const std::string run = sandbox.put_runs({{}}).front();
  sandbox.add_fault({.attributes = {{"status", 503}}, .method = "GET", .path = "/runs/*", .times = 1});
  EXPECT_THROW(client_of(sandbox).get(run), flow::client::Error);
  sandbox.add_fault({.type = "hang"});
  sandbox.clear_faults();
  EXPECT_EQ(client_of(sandbox).get(run).state, flow::client::RunState::failed);
}

TEST_F(InASandbox, RequestsAreAwaitedWhoeverSendsThem) {
  const std::string run = sandbox.put_runs({{}}).front();
  const auto application = std::async(std::launch::async, [&] { client_of(sandbox).get(run); });
  const auto came = sandbox.await({.operation = "get_run", .run = run}, 1, 60s);
  ASSERT_EQ(came.size(), 1);
  EXPECT_EQ(came.front().status, 200);
  EXPECT_EQ(came.front().sandbox, sandbox.name());
}

TEST_F(InASandbox, WhatDoesNotComeIsToldWithWhatCameNearest) {
  const std::string run = sandbox.put_runs({{.id = "a"}}).front();
  client_of(sandbox).get(run);
  try {
    sandbox.await({.operation = "retry_run", .run = run}, 1, 0ms);
    FAIL() << "there was no retry";
  } catch (const flow_mock::NotCome &error) {
    EXPECT_THAT(error.what(), HasSubstr("0 of 1 requests came within 0 ms"));
    EXPECT_THAT(error.what(), HasSubstr("GET /data/foundation/flowservice/runs/a\n"
                                        "    operation is get_run, awaited retry_run"));
  }
}

TEST_F(InASandbox, WhatTheMockRefusesIsAnError) {
  try {
    sandbox.put_runs({{}, {.state = "nonsense"}});
    FAIL() << "there is no such state";
  } catch (const flow_mock::Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("at /runs/1/state: "));
  }
  EXPECT_THROW(sandbox.script("none", {"failed"}), flow_mock::Error);
  EXPECT_THROW(sandbox.add_fault({.type = "flood"}), flow_mock::Error);
  EXPECT_THROW(sandbox.await({.operation = "nothing"}), flow_mock::Error);
}

TEST_F(InASandbox, NothingIsSeenOfTheOthers) {
  EXPECT_TRUE(sandbox.requests().empty());
  const Sandbox other(mock());
  EXPECT_NE(other.name(), sandbox.name());
  EXPECT_THROW(client_of(other).get("a"), flow::client::Error);
  EXPECT_TRUE(sandbox.requests().empty());
  EXPECT_EQ(other.requests().size(), 1);
}

/// A retry with an op that there is not: it breaks the contract.
void break_the_contract(const Sandbox &sandbox, int port) {
  std::string text = "POST " + flow::mock::test::kRuns +
                     "a/action?op=nothing HTTP/1.1\r\nHost: localhost\r\n"
                     "Content-Type: application/json\r\n";
  for (const auto &[name, value] : sandbox.headers()) {
    text += name + ": " + value + "\r\n";
  }
  flow::mock::test::RawClient client(port);
  client.send(text + "\r\n");
  EXPECT_EQ(client.answer().status, 400);
}

/// A test that breaks the contract, and leaves something unused.
struct Messy : flow_mock::SandboxTest {
  void TestBody() override {}
  void end() {
    sandbox.put_runs({{.id = "left"}});
    break_the_contract(sandbox, mock().port());
    TearDown();
  }
};

TEST(SandboxFixture, TellsAtTheEndWhatWasBrokenAndWhatWasNotUsed) {
  testing::TestPartResultArray told;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &told);
    Messy().end();
  }
  ASSERT_EQ(told.size(), 2);
  EXPECT_THAT(told.GetTestPartResult(0).message(), HasSubstr("retry/op/unsupported, query op: "));
  EXPECT_THAT(told.GetTestPartResult(1).message(), HasSubstr("run left"));
}

TEST(SandboxMatchers, SayWhatIsUnusedAndWhatWasBroken) {
  Server mock;
  mock.start();
  Sandbox sandbox(mock);
  EXPECT_THAT(sandbox, UsedItsSetUp());
  sandbox.put_runs({{.id = "left"}});
  EXPECT_THAT(sandbox, Not(UsedItsSetUp()));
  EXPECT_THAT(sandbox.unused_text(), HasSubstr("run left"));
  EXPECT_THAT(sandbox, KeptTheContract());
  EXPECT_THAT(sandbox, Not(Received(1, RequestFilter{})));
  break_the_contract(sandbox, mock.port());
  EXPECT_THAT(sandbox, Not(KeptTheContract()));
  EXPECT_THAT(sandbox, Received(1, RequestFilter{}));
}

TEST(SandboxOfAMock, IsRemovedAtItsEnd) {
  Server mock;
  mock.start();
  {
    const Sandbox sandbox(mock);
    EXPECT_EQ(mock.sandboxes().size(), 1);
  }
  EXPECT_TRUE(mock.sandboxes().empty());
}

} // namespace
