#include "mock_server/sandbox/transaction.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <type_traits>

#include <gtest/gtest.h>

#include "tests/mock_server/support.hpp"

namespace flow::mock {
namespace {

static_assert(!std::is_copy_constructible_v<Transaction>, "two would have the sandbox");

constexpr std::int64_t kBegin = 1767225600000;

/// A sandbox with one run, which ends a second after kBegin.
struct OneRun {
  OneRun() {
    Transaction::unsettled(sandbox, clock)
        ->load(parse_seed(R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"f","state":"inProgress",)"
                          R"("ends":{"afterMs":1000,"outcome":"failed"}}]})",
                          "test seed"),
               kBegin);
  }
  RunState state_at(std::int64_t now_ms) { return Transaction(sandbox, now_ms)->find_run("r")->state; }

  test::SetClock clock{kBegin};
  SandboxObjects sandbox{"o", "s", 1};
};

TEST(Transaction, BeginsWithRunsEndedWhoseTimeHasCome) {
  OneRun one;
  EXPECT_EQ(one.state_at(kBegin + 999), RunState::in_progress);
  EXPECT_EQ(one.state_at(kBegin + 1000), RunState::failed);
}

TEST(Transaction, ThatIsUnsettledLeavesThemAsTheyAre) {
  OneRun one;
  one.clock.advance(1000);
  EXPECT_EQ(Transaction::unsettled(one.sandbox, one.clock)->find_run("r")->state, RunState::in_progress);
  EXPECT_EQ(Transaction(one.sandbox, one.clock)->find_run("r")->state, RunState::failed);
}

TEST(Transaction, IsAtTheMomentThatTheSandboxIsFree) {
  OneRun one;
  auto first = std::make_unique<Transaction>(one.sandbox, one.clock);
  std::atomic<std::int64_t> second_at = 0;
  std::thread second([&] { second_at = Transaction(one.sandbox, one.clock).now_ms(); });
  one.clock.advance(5);
  first.reset();
  second.join();
  EXPECT_EQ(second_at, kBegin + 5);
}

} // namespace
} // namespace flow::mock
