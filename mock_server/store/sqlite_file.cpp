#include "mock_server/store/sqlite_file.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "mock_server/store/store.hpp"

namespace flow::mock::sqlite {

namespace {

constexpr const char *kOther = "name another file";
constexpr const char *kNoDatabase = "it is not an SQLite database: name another file";

[[noreturn]] void refuse(const std::string &file, const std::string &why) {
  throw StoreError("the store's file " + file + " cannot be used: " + why);
}

/// A file as SQLite's VFS opens it. A descriptor of our own would, when closed, end the locks that this
/// process has on the file.
class VfsFile {
public:
  VfsFile(sqlite3_vfs *vfs, const std::string &path, int kind)
      : path_(path + std::string(2, '\0')), memory_(static_cast<std::size_t>(vfs->szOsFile)) {
    const int code = vfs->xOpen(vfs, path_.c_str(), get(), SQLITE_OPEN_READONLY | kind, nullptr);
    if (code != SQLITE_OK) {
      close();
      throw Error(code, errno);
    }
  }
  ~VfsFile() { close(); }
  VfsFile(const VfsFile &) = delete;
  VfsFile &operator=(const VfsFile &) = delete;

  [[nodiscard]] sqlite3_int64 size() {
    sqlite3_int64 size = 0;
    require(get()->pMethods->xFileSize(get(), &size));
    return size;
  }
  /// Its first bytes; zeros for those that it does not have.
  void read(unsigned char *bytes, std::size_t count) {
    const int code = get()->pMethods->xRead(get(), bytes, static_cast<int>(count), 0);
    if (code != SQLITE_IOERR_SHORT_READ) {
      require(code);
    }
  }

private:
  static void require(int code) {
    if (code != SQLITE_OK) {
      throw Error(code, 0);
    }
  }
  sqlite3_file *get() { return reinterpret_cast<sqlite3_file *>(memory_.data()); }
  void close() {
    if (get()->pMethods != nullptr) {
      get()->pMethods->xClose(get());
    }
  }

  std::string path_; // ends as SQLite's own names do
  std::vector<std::max_align_t> memory_;
};

template <typename Bytes> std::uint32_t big_endian(const Bytes &bytes, std::size_t place) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8U | bytes[place + i];
  }
  return number;
}

/// What a file shows of itself before SQLite, which may change it, opens it.
struct Look {
  bool is_new = false;
  bool is_database = false;
  std::uint32_t application = 0;
  std::uint32_t version = 0;
  /// There is a write-ahead log with something in it: it was not closed, or its disk failed.
  bool has_log = false;
  /// Its first transaction was cut short, and SQLite will undo it.
  bool is_half_made = false;
};

sqlite3_int64 size_of(sqlite3_vfs *vfs, const std::string &path, int kind) {
  int exists = 0;
  vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  return exists == 0 ? 0 : VfsFile(vfs, path, kind).size();
}

/// Whether a rollback journal says that the file was empty before.
bool was_empty(sqlite3_vfs *vfs, const std::string &journal) {
  constexpr std::array<unsigned char, 8> kMagic = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
  constexpr std::size_t kPagesBefore = 16;
  if (size_of(vfs, journal, SQLITE_OPEN_MAIN_JOURNAL) == 0) {
    return false;
  }
  std::array<unsigned char, 28> head{};
  VfsFile(vfs, journal, SQLITE_OPEN_MAIN_JOURNAL).read(head.data(), head.size());
  return std::memcmp(head.data(), kMagic.data(), kMagic.size()) == 0 && big_endian(head, kPagesBefore) == 0;
}

/// https://www.sqlite.org/fileformat.html, 1.3
Look look_at(sqlite3_vfs *vfs, const std::string &path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr std::size_t kVersion = 60;
  constexpr std::size_t kApplication = 68;
  Look look;
  look.has_log = size_of(vfs, path + "-wal", SQLITE_OPEN_WAL) > 0;
  look.is_new = size_of(vfs, path, SQLITE_OPEN_MAIN_DB) == 0;
  if (look.is_new) {
    return look;
  }
  std::array<unsigned char, 100> head{};
  VfsFile(vfs, path, SQLITE_OPEN_MAIN_DB).read(head.data(), head.size());
  look.is_database = std::memcmp(head.data(), kMagic.data(), kMagic.size()) == 0;
  look.application = big_endian(head, kApplication);
  look.version = big_endian(head, kVersion);
  look.is_half_made = !look.is_database && was_empty(vfs, path + "-journal");
  return look;
}

void refuse_others(const std::string &file, const Look &look) {
  if (look.is_new || look.is_half_made) {
    return;
  }
  if (!look.is_database) {
    refuse(file, kNoDatabase);
  }
  if (look.application != kApplicationId) {
    refuse(file, std::string("it is another program's SQLite database: ") + kOther);
  }
}

void refuse_newer(const std::string &file, std::int64_t version, Steps steps) {
  if (version < 0 || version > static_cast<std::int64_t>(steps.size())) {
    refuse(file, "it is of version " + std::to_string(version) +
                     ", and this flow-mock knows versions up to " + std::to_string(steps.size()) +
                     ": use the newer flow-mock that wrote it, or " + kOther);
  }
}

