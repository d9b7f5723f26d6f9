#include "common/whole_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "common/file_place.hpp"

namespace flow {

namespace {

constexpr std::chrono::seconds kPatience{10}; // with a FIFO that nobody reads
constexpr mode_t kPermissions = 0777;
constexpr mode_t kForAll = 0666; ///< less what the umask takes
constexpr mode_t kForOwner = 0600;

FileError error_of(const std::string &file, const char *what, const std::string &why) {
  return FileError("the file " + file + " cannot be " + what + ": " + why);
}

/// A name that nobody else can know, and so not have made: ".port.5f0c…".
std::string name_beside(const std::string &name) {
  constexpr std::size_t kKept = 200; // of 255
  std::random_device random;
  std::array<char, 40> number{};
  std::snprintf(number.data(), number.size(), ".%08x%08x%08x", random(), random(), random());
  return "." + name.substr(0, kKept) + number.data();
}

/// Waits until `file` can be written to (POLLOUT) or read from, or has ended (POLLIN): a regular file always
/// can.
void await(int file, short event, std::chrono::milliseconds patience) {
  pollfd polled{.fd = file, .events = event, .revents = 0};
  if (succeeded(::poll(&polled, 1, static_cast<int>(patience.count()))) == 0) {
    fail(ETIMEDOUT, event == POLLIN ? "nobody writes to it" : "nobody reads it");
  }
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      await(file, POLLOUT, kPatience);
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
}

/// Throws also where only this shows that the disk is full.
void finish(Descriptor file) {
  if (::fsync(file.number()) != 0 && errno != EINVAL && errno != ENOTSUP) { // a device has no disk
    fail(errno);
  }
  succeeded(::close(file.release()));
}

/// A file beside the place, which is removed unless it took that place.
class Beside {
public:
  explicit Beside(const FilePlace &place, mode_t permissions = kForAll)
      : place_(place), is_secret_(permissions == kForOwner), name_(name_beside(place.name)),
        file_(succeeded(::openat(place.folder.number(), name_.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions))) {}
  ~Beside() {
    if (!name_.empty()) {
      ::unlinkat(place_.folder.number(), name_.c_str(), 0);
    }
  }
  Beside(const Beside &) = delete;
  Beside &operator=(const Beside &) = delete;

  void write(std::string_view text) {
    // Of a stranger's file not even the permissions are taken over.
    if (!is_secret_ && place_.there && (place_.there->st_uid == ::geteuid() || place_.there->st_uid == 0)) {
      succeeded(::fchmod(file_.number(), place_.there->st_mode & kPermissions));
    }
    write_all(file_.number(), text);
    finish(std::move(file_));
  }

  void take_place() {
    const int folder = place_.folder.number();
    succeeded(::renameat(folder, name_.c_str(), folder, place_.name.c_str()));
    name_.clear();
  }

private:
  const FilePlace &place_;
  const bool is_secret_;
  std::string name_;
  Descriptor file_;
};

/// A FIFO can only be opened once somebody reads it.
Descriptor opened(const FilePlace &place) {
  constexpr std::chrono::milliseconds kPause{10};
  const int must_not_be_link = S_ISLNK(place.there->st_mode) ? 0 : O_NOFOLLOW; // /proc/self/fd/1
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    Descriptor file(::openat(place.folder.number(), place.name.c_str(),
                             O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | must_not_be_link));
    if (file.is_open()) {
      return file;
    }
    if (errno != ENXIO || !S_ISFIFO(place.there->st_mode)) {
      fail(errno);
    }
    if (std::chrono::steady_clock::now() >= end) {
      fail(ETIMEDOUT, "nobody reads it");
    }
    std::this_thread::sleep_for(kPause);
  }
}

bool is_replaced(const FilePlace &place) {
  if (place.there && S_ISDIR(place.there->st_mode)) {
    fail(EISDIR);
  }
  return !place.there || S_ISREG(place.there->st_mode);
}

/// In a folder where everybody may put files, as Linux has it with fs.protected_fifos.
void require_not_planted(const FilePlace &place) {
  struct stat folder {};
  succeeded(::fstat(place.folder.number(), &folder));
  const mode_t open_to_all = S_ISVTX | S_IWOTH;
  const uid_t owner = place.there->st_uid;
  if ((folder.st_mode & open_to_all) == open_to_all && owner != 0 && owner != ::geteuid()) {
    fail(EACCES, "another user put it there");
  }
}

void write(const std::string &file, std::string_view text, mode_t permissions) {
  try {
    const FilePlace place = place_of(file);
    if (is_replaced(place)) {
      Beside beside(place, permissions);
      beside.write(text);
      beside.take_place();
      return;
    }
    require_not_planted(place);
    Descriptor stream = opened(place);
    write_all(stream.number(), text);
    finish(std::move(stream));
  } catch (const std::system_error &error) {
    throw error_of(file, "written", error.what());
  }
}

} // namespace

std::string read_whole(const std::string &file, std::size_t most, std::chrono::milliseconds patience) {
  try {
    // A FIFO that nobody writes to would otherwise be waited for in open(), without end.
    const Descriptor opened(succeeded(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)));
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
      await(opened.number(), POLLIN, patience);
      const ssize_t length = ::read(opened.number(), part.data(), part.size());
      if (length == 0) {
        return text;
      }
      if (length < 0 && errno != EAGAIN && errno != EINTR) {
        fail(errno);
      }
      text.append(part.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
      if (text.size() > most) {
        throw error_of(file, "read", "it is larger than " + std::to_string(most) + " bytes");
      }
    }
  } catch (const std::system_error &error) {
    throw error_of(file, "read", error.what());
  }
}

void write_whole(const std::string &file, std::string_view text) {
  write(file, text, kForAll);
}

void write_secret(const std::string &file, std::string_view text) {
  write(file, text, kForOwner);
}

void check_writable(const std::string &file) {
  try {
    const FilePlace place = place_of(file);
    if (is_replaced(place)) {
      const Beside beside(place);
      return;
    }
    require_not_planted(place);
    succeeded(::faccessat(place.folder.number(), place.name.c_str(), W_OK, AT_EACCESS));
  } catch (const std::system_error &error) {
    throw error_of(file, "written", error.what());
  }
}

} // namespace flow
