#include "common/file_place.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace flow {

namespace {

constexpr int kMostLinks = 40; // as Linux has it

Descriptor folder(const char *path) {
  return Descriptor(succeeded(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)));
}

std::string target_of(const Descriptor &link) {
  std::array<char, PATH_MAX> target{};
  const auto length = ::readlinkat(link.number(), "", target.data(), target.size());
  if (length <= 0 || static_cast<std::size_t>(length) == target.size()) {
    fail(length < 0 ? errno : ENAMETOOLONG);
  }
  return {target.data(), static_cast<std::size_t>(length)};
}

/// Its links lead to files that are open; what they read need not be a path.
bool is_in_proc(const Descriptor &entry) {
  struct statfs system {};
  return ::fstatfs(entry.number(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/// Takes the first part, "" where the path ends with a slash.
std::string take_part(std::string &path) {
  const std::size_t slash = path.find('/');
  std::string part = path.substr(0, slash);
  path.erase(0, slash == std::string::npos ? slash : path.find_first_not_of('/', slash));
  return part;
}

bool is_own(const struct stat &entry) {
  return entry.st_uid == 0 || entry.st_uid == ::geteuid();
}

} // namespace

void fail(int error, const char *what) {
  throw *what == '\0' ? std::system_error(error, std::generic_category())
                      : std::system_error(error, std::generic_category(), what);
}

int succeeded(int result) {
  if (result < 0) {
    fail(errno);
  }
  return result;
}

Descriptor::~Descriptor() {
  if (is_open()) {
    ::close(number_);
  }
}

Descriptor::Descriptor(Descriptor &&other) noexcept : number_(other.release()) {}

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

int Descriptor::release() {
  return std::exchange(number_, -1);
}

FilePlace place_of(const std::string &path) {
  if (path.empty()) {
    fail(ENOENT);
  }
  std::string rest = path;
  Descriptor at = folder(".");
  for (int links = 0; links <= kMostLinks;) {
    if (rest.starts_with('/')) {
      at = folder("/");
      rest.erase(0, rest.find_first_not_of('/'));
    }
    const bool ends_as_folder = rest.empty() || rest.ends_with('/');
    const std::string part = take_part(rest);
    const bool is_last = rest.empty();
    if (is_last && (ends_as_folder || part == "." || part == "..")) {
      fail(EISDIR);
    }
    Descriptor entry(::openat(at.number(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!entry.is_open() && errno == ENOENT && is_last) {
      return {std::move(at), part, std::nullopt};
    }
    struct stat found {};
    succeeded(::fstat(succeeded(entry.number()), &found));
    if (S_ISLNK(found.st_mode) && !is_own(found)) {
      fail(ELOOP, "it leads over a link of another user");
    }
    const bool is_link = S_ISLNK(found.st_mode);
    if (is_last && (!is_link || is_in_proc(entry))) {
      return {std::move(at), part, found};
    }
    if (is_link && !is_in_proc(entry)) {
      ++links;
      rest = target_of(entry) + (is_last ? "" : "/" + rest);
      continue;
    }
    at = is_link
             ? Descriptor(succeeded(::openat(at.number(), part.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)))
             : std::move(entry);
    if (!is_link && !S_ISDIR(found.st_mode)) {
      fail(ENOTDIR);
    }
  }
  fail(ELOOP);
}

} // namespace flow
