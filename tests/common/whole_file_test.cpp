#include "common/whole_file.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/full_device.hpp"

namespace flow {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

class WholeFile : public testing::Test {
protected:
  WholeFile() {
    std::string name = testing::TempDir() + "whole-file-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~WholeFile() override { fs::remove_all(folder_); }

  std::string path(const std::string &name) const { return folder_ / name; }

  std::string file(const std::string &name, const std::string &text) const {
    std::ofstream(folder_ / name) << text;
    return path(name);
  }

  std::string link(const std::string &name, const std::string &target) const {
    fs::create_symlink(target, folder_ / name);
    return path(name);
  }

  /// Gives a link or a file to another user; false where only root could.
  static bool give_away(const std::string &file) { return ::lchown(file.c_str(), kNobody, kNobody) == 0; }

  /// What the folder holds; nothing that writing left behind.
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  static std::string refusal_of(const std::string &file) {
    try {
      write_whole(file, "new");
    } catch (const FileError &error) {
      EXPECT_THROW(check_writable(file), FileError) << "before as after";
      return error.what();
    }
    ADD_FAILURE() << file << " was written";
    return "";
  }

  fs::path folder_;
};

mode_t permissions(const std::string &file) {
  struct stat found {};
  ::stat(file.c_str(), &found);
  return found.st_mode & 07777;
}

TEST_F(WholeFile, IsWrittenAndReadBack) {
  const std::string text("a\0b\n\xff", 5);
  write_whole(path("new"), text);
  EXPECT_EQ(read_whole(path("new")), text);
  write_whole(path("new"), "");
  EXPECT_EQ(read_whole(path("new")), "");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(WholeFile, IsReadUpToTheBoundThatIsAskedFor) {
  write_whole(path("new"), "12345");
  EXPECT_EQ(read_whole(path("new"), 5), "12345");
  EXPECT_THROW(read_whole(path("new"), 4), FileError);
}

TEST_F(WholeFile, OfALongNameIsWritten) {
  write_whole(path(std::string(255, 'n')), "x");
  EXPECT_EQ(read_whole(path(std::string(255, 'n'))), "x");
}

TEST_F(WholeFile, HasThePermissionsOfTheOneBeforeElseThoseOfTheUmask) {
  const mode_t before = ::umask(027);
  write_whole(path("new"), "x");
  ::umask(before);
  EXPECT_EQ(permissions(path("new")), 0640U);
  ::chmod(path("new").c_str(), 0600);
  write_whole(path("new"), "y");
  EXPECT_EQ(permissions(path("new")), 0600U);
}

TEST_F(WholeFile, OfASecretIsItsOwnersAloneWhateverWasThere) {
  const mode_t before = ::umask(0);
  write_secret(path("key"), "x");
  ::umask(before);
  EXPECT_EQ(permissions(path("key")), 0600U);
  ::chmod(path("key").c_str(), 0644);
  write_secret(path("key"), "y");
  EXPECT_EQ(permissions(path("key")), 0600U);
  EXPECT_EQ(read_whole(path("key")), "y");
}

TEST_F(WholeFile, TakesThePlaceOfTheOneBefore) {
  const std::string name = file("there", "old");
  fs::create_hard_link(name, path("other-name"));
  write_whole(name, "new");
  EXPECT_EQ(read_whole(name), "new");
  EXPECT_EQ(read_whole(path("other-name")), "old");
}

TEST_F(WholeFile, IsFirstWrittenBesideItUnderANameThatNobodyCanKnow) {
  const int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  ASSERT_GE(::inotify_add_watch(watch, folder_.c_str(), IN_CREATE | IN_MOVED_TO), 0);
  write_whole(path("port"), "1");
  write_whole(path("port"), "2");
  alignas(inotify_event) std::array<char, 4096> read{};
  const ssize_t length = ::read(watch, read.data(), read.size());
  ::close(watch);
  std::vector<std::string> made;
  std::vector<std::string> moved;
  for (ssize_t at = 0; at < length;) {
    inotify_event event{};
    std::memcpy(&event, &read.at(static_cast<std::size_t>(at)), sizeof(event));
    const char *name = read.data() + at + sizeof(event);
    ((event.mask & IN_CREATE) != 0 ? made : moved).emplace_back(name);
    at += static_cast<ssize_t>(sizeof(event) + event.len);
  }
  EXPECT_EQ(moved, std::vector<std::string>({"port", "port"}));
  ASSERT_EQ(made.size(), 2U);
  EXPECT_NE(made[0], made[1]);
  for (const std::string &name : made) {
    EXPECT_TRUE(name.starts_with(".port.") && name.size() >= std::string(".port.").size() + 16) << name;
  }
}

TEST_F(WholeFile, OwnLinksAreFollowed) {
  fs::create_directory(folder_ / "below");
  file("below/target", "old");
  link("link", "below/target");
  link("folder", "below");
  link("link-to-link", path("link"));
  for (const char *name : {"link", "link-to-link", "folder/target", "below/../folder/./target"}) {
    write_whole(path(name), name);
    EXPECT_EQ(read_whole(path("below/target")), name);
  }
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  write_whole(link("dangling", "below/made"), "x");
  EXPECT_EQ(read_whole(path("below/made")), "x");
}

TEST_F(WholeFile, LinksOfAnotherUserAreNotFollowed) {
  const std::string victim = file("victim", "old");
  fs::create_directory(folder_ / "below");
  link("planted", victim);
  link("dangling", path("none"));
  link("folder", "below");
  link("own", "planted");
  for (const char *name : {"planted", "dangling", "folder"}) {
    if (!give_away(path(name))) {
      GTEST_SKIP() << "only root can give a link away";
    }
  }
  for (const char *name : {"planted", "dangling", "folder/new", "own"}) {
    EXPECT_NE(refusal_of(path(name)).find("link of another user"), std::string::npos) << name;
  }
  EXPECT_EQ(read_whole(victim), "old");
  EXPECT_FALSE(fs::exists(path("none")));
  EXPECT_TRUE(fs::is_empty(folder_ / "below"));
}

TEST_F(WholeFile, OfAnotherUserIsReplacedByOneOfOurOwn) {
  const std::string name = file("open-to-all", "old");
  ::chmod(name.c_str(), 0666);
  if (!give_away(name)) {
    GTEST_SKIP() << "only root can give a file away";
  }
  write_whole(name, "new");
  EXPECT_EQ(permissions(name) & 022U, 0U) << "its permissions are not taken over";
  EXPECT_EQ(read_whole(name), "new");
}

TEST_F(WholeFile, ThatCannotBeWrittenIsRefusedAndNothingIsLeftBehind) {
  fs::create_directory(folder_ / "folder");
  file("file", "old");
  link("round", "round");
  const std::size_t before = entries();
  for (const auto &[name, reason] : std::vector<std::pair<std::string, std::string>>{
           {path("folder"), "Is a directory"},
           {path("folder/"), "Is a directory"},
           {path("new/"), "Is a directory"},
           {path("folder/."), "Is a directory"},
           {path("folder/.."), "Is a directory"},
           {"/", "Is a directory"},
           {"", "No such file"},
           {path("none/file"), "No such file"},
           {path("file/file"), "Not a directory"},
           {path("round"), "Too many levels of symbolic links"},
           {path(std::string(256, 'n')), "File name too long"}}) {
    EXPECT_NE(refusal_of(name).find(reason), std::string::npos) << name;
  }
  EXPECT_EQ(entries(), before);
  EXPECT_EQ(read_whole(path("file")), "old");
}

TEST_F(WholeFile, OnAFullDeviceIsAnError) {
  const FullDevice full;
  if (full.path().empty()) {
    GTEST_SKIP() << "no device can be made here";
  }
  try {
    write_whole(full.path(), "x");
    ADD_FAILURE() << "it was written";
  } catch (const FileError &error) {
    EXPECT_EQ(error.what(), "the file " + full.path() + " cannot be written: No space left on device");
  }
  EXPECT_TRUE(fs::is_character_file(full.path())) << "it is not replaced";
}

TEST_F(WholeFile, MayBeAFifo) {
  const std::string fifo = path("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  check_writable(fifo); // though nobody reads it yet
  const std::string text(300'000, 'x');
  std::string read;
  std::thread reader([&] { read = read_whole(fifo); });
  write_whole(fifo, text);
  reader.join();
  EXPECT_EQ(read, text);
  EXPECT_TRUE(fs::is_fifo(fifo)) << "it is not replaced";
}

TEST_F(WholeFile, IsNotWaitedForWithoutEndWhereNobodyWritesToTheFifo) {
  const std::string fifo = path("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto refusal = [&] {
    try {
      read_whole(fifo, 4096, std::chrono::milliseconds(1));
    } catch (const FileError &error) {
      return std::string(error.what());
    }
    return std::string("it was read");
  };
  EXPECT_TRUE(refusal().ends_with("nobody writes to it: Connection timed out")) << refusal();
  const int silent = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  EXPECT_TRUE(refusal().ends_with("nobody writes to it: Connection timed out")) << refusal();
  ::close(silent);
}

TEST_F(WholeFile, HasABoundAlsoWhereADeviceHasNoEnd) {
  EXPECT_THROW(read_whole("/dev/zero", 4096), FileError);
  EXPECT_EQ(read_whole("/dev/null", 4096), "");
  EXPECT_THROW(read_whole(path("."), 4096), FileError) << "a folder";
  EXPECT_THROW(read_whole(path("missing"), 4096), FileError);
}

TEST_F(WholeFile, IsNoFifoThatAnotherUserPutWhereAllMay) {
  const std::string fifo = path("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0666), 0);
  if (!give_away(fifo)) {
    GTEST_SKIP() << "only root can give a FIFO away";
  }
  ::chmod(folder_.c_str(), 01777);
  EXPECT_NE(refusal_of(fifo).find("another user"), std::string::npos);
}

TEST_F(WholeFile, MayBeAnOpenFileOfThisProcess) {
  const std::string name = file("open", "begun ");
  const int open = ::open(name.c_str(), O_RDWR | O_CLOEXEC);
  for (const char *folder : {"/dev/fd/", "/proc/self/fd/"}) {
    write_whole(folder + std::to_string(open), "more ");
  }
  ::close(open);
  EXPECT_EQ(read_whole(name), "begun more more ");
}

TEST_F(WholeFile, ThatCannotBeReadIsRefused) {
  for (const std::string &name : {path("none"), folder_.string()}) {
    EXPECT_THROW(read_whole(name), FileError) << name;
  }
}

} // namespace
} // namespace flow
