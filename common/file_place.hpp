#pragma once

#include <optional>
#include <string>

#include <sys/stat.h>

namespace flow {

/// What a system call failed with, as an exception; `what` says more than the number does.
[[noreturn]] void fail(int error, const char *what = "");

/// The result of a system call. Throws std::system_error where it is negative.
int succeeded(int result);

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor &&other) noexcept;
  Descriptor &operator=(Descriptor &&other) noexcept;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  int release();

private:
  int number_;
};

/// Where a path leads: a name in an open folder. As the folder is held open, nobody can exchange a part of
/// the path between a look at it and its use.
struct FilePlace {
  Descriptor folder;
  std::string name;
  std::optional<struct stat> there; ///< what has that name, if anything; never a link but /proc/self/fd/1
};

/// Follows the links of root and of who runs this. Throws std::system_error for those of others, and where
/// a folder of the path is not there.
FilePlace place_of(const std::string &path);

} // namespace flow
