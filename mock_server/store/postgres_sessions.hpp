#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mock_server/store/postgres_connection.hpp"

namespace flow::mock::postgres {

/// A connection with statements prepared, and by what its commits are known in the table `turn`.
struct Session {
  Session(const std::string &url, const PostgresOptions &options, Connection::Patience patience,
          std::span<const Statement> statements);

  Connection connection;
  const std::string replica;
  std::int64_t commits = 0; ///< of the one that is under way, too
};

/// Some sessions, kept while nobody uses them. Safe to use from any thread.
class Sessions {
public:
  /// A session, until it goes; then the next one may have it, unless it is of no use.
  class Lease {
  public:
    Lease(Sessions &sessions, std::unique_ptr<Session> session, bool was_idle)
        : sessions_(&sessions), session_(std::move(session)), was_idle_(was_idle) {}
    ~Lease() { give_back(); }
    Lease(Lease &&other) noexcept
        : sessions_(std::exchange(other.sessions_, nullptr)), session_(std::move(other.session_)),
          was_idle_(other.was_idle_) {}
    Lease &operator=(Lease &&) = delete;

    Session *operator->() const { return session_.get(); }
    /// Whether the server may have closed it since it was used last.
    [[nodiscard]] bool was_idle() const { return was_idle_; }
    /// Closes its connection.
    void close();

  private:
    friend class Sessions;
    void give_back();

    Sessions *sessions_;
    std::unique_ptr<Session> session_;
    bool was_idle_;
  };

  Sessions(std::string url, const PostgresOptions &options, std::span<const Statement> statements)
      : url_(std::move(url)), options_(options), statements_(statements) {}

  /// Waits for one to come free where there are as many as there may be. Throws Error.
  Lease take();
  /// One more than there may be, for who has one already.
  Lease take_beyond();
  /// Those that nobody uses are closed.
  void close_idle();

private:
  std::unique_ptr<Session> made();

  const std::string url_;
  const PostgresOptions &options_;
  const std::span<const Statement> statements_;
  std::mutex lock_; ///< of what follows
  std::condition_variable came_free_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<Session>> idle_;
};

} // namespace flow::mock::postgres
