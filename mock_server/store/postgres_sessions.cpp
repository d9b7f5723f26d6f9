#include "mock_server/store/postgres_sessions.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace flow::mock::postgres {

Session::Session(const std::string &url, const PostgresOptions &options, Connection::Patience patience,
                 std::span<const Statement> statements)
    : connection(url, options, patience), replica(to_string(boost::uuids::random_generator()())) {
  connection.prepare(statements);
}

void Sessions::Lease::close() {
  session_.reset();
}

void Sessions::Lease::give_back() {
  if (sessions_ == nullptr) {
    return;
  }
  std::unique_ptr<Session> given = std::move(session_);
  const std::scoped_lock locked(sessions_->lock_);
  --sessions_->used_;
  if (given && given->connection.is_usable() && sessions_->idle_.size() < sessions_->options_.connections) {
    sessions_->idle_.push_back(std::move(given));
  }
  sessions_->came_free_.notify_one();
}

Sessions::Lease Sessions::take() {
  std::unique_lock locked(lock_);
  if (!came_free_.wait_for(locked, options_.answer, [&] { return used_ < options_.connections; })) {
    throw Error("all of its " + std::to_string(options_.connections) + " connections are in use",
                Error::Connection::is_silent);
  }
  ++used_;
  std::unique_ptr<Session> session;
  if (!idle_.empty()) {
    session = std::move(idle_.back());
    idle_.pop_back();
  }
  locked.unlock();
  const bool was_idle = session != nullptr;
  Lease lease(*this, std::move(session), was_idle);
  if (!was_idle) {
    lease.session_ = made();
  }
  return lease;
}

Sessions::Lease Sessions::take_beyond() {
  {
    const std::scoped_lock locked(lock_);
    ++used_;
  }
  Lease lease(*this, nullptr, false);
  lease.session_ = made();
  return lease;
}

void Sessions::close_idle() {
  std::vector<std::unique_ptr<Session>> closed; // without the lock
  const std::scoped_lock locked(lock_);
  closed.swap(idle_);
}

std::unique_ptr<Session> Sessions::made() {
  return std::make_unique<Session>(url_, options_, Connection::Patience{}, statements_);
}

} // namespace flow::mock::postgres