/// Of the system's files, whose ways to be in the way are known.
void refuse_by_place(const std::string &file, const std::string &path) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (fs::is_directory(status)) {
    refuse(file, "it is a directory: name a file in it");
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    refuse(file, std::string("it is not a regular file: ") + kOther);
  }
  // SQLite takes a file of one byte for an empty one.
  if (fs::exists(status) && fs::file_size(path, failed) == 1) {
    refuse(file, kNoDatabase);
  }
  const fs::path folder = fs::path(path).parent_path();
  if (!fs::exists(status) && !fs::is_directory(folder, failed)) {
    refuse(file, "there is no directory " + folder.string() + ": make it");
  }
  const bool exists = fs::exists(status);
  for (const auto &[what, mode] :
       {std::pair(exists ? path : folder.string(), exists ? R_OK | W_OK : W_OK | X_OK),
        std::pair(folder.string(), W_OK | X_OK)}) {
    if (::faccessat(AT_FDCWD, what.c_str(), mode, AT_EACCESS) == 0) {
      continue;
    }
    if (errno == EROFS) {
      refuse(file, std::string("it is on a read-only file system: ") + kOther);
    }
    refuse(file, "this process may not " + std::string(what == path ? "read and write " : "make files in ") +
                     what + " (" + std::generic_category().message(errno) + "): change its permissions, or " +
                     kOther);
  }
}

/// The statements by which all in it was made.
std::vector<std::string> schema_of(const Connection &connection) {
  Statement statement(connection.get(), "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY 1");
  std::vector<std::string> schema;
  for (Rows rows = statement.rows(); rows.next();) {
    schema.emplace_back(rows.text(0));
  }
  return schema;
}

void require_schema(const std::string &file, const Connection &connection, Steps steps) {
  const Connection made(":memory:", "");
  for (const char *step : steps) {
    made.run(step);
  }
  if (schema_of(connection) != schema_of(made)) {
    refuse(file, "its tables are not those of flow-mock: put a good copy in its place, or name another file");
  }
}

/// In the transaction that is under way.
void lay_out(const Connection &connection, Steps steps, std::int64_t version) {
  for (const char *step : steps.subspan(static_cast<std::size_t>(version))) {
    connection.run(step);
  }
  connection.run("PRAGMA application_id = " + std::to_string(kApplicationId));
  connection.run("PRAGMA user_version = " + std::to_string(steps.size()));
}

/// What holds for the connection, whatever the file is.
void configure(const Connection &connection) {
  // A file that somebody prepared is data, never code.
  connection.set(SQLITE_DBCONFIG_DEFENSIVE, true);
  connection.set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, false);
  connection.run(
      "PRAGMA cell_size_check = ON;"
      // Nobody else opens the file; what SQLite knows of the log is in memory, not in a third file.
      "PRAGMA locking_mode = EXCLUSIVE;"
      // FULL, and that the file's making is in its folder for good.
      "PRAGMA synchronous = EXTRA;"
      "PRAGMA fullfsync = ON;" // macOS
      "PRAGMA checkpoint_fullfsync = ON;"
      "PRAGMA secure_delete = OFF;" // pages that are no longer used need not be written
      "PRAGMA temp_store = MEMORY;"
      "PRAGMA cache_size = -16384;"           // KiB
      "PRAGMA wal_autocheckpoint = 1000;"     // pages
      "PRAGMA journal_size_limit = 16777216;" // bytes, to which the log shrinks after a large commit
      "PRAGMA page_size = 4096");
}

/// A file that is not there yet is made for its owner alone: it holds tokens. SQLite gives its log the same
/// mode, and says what is wrong where it cannot be made.
void make_private(const std::string &path) {
  constexpr mode_t kOwnerOnly = 0600;
  if (const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly); made >= 0) {
    ::close(made);
  }
}

void accept(const std::string &file, const Connection &connection, Steps steps) {
  configure(connection);
  {
    Transaction transaction(connection, "BEGIN EXCLUSIVE");
    const std::int64_t version = connection.number("PRAGMA user_version");
    refuse_newer(file, version, steps); // as the log may say, not yet the file
    require_schema(file, connection, steps.first(static_cast<std::size_t>(version)));
    if (connection.text("PRAGMA quick_check(1)") != "ok") {
      throw Error(SQLITE_CORRUPT, 0);
    }
    if (version < static_cast<std::int64_t>(steps.size())) {
      lay_out(connection, steps, version);
      transaction.commit();
    }
  }
  // A database is made before: so that a file of ours can be told from its first bytes on.
  if (connection.text("PRAGMA journal_mode = WAL") != "wal") {
    refuse(file, "SQLite cannot keep a write-ahead log beside it");
  }
  connection.run("SELECT count(*) FROM sqlite_schema"); // opens the log
}

} // namespace

std::unique_ptr<Connection> open_file(const std::string &file, const std::string &vfs, Steps steps) {
  if (file.empty() || file.find('\0') != std::string::npos) {
    throw StoreError("the store's file has no name: name one");
  }
  sqlite3_vfs *const files = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (files == nullptr) {
    throw StoreError("SQLite has no files of the kind " + vfs);
  }
  try {
    // Absolute, because SQLite reads other things from names like file:a?mode=ro and :memory:.
    const std::string path = std::filesystem::weakly_canonical(std::filesystem::absolute(file)).string();
    if (vfs.empty()) {
      refuse_by_place(file, path);
    }
    const Look look = look_at(files, path);
    refuse_others(file, look);
    refuse_newer(file, look.version, steps);
    if (vfs.empty()) {
      make_private(path);
    }
    auto connection = std::make_unique<Connection>(path, vfs);
    if (sqlite3_db_readonly(connection->get(), "main") != 0) {
      throw Error(SQLITE_READONLY, 0);
    }
    // A log with something in it stays when a file is refused.
    connection->set(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, look.has_log);
    accept(file, *connection, steps);
    connection->set(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    return connection;
  } catch (const Error &error) {
    refuse(file, error.what());
  } catch (const std::filesystem::filesystem_error &error) {
    refuse(file, error.code().message());
  }
}

} // namespace flow::mock::sqlite
