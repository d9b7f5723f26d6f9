#include "mock_server/http/open_files.hpp"

#include <sys/resource.h>

#include <gtest/gtest.h>

/// Room for connections beside the process's other files.
namespace flow::mock {
namespace {

/// What the process allows, as it was before, at the end of a test.
struct LimitsRestored {
  LimitsRestored() { ::getrlimit(RLIMIT_NOFILE, &files); }
  ~LimitsRestored() { ::setrlimit(RLIMIT_NOFILE, &files); }
  LimitsRestored(const LimitsRestored &) = delete;
  LimitsRestored &operator=(const LimitsRestored &) = delete;
  rlimit files{};
};

TEST(ConnectionRoom, LeavesFilesForOthers) {
  EXPECT_EQ(connections_within(20'000, 4096), 4096U);
  EXPECT_EQ(connections_within(4096 + 128, 4096), 4096U);
  EXPECT_EQ(connections_within(1024, 4096), 1024U - 128);
  EXPECT_EQ(connections_within(100, 4096), 50U);
  EXPECT_EQ(connections_within(1, 4096), 1U);
}

TEST(ConnectionRoom, IsMadeByRaisingTheSoftLimit) {
  const LimitsRestored restored;
  ASSERT_GE(restored.files.rlim_max, 700U) << "this test needs more open files: ulimit -Hn";
  const rlimit low{.rlim_cur = 64, .rlim_max = restored.files.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(make_room_for_connections(500), 500U);
  rlimit raised{};
  ::getrlimit(RLIMIT_NOFILE, &raised);
  EXPECT_GE(raised.rlim_cur, 600U);
  EXPECT_EQ(raised.rlim_max, restored.files.rlim_max);
}

} // namespace
} // namespace flow::mock
