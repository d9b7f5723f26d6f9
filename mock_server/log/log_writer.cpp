#include "mock_server/log/log_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <thread>

#include <poll.h>
#include <unistd.h>

#include <spdlog/fmt/chrono.h>

namespace flow::mock {

namespace {

constexpr std::size_t kPart = 4096; // a pipe takes this much whole
constexpr int kMostRounds = 5;      // of patience at the end, with a reader that goes on

std::size_t lines_of(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string note_on(std::size_t lost) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:}{:%S}Z level=warn {} log line{} lost, as standard error could not be "
                     "written or was not read\n",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), now.time_since_epoch(), lost,
                     lost == 1 ? " was" : "s were");
}

/// Empty where there is nothing to tell, or no memory to: it is told with a later line.
std::string note_if_any(std::size_t lost) {
  try {
    return lost == 0 ? "" : note_on(lost);
  } catch (const std::exception &) {
    return "";
  }
}

/// Whole lines where possible: what others write to the same pipe then stands between them.
std::string_view next_part(std::string_view batch) {
  const std::string_view part = batch.substr(0, kPart);
  const std::size_t end = part.rfind('\n');
  return end == std::string_view::npos ? part : part.substr(0, end + 1);
}

/// Waits where somebody else has made the shared descriptor a non-blocking one.
bool may_be_repeated(int file) {
  if (errno == EAGAIN) {
    pollfd polled{.fd = file, .events = POLLOUT, .revents = 0};
    return ::poll(&polled, 1, -1) >= 0 || errno == EINTR;
  }
  return errno == EINTR;
}

} // namespace

/// What both threads know.
struct LogWriter::Shared {
  Shared(int file_written, Limits limits_given) : file(file_written), limits(limits_given) {}

  const int file;
  const Limits limits;
  std::mutex mutex;
  std::condition_variable changed;
  std::string waiting;
  std::size_t lost = 0;     ///< lines, not yet told
  std::size_t progress = 0; ///< bytes written so far
  bool stopping = false;
  bool ended = false;

  void write_until_stopped();
  bool is_half_full() const { return waiting.size() > limits.waiting_bytes / 2; }

private:
  std::size_t take(std::string &batch);
  bool write_all(std::string_view &text);

  bool in_line_ = false; ///< the last line that was written is not whole
};

/// Waits for lines, and gives how many were lost behind them.
std::size_t LogWriter::Shared::take(std::string &batch) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return stopping || !waiting.empty(); });
  // Not one write for each line of a busy server.
  changed.wait_for(lock, limits.gather_time, [this] { return stopping || is_half_full(); });
  batch.clear();
  batch.swap(waiting);
  return lost;
}

/// Leaves in `text` what could not be written.
bool LogWriter::Shared::write_all(std::string_view &text) {
  if (in_line_ && ::write(file, "\n", 1) != 1) {
    return false;
  }
  while (!text.empty()) {
    const std::string_view part = next_part(text);
    const ssize_t written = ::write(file, part.data(), part.size());
    if (written > 0) {
      in_line_ = text[static_cast<std::size_t>(written) - 1] != '\n';
      text.remove_prefix(static_cast<std::size_t>(written));
      const std::lock_guard lock(mutex);
      progress += static_cast<std::size_t>(written);
    } else if (!may_be_repeated(file)) {
      return false;
    }
  }
  return true;
}

void LogWriter::Shared::write_until_stopped() {
  for (std::string batch;;) {
    const std::size_t untold = take(batch);
    std::string_view rest = batch;
    const bool is_written = write_all(rest);
    const std::string note = note_if_any(untold);
    std::string_view rest_of_note = note;
    const bool is_told = is_written && !note.empty() && write_all(rest_of_note);
    const std::lock_guard lock(mutex);
    lost += lines_of(rest);
    lost -= is_told ? untold : 0;
    if (stopping && waiting.empty()) {
      ended = true;
      changed.notify_all();
      return;
    }
  }
}

LogWriter::LogWriter(int file, Limits limits) : shared_(std::make_shared<Shared>(file, limits)) {
  std::thread([shared = shared_] { shared->write_until_stopped(); }).detach();
}

void LogWriter::end() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->changed.notify_all();
  for (int round = 0; round < kMostRounds; ++round) {
    const std::size_t before = shared_->progress;
    const bool ended =
        shared_->changed.wait_for(lock, shared_->limits.stop_patience, [this] { return shared_->ended; });
    if (ended || shared_->progress == before) {
      return;
    }
  }
}

void LogWriter::write(std::string_view text) {
  Shared &shared = *shared_;
  const std::lock_guard lock(shared.mutex);
  if (shared.waiting.size() + text.size() > shared.limits.waiting_bytes) {
    shared.lost += lines_of(text);
    return;
  }
  const bool was_empty = shared.waiting.empty();
  const bool was_half_full = shared.is_half_full();
  try {
    shared.waiting += text;
  } catch (const std::bad_alloc &) {
    shared.lost += lines_of(text);
    return;
  }
  if (was_empty || was_half_full != shared.is_half_full()) {
    shared.changed.notify_all();
  }
}

} // namespace flow::mock
