#include <algorithm>

#include "tests/client/flowctl_fixture.hpp"

/// `flowctl retry --all-failed`.
namespace flow::client {

namespace {

using testing::EndsWith;
using testing::StartsWith;

struct FlowctlRetryAll : Flowctl {
  /// A mock that has so many failed runs, and no others.
  void let_fail(int count) {
    Arguments arguments{"mock", "run", "only"};
    for (int i = 0; i < count; ++i) {
      arguments.push_back("run-" + std::to_string(i));
    }
    ASSERT_EQ(run(arguments).code, 0);
    requests = 0;
  }

  Ended on_terminal(const Arguments &arguments, const std::string &input) {
    Arguments all{std::getenv("FLOWCTL"), "--base-url", base_url};
    all.insert(all.end(), arguments.begin(), arguments.end());
    environment["TERM"] = "xterm";
    return run_on_terminal(all, environment, input);
  }

  /// A server with three failed runs, during whose second retry flowctl gets a SIGINT.
  void interrupt_second_retry() {
    answer = [this] {
      if (requests == 3) {
        interrupt_program();
      }
      return requests == 1 ? answered(200, R"({"items":[{"id":"a"},{"id":"b"},{"id":"c"}],"_links":{}})")
                           : answered(200, R"({"id":"new","etag":"e"})");
    };
  }

