#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mock_server/store/postgres_library.hpp"
#include "mock_server/store/postgres_store.hpp"

namespace flow::mock::postgres {

/// PostgreSQL could not do something. what() is a reason that ends a sentence about the store; it has nothing
/// of the URL but what shown() has.
struct Error : std::runtime_error {
  enum class Connection : std::uint8_t {
    lasts,
    is_lost,   ///< and what was sent last may have been done
    is_silent, ///< likewise: no answer came in time
  };

  Error(const std::string &why, Connection connection, std::string state = "")
      : std::runtime_error(why), connection(connection), state(std::move(state)) {}
  /// Whether others were in the way, and are no longer.
  [[nodiscard]] bool is_conflict() const { return state == "40001" || state == "40P01"; }

  Connection connection;
  std::string state; ///< SQLSTATE; "": it is not the server that says so
};

/// A URL in which the password can be told from the rest. Throws Error if libpq could not read it.
void require_url(const std::string &url);
/// The URL without user and password.
std::string shown(const std::string &url);

/// A statement that connections prepare under its name.
struct Statement {
  const char *name;
  const char *sql;
};

/// What came of a statement.
class Result {
public:
  explicit Result(PGresult *result) : result_(result) {}

  [[nodiscard]] int rows() const { return libpq().ntuples(result_.get()); }
  /// How many rows it changed.
  [[nodiscard]] std::int64_t changed() const;
  /// What was done: "COMMIT".
  [[nodiscard]] std::string_view done() const { return libpq().cmd_status(result_.get()); }
  [[nodiscard]] bool is_null(int row, int column) const {
    return libpq().getisnull(result_.get(), row, column) != 0;
  }
  /// Of integers. Throws Error if the column is none.
  [[nodiscard]] std::int64_t number(int row, int column) const;
  /// Of bytea and text.
  [[nodiscard]] std::string_view bytes(int row, int column) const;
  [[nodiscard]] const PGresult *get() const { return result_.get(); }

private:
  struct Clear {
    void operator()(PGresult *result) const { libpq().clear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

/// A connection, for one thread at a time. Statements are sent without waiting for what comes of the ones
/// before, in groups: after an error, the others of its group are not carried out. All functions throw Error;
/// then the connection is of no further use.
class Connection {
public:
  /// `connecting`: how long that may take for each host, in full seconds, two at least; where `is_firm` is
  /// false, the URL may say something else.
  struct Patience {
    std::chrono::seconds connecting{5};
    bool is_firm = false;
  };
  Connection(const std::string &url, const PostgresOptions &options, Patience patience);

  void prepare(std::span<const Statement> statements);

  /// Numbers are bigint, std::string_view is bytea or text.
  template <typename... Values> void send(const Statement &statement, const Values &...values) {
    std::array<Parameter, sizeof...(Values) + 1> parameters{};
    std::size_t place = 0;
    ((parameters[place++] = Parameter(values)), ...);
    send_prepared(statement.name, std::span(parameters).first(sizeof...(Values)));
  }
  /// What is not prepared.
  void send_text(const std::string &sql);

  /// Ends a group of statements, and sees to it that they are sent.
  void end_group();
  /// How many results are to be waited for, an end of a group being one.
  [[nodiscard]] std::size_t pending() const { return pending_ - ignored_; }
  /// What came of the first statement, or end of a group, that nobody has asked for yet.
  Result next();
  /// All that is pending.
  void pass() { pass(pending()); }
  void pass(std::size_t results);
  /// Nobody wants to know what comes of all that is pending, not even if it fails.
  void ignore() { ignored_ = pending_; }

  [[nodiscard]] bool is_usable() const { return is_usable_; }

private:
  /// As PostgreSQL has it in binary form.
  class Parameter {
  public:
    Parameter() = default;
    explicit Parameter(std::int64_t number);
    explicit Parameter(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::string_view get() const {
      return is_number_ ? std::string_view(number_.data(), number_.size()) : bytes_;
    }

  private:
    bool is_number_ = false;
    std::array<char, sizeof(std::int64_t)> number_{};
    std::string_view bytes_;
  };
  struct Finish {
    void operator()(PGconn *connection) const { libpq().finish(connection); }
  };
  using Time = std::chrono::steady_clock::time_point;

  void send_prepared(const char *name, std::span<const Parameter> parameters);
  void require_sent(int is_sent);
  void require_usable() const;
  [[noreturn]] void fail(Error::Connection connection);
  [[noreturn]] void fail(const Result &result);
  Result receive();
  void await_result();
  void await_socket(short events, Time deadline);

  std::unique_ptr<PGconn, Finish> connection_;
  std::chrono::milliseconds patience_;
  std::size_t pending_ = 0; ///< results, with those that are ignored, which come first
  std::size_t ignored_ = 0;
  bool is_usable_ = true;
};

} // namespace flow::mock::postgres
