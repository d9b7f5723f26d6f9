#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/full_device.hpp"
#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/raw_client.hpp"

/// Where what flow-mock writes and prints cannot go.
namespace flow::mock {
namespace {

using test::ChildProcess;
using test::Folder;
using test::RawClient;
using test::Streams;

/// A file descriptor for the program to have as well.
struct File {
  explicit File(int descriptor) : number(descriptor) {}
  ~File() { close(); }
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  void close() {
    if (number >= 0) {
      ::close(number);
    }
    number = -1;
  }

  int number;
};

File full_device() {
  return File(::open("/dev/full", O_WRONLY | O_CLOEXEC));
}

int port_of(ChildProcess &mock) {
  const std::string line = mock.first_line();
  return line.empty() ? 0 : std::stoi(line.substr(line.rfind(':') + 1));
}

/// Asks for what makes a long line in the log. How often it was answered.
int ask(int port, int times) {
  RawClient client(port);
  const std::string request = "GET /" + std::string(250, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  int answered = 0;
  for (int i = 0; i < times && client.send(request) && client.answer().status != 0; ++i) {
    ++answered;
  }
  return answered;
}

constexpr int kMoreThanAPipeTakes = 1000; // lines
constexpr int kMoreThanIsKept = 13'000;

TEST(FlowMockLogUnread, HoldsUpNeitherRequestsNorTheEnd) {
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const File reading(pipe[0]);
  File writing(pipe[1]);
  ChildProcess mock({"--port", "0"}, Streams{.error = writing.number});
  EXPECT_EQ(ask(port_of(mock), kMoreThanAPipeTakes), kMoreThanAPipeTakes);
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
}

TEST(FlowMockLogUnread, TellsHowManyLinesWereLostOnceItIsRead) {
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const File reading(pipe[0]);
  File writing(pipe[1]);
  ChildProcess mock({"--port", "0"}, Streams{.error = writing.number});
  writing.close();
  EXPECT_EQ(ask(port_of(mock), kMoreThanIsKept), kMoreThanIsKept);
  std::string text;
  char part[4096];
  while (text.find("lost") == std::string::npos || !text.ends_with('\n')) {
    const ssize_t length = ::read(reading.number, part, sizeof(part));
    ASSERT_GT(length, 0) << text;
    text.append(part, static_cast<std::size_t>(length));
  }
  std::size_t lines = 0;
  for (std::size_t at = text.find("method=GET"); at != std::string::npos;
       at = text.find("method=GET", at + 1)) {
    ++lines;
  }
  const std::string level = "level=warn ";
  EXPECT_EQ(lines + std::stoul(text.substr(text.rfind(level) + level.size())), std::size_t{kMoreThanIsKept});
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
}

TEST(FlowMockLogUnread, OnAFullDiskHoldsUpNeitherRequestsNorTheEnd) {
  const File full = full_device();
  ChildProcess mock({"--port", "0"}, Streams{.error = full.number});
  EXPECT_EQ(ask(port_of(mock), 100), 100);
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
}

TEST(FlowMockLogUnread, MayBeClosed) {
  ChildProcess mock({"--port", "0"}, Streams{.error = test::kClosed});
  EXPECT_EQ(ask(port_of(mock), 100), 100);
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
}

TEST(FlowMockOutput, ThatCannotBeWrittenIsExitCode2) {
  const File full = full_device();
  for (const std::vector<std::string> &options :
       std::vector<std::vector<std::string>>{{"--port", "0"}, {"--help"}, {"--version"}, {"readings"}}) {
    for (const int output : {full.number, test::kClosed}) {
      ChildProcess mock(options, Streams{.out = output});
      EXPECT_EQ(mock.exit_code(), 2) << options[0];
      EXPECT_NE(mock.error_text().find("flow-mock: standard output cannot be written: "), std::string::npos)
          << mock.error_text();
    }
  }
}

TEST(FlowMockFiles, AreWrittenToDevicesAndNeverThroughAnotherUsersLink) {
  const Folder folder;
  const std::string victim = folder.write("victim", "old");
  const std::string planted = folder.file("planted");
  std::filesystem::create_symlink(victim, planted);
  if (::lchown(planted.c_str(), 65534, 65534) != 0) {
    GTEST_SKIP() << "only root can give a link away";
  }
  for (const char *option : {"--port-file", "--coverage-file", "--report"}) {
    ChildProcess mock({"--port", "0", option, planted});
    EXPECT_EQ(mock.exit_code(), 2);
    EXPECT_NE(mock.error_text().find(std::string(option) + ": the file " + planted), std::string::npos)
        << mock.error_text();
  }
  EXPECT_EQ(Folder::read(victim), "old");
}

TEST(FlowMockFiles, MayBeStandardOutput) {
  ChildProcess mock({"--port", "0", "--port-file", "/dev/stdout"});
  const int port = port_of(mock);
  EXPECT_EQ(ask(port, 1), 1);
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
  EXPECT_TRUE(mock.output().ends_with("\n" + std::to_string(port) + "\n")) << mock.output();
}

TEST(FlowMockFiles, OnAFullDeviceAreExitCode2) {
  const FullDevice full;
  if (full.path().empty()) {
    GTEST_SKIP() << "no device can be made here";
  }
  ChildProcess port_file({"--port", "0", "--port-file", full.path()});
  EXPECT_EQ(port_file.exit_code(), 2);
  EXPECT_NE(port_file.error_text().find("No space left"), std::string::npos) << port_file.error_text();
  ChildProcess coverage({"--port", "0", "--coverage-file", full.path()});
  port_of(coverage);
  coverage.signal(SIGTERM);
  EXPECT_EQ(coverage.exit_code(), 2);
}

TEST(FlowMockLog, QuotesAMethodThatIsNone) {
  ChildProcess mock({"--port", "0"});
  RawClient client(port_of(mock));
  client.send("GET\x1b[31m\xe2\x80\xae\"=\x7f / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.answer();
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
  const std::string log = mock.error_text();
  EXPECT_EQ(log.find_first_of("\x1b\x7f\xe2"), std::string::npos) << log;
  EXPECT_NE(log.find("method="), std::string::npos) << log;
}

TEST(FlowMockLog, BoundsTheMethod) {
  ChildProcess mock({"--port", "0"});
  RawClient client(port_of(mock));
  client.send(std::string(5000, 'M') + " / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.answer();
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
  EXPECT_LT(mock.error_text().size(), 1000U) << mock.error_text();
}

} // namespace
} // namespace flow::mock
