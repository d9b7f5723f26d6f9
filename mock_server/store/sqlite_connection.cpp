#include "mock_server/store/sqlite_connection.hpp"

#include <system_error>

namespace flow::mock::sqlite {

namespace {

/// Ends a sentence that begins with what could not be done.
std::string reason_of(int code, int system_error) {
  const std::string system =
      system_error == 0 ? "" : " (" + std::generic_category().message(system_error) + ")";
  switch (code & 0xff) {
  case SQLITE_FULL:
    return "the disk is full: make room on it";
  case SQLITE_IOERR:
    return "the disk fails" + system;
  case SQLITE_READONLY:
    return "it cannot be written to" + system;
  case SQLITE_CANTOPEN:
    return "it, or a file beside it, cannot be opened" + system;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return "it is damaged: put a good copy in its place, or remove it and what is beside it to start anew";
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "another process uses it: end that, or name another file";
  case SQLITE_NOMEM:
    return "there is not enough memory";
  case SQLITE_TOOBIG:
    return "a value is larger than SQLite keeps";
  default:
    return "SQLite says: " + std::string(sqlite3_errstr(code));
  }
}

void require(sqlite3 *connection, int code) {
  if (code != SQLITE_OK) {
    throw Error(code, connection == nullptr ? 0 : sqlite3_system_errno(connection));
  }
}

} // namespace

Error::Error(int code, int system_error) : std::runtime_error(reason_of(code, system_error)), code(code) {}

Rows::~Rows() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    require(connection_, code);
  }
  return code == SQLITE_ROW;
}

std::int64_t Rows::number(int column) const {
  require_type(column, SQLITE_INTEGER);
  return sqlite3_column_int64(statement_, column);
}

std::string_view Rows::bytes(int column) const {
  require_type(column, SQLITE_BLOB);
  const void *bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (bytes == nullptr && size > 0) {
    throw Error(SQLITE_NOMEM, 0);
  }
  return {static_cast<const char *>(bytes), size};
}

std::string_view Rows::text(int column) const {
  require_type(column, SQLITE_TEXT);
  const unsigned char *text = sqlite3_column_text(statement_, column);
  if (text == nullptr) {
    throw Error(SQLITE_NOMEM, 0);
  }
  return {reinterpret_cast<const char *>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Rows::require_type(int column, int type) const {
  if (sqlite3_column_type(statement_, column) != type) {
    throw Error(SQLITE_CORRUPT, 0);
  }
}

Statement::Statement(sqlite3 *connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt *made = nullptr;
  const int code = sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  statement_.reset(made);
  require(connection, code);
}

void Statement::bind(int place, std::int64_t number) {
  require(connection_, sqlite3_bind_int64(statement_.get(), place, number));
}

void Statement::bind(int place, std::string_view bytes) {
  const char *data = bytes.data() == nullptr ? "" : bytes.data(); // null would be bound as NULL
  require(connection_, sqlite3_bind_blob64(statement_.get(), place, data, bytes.size(), SQLITE_STATIC));
}

Connection::Connection(const std::string &file, const std::string &vfs) {
  sqlite3 *made = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      vfs.empty() ? nullptr : vfs.c_str());
  connection_.reset(made);
  require(made, code);
  sqlite3_extended_result_codes(made, 1);
}

void Connection::run(const std::string &sql) const {
  require(get(), sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t Connection::number(std::string_view sql) const {
  Statement statement(get(), sql);
  Rows rows = statement.rows();
  rows.next();
  return rows.number(0);
}

std::string Connection::text(std::string_view sql) const {
  Statement statement(get(), sql);
  Rows rows = statement.rows();
  rows.next();
  return std::string(rows.text(0));
}

void Connection::set(int option, bool on) const {
  require(get(), sqlite3_db_config(get(), option, on ? 1 : 0, nullptr));
}

Transaction::Transaction(const Connection &connection, const char *begin) : connection_(connection) {
  connection.run(begin);
}

Transaction::~Transaction() {
  // SQLite has undone it already where it could not go on.
  if (sqlite3_get_autocommit(connection_.get()) == 0) {
    sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
}

} // namespace flow::mock::sqlite
