#include "mock_server/log/log_writer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "mock_server/log/log.hpp"

namespace flow::mock {
namespace {

/// A pipe for a log.
struct Pipe {
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN); // as in the program
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Pipe(const Pipe &) = delete;
  Pipe &operator=(const Pipe &) = delete;

  /// Up to the end of a line.
  bool read_more() {
    char part[4096];
    do {
      const ssize_t length = ::read(ends[0], part, sizeof(part));
      if (length <= 0) {
        return false;
      }
      text.append(part, static_cast<std::size_t>(length));
    } while (!text.ends_with('\n'));
    return true;
  }

  /// All up to and with the line that has `words`.
  std::string read_to(const std::string &words) {
    while (text.find(words) == std::string::npos && read_more()) {
    }
    return text;
  }

  int ends[2]{};
  std::string text;
};

std::size_t lines_with(const std::string &text, const std::string &words) {
  std::size_t found = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    ++found;
  }
  return found;
}

/// By all lines like "… level=warn 7 log lines were lost, …".
std::size_t lost_in(const std::string &text) {
  const std::string level = "level=warn ";
  std::size_t lost = 0;
  for (std::size_t at = text.find(level); at != std::string::npos; at = text.find(level, at + 1)) {
    lost += std::stoul(text.substr(at + level.size()));
  }
  return lost;
}

TEST(LogWriter, WritesLinesInTheirOrder) {
  Pipe pipe;
  {
    LogWriter writer(pipe.ends[1]);
    writer.write("one\n");
    writer.write("two\nthree\n");
  }
  EXPECT_EQ(pipe.read_to("three"), "one\ntwo\nthree\n");
}

TEST(LogWriter, NeverWaitsAndTellsHowManyLinesWereLost) {
  Pipe pipe;
  LogWriter writer(pipe.ends[1], {.waiting_bytes = 100'000});
  constexpr std::size_t kLines = 10'000;
  for (std::size_t i = 0; i < kLines; ++i) {
    writer.write("a line of a log that nobody reads now\n");
  }
  // More than once, where the writer is slow: each time behind the lines that waited.
  const auto lines_told_of = [&] {
    return lines_with(pipe.text, "a line of a log that nobody reads now\n") + lost_in(pipe.text);
  };
  while (lines_told_of() < kLines && pipe.read_more()) {
  }
  EXPECT_EQ(lines_told_of(), kLines);
  EXPECT_GT(lost_in(pipe.text), 0U);
  writer.write("and on it goes\n");
  EXPECT_TRUE(pipe.read_to("and on it goes").ends_with("\nand on it goes\n")) << "it is told once";
}

TEST(LogWriter, EndsThoughNobodyReads) {
  static const Pipe &pipe = *new Pipe; // never closed, as standard error: the thread is stuck in it
  LogWriter writer(pipe.ends[1], {.stop_patience = std::chrono::milliseconds(10)});
  writer.write(std::string(500'000, 'x') + "\n");
}

std::atomic<bool> was_tried = false;

TEST(LogWriter, TellsWhatCouldNotBeWritten) {
  Pipe unread;
  ::close(std::exchange(unread.ends[0], -1));
  Pipe pipe;
  std::signal(SIGPIPE, [](int) { was_tried = true; }); // by the writer's thread, as it fails
  LogWriter writer(unread.ends[1], {.gather_time = std::chrono::milliseconds(0)});
  writer.write("one\ntwo\n");
  while (!was_tried) {
    std::this_thread::yield();
  }
  std::signal(SIGPIPE, SIG_IGN);
  ::dup2(pipe.ends[1], unread.ends[1]);
  writer.write("three\n");
  EXPECT_TRUE(pipe.read_to("lost").starts_with("three\n")) << pipe.text;
  EXPECT_EQ(lost_in(pipe.text), 2U);
}

TEST(LogWriter, EndsThoughTheDiskIsFull) {
  const int file = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  {
    LogWriter writer(file);
    writer.write("one\n");
  }
  ::close(file);
}

TEST(Log, LinesCannotBeForgedAndAreBounded) {
  Pipe pipe;
  {
    LogWriter writer(pipe.ends[1]);
    const auto log = log_to(writer, spdlog::level::info);
    log->info("a\nb\x1b[31m\u202e\x9b");
    log->info(std::string(100'000, 'x'));
    log->debug("not asked for");
  }
  ::close(pipe.ends[1]);
  pipe.ends[1] = -1;
  const std::string text = pipe.read_to("nothing that is there");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_NE(text.find("Z level=info a\\u{a}b\\u{1b}[31m\\u{202e}\ufffd\n"), std::string::npos)
      << text.substr(0, 200);
  EXPECT_LT(text.size(), 5000U);
}

} // namespace
} // namespace flow::mock
