#include "mock_server/store/postgres_store.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <utility>

#include "mock_server/store/postgres_layout.hpp"
#include "mock_server/store/postgres_library.hpp"
#include "mock_server/store/postgres_turn.hpp"

namespace flow::mock::postgres {

namespace {

class PostgresStore : public SharedStore {
public:
  PostgresStore(const std::string &url, const PostgresOptions &options) : common_(url, options) {}

  /// Does a bit of everything, to no effect. Throws Error where it may not.
  void try_rights();

  std::vector<StoredName> sandboxes() override;
  void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) override;
  void commit(std::span<const SandboxChanges> changes) override;
  std::unique_ptr<Turn> begin(std::span<const Wanted> wanted) override;
  std::unique_ptr<Turn> begin_all(const std::function<StoredVersion(const StoredName &)> &known) override;
  std::vector<StoredName> claim(std::chrono::milliseconds time, std::size_t most) override;
  void give_back() override;

private:
  Common common_;
};

void PostgresStore::try_rights() {
  const Sessions::Lease lease = common_.sessions.take();
  Connection &connection = lease->connection;
  const std::string digest = lease->replica;
  connection.send(kBegin);
  connection.send(kMake, digest, digest, digest);
  connection.send(kLock, digest);
  connection.send(kUnmake, std::int64_t{0});
  connection.send(kPut, std::int64_t{0}, std::int64_t{0}, digest, digest, digest, std::int64_t{0}, digest);
  connection.send(kTidy, std::int64_t{0});
  connection.send(kLeave, std::int64_t{0});
  connection.send(kTidied, std::int64_t{0});
  connection.send(kCommitted, digest, std::int64_t{0});
  connection.send(kRollback);
  connection.end_group();
  connection.send(kForgetCommits);
  connection.end_group();
  connection.pass();
}

std::vector<StoredName> PostgresStore::sandboxes() {
  return common_.begun("read", [](Sessions::Lease lease) {
    lease->connection.send(kNames);
    lease->connection.end_group();
    const Result rows = lease->connection.next();
    lease->connection.pass();
    std::vector<StoredName> names;
    names.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
      names.push_back(name_of(rows, row, 0));
    }
    return names;
  });
}

void PostgresStore::read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) {
  const Wanted wanted{.sandbox = sandbox};
  begin(std::span(&wanted, 1))->read(sandbox, take);
}

void PostgresStore::commit(std::span<const SandboxChanges> changes) {
  std::vector<Wanted> wanted;
  for (const SandboxChanges &of_sandbox : changes) {
    wanted.push_back({.sandbox = of_sandbox.sandbox, .is_locked = true});
  }
  // The mock as a whole comes last, as in begin_all().
  std::sort(wanted.begin(), wanted.end(),
            [](const Wanted &left, const Wanted &right) { return left.sandbox > right.sandbox; });
  const auto same = [](const Wanted &left, const Wanted &right) { return left.sandbox == right.sandbox; };
  wanted.erase(std::unique(wanted.begin(), wanted.end(), same), wanted.end());
  begin(wanted)->commit(changes);
}

std::unique_ptr<SharedStore::Turn> PostgresStore::begin(std::span<const Wanted> wanted) {
  return common_.begun("begin a change", [&](Sessions::Lease lease) -> std::unique_ptr<Turn> {
    auto turn = std::make_unique<PostgresTurn>(common_, std::move(lease));
    turn->begin(wanted);
    return turn;
  });
}

std::unique_ptr<SharedStore::Turn>
PostgresStore::begin_all(const std::function<StoredVersion(const StoredName &)> &known) {
  return common_.begun("begin a change", [&](Sessions::Lease lease) -> std::unique_ptr<Turn> {
    auto turn = std::make_unique<PostgresTurn>(common_, std::move(lease));
    turn->begin_all(known);
    return turn;
  });
}

std::vector<StoredName> PostgresStore::claim(std::chrono::milliseconds time, std::size_t most) {
  const auto limit = static_cast<std::int64_t>(most);
  return common_.begun("claim sandboxes", [&](Sessions::Lease lease) {
    Connection &connection = lease->connection;
    const std::size_t earlier = connection.pending() + 1;
    connection.send(kBegin);
    connection.send(kOwn, common_.claimant, limit);
    connection.send(kClaimable, common_.claimant, limit);
    connection.end_group();
    connection.pass(earlier);
    const Result own = connection.next();
    std::set<StoredName> claimed;
    for (int row = 0; row < own.rows(); ++row) {
      claimed.insert(name_of(own, row, 1));
    }
    const Result claimable = connection.next();
    for (int row = 0; row < claimable.rows(); ++row) {
      const StoredName name = name_of(claimable, row, 1);
      if (claimed.contains(name) || claimed.size() < most) {
        connection.send(kClaim, claimable.bytes(row, 0), common_.claimant, std::int64_t{time.count()});
        claimed.insert(name);
      }
    }
    connection.send(kCommit);
    connection.end_group();
    connection.pass();
    return std::vector<StoredName>(claimed.begin(), claimed.end());
  });
}

void PostgresStore::give_back() {
  common_.begun("give back sandboxes", [&](Sessions::Lease lease) {
    lease->connection.send(kGiveBack, common_.claimant);
    lease->connection.end_group();
    lease->connection.pass();
  });
}

/// What to change about a store that cannot be used.
std::string advice_on(const Error &error) {
  if (error.state == "42501") {
    return ": give its user the right to make a schema (GRANT CREATE ON DATABASE), or, where flow_mock is "
           "there "
           "already, all rights on it, its tables and its sequence";
  }
  if (error.state.empty() || error.connection != Error::Connection::lasts) {
    return ": see that its server runs and can be written to, and that the URL has the right host, port, "
           "user, "
           "password and database";
  }
  return "";
}

} // namespace

} // namespace flow::mock::postgres

namespace flow::mock {

std::unique_ptr<SharedStore> postgres_store(const std::string &url, const PostgresOptions &options) {
  try {
    postgres::libpq();
  } catch (const std::runtime_error &error) {
    throw StoreError(std::string("a store in PostgreSQL cannot be used: ") + error.what());
  }
  try {
    postgres::require_url(url);
  } catch (const postgres::Error &error) {
    throw StoreError(std::string("the store cannot be used: ") + error.what());
  }
  try {
    postgres::lay_out(url, options);
    auto store = std::make_unique<postgres::PostgresStore>(url, options);
    store->try_rights();
    return store;
  } catch (const postgres::Error &error) {
    throw StoreError("the store " + postgres::shown(url) + " cannot be used: " + error.what() +
                     postgres::advice_on(error));
  }
}

} // namespace flow::mock