  int retries() {
    const auto targets = asked();
    return static_cast<int>(std::count_if(targets.begin(), targets.end(), [](const std::string &target) {
      return target.ends_with("op=re-trigger");
    }));
  }
};

TEST_F(FlowctlRetryAll, AtMostSoManyAreRetriedTheOldestFirst) {
  let_fail(5);
  const Ended ended = run({"retry", "--all-failed", "--limit", "2"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, EndsWith("\n2 retried, 0 not\n"));
  EXPECT_EQ(retries(), 2);
  const auto targets = asked(); // after that of let_fail()
  EXPECT_THAT(targets.at(1), HasSubstr("orderby=createdAt"));
  const std::size_t first = targets.at(2).find("run-");
  EXPECT_THAT(ended.out, StartsWith(targets.at(2).substr(first, 5))) << "in the order of the list";
}

TEST_F(FlowctlRetryAll, OnlyThoseSinceATimeAreRetried) {
  EXPECT_EQ(run({"retry", "--all-failed", "--since", "+1h"}).out, "0 retried, 0 not\n");
  EXPECT_EQ(run({"retry", "--all-failed", "--since", "2001-01-01", "--dry-run"}).out,
            run({"retry", "--all-failed", "--dry-run"}).out);
}

TEST_F(FlowctlRetryAll, SeveralAtATimeEachRunOnce) {
  let_fail(100);
  const Ended ended = run({"--json", "retry", "--all-failed", "--parallel", "8"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const json report = json::parse(ended.out);
  std::set<std::string> made;
  for (const json &one : report.at("retried")) {
    made.insert(one.at("new").at("id"));
  }
  EXPECT_EQ(made.size(), 100u);
  EXPECT_EQ(retries(), 100);
}

TEST_F(FlowctlRetryAll, AllAreWaitedForAndHowTheyEndedIsTheExitCode) {
  let_fail(3);
  ASSERT_EQ(run({"mock", "script", "run-1", "failed"}).code, 0);
  const Ended one_failed = run({"retry", "--all-failed", "--wait", "--parallel", "2"});
  EXPECT_EQ(one_failed.code, 3);
  EXPECT_THAT(one_failed.out,
              EndsWith("3 retried, 0 not; of the new runs 2 succeeded, 1 failed, 0 have not ended\n"));
  let_fail(1);
  ASSERT_EQ(run({"mock", "script", "run-0", "success:1h"}).code, 0);
  const Ended not_ended = run({"--json", "retry", "--all-failed", "--wait", "--timeout", "0"});
  EXPECT_EQ(not_ended.code, 4);
  EXPECT_EQ(json::parse(not_ended.out).at("retried").at(0).at("state"), "in progress");
}

TEST_F(FlowctlRetryAll, AnIdThatIsNoneEndsTheSeries) {
  answer = [] { return answered(200, R"({"items":[{"id":".."},{"id":"b"}],"_links":{}})"); };
  const Ended ended = run({"retry", "--all-failed"});
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.out, EndsWith("0 retried, 1 not, 1 not tried\n"));
}

TEST_F(FlowctlRetryAll, OnATerminalFlowctlAsksBeforeItRetriesMany) {
  let_fail(11);
  const Ended refused = on_terminal({"retry", "--all-failed"}, "n\n");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.out, HasSubstr("Retry 11 runs? [y/N]"));
  EXPECT_THAT(refused.out, EndsWith("nothing was retried\n"));
  EXPECT_EQ(retries(), 0);
  const Ended agreed = on_terminal({"retry", "--all-failed"}, "y\n");
  EXPECT_EQ(agreed.code, 0);
  EXPECT_THAT(agreed.out, HasSubstr("retrying [##############################] 11/11"));
  EXPECT_THAT(agreed.out, EndsWith("11 retried, 0 not\n"));
  EXPECT_THAT(agreed.out, Not(HasSubstr("new run"))) << "the bar is enough";
}

TEST_F(FlowctlRetryAll, NobodyIsAskedAboutAFewOrWithYesOrOffATerminal) {
  let_fail(10);
  EXPECT_EQ(on_terminal({"retry", "--all-failed"}, "n\n").code, 0);
  let_fail(11);
  EXPECT_EQ(on_terminal({"retry", "--all-failed", "--yes"}, "n\n").code, 0);
  let_fail(11);
  const Ended ended = run({"retry", "--all-failed"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 12);
}

TEST_F(FlowctlRetryAll, InterruptedItFinishesTheRetryAndSaysWhatItHasDone) {
  interrupt_second_retry();
  const Ended ended = run({"retry", "--all-failed", "--wait"});
  EXPECT_EQ(ended.code, 130);
  EXPECT_THAT(ended.out,
              EndsWith("interrupted: 2 retried, 0 not, 1 not tried; of the new runs 0 succeeded, 0 failed, "
                       "2 have not ended\n"));
}

TEST_F(FlowctlRetryAll, AnInterruptionThatIsIgnoredStaysSo) {
  interrupt_second_retry();
  const Ended ended =
      run_program({"/bin/sh", "-c", "trap '' INT; exec \"$0\" --base-url \"$1\" retry --all-failed",
                   std::getenv("FLOWCTL"), base_url},
                  environment, folder);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, EndsWith("\n3 retried, 0 not\n"));
}

TEST_F(FlowctlRetryAll, WhatNobodyCanReadIsNotGoneOnWith) {
  let_fail(20);
  const Ended ended =
      run_program({"/bin/sh", "-c", "exec \"$0\" --base-url \"$1\" retry --all-failed > /dev/full",
                   std::getenv("FLOWCTL"), base_url},
                  environment, folder);
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(retries(), 1);
  EXPECT_THAT(ended.err, StartsWith("1 retried, 0 not, 19 not tried\n"));
}

TEST_F(FlowctlRetryAll, TablesOnATerminalFitAndHaveColours) {
  const Ended narrow = on_terminal({"list", "--status", "failed"}, "");
  EXPECT_THAT(narrow.out, StartsWith("RUN        STATE   STARTED"));
  EXPECT_THAT(narrow.out, HasSubstr("4fb0418e…  \x1b[31mfailed\x1b[0m  "));
  EXPECT_THAT(on_terminal({"list", "--wide"}, "").out, HasSubstr(kFailed));
  environment["NO_COLOR"] = "1";
  EXPECT_THAT(on_terminal({"list", "--status", "failed"}, "").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(on_terminal({"list", "--flow", "none"}, "").out, EndsWith("\n(none)\n"));
  EXPECT_THAT(on_terminal({"wait", kFailed}, "").out,
              StartsWith("waiting for run " + std::string(kFailed) + ", up to 10m\n"));
}

} // namespace

} // namespace flow::client
