#include "tests/client/scripted.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Wait = ScriptedClient;

TEST_F(Wait, ARunThatHasEndedIsNotWaitedFor) {
  EXPECT_EQ(client({run_answer("failed")}).wait(kRunId, seconds(60)).state, RunState::failed);
  EXPECT_EQ(sleeps_ms(), std::vector<int>());
}

TEST_F(Wait, AsksLessAndLessOften) {
  settings.poll.max = milliseconds(4'000);
  const auto run = client({run_answer("inProgress"), run_answer("inProgress"), run_answer("inProgress"),
                           run_answer("inProgress"), run_answer("success")})
                       .wait(kRunId, seconds(60));
  EXPECT_EQ(run.state, RunState::success);
  EXPECT_EQ(sleeps_ms(), (std::vector{1'000, 2'000, 4'000, 4'000}));
}

TEST_F(Wait, LooksOnceMoreWhenTheTimeIsUp) {
  const auto run = client({run_answer("inProgress"), run_answer("inProgress"), run_answer("inProgress")})
                       .wait(kRunId, milliseconds(1'500));
  EXPECT_EQ(run.state, RunState::in_progress);
  EXPECT_EQ(sleeps_ms(), (std::vector{1'000, 500}));
}

TEST_F(Wait, NoTimeIsOneLook) {
  EXPECT_FALSE(client({run_answer("inProgress")}).wait(kRunId, seconds(0)).ended());
}

TEST_F(Wait, AnUnknownStatusIsNoEnd) {
  const auto run = client({run_answer("paused"), run_answer("Success")}).wait(kRunId, seconds(60));
  EXPECT_EQ(run.state, RunState::success);
}

TEST_F(Wait, AnAttemptIsGivenNoMoreTimeThanIsLeft) {
  client({run_answer("success")}).wait(kRunId, milliseconds(3'000));
  EXPECT_EQ(transport->requests.front().read_timeout, milliseconds(3'000));
  EXPECT_EQ(transport->requests.front().connect_timeout, milliseconds(3'000));
}

TEST_F(Wait, TheLastAttemptStillHasASecond) {
  client({run_answer("success")}).wait(kRunId, milliseconds(10));
  EXPECT_EQ(transport->requests.front().read_timeout, milliseconds(1'000));
}

TEST_F(Wait, TroubleThatPassesIsWaitedOut) {
  const Client caller = client({run_answer("inProgress"), Response{503, {}, ""}, run_answer("success")});
  EXPECT_EQ(caller.wait(kRunId, seconds(60)).state, RunState::success);
}

TEST_F(Wait, NoPauseReachesBeyondTheTimeout) {
  const Client caller = client({Response{503, {{"Retry-After", "30"}}, ""}});
  const Error error = error_of_call([&] { caller.wait(kRunId, seconds(20)); });
  EXPECT_EQ(error.status, 503);
  EXPECT_EQ(sleeps_ms(), std::vector<int>());
}

TEST_F(Wait, ARunThatDoesNotExistIsAnError) {
  const Client caller = client({Response{404, {}, ""}});
  EXPECT_EQ(error_of_call([&] { caller.wait(kRunId, seconds(60)); }).status, 404);
}

} // namespace

} // namespace flow::client
