#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "mock_server/store/postgres_sessions.hpp"
#include "mock_server/store/postgres_statements.hpp"
#include "mock_server/store/shared_store.hpp"

/// A turn of a store in PostgreSQL: one transaction.
namespace flow::mock::postgres {

using News = SharedStore::News;
using Wanted = SharedStore::Wanted;

/// From columns (organisation, name) on.
StoredName name_of(const Result &rows, int row, int column);

/// What the turns of a store have in common.
struct Common {
  Common(const std::string &url, const PostgresOptions &options)
      : url(url), name(shown(url)), options(options), sessions(url, this->options, kStatements) {}

  [[nodiscard]] std::string failure(const char *what, const std::string &why) const {
    return "the store " + name + " cannot " + what + " for now: " + why;
  }
  template <typename Action> auto failing(const char *what, const Action &action) const {
    try {
      return action();
    } catch (const Error &error) {
      throw StoreFailure(failure(what, error.what()));
    }
  }

  /// What `action` returns of a session. It begins something: where others were in the way, or the server
  /// had closed a connection while nobody used it, it is called again.
  template <typename Action> auto begun(const char *what, const Action &action) {
    constexpr int kTries = 5;
    return failing(what, [&] {
      for (int tried = 1;; ++tried) {
        Sessions::Lease lease = sessions.take();
        const bool was_idle = lease.was_idle();
        try {
          return action(std::move(lease));
        } catch (const Error &error) {
          const bool was_closed = was_idle && error.connection == Error::Connection::is_lost;
          if (!error.is_conflict()) {
            sessions.close_idle(); // what is wrong is so with all of them
          }
          if (tried == kTries || !(was_closed || error.is_conflict())) {
            throw;
          }
        }
      }
    });
  }

  const std::string url;
  const std::string name; ///< for people
  const PostgresOptions options;
  const std::string claimant = to_string(boost::uuids::random_generator()());
  Sessions sessions;
};

/// Where a reading is.
struct Place {
  std::int64_t sandbox = 0; ///< its number
  std::int64_t kind = 0;
  std::string key{}; ///< as the table has it
  std::string rest{};
};

/// A sandbox of a turn.
struct Held {
  explicit Held(const Wanted &wanted);

  StoredName name;
  std::string digest;
  StoredVersion known;
  bool is_locked;
  bool is_made; ///< by this turn, unless it is there
  /// Version 0: nothing is kept of it.
  StoredVersion stored{};

  // By what is to be committed.
  bool is_changed = false;
  bool is_less = false; ///< something was removed, and nothing put since
  std::int64_t watched = -1;
  bool is_gone = false;
};

class PostgresTurn : public SharedStore::Turn {
public:
  PostgresTurn(Common &common, Sessions::Lease lease) : common_(common), lease_(std::move(lease)) {}
  ~PostgresTurn() override {
    try {
      end();
    } catch (const std::exception &) {
      lease_.close();
    }
  }
  PostgresTurn(const PostgresTurn &) = delete;
  PostgresTurn &operator=(const PostgresTurn &) = delete;

  /// Throws Error.
  void begin(std::span<const Wanted> wanted);
  /// Likewise.
  void begin_all(const std::function<StoredVersion(const StoredName &)> &known);

  [[nodiscard]] const std::vector<News> &news() const override { return news_; }
  void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) override;
  std::vector<StoredVersion> commit(std::span<const SandboxChanges> changes) override;

private:
  [[nodiscard]] Connection &connection() const { return lease_->connection; }
  Held &held(const StoredName &sandbox);

  /// Whether all that are to be locked were there or could be made; else the others are to be made.
  bool look();
  void ask(const Held &held) const;
  void hear(Held &held);
  void end();

  std::vector<EntityChange> after(Place &place) const;
  void read_apart(const StoredName &sandbox, const std::function<void(EntityChange)> &take) const;

  std::optional<Error> failure_to_keep(std::span<const SandboxChanges> changes);
  void keep(std::span<const SandboxChanges> changes);
  void change(Held &held, const SandboxChanges &changes);
  void start_over(Held &held) const;
  void put(const Held &held, const EntityChange &entity);
  void send_ends(const Held &held) const;
  void hear_ends(Held &held) const;
  [[nodiscard]] bool is_forgetful(const Held &held) const;
  void tidy(const Result &leftover) const;
  bool find_out(const std::string &replica, std::int64_t number);
  bool is_committed(Session &session, const std::string &replica, std::int64_t number);

  Common &common_;
  Sessions::Lease lease_;
  std::vector<Held> held_;
  std::vector<News> news_;
  std::size_t bytes_sent_ = 0; ///< since results were waited for
  bool is_begun_ = false;
  bool may_be_committed_ = false;
};

} // namespace flow::mock::postgres
