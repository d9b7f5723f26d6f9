#include "tests/mock_server/postgres_place.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace flow::mock::test {

namespace {

/// The folder of initdb, or "".
std::string find_programs() {
  std::vector<std::string> folders;
  const char *path = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe): nobody sets it
  std::istringstream names(path == nullptr ? "" : path);
  for (std::string folder; std::getline(names, folder, ':');) {
    folders.push_back(folder);
  }
  std::error_code none;
  std::vector<std::string> versions;
  for (const auto &version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    versions.push_back((version.path() / "bin").string());
  }
  std::sort(versions.rbegin(), versions.rend());
  folders.insert(folders.end(), versions.begin(), versions.end());
  for (const std::string &folder : folders) {
    if (::access((folder + "/initdb").c_str(), X_OK) == 0 &&
        ::access((folder + "/postgres").c_str(), X_OK) == 0) {
      return folder;
    }
  }
  return "";
}

/// PostgreSQL does not run as root.
const passwd *other_user() {
  return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; // NOLINT(concurrency-mt-unsafe)
}

int listening(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0 ||
      ::listen(listener, 64) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return listener;
}

int port_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
  return ntohs(address.sin_port);
}

int connected(int port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(made, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0) {
    ::close(made);
    return -1;
  }
  return made;
}

void wait_a_little() {
  ::poll(nullptr, 0, 5);
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return; // what comes of it is read
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

} // namespace

PostgresServer *PostgresServer::get() {
  static const std::unique_ptr<PostgresServer> server = [] {
    std::string programs = find_programs();
    const bool can_run = !programs.empty() && (::geteuid() != 0 || other_user() != nullptr);
    return std::unique_ptr<PostgresServer>(can_run ? new PostgresServer(std::move(programs)) : nullptr);
  }();
  return server.get();
}

PostgresServer::PostgresServer(std::string programs)
    : folder_name_(std::filesystem::path(folder_.file("x")).parent_path().string()),
      programs_(std::move(programs)) {
  const std::string password = folder_.write("password", std::string(kPassword) + "\n");
  if (const passwd *user = other_user(); user != nullptr) {
    for (const std::string &file : {folder_name_, password}) {
      if (::chown(file.c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error("cannot give away " + file);
      }
    }
  }
  const pid_t pid =
      run({"initdb", "-D", folder_.file("data"), "-U", "postgres", "--pwfile", password, "--auth-local",
           "trust", "--auth-host", "scram-sha-256", "--locale", "C", "-E", "UTF8", "--no-sync"});
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status != 0) {
    throw std::runtime_error("initdb failed: " + Folder::read(folder_.file("log")));
  }
  for (int tried = 0; pid_ < 0 && tried < 5; ++tried) { // somebody else may take the port in between
    const int listener = listening(0);
    port_ = port_of(listener);
    ::close(listener);
    try_to_start();
  }
  start();
  PGconn *connection = PQconnectdb(
      ("host=" + folder_name_ + " port=" + std::to_string(port_) + " user=postgres dbname=postgres").c_str());
  PQclear(PQexec(connection, (std::string("CREATE ROLE flow LOGIN PASSWORD '") + kPassword + "'").c_str()));
  PQfinish(connection);
}

PostgresServer::~PostgresServer() {
  stop_at_once();
}

void PostgresServer::start() {
  if (pid_ < 0 && !try_to_start()) {
    throw std::runtime_error("PostgreSQL does not start: " + Folder::read(folder_.file("log")));
  }
}

bool PostgresServer::try_to_start() {
  pid_ = run({"postgres", "-D", folder_.file("data"), "-c", "listen_addresses=127.0.0.1", "-c",
              "port=" + std::to_string(port_), "-c", "unix_socket_directories=" + folder_name_, "-c",
              "shared_buffers=16MB", "-c", "max_connections=90", "-c", "deadlock_timeout=100ms"});
  const std::string reached =
      "host=" + folder_name_ + " port=" + std::to_string(port_) + " user=postgres dbname=postgres";
  while (PQping(reached.c_str()) != PQPING_OK) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
      pid_ = -1;
      return false;
    }
    wait_a_little();
  }
  return true;
}

