#include "tests/mock_server/sqlite_files.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "mock_server/store/sqlite_store.hpp"

namespace flow::mock::test {

namespace {

constexpr std::size_t kPiece = 512; // what a disk writes as a whole

void write_piece(std::string &content, std::size_t place, const std::optional<std::string> &bytes) {
  if (!bytes) {
    content.resize(place);
    return;
  }
  if (content.size() < place + bytes->size()) {
    content.resize(place + bytes->size());
  }
  content.replace(place, bytes->size(), *bytes);
}

} // namespace

void MemoryFiles::Content::change(Piece piece) {
  write_piece(shown, piece.place, piece.bytes);
  in_doubt.push_back(std::move(piece));
}

void MemoryFiles::Content::sync() {
  for (const Piece &piece : in_doubt) {
    write_piece(on_disk, piece.place, piece.bytes);
  }
  in_doubt.clear();
}

/// Any of it, in any order. shown is left: it is what the system has in memory.
void MemoryFiles::Content::lose(std::mt19937 &random) {
  const std::uint32_t kept_in_8 = random() % 9;
  if (random() % 2 == 0) {
    std::shuffle(in_doubt.begin(), in_doubt.end(), random);
  }
  for (const Piece &piece : in_doubt) {
    if (random() % 8 < kept_in_8) {
      write_piece(on_disk, piece.place, piece.bytes);
    }
  }
  in_doubt.clear();
}

/// SQLite's interface: a C struct that begins with SQLite's own.
struct MemoryFileCalls {
  struct OpenFile {
    sqlite3_file base;
    MemoryFiles *files;
    std::shared_ptr<MemoryFiles::Content> content;
    bool is_log;
    bool makes_folder_durable; ///< as SQLite's own files do when a new journal or log is first synced
    bool goes;                 ///< when closed
    std::string name;
  };

  static OpenFile &of(sqlite3_file *file) { return *reinterpret_cast<OpenFile *>(file); }
  static MemoryFiles &of(sqlite3_vfs *vfs) { return *static_cast<MemoryFiles *>(vfs->pAppData); }
  static bool fails(const OpenFile &file, FileCall call) { return file.files->fails(call); }
  static int code(const OpenFile &file, int own) {
    return file.files->trouble_ && file.files->trouble_->code == SQLITE_FULL ? SQLITE_FULL : own;
  }

  static int close(sqlite3_file *file) {
    OpenFile &open = of(file);
    if (open.goes && !open.files->has_ended_) {
      open.files->shown_.erase(open.name);
    }
    open.~OpenFile();
    return SQLITE_OK;
  }

  static int read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 place) {
    if (fails(of(file), FileCall::read)) {
      return SQLITE_IOERR_READ;
    }
    const std::string &shown = of(file).content->shown;
    const auto begin = std::min(static_cast<std::size_t>(place), shown.size());
    const auto there = std::min(static_cast<std::size_t>(count), shown.size() - begin);
    std::memcpy(bytes, shown.data() + begin, there);
    std::memset(static_cast<char *>(bytes) + there, 0, static_cast<std::size_t>(count) - there);
    return there == static_cast<std::size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 place) {
    OpenFile &open = of(file);
    const bool failed = fails(open, FileCall::write);
    if (open.files->has_ended_) {
      return SQLITE_IOERR_WRITE;
    }
    std::string_view left(static_cast<const char *>(bytes), static_cast<std::size_t>(count));
    if (failed) {
      left = left.substr(0, left.size() / 2); // as a full disk takes it
    }
    (open.is_log ? open.files->bytes_to_log : open.files->bytes_to_file) += left.size();
    auto at = static_cast<std::size_t>(place);
    while (!left.empty()) {
      const std::string_view piece = left.substr(0, kPiece - at % kPiece);
      open.content->change({.place = at, .bytes = std::string(piece)});
      at += piece.size();
      left.remove_prefix(piece.size());
    }
    return failed ? code(open, SQLITE_IOERR_WRITE) : SQLITE_OK;
  }

  static int truncate(sqlite3_file *file, sqlite3_int64 size) {
    if (fails(of(file), FileCall::truncate)) {
      return SQLITE_IOERR_TRUNCATE;
    }
    of(file).content->change({.place = static_cast<std::size_t>(size), .bytes = std::nullopt});
    return SQLITE_OK;
  }

  static int sync(sqlite3_file *file, int) {
    OpenFile &open = of(file);
    if (fails(open, FileCall::sync)) {
      if (!open.files->has_ended_) {
        open.content->lose(open.files->random_); // Linux does not try it again
      }
      return SQLITE_IOERR_FSYNC;
    }
    ++open.files->syncs;
    open.content->sync();
    if (std::exchange(open.makes_folder_durable, false)) {
      open.files->on_disk_ = open.files->shown_;
    }
    return SQLITE_OK;
  }

