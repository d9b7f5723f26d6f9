#pragma once

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flow::mock::test {

/// A folder that goes with the test.
class Folder {
public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "flow-mock-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make " + name);
    }
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;

  [[nodiscard]] std::string file(const std::string &name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string write(const std::string &name, const std::string &text) const {
    std::ofstream(file(name)) << text;
    return file(name);
  }
  static std::string read(const std::string &file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

private:
  std::string path_;
};

/// Where a program's output goes instead of to the test: a file descriptor, or kClosed.
constexpr int kClosed = -2;
struct Streams {
  int out = -1;
  int error = -1;
  int in = -1; ///< the test's own
};

/// flow-mock as a user starts it, in a folder of its own; FLOW_MOCK in the environment names the program.
class ChildProcess {
public:
  /// `environment` is added to the test's: "FLOW_MOCK_PORT=0".
  explicit ChildProcess(std::vector<std::string> arguments, Streams streams = {},
                        std::vector<std::string> environment = {}) {
    const char *program = std::getenv("FLOW_MOCK"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (program == nullptr) {
      throw std::runtime_error("FLOW_MOCK names no flow-mock; run this by `meson test`");
    }
    arguments.insert(arguments.begin(), program);
    std::vector<char *> argv;
    for (std::string &argument : arguments) {
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    const std::string error_file = folder_.file("stderr");
    const int error = ::open(error_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    pid_ = ::fork();
    if (pid_ == 0) {
      if (streams.in != -1) {
        redirect(STDIN_FILENO, streams.in);
      }
      redirect(STDOUT_FILENO, streams.out == -1 ? out[1] : streams.out);
      redirect(STDERR_FILENO, streams.error == -1 ? error : streams.error);
      for (std::string &variable : environment) {
        ::putenv(variable.data());
      }
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(error);
    out_ = out[0];
  }
  ~ChildProcess() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(out_);
  }
  ChildProcess(const ChildProcess &) = delete;
  ChildProcess &operator=(const ChildProcess &) = delete;

  /// The first line of its standard output, without the line feed; "" when it ended before one.
  std::string first_line() {
    lines_read_ = 0;
    return next_line();
  }
  /// Likewise the line behind the one that was read last.
  std::string next_line() {
    std::size_t end = 0;
    while ((end = output_.find('\n', lines_read_)) == std::string::npos && read_more()) {
    }
    const std::string line = output_.substr(lines_read_, end - lines_read_);
    lines_read_ = std::min(end, output_.size() - 1) + 1;
    return line;
  }
  /// Its standard output so far.
  [[nodiscard]] const std::string &output() const { return output_; }
  void signal(int number) const { ::kill(pid_, number); }

  /// Waits for its end: its exit code, or -1 when a signal ended it.
  int exit_code() {
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// What it has said on standard error so far.
  [[nodiscard]] std::string error_text() const { return Folder::read(folder_.file("stderr")); }

private:
  static void redirect(int stream, int file) {
    if (file == kClosed) {
      ::close(stream);
    } else {
      ::dup2(file, stream);
    }
  }

  /// False at the end of its output, or when nothing came in 30 s: then it hangs.
  bool read_more() {
    pollfd polled{.fd = out_, .events = POLLIN, .revents = 0};
    char buffer[1024];
    const ssize_t length = ::poll(&polled, 1, 30000) > 0 ? ::read(out_, buffer, sizeof(buffer)) : 0;
    if (length > 0) {
      output_.append(buffer, static_cast<std::size_t>(length));
    }
    return length > 0;
  }

  Folder folder_;
  pid_t pid_ = -1;
  int out_ = -1;
  std::string output_;
  std::size_t lines_read_ = 0; ///< bytes of `output_`
};

} // namespace flow::mock::test
