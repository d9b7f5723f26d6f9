#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "mock_server/store/sqlite_store.hpp"
#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/sqlite_files.hpp"
#include "tests/mock_server/store_state.hpp"

namespace flow::mock::test {
namespace {

namespace fs = std::filesystem;

const SandboxChanges kChanges = {
    .sandbox = {.organisation = "org", .sandbox = "dev"},
    .entities = {put(EntityKind::run, "a", "1"), put(EntityKind::run, "b", "2")}};
const char *const kLaterLayout = "CREATE TABLE later (number INTEGER PRIMARY KEY);"
                                 "UPDATE entity SET value = CAST(value || '!' AS BLOB)";

State state() {
  return after({}, std::span(&kChanges, 1));
}

class SqliteRefusal : public testing::Test {
protected:
  /// Everything in the folder.
  [[nodiscard]] std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> contents;
    for (const auto &entry : fs::directory_iterator(fs::path(file).parent_path())) {
      contents[entry.path().filename()] = entry.is_regular_file() ? Folder::read(entry.path()) : "";
    }
    return contents;
  }

  /// Why the file is refused, and that nothing has changed.
  void expect_refused(const std::string &why, const std::vector<const char *> &more = {}) const {
    const auto before = contents();
    try {
      sqlite_store(file, {.vfs = "", .more = more});
      ADD_FAILURE() << "it is not refused";
    } catch (const StoreError &error) {
      const std::string message = error.what();
      EXPECT_NE(message.find(file), std::string::npos) << message;
      EXPECT_NE(message.find(why), std::string::npos) << message;
    }
    EXPECT_TRUE(contents() == before) << "the files have changed";
  }

  /// Files of a store that was killed: its state is in the log.
  void leave_log(const std::vector<const char *> &more = {}) const {
    const Folder other;
    const auto store = sqlite_store(other.file("s"), {.vfs = "", .more = more});
    commit(*store, kChanges);
    fs::copy_file(other.file("s"), file);
    fs::copy_file(other.file("s-wal"), file + "-wal");
  }

  void make(const std::vector<const char *> &more = {}) const {
    commit(*sqlite_store(file, {.vfs = "", .more = more}), kChanges);
  }

  /// As another program does; returns with the connection open.
  [[nodiscard]] static sqlite3 *run(const std::string &database, const std::string &sql) {
    sqlite3 *connection = nullptr;
    EXPECT_EQ(sqlite3_open(database.c_str(), &connection), SQLITE_OK);
    char *message = nullptr;
    EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    return connection;
  }

  void overwrite(std::size_t place, const std::string &bytes) const {
    std::fstream(file, std::ios::in | std::ios::out).seekp(static_cast<std::streamoff>(place)) << bytes;
  }

  Folder folder;
  std::string file = folder.file("store.db");
};

TEST_F(SqliteRefusal, NoName) {
  EXPECT_THROW(sqlite_store(""), StoreError);
  EXPECT_THROW(sqlite_store(std::string("a\0b", 3)), StoreError);
}

TEST_F(SqliteRefusal, ADirectory) {
  fs::create_directory(file);
  expect_refused("is a directory: name a file in it");
}

TEST_F(SqliteRefusal, NoRegularFile) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  expect_refused("not a regular file");
}

