#pragma once

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/// A device that is always full, as /dev/full, in a folder of its own: a program that replaces it by mistake
/// must not replace the machine's.
class FullDevice {
public:
  FullDevice() {
    std::string name = (std::filesystem::temp_directory_path() / "full-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      return;
    }
    folder_ = name;
    path_ = name + "/full";
    constexpr unsigned kMemory = 1;
    constexpr unsigned kFull = 7;
    const int file = ::mknod(path_.c_str(), S_IFCHR | 0666U, makedev(kMemory, kFull)) == 0
                         ? ::open(path_.c_str(), O_WRONLY | O_CLOEXEC)
                         : -1;
    if (file >= 0) {
      ::close(file);
    } else { // not without privileges; but then nobody can replace the machine's either
      path_ = ::geteuid() == 0 ? "" : "/dev/full";
    }
  }
  ~FullDevice() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  FullDevice(const FullDevice &) = delete;
  FullDevice &operator=(const FullDevice &) = delete;

  /// Empty: there is none to be had.
  const std::string &path() const { return path_; }

private:
  std::string folder_;
  std::string path_;
};
