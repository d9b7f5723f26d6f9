#include <unistd.h>

#include "tests/client/flowctl_fixture.hpp"

/// Where flowctl's output cannot go.
namespace flow::client {

namespace {

struct FlowctlOutput : Flowctl {
  /// flowctl in a shell, its standard output as the shell has it: "> /dev/full".
  Ended run_in_shell(const Arguments &arguments, const std::string &output) {
    Arguments all{"/bin/sh", "-c", "\"$@\" " + output, "sh", std::getenv("FLOWCTL"), "--base-url", base_url};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_program(all, environment, folder);
  }
};

TEST_F(FlowctlOutput, ThatCannotBeWrittenIsExitCode2) {
  int unread[2];
  ASSERT_EQ(::pipe(unread), 0); // the shell inherits it
  ::close(unread[0]);
  const std::vector<std::pair<std::string, std::string>> outputs{
      {"> /dev/full", "No space left on device"},
      {">&-", "Bad file descriptor"},
      {">&" + std::to_string(unread[1]), "Broken pipe"}};
  for (const auto &[output, reason] : outputs) {
    for (const Arguments &arguments : {Arguments{"--help"},
                                       {"--version"},
                                       {"get", kSuccess},
                                       {"--json", "get", kSuccess},
                                       {"list", "--all"},
                                       {"list", "--count"},
                                       {"flows"},
                                       {"retry", kFailed},
                                       {"retry", "--all-failed", "--dry-run"},
                                       {"mock", "clock"},
                                       {"mock", "reset"},
                                       {"mock", "snapshot"},
                                       {"--json", "mock", "journal"}}) {
      const Ended ended = run_in_shell(arguments, output);
      EXPECT_EQ(ended.code, 2) << output << testing::PrintToString(arguments);
      EXPECT_EQ(ended.err, "flowctl: standard output cannot be written: " + reason + "\n")
          << output << testing::PrintToString(arguments);
    }
  }
  ::close(unread[1]);
}

TEST_F(FlowctlOutput, ThatCannotBeWrittenLeavesTheExitCodeOfAFailure) {
  EXPECT_EQ(run_in_shell({"wait", kFailed}, "> /dev/full").code, 3);
}

TEST_F(FlowctlOutput, DoesNotGoToTheServerWhenItIsClosed) {
  const Ended ended = run_in_shell({"retry", "--wait", kFailed}, ">&-");
  EXPECT_EQ(ended.code, 2) << ended.err;
  EXPECT_EQ(run({"get", "3fb0418e-1804-45d6-8d56-dd51f05c0baf"}).code, 0) << "it was retried";
}

TEST_F(FlowctlOutput, ASnapshotDoesNotFollowAnotherUsersLink) {
  const std::string victim = write_file("victim", "old");
  const std::string planted = folder + "/planted";
  std::filesystem::create_symlink(victim, planted);
  if (::lchown(planted.c_str(), 65534, 65534) != 0) {
    GTEST_SKIP() << "only root can give a link away";
  }
  const Ended ended = run({"mock", "snapshot", planted});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("link of another user"));
  std::ifstream stream(victim);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "old");
}

} // namespace

} // namespace flow::client
