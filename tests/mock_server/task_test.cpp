#include "mock_server/http/task.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "mock_server/http/byte_stream.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "tests/mock_server/scarce_memory.hpp"

/// Coroutines of one loop: what they give, where they run, and what memory they need.
namespace flow::mock::test {
namespace {

Task<std::string> text_now(std::string text) {
  co_return text;
}

Task<std::string> text_later(asio::io_context &loop, std::string text) {
  co_await other_turns(loop.get_executor());
  co_return text;
}

Task<std::string> failing(asio::io_context &loop, bool waits) {
  if (waits) {
    co_await other_turns(loop.get_executor());
  }
  throw std::runtime_error("no text");
}

Task<> keep_text(Task<std::string> task, std::string &kept) {
  try {
    kept = co_await task;
  } catch (const std::runtime_error &error) {
    kept = std::string("thrown: ") + error.what();
  }
}

std::string text_of(asio::io_context &loop, Task<std::string> task) {
  std::string text;
  spawn(loop.get_executor(), keep_text(std::move(task), text));
  loop.run();
  loop.restart();
  return text;
}

TEST(Task, ItsValueReachesWhoAwaits) {
  asio::io_context loop;
  EXPECT_EQ(text_of(loop, text_now("at once")), "at once");
  EXPECT_EQ(text_of(loop, text_later(loop, "later")), "later");
}

TEST(Task, AnExceptionReachesWhoAwaits) {
  asio::io_context loop;
  EXPECT_EQ(text_of(loop, failing(loop, false)), "thrown: no text");
  EXPECT_EQ(text_of(loop, failing(loop, true)), "thrown: no text");
}

[[gnu::noinline]] std::uintptr_t stack_now() {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

Task<std::uintptr_t> place_on_stack(asio::io_context *loop) {
  if (loop != nullptr) {
    co_await other_turns(loop->get_executor());
  }
  co_return stack_now();
}

/// How much more of the stack the last of many calls has than the second.
Task<> measure_stack(asio::io_context *loop, int calls, std::optional<std::uintptr_t> &growth) {
  co_await place_on_stack(loop);
  const std::uintptr_t begin = co_await place_on_stack(loop);
  std::uintptr_t end = 0;
  for (int i = 0; i < calls; ++i) {
    end = co_await place_on_stack(loop);
  }
  growth = begin - end;
}

TEST(Task, AMillionAwaitedInTurnTakeNoStack) {
  asio::io_context loop;
  std::optional<std::uintptr_t> at_once;
  spawn(loop.get_executor(), measure_stack(nullptr, 1'000'000, at_once));
  std::optional<std::uintptr_t> later;
  spawn(loop.get_executor(), measure_stack(&loop, 100'000, later));
  loop.run();
  EXPECT_EQ(at_once, 0U);
  EXPECT_EQ(later, 0U);
}

Task<> note_thread(std::shared_ptr<std::thread::id> noted) {
  *noted = std::this_thread::get_id();
  co_return;
}

TEST(Task, IsSpawnedInTheThreadOfItsLoop) {
  asio::io_context loop;
  const auto noted = std::make_shared<std::thread::id>();
  spawn(loop.get_executor(), note_thread(noted));
  EXPECT_EQ(*noted, std::thread::id());
  std::thread thread([&loop] { loop.run(); });
  const std::thread::id its_id = thread.get_id();
  thread.join();
  EXPECT_EQ(*noted, its_id);
  EXPECT_EQ(noted.use_count(), 1) << "it has not been taken down";
}

Task<> failing_at_once(std::shared_ptr<std::thread::id> noted) {
  co_await note_thread(std::move(noted));
  throw std::runtime_error("nobody hears of it");
}

TEST(Task, WhatASpawnedOneThrowsIsLost) {
  asio::io_context loop;
  const auto noted = std::make_shared<std::thread::id>();
  spawn(loop.get_executor(), failing_at_once(noted));
  EXPECT_NO_THROW(loop.run());
  EXPECT_EQ(*noted, std::this_thread::get_id());
  EXPECT_EQ(noted.use_count(), 1) << "it has not been taken down";
}

TEST(Task, OneThatNeverBeganIsTakenDown) {
  const auto noted = std::make_shared<std::thread::id>();
  {
    const auto unbegun = note_thread(noted);
    EXPECT_EQ(noted.use_count(), 2);
  }
  EXPECT_EQ(noted.use_count(), 1);
  {
    asio::io_context loop;
    spawn(loop.get_executor(), note_thread(noted));
  }
  EXPECT_EQ(noted.use_count(), 1) << "of a loop that never ran";
  EXPECT_EQ(*noted, std::thread::id());
}

TEST(Task, OneThatCannotBeSpawnedIsTakenDown) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  asio::io_context loop;
  const auto noted = std::make_shared<std::thread::id>();
  auto task = note_thread(noted);
  refuse_memory_once(1);
  EXPECT_THROW(spawn(loop.get_executor(), std::move(task)), std::bad_alloc);
  refuse_memory_once(0);
  EXPECT_EQ(noted.use_count(), 1);
  loop.run();
  EXPECT_EQ(*noted, std::thread::id());
}

Task<std::string> after_failed_begin(asio::io_context &loop) {
  bool has_failed = false;
  try {
    co_await Operation([](const Resumption & /*unused*/) { throw std::bad_alloc(); });
  } catch (const std::bad_alloc &) {
    has_failed = true;
  }
  co_await other_turns(loop.get_executor());
  co_return has_failed ? "went on" : "nothing was thrown";
}

TEST(Task, AWaitThatCannotBeginThrows) {
  asio::io_context loop;
  EXPECT_EQ(text_of(loop, after_failed_begin(loop)), "went on");
}

Task<std::string> after_refused_timer(asio::io_context &loop) {
  LoopTimer timer(loop.get_executor(), LoopClock::now());
  bool has_failed = false;
  refuse_memory_once(1);
  try {
    co_await until_expired(timer);
  } catch (const std::bad_alloc &) {
    has_failed = true;
  }
  refuse_memory_once(0);
  co_await until_expired(timer);
  co_return has_failed ? "went on" : "nothing was thrown";
}

TEST(Task, ATimerWithoutMemoryThrowsAndCanBeSetLater) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  asio::io_context loop;
  EXPECT_EQ(text_of(loop, after_refused_timer(loop)), "went on");
}

/// Both ends of a connection.
struct Connected {
  explicit Connected(asio::io_context &loop) : ours(loop.get_executor()), theirs(loop.get_executor()) {
    asio::ip::tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    theirs.connect(acceptor.local_endpoint());
    ours = acceptor.accept(loop);
  }

  LoopSocket ours;
  LoopSocket theirs;
};

Task<std::string> waits_without_memory(asio::io_context &loop, Connected &connected) {
  LoopTimer timer(loop.get_executor(), LoopClock::now());
  co_await until_expired(timer); // Asio's own room
  std::array<char, 8> room{};
  refuse_memory_from(1);
  co_await other_turns(loop.get_executor());
  co_await until_expired(timer);
  const Ended sent = co_await Operation([&connected](Resumption resumption) {
    connected.theirs.async_write_some(asio::buffer("bytes", 5), resumption);
  });
  co_await until_readable(connected.ours);
  const Ended received = co_await Operation([&connected, &room](Resumption resumption) {
    connected.ours.async_read_some(asio::buffer(room), resumption);
  });
  refuse_memory_from(0);
  co_return sent.error || received.error ? "an error" : std::string(room.data(), received.bytes);
}

TEST(Task, ToWaitTakesNoMemory) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  asio::io_context loop;
  Connected connected(loop);
  EXPECT_EQ(text_of(loop, waits_without_memory(loop, connected)), "bytes");
  EXPECT_FALSE(was_refused());
}

TEST(Task, AnOperationThatHasEndedSaysHow) {
  asio::io_context loop;
  Connected connected(loop);
  connected.theirs.close();
  Ended ended;
  const auto read = [](Connected &of, Ended &how) -> Task<> {
    std::array<char, 8> room{};
    how = co_await Operation(
        [&of, &room](Resumption resumption) { of.ours.async_read_some(asio::buffer(room), resumption); });
  };
  spawn(loop.get_executor(), read(connected, ended));
  loop.run();
  EXPECT_EQ(ended.error, asio::error::eof);
  EXPECT_EQ(ended.bytes, 0U);
}

struct Called {
  std::thread::id in;
  std::thread::id went_on_in;
  std::string gave;
};

std::string give_text(Called &called, const bool &fails) {
  // The loop has nothing else to do, and shall not end meanwhile.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  called.in = std::this_thread::get_id();
  if (fails) {
    throw std::runtime_error("no text");
  }
  refuse_memory_from(1); // to go back takes none
  return "text";
}

Task<> call_on_pool(asio::thread_pool &pool, asio::io_context &loop, bool fails, Called &called) {
  try {
    called.gave = co_await OnPool(pool, loop.get_executor(), give_text, called, fails);
  } catch (const std::runtime_error &error) {
    called.gave = std::string("thrown: ") + error.what();
  }
  called.went_on_in = std::this_thread::get_id();
}

Called called_on_pool(bool fails) {
  asio::thread_pool pool(1);
  asio::io_context loop;
  Called called;
  spawn(loop.get_executor(), call_on_pool(pool, loop, fails, called));
  loop.run();
  pool.join();
  return called;
}

TEST(Task, AFunctionOnThePoolGivesItsValueInTheLoop) {
  const Called called = called_on_pool(false);
  EXPECT_EQ(called.gave, "text");
  EXPECT_NE(called.in, std::thread::id());
  EXPECT_NE(called.in, std::this_thread::get_id());
  EXPECT_EQ(called.went_on_in, std::this_thread::get_id());
}

TEST(Task, AFunctionOnThePoolThrowsInTheLoop) {
  const Called called = called_on_pool(true);
  EXPECT_EQ(called.gave, "thrown: no text");
  EXPECT_NE(called.in, std::this_thread::get_id());
  EXPECT_EQ(called.went_on_in, std::this_thread::get_id());
}

TEST(OperationMemory, IsLentToOneAtATime) {
  OperationMemory memory;
  void *const first = memory.take(OperationMemory::kRoom);
  void *const second = memory.take(8);
  EXPECT_NE(first, second);
  memory.give_back(first);
  EXPECT_EQ(memory.take(8), first);
  memory.give_back(second);
  memory.give_back(first);
  void *const large = memory.take(OperationMemory::kRoom + 1);
  EXPECT_NE(large, first);
  memory.give_back(large);
}

} // namespace
} // namespace flow::mock::test
