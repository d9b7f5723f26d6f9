#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <libpq-fe.h>

#include "mock_server/store/postgres_store.hpp"
#include "tests/mock_server/child_process.hpp"

namespace flow::mock::test {

/// Stands in the URLs of tests, and must not be in what is said of them.
constexpr const char *kPassword = "tr0ub4dor";

/// A PostgreSQL of the test program's own, which its end ends; fsync is on.
class PostgresServer {
public:
  /// The one of this program, running; none: PostgreSQL is not installed.
  static PostgresServer *get();

  ~PostgresServer();
  PostgresServer(const PostgresServer &) = delete;
  PostgresServer &operator=(const PostgresServer &) = delete;

  void start();
  /// Connections are closed; what they do is undone.
  void stop() { end(SIGINT); }
  /// As by a loss of power.
  void stop_at_once() { end(SIGQUIT); }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string &socket_folder() const { return folder_name_; }
  /// A new, empty one, which belongs to the user `flow`.
  std::string new_database();

private:
  explicit PostgresServer(std::string programs);
  bool try_to_start();
  void end(int signal);
  pid_t run(const std::vector<std::string> &command) const;

  Folder folder_;
  std::string folder_name_;
  std::string programs_;
  int port_ = 0;
  pid_t pid_ = -1;
  int databases_ = 0;
};

/// A database for one test.
class PostgresDatabase {
public:
  PostgresDatabase() : name_(PostgresServer::get()->new_database()) {}

  /// By TCP, at another port if there is one given.
  [[nodiscard]] std::string url(int port = 0, const std::string &user = "flow") const;
  /// As the superuser, by another connection; the first value of the first row.
  std::string sql(const std::string &statements) const;
  /// Comes back when sql() is "t".
  void await(const std::string &condition) const;
  /// Comes back when so many of its sessions wait for a lock.
  void await_waiting(int sessions) const;
  /// Ends those of stores, and comes back when they have ended.
  void terminate_sessions() const;

  /// A superuser's connection that stays.
  class Session {
  public:
    explicit Session(const PostgresDatabase &database);
    std::string sql(const std::string &statements) const;

  private:
    struct Finish {
      void operator()(PGconn *connection) const { PQfinish(connection); }
    };
    std::unique_ptr<PGconn, Finish> connection_;
  };

private:
  std::string name_;
};

/// Between stores and the server. It reads the protocol as far as it has to.
class PostgresProxy {
public:
  PostgresProxy();
  ~PostgresProxy();
  PostgresProxy(const PostgresProxy &) = delete;
  PostgresProxy &operator=(const PostgresProxy &) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// How often somebody has sent what ends in asking for an answer.
  [[nodiscard]] int questions() const { return questions_; }
  /// Closes connections.
  void cut() { do_next(Order::cut); }
  /// Forwards nothing more for the connections that there are.
  void hold() { do_next(Order::hold); }
  /// Whether new connections are closed at once; or are accepted, and nothing is forwarded for them.
  std::atomic<bool> is_refusing = false;
  std::atomic<bool> is_holding = false;

  /// What happens to the connection of the next COMMIT.
  enum class AtCommit : std::uint8_t {
    nothing,
    cut_before,       ///< it is not forwarded
    cut_on_way,       ///< it is forwarded, and nothing waits for what comes of it
    cut_after,        ///< it has been carried out, and the answer is not forwarded
    hold_before,      ///< it is not forwarded, and the connection stays
    terminate_before, ///< by `terminate`, and then it is forwarded
  };
  std::atomic<AtCommit> at_commit = AtCommit::nothing;
  std::function<void()> terminate;

private:
  enum class Order : std::uint8_t { cut, hold };
  struct Pair {
    int client;
    int server = -1;
    std::string unread{}; ///< of the client, less than a message
    bool is_started = false;
    bool is_held = false;
    bool cuts_at_answer = false;
    bool forwards_all = false;
    bool is_over = false;
  };

  void do_next(Order order);
  void serve();
  void accept();
  void from_client(Pair &pair);
  void from_server(Pair &pair) const;
  /// How much of `unread` may be forwarded.
  std::size_t judge(Pair &pair);
  void judge_commit(Pair &pair);

  int listener_;
  int port_ = 0;
  int wake_[2] = {-1, -1};
  std::atomic<int> questions_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::list<Pair> pairs_;
  std::thread thread_;
};

} // namespace flow::mock::test
