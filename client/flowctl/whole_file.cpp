#include "client/flowctl/whole_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

#include "client/flowctl/settings_sources.hpp"

namespace flow::client {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string &file, const char *what) {
  throw SettingsError("the file " + file + " cannot be " + what + ": " +
                      std::generic_category().message(errno));
}

struct Closed {
  void operator()(std::FILE *stream) const { std::fclose(stream); }
};

/// Throws SettingsError in the name of `file`, also where only closing shows that the disk is full.
void write(std::unique_ptr<std::FILE, Closed> stream, const std::string &text, const std::string &file) {
  if (!stream || std::fwrite(text.data(), 1, text.size(), stream.get()) != text.size() ||
      std::fflush(stream.get()) != 0) {
    refuse(file, "written");
  }
  if (fsync(fileno(stream.get())) != 0 && errno != EINVAL && errno != ENOTSUP) { // a pipe has no disk
    refuse(file, "written");
  }
  if (std::fclose(stream.release()) != 0) {
    refuse(file, "written");
  }
}

} // namespace

std::string read_whole(const std::string &file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  if (!stream || fs::is_directory(file) || !(text << stream.rdbuf()) || stream.bad()) {
    errno = errno != 0 ? errno : fs::is_directory(file) ? EISDIR : ENODATA;
    refuse(file, "read");
  }
  return text.str();
}

void write_whole(const std::string &file, const std::string &text) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(file, error); // a link stays one
  if (fs::exists(target, error) && !fs::is_regular_file(target, error)) {
    write(std::unique_ptr<std::FILE, Closed>(std::fopen(file.c_str(), "wb")), text, file);
    return;
  }
  const std::string beside = target.string() + ".flowctl-" + std::to_string(getpid());
  std::unique_ptr<std::FILE, Closed> stream(std::fopen(beside.c_str(), "wbx"));
  if (!stream) {
    refuse(file, "written");
  }
  try {
    write(std::move(stream), text, file);
    fs::rename(beside, target, error);
    if (error) {
      errno = error.value();
      refuse(file, "written");
    }
  } catch (const SettingsError &) {
    std::remove(beside.c_str());
    throw;
  }
}

} // namespace flow::client
