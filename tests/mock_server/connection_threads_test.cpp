#include "mock_server/connection_threads.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <semaphore>
#include <system_error>

#include <pthread.h>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "mock_server/connection_room.hpp"

/// Where connections are served, without one: threads that come and go, and the room for them.
namespace flow::mock {
namespace {

using Semaphore = std::counting_semaphore<>;
constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::hours kNever{24};

/// Tells at the end of the thread that has it.
struct Farewell {
  Farewell() = default;
  ~Farewell() {
    if (ended) {
      ended->release();
    }
  }
  Farewell(const Farewell &) = delete;
  Farewell &operator=(const Farewell &) = delete;
  std::shared_ptr<Semaphore> ended;
};
thread_local Farewell farewell;

/// Jobs that last until they are told to end.
struct Jobs {
  Semaphore begun{0};
  Semaphore may_end{0};
  std::atomic<int> over_limit = 0;
  std::shared_ptr<Semaphore> ended_threads = std::make_shared<Semaphore>(0);

  void run(ConnectionThreads &threads) {
    threads.run([this] {
      farewell.ended = ended_threads;
      over_limit += ConnectionThreads::over_limit() ? 1 : 0;
      begun.release();
      may_end.acquire();
    });
    EXPECT_TRUE(begun.try_acquire_for(kPatience));
  }
};

/// What the process allows, as it was before, at the end of a test.
struct LimitsRestored {
  LimitsRestored() {
    ::getrlimit(RLIMIT_NOFILE, &files);
    pthread_getattr_default_np(&threads);
  }
  ~LimitsRestored() {
    ::setrlimit(RLIMIT_NOFILE, &files);
    pthread_setattr_default_np(&threads);
    pthread_attr_destroy(&threads);
  }
  LimitsRestored(const LimitsRestored &) = delete;
  LimitsRestored &operator=(const LimitsRestored &) = delete;
  rlimit files{};
  pthread_attr_t threads{};
};

TEST(ConnectionThreads, ServeAllConnectionsAtOnce) {
  Jobs jobs;
  ConnectionThreads threads(50, kNever);
  for (int i = 0; i < 50; ++i) {
    jobs.run(threads);
  }
  EXPECT_EQ(jobs.over_limit, 0);
  jobs.may_end.release(50);
}

TEST(ConnectionThreads, EndWhenTheyHaveBeenIdleAndComeAgain) {
  Jobs jobs;
  ConnectionThreads threads(20, std::chrono::milliseconds(1));
  for (const int count : {20, 5}) {
    for (int i = 0; i < count; ++i) {
      jobs.run(threads);
    }
    jobs.may_end.release(count);
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(jobs.ended_threads->try_acquire_for(kPatience)) << i << " of " << count << " threads ended";
    }
  }
  EXPECT_EQ(jobs.over_limit, 0);
}

TEST(ConnectionThreads, PastTheLimitSayThatTheyAre) {
  Jobs jobs;
  ConnectionThreads threads(2, kNever);
  for (int i = 0; i < 5; ++i) {
    jobs.run(threads);
  }
  EXPECT_EQ(jobs.over_limit, 3);
  jobs.may_end.release(5);
}

TEST(ConnectionThreads, PastTheirNumberConnectionsWaitAndAreServed) {
  Jobs jobs;
  std::atomic<int> served = 0;
  {
    ConnectionThreads threads(1, kNever);
    for (int i = 0; i < 1 + 16; ++i) {
      jobs.run(threads);
    }
    for (int i = 0; i < 30; ++i) {
      threads.run([&served] { ++served; });
    }
    EXPECT_EQ(served, 0);
    jobs.may_end.release(1 + 16);
  }
  EXPECT_EQ(served, 30);
}

TEST(ConnectionThreads, WithoutOneToStartConnectionsAreToldSo) {
  ConnectionThreads threads(50, kNever);
  const LimitsRestored restored;
  pthread_attr_t too_large;
  pthread_attr_init(&too_large);
  pthread_attr_setstacksize(&too_large, std::size_t{1} << 47U);
  pthread_setattr_default_np(&too_large);
  pthread_attr_destroy(&too_large);
  std::promise<bool> told;
  auto answer = told.get_future();
  threads.run([&told] { told.set_value(ConnectionThreads::over_limit()); });
  ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(answer.get());
  EXPECT_THROW(ConnectionThreads(1, kNever), std::system_error);
}

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
