#include "mock_server/store/postgres_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>
#include <vector>

#include <poll.h>

namespace flow::mock::postgres {

namespace {

struct FreeParts {
  void operator()(PQconninfoOption *parts) const { libpq().conninfo_free(parts); }
};
using Parts = std::unique_ptr<PQconninfoOption, FreeParts>;

Parts parts_of(const std::string &url) {
  char *error = nullptr; // has the URL in it
  Parts parts(libpq().conninfo_parse(url.c_str(), &error));
  libpq().freemem(error);
  return parts;
}

std::string part(const Parts &parts, std::string_view name) {
  for (const PQconninfoOption *option = parts.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (name == option->keyword) {
      return option->val == nullptr ? "" : option->val;
    }
  }
  return "";
}

/// What libpq and the server say, in one line.
std::string in_one_line(const char *message) {
  std::string text(message == nullptr ? "" : message);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.pop_back();
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text.empty() ? "there is not enough memory" : text;
}

std::string field(const Result &result, int code) {
  const char *text = libpq().result_error_field(result.get(), code);
  return text == nullptr ? "" : text;
}

/// Whether it is not known whether a statement was carried out that came to this end.
bool is_end_of_connection(const Result &result, const std::string &state) {
  const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC" || state.starts_with("08") || state.starts_with("57P") ||
         state == "40003" || state.empty();
}

} // namespace

void require_url(const std::string &url) {
  const auto refuse_url = [](const std::string &why) { throw Error(why, Error::Connection::is_lost); };
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
    refuse_url("its URL does not begin with postgresql://");
  }
  // Else libpq takes a part of the password for a host, and says it.
  const std::size_t begin = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("@/", begin), url.size());
  if (url.find('@', url.compare(end, 1, "@") == 0 ? end + 1 : end) != std::string::npos) {
    refuse_url("its URL has an @ behind the host, or more than one: write %40 for an @, %2F for a / and %3F "
               "for a ? in "
               "its password");
  }
  const Parts parts = parts_of(url);
  const std::string ports = part(parts, "port");
  if (!parts || ports.find_first_not_of("0123456789,") != std::string::npos) {
    refuse_url("libpq cannot read its URL: write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, other "
               "characters than letters, digits and -._~ as % and two hexadecimal digits");
  }
}

std::string shown(const std::string &url) {
  const Parts parts = parts_of(url);
  const std::string port = part(parts, "port");
  const std::string host = part(parts, "host");
  return "postgresql://" + host + (port.empty() ? "" : ":" + port) + "/" + part(parts, "dbname");
}

