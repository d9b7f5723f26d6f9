#include "mock_server/store/sqlite_store.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <set>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mock_server/store/sqlite_connection.hpp"
#include "mock_server/store/sqlite_file.hpp"

namespace flow::mock {

namespace {

using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;

/// Rows have numbers of their own: a value of one to four KiB, such as an exchange's, shares a page with
/// others or has one; in a table without such numbers it would take pages that it does not fill.
constexpr const char *kFirstLayout =
    "CREATE TABLE sandbox ("
    " number INTEGER PRIMARY KEY,"
    " organisation BLOB NOT NULL,"
    " name BLOB NOT NULL,"
    " UNIQUE (organisation, name));"
    "CREATE TABLE entity ("
    " number INTEGER PRIMARY KEY,"
    " sandbox INTEGER NOT NULL,"
    " kind INTEGER NOT NULL,"
    " key BLOB NOT NULL,"
    " value BLOB NOT NULL);"
    "CREATE UNIQUE INDEX entity_key ON entity (sandbox, kind, key);"
    // Numbers of sandboxes that started over; what is left of them goes with later commits.
    "CREATE TABLE leftover (sandbox INTEGER PRIMARY KEY)";

constexpr int kTidied = 1000;                 ///< rows of leftovers that one commit removes
constexpr std::size_t kReadAtOnce = 1U << 20; ///< bytes, while commits wait

/// Where a reading is: by kind and key.
struct Place {
  std::int64_t kind = 0;
  std::string key;
  [[nodiscard]] bool is_before(const Place &other) const {
    return std::tie(kind, key) < std::tie(other.kind, other.key);
  }
};

/// The tables, for one thread at a time. Functions throw sqlite::Error.
class Tables {
public:
  explicit Tables(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  [[nodiscard]] std::vector<StoredName> sandboxes() {
    std::vector<StoredName> names;
    for (Rows rows = all_sandboxes_.rows(); rows.next();) {
      names.push_back({.organisation = std::string(rows.bytes(0)), .sandbox = std::string(rows.bytes(1))});
    }
    return names;
  }

  /// 0: nothing is kept of it.
  [[nodiscard]] std::int64_t number_of(const StoredName &name) {
    Rows rows = find_sandbox_.rows(name.organisation, name.sandbox);
    return rows.next() ? rows.number(0) : 0;
  }

  /// Some entities after a place, which moves on; none: there are no more.
  [[nodiscard]] std::vector<EntityChange> after(std::int64_t sandbox, Place &place) {
    constexpr std::size_t kOfAnEntity = 64; // about what it takes beside its bytes
    std::vector<EntityChange> found;
    const Place begin = place;
    std::size_t bytes = 0;
    for (Rows rows = entities_after_.rows(sandbox, begin.kind, begin.key);
         bytes < kReadAtOnce && rows.next();) {
      Place next{rows.number(0), std::string(rows.bytes(1))};
      if (!place.is_before(next) ||
          next.kind > std::numeric_limits<std::underlying_type_t<EntityKind>>::max()) {
        throw sqlite::Error(SQLITE_CORRUPT, 0); // never endless
      }
      place = std::move(next);
      found.push_back({static_cast<EntityKind>(place.kind), place.key, std::string(rows.bytes(2))});
      bytes += place.key.size() + found.back().value->size() + kOfAnEntity;
    }
    return found;
  }

  void commit(std::span<const SandboxChanges> changes) {
    require_in_place();
    sqlite::Transaction transaction(*connection_, "BEGIN IMMEDIATE");
    for (const SandboxChanges &of_sandbox : changes) {
      change(of_sandbox);
    }
    tidy();
    try {
      transaction.commit();
    } catch (const sqlite::Error &) {
      drop_unsure();
      throw;
    }
  }

private:
  /// A file that was removed or renamed would take commits that nobody finds again.
  void require_in_place() {
    int has_moved = 0;
    if (sqlite3_file_control(connection_->get(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) == SQLITE_OK &&
        has_moved != 0) {
      throw sqlite::Error(SQLITE_READONLY_DBMOVED, 0);
    }
  }

  void change(const SandboxChanges &changes) {
    std::int64_t sandbox = number_of(changes.sandbox);
    if (changes.starts_over && sandbox != 0) {
      add_leftover_.run(sandbox);
      remove_sandbox_.run(sandbox);
      sandbox = 0;
    }
    bool is_less = false;
    for (const EntityChange &entity : changes.entities) {
      const auto kind = static_cast<std::int64_t>(entity.kind);
      if (!entity.value) {
        is_less = true;
        remove_entity_.run(sandbox, kind, entity.key);
        continue;
      }
      if (sandbox == 0) {
        add_sandbox_.run(changes.sandbox.organisation, changes.sandbox.sandbox);
        sandbox = number_of(changes.sandbox);
      }
      put_entity_.run(sandbox, kind, entity.key, *entity.value);
    }
    if (is_less && sandbox != 0 && !any_entity_.rows(sandbox).next()) {
      remove_sandbox_.run(sandbox);
    }
  }

  /// Few rows a commit, as a large sandbox has more than others want to wait for.
  void tidy() {
    std::int64_t left = kTidied;
    while (left > 0) {
      std::int64_t sandbox = 0;
      if (Rows rows = any_leftover_.rows(); rows.next()) {
        sandbox = rows.number(0);
      } else {
        return;
      }
      remove_some_.run(sandbox, left);
      const int removed = sqlite3_changes(connection_->get());
      if (removed < left) {
        remove_leftover_.run(sandbox);
      }
      left -= removed;
    }
  }

  /// A commit that failed in its last step, when the log was to be synced, is in the log, from which the next
  /// one removes it; where that comes too late, because the process ends, it would be found. Done if it can
  /// be.
  void drop_unsure() {
    if (sqlite3_get_autocommit(connection_->get()) == 0) {
      sqlite3_exec(connection_->get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    sqlite3_wal_checkpoint_v2(connection_->get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  }

  Statement prepared(std::string_view sql) { return {connection_->get(), sql}; }

  std::unique_ptr<Connection> connection_;
  Statement all_sandboxes_ = prepared("SELECT organisation, name FROM sandbox ORDER BY organisation, name");
  Statement find_sandbox_ = prepared("SELECT number FROM sandbox WHERE organisation = ?1 AND name = ?2");
  Statement add_sandbox_ = prepared("INSERT INTO sandbox (number, organisation, name)"
                                    " SELECT 1 + max(coalesce((SELECT max(number) FROM sandbox), 0),"
                                    " coalesce((SELECT max(sandbox) FROM leftover), 0)), ?1, ?2");
  Statement remove_sandbox_ = prepared("DELETE FROM sandbox WHERE number = ?1");
  Statement put_entity_ = prepared("INSERT INTO entity (sandbox, kind, key, value) VALUES (?1, ?2, ?3, ?4)"
                                   " ON CONFLICT (sandbox, kind, key) DO UPDATE SET value = excluded.value");
  Statement remove_entity_ = prepared("DELETE FROM entity WHERE sandbox = ?1 AND kind = ?2 AND key = ?3");
  Statement any_entity_ = prepared("SELECT 1 FROM entity WHERE sandbox = ?1 LIMIT 1");
  Statement entities_after_ =
      prepared("SELECT kind, key, value FROM entity WHERE sandbox = ?1 AND (kind, key) > (?2, ?3)"
               " ORDER BY kind, key");
  Statement add_leftover_ = prepared("INSERT INTO leftover (sandbox) VALUES (?1)");
  Statement any_leftover_ = prepared("SELECT sandbox FROM leftover LIMIT 1");
  Statement remove_leftover_ = prepared("DELETE FROM leftover WHERE sandbox = ?1");
  Statement remove_some_ = prepared("DELETE FROM entity WHERE number IN"
                                    " (SELECT number FROM entity WHERE sandbox = ?1 LIMIT ?2)");
};

class SqliteStore : public Store {
public:
  SqliteStore(std::string file, std::unique_ptr<Connection> connection)
      : file_(std::move(file)), tables_(std::move(connection)) {}

  std::vector<StoredName> sandboxes() override {
    return failing("read", [&] {
      const std::scoped_lock locked(lock_);
      return tables_.sandboxes();
    });
  }

  void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) override {
    const Reading reading(*this, sandbox);
    Place place;
    std::vector<EntityChange> some;
    do {
      some = failing("read", [&] {
        const std::scoped_lock locked(lock_);
        return tables_.after(tables_.number_of(sandbox), place);
      });
      for (EntityChange &entity : some) {
        take(std::move(entity));
      }
    } while (!some.empty());
  }

  void commit(std::span<const SandboxChanges> changes) override {
    failing("keep changes", [&] {
      std::unique_lock locked(lock_);
      reading_ended_.wait(locked, [&] {
        return std::none_of(changes.begin(), changes.end(), [&](const SandboxChanges &of_sandbox) {
          return being_read_.contains(of_sandbox.sandbox);
        });
      });
      tables_.commit(changes);
    });
  }

private:
  /// Commits to the sandbox wait as long as it lasts.
  class Reading {
  public:
    Reading(SqliteStore &store, const StoredName &sandbox) : store_(store) {
      const std::scoped_lock locked(store_.lock_);
      place_ = store_.being_read_.insert(sandbox);
    }
    ~Reading() {
      const std::scoped_lock locked(store_.lock_);
      store_.being_read_.erase(place_);
      store_.reading_ended_.notify_all();
    }
    Reading(const Reading &) = delete;
    Reading &operator=(const Reading &) = delete;

  private:
    SqliteStore &store_;
    std::multiset<StoredName>::iterator place_;
  };

  template <typename Action>
  std::invoke_result_t<Action> failing(const char *what, const Action &action) const {
    try {
      return action();
    } catch (const sqlite::Error &error) {
      throw StoreFailure("the store's file " + file_ + " cannot " + what + " for now: " + error.what());
    }
  }

  const std::string file_;
  std::mutex lock_; ///< of what follows
  std::condition_variable reading_ended_;
  std::multiset<StoredName> being_read_;
  Tables tables_;
};

} // namespace

std::unique_ptr<Store> sqlite_store(const std::string &file, const SqliteOptions &options) {
  std::vector<const char *> steps = {kFirstLayout};
  steps.insert(steps.end(), options.more.begin(), options.more.end());
  auto connection = sqlite::open_file(file, options.vfs, steps);
  try {
    return std::make_unique<SqliteStore>(file, std::move(connection));
  } catch (const sqlite::Error &error) {
    throw StoreError("the store's file " + file + " cannot be used: " + error.what());
  }
}

} // namespace flow::mock
