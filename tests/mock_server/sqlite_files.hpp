#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "mock_server/store/store.hpp"

namespace flow::mock::test {

/// What can fail of a file.
enum class FileCall : std::uint8_t { open, read, write, sync, truncate, remove };

/// Files in memory, as a file system shows them and as its disk has them: what was not synced is in doubt
/// until then. SQLite reads and writes them by the name of name(). Files are named without folders.
class MemoryFiles {
public:
  struct Trouble {
    std::uint64_t from = 0;  ///< of the calls that can fail, counted from 0 on
    bool lasts = false;      ///< for all later ones; else for the one
    int code = SQLITE_IOERR; ///< or SQLITE_FULL, for writes
    bool with_reads = false; ///< else they neither fail nor count
    bool ends = false;       ///< end() with this call
  };

  MemoryFiles();
  ~MemoryFiles();
  MemoryFiles(const MemoryFiles &) = delete;
  MemoryFiles &operator=(const MemoryFiles &) = delete;

  [[nodiscard]] const std::string &name() const { return name_; }

  /// Calls are counted anew.
  void trouble(const Trouble &trouble);
  void no_trouble() { trouble_.reset(); }
  /// Whether there was any since trouble().
  [[nodiscard]] bool failed() const { return failed_; }

  /// All calls fail and do nothing, as if the process had ended, until start() or lose_power(). Who has files
  /// open closes them before.
  void end() { has_ended_ = true; }
  void start();
  /// start(); and of what was not synced, some pieces are on the disk, and others are not.
  void lose_power(std::mt19937 &random);

  /// As the file system shows it; "": it is empty, or not there.
  [[nodiscard]] std::string content(const std::string &file) const;
  void set_content(const std::string &file, const std::string &content);
  [[nodiscard]] std::map<std::string, std::string> contents() const;
  /// Also of files that are open.
  void damage(const std::string &file, std::size_t place, char byte);
  /// Files can be opened for reading only.
  bool is_read_only = false;

  /// Since the beginning.
  std::uint64_t bytes_to_log = 0;
  std::uint64_t bytes_to_file = 0;
  std::uint64_t syncs = 0;

private:
  friend struct MemoryFileCalls;

  /// A piece that is on the disk as a whole or not; or, without bytes, a new size.
  struct Piece {
    std::size_t place = 0;
    std::optional<std::string> bytes;
  };
  struct Content {
    std::string shown;
    std::string on_disk;
    std::vector<Piece> in_doubt; ///< since on_disk
    void change(Piece piece);
    void sync();
    void lose(std::mt19937 &random);
  };
  using Folder = std::map<std::string, std::shared_ptr<Content>>;

  /// Whether this call fails.
  bool fails(FileCall call);

  std::string name_;
  sqlite3_vfs vfs_{};
  Folder shown_;
  Folder on_disk_;
  std::mt19937 random_{1};
  std::optional<Trouble> trouble_;
  std::uint64_t calls_ = 0;
  bool failed_ = false;
  bool has_ended_ = false;
};

/// The store in "store.db" of these; `more` as in SqliteOptions.
std::unique_ptr<Store> open(const MemoryFiles &files, std::vector<const char *> more = {});

} // namespace flow::mock::test