TEST_F(SqliteRefusal, InNoDirectory) {
  file = folder.file("none/store.db");
  try {
    sqlite_store(file);
    ADD_FAILURE();
  } catch (const StoreError &error) {
    EXPECT_NE(std::string(error.what()).find("there is no directory"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(fs::exists(folder.file("none")));
}

TEST_F(SqliteRefusal, NoDatabase) {
  for (const std::string &text :
       {std::string("x"), std::string(10000, 'x'), std::string("SQLite format 4\0", 16)}) {
    std::ofstream(file) << text;
    expect_refused("is not an SQLite database: name another file");
  }
}

TEST_F(SqliteRefusal, ADatabaseOfAnotherProgram) {
  sqlite3_close(run(file, "PRAGMA user_version = 1; CREATE TABLE t (x)"));
  expect_refused("another program's SQLite database: name another file");
}

TEST_F(SqliteRefusal, ADatabaseOfAnotherProgramWithItsLog) {
  const std::string other = folder.file("other.db");
  sqlite3 *connection = run(other, "PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  fs::copy_file(other, file);
  fs::copy_file(other + "-wal", file + "-wal");
  sqlite3_close(connection);
  expect_refused("another program's SQLite database");
}

TEST_F(SqliteRefusal, ADatabaseOfAnotherProgramWithItsJournal) {
  const std::string other = folder.file("other.db");
  sqlite3 *connection =
      run(other, "CREATE TABLE t (x); PRAGMA cache_spill = 1; PRAGMA cache_size = 1; BEGIN;"
                 "INSERT INTO t VALUES (zeroblob(1000000)); UPDATE t SET x = zeroblob(900000)");
  fs::copy_file(other, file);
  fs::copy_file(other + "-journal", file + "-journal");
  sqlite3_close(connection);
  expect_refused("another program's SQLite database");
}

TEST_F(SqliteRefusal, ANewerVersion) {
  make({kLaterLayout});
  expect_refused("is of version 2, and this flow-mock knows versions up to 1: use the newer flow-mock");
}

TEST_F(SqliteRefusal, ANewerVersionOfWhichOnlyTheLogTells) {
  make();
  auto store = sqlite_store(file, {.vfs = "", .more = {kLaterLayout}});
  const std::string copied = folder.file("copied");
  fs::copy_file(file, copied);
  fs::copy_file(file + "-wal", copied + "-wal");
  store.reset();
  file = copied;
  expect_refused("is of version 2");
}

TEST_F(SqliteRefusal, TablesThatAreNotOurs) {
  make();
  sqlite3_close(run(file, "CREATE TRIGGER t AFTER INSERT ON entity BEGIN DELETE FROM entity; END"));
  expect_refused("its tables are not those of flow-mock");
}

TEST_F(SqliteRefusal, AFileThatWasCutOff) {
  make();
  fs::resize_file(file, fs::file_size(file) - 4096);
  expect_refused("is damaged: put a good copy in its place");
}

TEST_F(SqliteRefusal, ADamagedPage) {
  make();
  for (std::size_t page = 1; page < fs::file_size(file) / 4096; ++page) {
    const std::string good = Folder::read(file);
    overwrite(page * 4096, std::string(64, '\x5a'));
    expect_refused("is damaged");
    std::ofstream(file) << good;
  }
}

TEST_F(SqliteRefusal, ADamagedFileKeepsItsLog) {
  leave_log();
  overwrite(100, std::string(3000, '\x5a')); // the log has later versions of other pages
  expect_refused("");
}

TEST_F(SqliteRefusal, AFileInUseByThisProcess) {
  auto store = sqlite_store(file);
  commit(*store, kChanges);
  expect_refused("another process uses it: end that, or name another file");
  commit(*store, {.sandbox = kChanges.sandbox, .entities = {put(EntityKind::run, "a", "1")}});
  store.reset();
  EXPECT_EQ(state_of(*sqlite_store(file)), state());
}

TEST_F(SqliteRefusal, AFileInUseByAProcessUntilThatIsKilled) {
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = sqlite_store(file);
    commit(*store, kChanges);
    while (::write(ready[1], "r", 1) == 1) {
      ::pause();
    }
    ::_exit(1);
  }
  char told = 0;
  ASSERT_EQ(::read(ready[0], &told, 1), 1);
  expect_refused("another process uses it");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_EQ(state_of(*sqlite_store(file)), state());
}

/// Root may do everything: another user tries.
class AnotherUser {
public:
  AnotherUser() : was_root_(::geteuid() == 0 && ::seteuid(65534) == 0) {}
  ~AnotherUser() {
    if (was_root_ && ::seteuid(0) != 0) {
      std::abort();
    }
  }
  AnotherUser(const AnotherUser &) = delete;
  AnotherUser &operator=(const AnotherUser &) = delete;

private:
  const bool was_root_;
};

TEST_F(SqliteRefusal, WithoutPermission) {
  make();
  const fs::path directory = fs::path(file).parent_path();
  using fs::perms;
  fs::permissions(file, perms::owner_read | perms::group_read | perms::others_read);
  fs::permissions(directory, perms::all);
  {
    const AnotherUser user;
    expect_refused("this process may not read and write " + file +
                   " (Permission denied): change its permissions");
  }
  fs::permissions(file, perms::all);
  fs::permissions(directory, perms::all & ~(perms::owner_write | perms::group_write | perms::others_write));
  {
    const AnotherUser user;
    expect_refused("this process may not make files in " + directory.string() + " (Permission denied)");
    file = folder.file("new.db");
    expect_refused("this process may not make files in " + directory.string() + " (Permission denied)");
  }
  fs::permissions(directory, perms::owner_all);
  {
    const AnotherUser user;
    if (::access(file.c_str(), F_OK) != 0) { // it was root
      EXPECT_THROW(sqlite_store(file), StoreError);
    }
  }
}

TEST_F(SqliteRefusal, AFileThatCanOnlyBeRead) {
  MemoryFiles files;
  commit(*open(files), kChanges);
  const auto before = files.contents();
  files.is_read_only = true;
  try {
    open(files);
    ADD_FAILURE();
  } catch (const StoreError &error) {
    EXPECT_NE(std::string(error.what()).find("store.db cannot be used: it cannot be written to"),
              std::string::npos)
        << error.what();
  }
  EXPECT_TRUE(files.contents() == before);
}

TEST_F(SqliteRefusal, AFileThatWasKilledIsNotRefused) {
  leave_log();
  EXPECT_EQ(state_of(*sqlite_store(file)), state());
  EXPECT_FALSE(fs::exists(file + "-wal"));
}

TEST_F(SqliteRefusal, AnOlderVersionIsBroughtUpToDateOnce) {
  make();
  State expected = state();
  for (auto &[key, value] : expected[kChanges.sandbox]) {
    value += "!";
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(state_of(*sqlite_store(file, {.vfs = "", .more = {kLaterLayout}})), expected);
  }
}

TEST_F(SqliteRefusal, AnOlderVersionThatCannotBeBroughtUpToDate) {
  make();
  expect_refused("SQLite says", {kLaterLayout, "CREATE TABLE third (x); INSERT INTO nowhere VALUES (1)"});
  EXPECT_EQ(state_of(*sqlite_store(file)), state());
}

} // namespace
} // namespace flow::mock::test