  static int size(sqlite3_file *file, sqlite3_int64 *size) {
    *size = static_cast<sqlite3_int64>(of(file).content->shown.size());
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out) {
    MemoryFiles &files = of(vfs);
    file->pMethods = nullptr;
    std::string path = name == nullptr ? "temporary" : name;
    path = path.substr(path.rfind('/') + 1);
    const auto found = files.shown_.find(path);
    const bool is_new = found == files.shown_.end();
    if (files.fails(FileCall::open) || (is_new && (flags & SQLITE_OPEN_CREATE) == 0)) {
      return SQLITE_CANTOPEN;
    }
    auto content = is_new ? std::make_shared<MemoryFiles::Content>() : found->second;
    files.shown_[path] = content;
    const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
    const bool is_journal = is_log || (flags & SQLITE_OPEN_MAIN_JOURNAL) != 0;
    new (file) OpenFile{.base = {&kMethods},
                        .files = &files,
                        .content = std::move(content),
                        .is_log = is_log,
                        .makes_folder_durable = is_new && is_journal,
                        .goes = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
                        .name = path};
    if (flags_out != nullptr) {
      *flags_out = files.is_read_only ? SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB : flags;
    }
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs *vfs, const char *name, int syncs_folder) {
    MemoryFiles &files = of(vfs);
    const std::string path(name);
    if (files.fails(FileCall::remove)) {
      return SQLITE_IOERR_DELETE;
    }
    if (files.shown_.erase(path.substr(path.rfind('/') + 1)) == 0) {
      return SQLITE_IOERR_DELETE_NOENT;
    }
    if (syncs_folder != 0) {
      files.on_disk_ = files.shown_;
    }
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs *vfs, const char *name, int, int *is_there) {
    const std::string path(name);
    const auto found = of(vfs).shown_.find(path.substr(path.rfind('/') + 1));
    *is_there = found != of(vfs).shown_.end() && !found->second->shown.empty() ? 1 : 0; // as Unix's
    return SQLITE_OK;
  }

  static int full_name(sqlite3_vfs *, const char *name, int count, char *full) {
    sqlite3_snprintf(count, full, "%s", name);
    return SQLITE_OK;
  }

  static const sqlite3_io_methods kMethods;
};

const sqlite3_io_methods MemoryFileCalls::kMethods = {
    .iVersion = 1,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = size,
    .xLock = [](sqlite3_file *, int) { return SQLITE_OK; },
    .xUnlock = [](sqlite3_file *, int) { return SQLITE_OK; },
    .xCheckReservedLock =
        [](sqlite3_file *, int *is_reserved) {
          *is_reserved = 0;
          return SQLITE_OK;
        },
    .xFileControl = [](sqlite3_file *, int, void *) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file *) { return 4096; },
    // As SQLite's own files on Unix.
    .xDeviceCharacteristics = [](sqlite3_file *) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

MemoryFiles::MemoryFiles() {
  static int number = 0;
  name_ = "memory-files-" + std::to_string(++number);
  const sqlite3_vfs *system = sqlite3_vfs_find(nullptr);
  vfs_ = *system;
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(MemoryFileCalls::OpenFile);
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = MemoryFileCalls::open;
  vfs_.xDelete = MemoryFileCalls::remove;
  vfs_.xAccess = MemoryFileCalls::access;
  vfs_.xFullPathname = MemoryFileCalls::full_name;
  vfs_.xGetLastError = [](sqlite3_vfs *, int, char *) { return 0; };
  sqlite3_vfs_register(&vfs_, 0);
}

MemoryFiles::~MemoryFiles() {
  sqlite3_vfs_unregister(&vfs_);
}

void MemoryFiles::trouble(const Trouble &trouble) {
  trouble_ = trouble;
  calls_ = 0;
  failed_ = false;
}

bool MemoryFiles::fails(FileCall call) {
  if (has_ended_) {
    return true;
  }
  if (!trouble_ || (call == FileCall::read && !trouble_->with_reads)) {
    return false;
  }
  const std::uint64_t number = calls_++;
  if (number < trouble_->from || (number > trouble_->from && !trouble_->lasts)) {
    return false;
  }
  failed_ = true;
  has_ended_ = trouble_->ends;
  return true;
}

void MemoryFiles::start() {
  has_ended_ = false;
  no_trouble();
}

void MemoryFiles::lose_power(std::mt19937 &random) {
  start();
  for (Folder *folder : {&shown_, &on_disk_}) {
    for (const auto &[name, content] : *folder) {
      content->lose(random);
      content->shown = content->on_disk;
    }
  }
  Folder left;
  for (const auto &[name, content] : shown_) { // made, perhaps in vain
    const auto before = on_disk_.find(name);
    if ((before != on_disk_.end() && before->second == content) || random() % 2 == 0) {
      left[name] = content;
    }
  }
  for (const auto &[name, content] : on_disk_) { // removed, perhaps in vain
    if (!left.contains(name) && (shown_.contains(name) || random() % 2 == 0)) {
      left[name] = content;
    }
  }
  shown_ = on_disk_ = left;
}

std::string MemoryFiles::content(const std::string &file) const {
  const auto found = shown_.find(file);
  return found == shown_.end() ? "" : found->second->shown;
}

void MemoryFiles::set_content(const std::string &file, const std::string &content) {
  const auto made = std::make_shared<Content>();
  made->shown = made->on_disk = content;
  shown_[file] = on_disk_[file] = made;
}

void MemoryFiles::damage(const std::string &file, std::size_t place, char byte) {
  Content &content = *shown_.at(file);
  content.shown.at(place) = byte;
  content.on_disk.at(place) = byte;
}

std::map<std::string, std::string> MemoryFiles::contents() const {
  std::map<std::string, std::string> contents;
  for (const auto &[name, content] : shown_) {
    contents[name] = content->shown;
  }
  return contents;
}

std::unique_ptr<Store> open(const MemoryFiles &files, std::vector<const char *> more) {
  return sqlite_store("store.db", {.vfs = files.name(), .more = std::move(more)});
}

} // namespace flow::mock::test