void PostgresServer::end(int signal) {
  if (pid_ > 0) {
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
}

/// One of PostgreSQL's programs; what it says is in the file `log`.
pid_t PostgresServer::run(const std::vector<std::string> &command) const {
  const std::string program = programs_ + "/" + command.front();
  std::vector<std::string> words = command;
  std::vector<char *> arguments;
  for (std::string &word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const passwd *user = other_user();
  const std::string log = folder_.file("log");
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) {
    return pid;
  }
  if (user != nullptr &&
      (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // also where the test is killed
  if (::getppid() != parent) {
    ::_exit(126);
  }
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (::chdir(folder_name_.c_str()) == 0) {
    ::execv(program.c_str(), arguments.data());
  }
  ::_exit(127);
}

std::string PostgresServer::new_database() {
  const std::string name = "test_" + std::to_string(++databases_);
  PGconn *connection = PQconnectdb(
      ("host=" + folder_name_ + " port=" + std::to_string(port_) + " user=postgres dbname=postgres").c_str());
  PGresult *result = PQexec(connection, ("CREATE DATABASE " + name + " OWNER flow").c_str());
  const std::string error = PQresultErrorMessage(result);
  PQclear(result);
  PQfinish(connection);
  if (!error.empty()) {
    throw std::runtime_error(error);
  }
  return name;
}

std::string PostgresDatabase::url(int port, const std::string &user) const {
  return "postgresql://" + user + ":" + kPassword +
         "@127.0.0.1:" + std::to_string(port == 0 ? PostgresServer::get()->port() : port) + "/" + name_ +
         "?sslmode=disable&gssencmode=disable";
}

std::string PostgresDatabase::sql(const std::string &statements) const {
  return Session(*this).sql(statements);
}

void PostgresDatabase::await(const std::string &condition) const {
  constexpr auto kPatience = std::chrono::seconds(60); // of a test that fails
  const auto end = std::chrono::steady_clock::now() + kPatience;
  const Session session(*this);
  while (session.sql(condition) != "t") {
    if (std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("in vain: " + condition);
    }
    wait_a_little();
  }
}

void PostgresDatabase::await_waiting(int sessions) const {
  await("SELECT count(*) >= " + std::to_string(sessions) +
        " FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
}

void PostgresDatabase::terminate_sessions() const {
  const std::string sessions =
      " FROM pg_stat_activity WHERE datname = current_database() AND usename <> 'postgres'"
      " AND backend_type = 'client backend'";
  sql("SELECT pg_terminate_backend(pid)" + sessions);
  await("SELECT count(*) = 0" + sessions);
}

PostgresDatabase::Session::Session(const PostgresDatabase &database)
    : connection_(
          PQconnectdb(("host=" + PostgresServer::get()->socket_folder() +
                       " port=" + std::to_string(PostgresServer::get()->port()) +
                       " options='-c client_min_messages=warning' user=postgres dbname=" + database.name_)
                          .c_str())) {}

std::string PostgresDatabase::Session::sql(const std::string &statements) const {
  PGresult *result = PQexec(connection_.get(), statements.c_str());
  const std::string error = PQresultErrorMessage(result);
  std::string value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  if (!error.empty() || PQstatus(connection_.get()) != CONNECTION_OK) {
    throw std::runtime_error("SQL failed: " + error);
  }
  return value;
}

PostgresProxy::PostgresProxy() : listener_(listening(0)), port_(port_of(listener_)) {
  if (::pipe2(wake_, O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  thread_ = std::thread([this] { serve(); });
}

PostgresProxy::~PostgresProxy() {
  is_ending_ = true;
  cut();
  thread_.join();
  for (const int file : {listener_, wake_[0], wake_[1]}) {
    ::close(file);
  }
}

void PostgresProxy::do_next(Order order) {
  const char byte = static_cast<char>(order);
  if (::write(wake_[1], &byte, 1) != 1) {
    throw std::runtime_error("the proxy is gone");
  }
}

void PostgresProxy::serve() {
  while (!is_ending_) {
    std::vector<pollfd> polled = {{.fd = wake_[0], .events = POLLIN, .revents = 0},
                                  {.fd = listener_, .events = POLLIN, .revents = 0}};
    for (const Pair &pair : pairs_) {
      // Of one that is held, only that a side has gone.
      const short events = pair.is_held ? POLLRDHUP : POLLIN;
      polled.push_back({.fd = pair.client, .events = events, .revents = 0});
      polled.push_back({.fd = pair.server, .events = events, .revents = 0});
    }
    ::poll(polled.data(), polled.size(), -1);
    std::size_t place = 2;
    for (Pair &pair : pairs_) {
      const bool has_client = polled[place++].revents != 0;
      const bool has_server = polled[place++].revents != 0;
      if (pair.is_held) {
        pair.is_over = has_client || has_server;
        continue;
      }
      if (has_client) {
        from_client(pair);
      }
      if (has_server && !pair.is_over) {
        from_server(pair);
      }
    }
    char order = 0;
    if (polled[0].revents != 0 && ::read(wake_[0], &order, 1) == 1) {
      for (Pair &pair : pairs_) {
        (static_cast<Order>(order) == Order::cut ? pair.is_over : pair.is_held) = true;
      }
    }
    pairs_.remove_if([&](const Pair &pair) {
      if (pair.is_over || is_ending_) {
        ::close(pair.client);
        ::close(pair.server);
      }
      return pair.is_over || is_ending_;
    });
    if (polled[1].revents != 0) {
      accept();
    }
  }
}

void PostgresProxy::accept() {
  Pair pair{.client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)};
  pair.server = is_refusing ? -1 : connected(PostgresServer::get()->port());
  if (pair.server < 0) {
    ::close(pair.client);
    return;
  }
  const int on = 1;
  for (const int socket : {pair.client, pair.server}) {
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  pair.is_held = is_holding;
  pairs_.push_back(std::move(pair));
}

void PostgresProxy::from_client(Pair &pair) {
  std::array<char, 65536> bytes{};
  const ssize_t count = ::recv(pair.client, bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    pair.is_over = true;
    return;
  }
  pair.unread.append(bytes.data(), static_cast<std::size_t>(count));
  std::size_t judged = judge(pair);
  if (pair.forwards_all) {
    judged = pair.unread.size();
  }
  send_all(pair.server, std::string_view(pair.unread).substr(0, judged));
  pair.unread.erase(0, judged);
}

std::size_t PostgresProxy::judge(Pair &pair) {
  std::size_t place = 0;
  while (!pair.is_over && !pair.is_held) {
    const std::size_t head = pair.is_started ? 1 : 0; // the first message has no type
    const std::string_view left = std::string_view(pair.unread).substr(place);
    std::uint32_t size = 0;
    if (left.size() < head + sizeof(size)) {
      break;
    }
    for (std::size_t i = 0; i < sizeof(size); ++i) {
      size = size << 8U | static_cast<unsigned char>(left[head + i]);
    }
    if (left.size() < head + size) {
      break;
    }
    const std::string_view content = left.substr(head + sizeof(size), size - sizeof(size));
    if (pair.is_started && left.front() == 'B' && content.starts_with(std::string_view("\0commit\0", 8))) {
      judge_commit(pair);
      if (pair.is_over || pair.is_held) {
        break;
      }
    }
    if (pair.is_started && left.front() == 'S') {
      ++questions_;
    }
    pair.is_started = true;
    place += head + size;
  }
  return place;
}

void PostgresProxy::judge_commit(Pair &pair) {
  switch (at_commit.exchange(AtCommit::nothing)) {
  case AtCommit::cut_before:
    pair.is_over = true;
    break;
  case AtCommit::cut_on_way:
    pair.is_over = pair.forwards_all = true;
    break;
  case AtCommit::cut_after:
    pair.cuts_at_answer = true;
    break;
  case AtCommit::hold_before:
    pair.is_held = true;
    break;
  case AtCommit::terminate_before:
    terminate();
    break;
  case AtCommit::nothing:
    break;
  }
}

void PostgresProxy::from_server(Pair &pair) const {
  std::array<char, 65536> bytes{};
  const ssize_t count = ::recv(pair.server, bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    pair.is_over = true;
    return;
  }
  const std::string_view answer(bytes.data(), static_cast<std::size_t>(count));
  if (pair.cuts_at_answer && answer.find(std::string_view("COMMIT\0", 7)) != std::string_view::npos) {
    pair.is_over = true;
    return;
  }
  send_all(pair.client, answer);
}

} // namespace flow::mock::test
