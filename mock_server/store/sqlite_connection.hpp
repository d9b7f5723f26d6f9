#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace flow::mock::sqlite {

/// SQLite could not do something. what() is a reason in our words that ends a sentence about the file.
struct Error : std::runtime_error {
  /// `system_error` is the errno of what failed, 0: none.
  Error(int code, int system_error);
  int code; ///< SQLite's extended result code
};

struct Close {
  void operator()(sqlite3 *connection) const { sqlite3_close_v2(connection); }
};

struct Finalize {
  void operator()(sqlite3_stmt *statement) const { sqlite3_finalize(statement); }
};

/// The rows of a statement, one after another, until it goes.
class Rows {
public:
  Rows(sqlite3 *connection, sqlite3_stmt *statement) : connection_(connection), statement_(statement) {}
  ~Rows();
  Rows(const Rows &) = delete;
  Rows &operator=(const Rows &) = delete;

  /// Moves to the next row; false: there is none. Throws Error.
  bool next();
  /// Of the row, by the column's place. They throw Error if the column is of another type, as it is in
  /// damaged files only.
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const; ///< until next()
  [[nodiscard]] std::string_view text(int column) const;  ///< until next()

private:
  void require_type(int column, int type) const;

  sqlite3 *connection_;
  sqlite3_stmt *statement_;
};

/// A prepared statement. One at a time may have its rows looked at.
class Statement {
public:
  /// Throws Error.
  Statement(sqlite3 *connection, std::string_view sql);

  /// Runs it with these values, numbers and bytes, which have to last as long as the rows. Throws Error.
  template <typename... Values> [[nodiscard]] Rows rows(const Values &...values) {
    int place = 0;
    (bind(++place, values), ...);
    return {connection_, statement_.get()};
  }
  /// The same, of a statement without rows.
  template <typename... Values> void run(const Values &...values) {
    Rows made = rows(values...);
    while (made.next()) {
    }
  }

private:
  void bind(int place, std::int64_t number);
  void bind(int place, std::string_view bytes);

  sqlite3 *connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A connection to a database; for one thread at a time.
class Connection {
public:
  /// Opens the file, or makes it, by that VFS; none: the system's. Throws Error.
  Connection(const std::string &file, const std::string &vfs);

  [[nodiscard]] sqlite3 *get() const { return connection_.get(); }
  /// Runs statements that need no values. Throws Error.
  void run(const std::string &sql) const;
  /// The first column of the first row. Throws Error.
  [[nodiscard]] std::int64_t number(std::string_view sql) const;
  [[nodiscard]] std::string text(std::string_view sql) const;
  /// As SQLITE_DBCONFIG_…
  void set(int option, bool on) const;

private:
  std::unique_ptr<sqlite3, Close> connection_;
};

/// A transaction that writes. What is not committed when it goes is undone.
class Transaction {
public:
  /// `begin` is one of SQLite's statements that begin one. Throws Error.
  Transaction(const Connection &connection, const char *begin);
  ~Transaction();
  Transaction(const Transaction &) = delete;
  Transaction &operator=(const Transaction &) = delete;

  /// Throws Error; nothing is committed then.
  void commit();

private:
  const Connection &connection_;
};

} // namespace flow::mock::sqlite