std::int64_t Result::changed() const {
  const std::string_view text = libpq().cmd_tuples(result_.get());
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::int64_t Result::number(int row, int column) const {
  const std::string_view text = bytes(row, column);
  if (text.empty() || text.size() > sizeof(std::int64_t)) {
    throw Error("its tables are not as flow-mock made them", Error::Connection::lasts);
  }
  std::uint64_t number = (static_cast<unsigned char>(text.front()) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : text) {
    number = number << 8U | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(number);
}

std::string_view Result::bytes(int row, int column) const {
  return {libpq().getvalue(result_.get(), row, column),
          static_cast<std::size_t>(libpq().getlength(result_.get(), row, column))};
}

Connection::Parameter::Parameter(std::int64_t number) : is_number_(true) {
  auto left = static_cast<std::uint64_t>(number);
  for (std::size_t place = number_.size(); place > 0; --place) {
    number_.at(place - 1) = static_cast<char>(left & 0xffU);
    left >>= 8U;
  }
}

Connection::Connection(const std::string &url, const PostgresOptions &options, Patience patience)
    : patience_(options.answer) {
  const std::string connecting = std::to_string(patience.connecting.count());
  const std::string unanswered = std::to_string(options.answer.count());
  // What stands before dbname holds unless the URL says something else; what stands behind it, in any case.
  const std::array<std::pair<const char *, const char *>, 7> settings = {{
      {"connect_timeout", connecting.c_str()},
      {"tcp_user_timeout", unanswered.c_str()},
      {"fallback_application_name", "flow-mock"},
      {"target_session_attrs", "read-write"}, // of several hosts, the one that is no copy
      {"dbname", url.c_str()},
      {patience.is_firm ? "connect_timeout" : nullptr, connecting.c_str()},
      {nullptr, nullptr},
  }};
  std::vector<const char *> names;
  std::vector<const char *> values;
  for (const auto &[name, value] : settings) {
    names.push_back(name);
    values.push_back(value);
  }
  connection_.reset(libpq().connectdb_params(names.data(), values.data(), 1));
  if (libpq().status(connection_.get()) != CONNECTION_OK) {
    fail(Error::Connection::is_lost);
  }
  libpq().set_notice_receiver(
      connection_.get(), [](void *, const PGresult *) {}, nullptr);
  if (libpq().setnonblocking(connection_.get(), 1) != 0 ||
      libpq().enter_pipeline_mode(connection_.get()) != 1) {
    fail(Error::Connection::is_lost);
  }
  const std::string time = std::to_string(options.statement.count());
  for (const std::string name :
       {"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"}) {
    send_text("SET " + name + " = " + time);
  }
  end_group();
  pass();
  // All that is asked for is few rows by an index, whatever the server knows of a table of a million rows;
  // and is not worth compiling. Others than PostgreSQL have no such settings.
  for (const char *setting : {"SET enable_seqscan = off", "SET enable_bitmapscan = off", "SET jit = off"}) {
    send_text(setting);
    end_group();
  }
  ignore();
}

void Connection::prepare(std::span<const Statement> statements) {
  for (const Statement &statement : statements) {
    require_usable();
    require_sent(libpq().send_prepare(connection_.get(), statement.name, statement.sql, 0, nullptr));
  }
  end_group();
  pass();
}

void Connection::send_text(const std::string &sql) {
  require_usable();
  require_sent(
      libpq().send_query_params(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1));
}

void Connection::send_prepared(const char *name, std::span<const Parameter> parameters) {
  constexpr std::size_t kMost = 8;
  std::array<const char *, kMost> values{};
  std::array<int, kMost> sizes{};
  std::array<int, kMost> formats{};
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string_view bytes = parameters[i].get();
    values.at(i) = bytes.data() == nullptr ? "" : bytes.data(); // null would be sent as NULL
    sizes.at(i) = static_cast<int>(bytes.size());
    formats.at(i) = 1;
  }
  require_usable();
  require_sent(libpq().send_query_prepared(connection_.get(), name, static_cast<int>(parameters.size()),
                                           values.data(), sizes.data(), formats.data(), 1));
}

void Connection::end_group() {
  require_usable();
  require_sent(libpq().pipeline_sync(connection_.get()));
  if (libpq().flush(connection_.get()) < 0) {
    fail(Error::Connection::is_lost);
  }
}

Result Connection::next() {
  require_usable();
  while (ignored_ > 0) {
    const Result ignored = receive();
    --ignored_;
    if (libpq().status(connection_.get()) != CONNECTION_OK) {
      fail(ignored);
    }
  }
  Result result = receive();
  switch (libpq().result_status(result.get())) {
  case PGRES_COMMAND_OK:
  case PGRES_TUPLES_OK:
  case PGRES_PIPELINE_SYNC:
    return result;
  default:
    fail(result);
  }
}

void Connection::pass(std::size_t results) {
  for (; results > 0; --results) {
    next();
  }
}

void Connection::require_sent(int is_sent) {
  if (is_sent != 1) {
    fail(libpq().status(connection_.get()) == CONNECTION_OK ? Error::Connection::lasts
                                                            : Error::Connection::is_lost);
  }
  ++pending_;
}

void Connection::require_usable() const {
  if (!is_usable_) {
    throw Error("it has failed before", Error::Connection::is_lost);
  }
}

void Connection::fail(Error::Connection connection) {
  is_usable_ = false;
  if (connection == Error::Connection::is_silent) {
    throw Error("the server does not answer", connection);
  }
  throw Error(in_one_line(libpq().error_message(connection_.get())), connection);
}

void Connection::fail(const Result &result) {
  is_usable_ = false;
  std::string state = field(result, PG_DIAG_SQLSTATE);
  const bool is_lost =
      libpq().status(connection_.get()) != CONNECTION_OK || is_end_of_connection(result, state);
  const std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  throw Error(in_one_line(message.empty() ? libpq().result_error_message(result.get()) : message.c_str()),
              is_lost ? Error::Connection::is_lost : Error::Connection::lasts, std::move(state));
}

/// The next result. libpq sets those of two statements apart by one that is null.
Result Connection::receive() {
  for (int tried = 0; tried < 3; ++tried) {
    await_result();
    if (PGresult *result = libpq().get_result(connection_.get()); result != nullptr) {
      --pending_;
      return Result(result);
    }
  }
  fail(Error::Connection::is_lost);
}

void Connection::await_result() {
  const Time deadline = std::chrono::steady_clock::now() + patience_;
  while (libpq().is_busy(connection_.get()) != 0) {
    const int is_unsent = libpq().flush(connection_.get());
    if (is_unsent < 0 && libpq().status(connection_.get()) != CONNECTION_OK) {
      fail(Error::Connection::is_lost);
    }
    await_socket(static_cast<short>(is_unsent > 0 ? POLLIN | POLLOUT : POLLIN), deadline);
    if (libpq().consume_input(connection_.get()) == 0) {
      fail(Error::Connection::is_lost);
    }
  }
}

void Connection::await_socket(short events, Time deadline) {
  pollfd polled{.fd = libpq().socket(connection_.get()), .events = events, .revents = 0};
  int ready = 0;
  do {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    ready = ::poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    fail(Error::Connection::is_silent);
  }
}

} // namespace flow::mock::postgres
