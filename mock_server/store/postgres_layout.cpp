#include "mock_server/store/postgres_layout.hpp"

#include <cstdint>
#include <set>

namespace flow::mock::postgres {

namespace {

constexpr std::int64_t kVersion = 1;

/// Of what others than PostgreSQL that speak its protocol have as well.
constexpr std::array kLayout = {
    "CREATE SCHEMA IF NOT EXISTS flow_mock",
    "CREATE TABLE flow_mock.layout (version bigint NOT NULL)",
    // Whenever a sandbox starts over or is made it has another number: what was known of it before is told
    // from what it is now, and the rows of before can go later.
    "CREATE SEQUENCE flow_mock.sandbox_number",
    // Names are as long as headers of HTTP may be, which is more than an index takes: it has their digest.
    "CREATE TABLE flow_mock.sandbox ("
    " digest bytea PRIMARY KEY,"
    " organisation bytea NOT NULL,"
    " name bytea NOT NULL,"
    " number bigint NOT NULL UNIQUE DEFAULT nextval('flow_mock.sandbox_number'),"
    " version bigint NOT NULL DEFAULT 0,"
    " horizon bigint NOT NULL DEFAULT 0," // what was gone in this version or before has no rows any more
    " is_watched boolean NOT NULL DEFAULT false,"
    " claimant text,"
    " claimed_until timestamp with time zone)",
    // A key is `key`, which an index takes, and `rest`, which is empty but in long ones, as is its digest.
    // Without a value it is gone: who knew it is told.
    "CREATE TABLE flow_mock.entity ("
    " sandbox bigint NOT NULL,"
    " kind smallint NOT NULL,"
    " key bytea NOT NULL,"
    " digest bytea NOT NULL,"
    " rest bytea NOT NULL,"
    " version bigint NOT NULL,"
    " value bytea,"
    " PRIMARY KEY (sandbox, kind, key, digest))",
    // Of sums, so that each statement has the one index that it is meant for: where the server takes a
    // sandbox for small, as it does with one that has just been filled, any would do for it.
    "CREATE INDEX entity_version ON flow_mock.entity ((sandbox + 0), version)",
    "CREATE INDEX entity_gone ON flow_mock.entity ((0 - sandbox), version) WHERE value IS NULL",
    // Numbers of sandboxes that started over; what is left of them goes after later commits.
    "CREATE TABLE flow_mock.leftover (sandbox bigint PRIMARY KEY)",
    // The last commit of each connection of each mock.
    "CREATE TABLE flow_mock.turn ("
    " replica text PRIMARY KEY,"
    " number bigint NOT NULL,"
    " at timestamp with time zone NOT NULL)",
};

/// What is to be seen of that.
const std::set<std::string> &columns_made() {
  static const std::set<std::string> columns = {
      "entity.digest bytea",
      "entity.key bytea",
      "entity.kind smallint",
      "entity.rest bytea",
      "entity.sandbox bigint",
      "entity.value bytea",
      "entity.version bigint",
      "layout.version bigint",
      "leftover.sandbox bigint",
      "sandbox.claimant text",
      "sandbox.claimed_until timestamp with time zone",
      "sandbox.digest bytea",
      "sandbox.horizon bigint",
      "sandbox.is_watched boolean",
      "sandbox.name bytea",
      "sandbox.number bigint",
      "sandbox.organisation bytea",
      "sandbox.version bigint",
      "turn.at timestamp with time zone",
      "turn.number bigint",
      "turn.replica text",
  };
  return columns;
}

/// Whoever may see the tables themselves.
std::set<std::string> columns_of(Connection &connection) {
  connection.send_text("SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)"
                       " FROM pg_catalog.pg_class c"
                       " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                       " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
                       " WHERE n.nspname = 'flow_mock' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
                       " AND a.attnum > 0 AND NOT a.attisdropped");
  connection.end_group();
  const Result rows = connection.next();
  connection.pass();
  std::set<std::string> columns;
  for (int row = 0; row < rows.rows(); ++row) {
    columns.emplace(rows.bytes(row, 0));
  }
  return columns;
}

std::int64_t version_of(Connection &connection) {
  connection.send_text("SELECT max(version) FROM flow_mock.layout");
  connection.end_group();
  const Result rows = connection.next();
  connection.pass();
  return rows.is_null(0, 0) ? 0 : rows.number(0, 0);
}

void make_layout(Connection &connection) {
  connection.send_text("BEGIN");
  for (const char *statement : kLayout) {
    connection.send_text(statement);
  }
  connection.send_text("INSERT INTO flow_mock.layout (version) VALUES (" + std::to_string(kVersion) + ")");
  connection.send_text("COMMIT");
  connection.end_group();
  connection.pass();
}

[[noreturn]] void refuse_layout(const std::string &url, const std::string &why) {
  throw StoreError("the store " + shown(url) + " cannot be used: " + why);
}

void try_to_lay_out(const std::string &url, const PostgresOptions &options) {
  Connection connection(url, options, {});
  const std::set<std::string> columns = columns_of(connection);
  if (columns.empty()) {
    make_layout(connection);
    return;
  }
  const std::int64_t version = columns.contains("layout.version bigint") ? version_of(connection) : 0;
  if (version > kVersion) {
    refuse_layout(url, "its schema flow_mock is of version " + std::to_string(version) +
                           ", and this flow-mock knows versions up to " + std::to_string(kVersion) +
                           ": use the newer flow-mock that made it, or name another database");
  }
  if (version != kVersion || columns != columns_made()) {
    refuse_layout(url, "its schema flow_mock is not one that flow-mock made: name another database");
  }
}

} // namespace

void lay_out(const std::string &url, const PostgresOptions &options) {
  constexpr int kTries = 5;
  const std::string kMayNot = "42501";
  for (int tried = 1;; ++tried) {
    try {
      return try_to_lay_out(url, options);
    } catch (const Error &error) {
      // What somebody else makes in the same moment is in the way under many names.
      if (tried == kTries || error.connection != Error::Connection::lasts || error.state == kMayNot) {
        throw;
      }
    }
  }
}

} // namespace flow::mock::postgres
