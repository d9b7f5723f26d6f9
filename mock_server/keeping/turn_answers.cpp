#include "mock_server/keeping/turn_answers.hpp"

#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "mock_server/http/awaited.hpp"
#include "mock_server/http/owned_request.hpp"
#include "mock_server/http/stream.hpp"
#include "mock_server/keeping/replica.hpp"

namespace flow::mock {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatienceWithTurn{30'000}; ///< of who waits for a turn

/// The answer to a request that waits for its turn.
class AnswerOfTurn : public Awaited, public TurnWork {
public:
  AnswerOfTurn(const Request &request, MakeAnswer make, InsteadOfAnswer instead)
      : request_(request), make_(std::move(make)), instead_(std::move(instead)) {}

  milliseconds patience() const override { return kPatienceWithTurn; }
  void wake_by(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  std::optional<Response> look() override {
    const std::lock_guard lock(mutex_);
    return state_ == State::ended ? std::optional(std::move(answer_)) : std::nullopt;
  }
  bool is_quick() const override { return true; }
  Response give_up() override {
    const std::lock_guard lock(mutex_);
    const bool has_begun = state_ != State::waits;
    state_ = State::given_up;
    return instead_(request_.get(), {.kind = has_begun ? TurnEnd::Kind::unknown : TurnEnd::Kind::not_kept,
                                     .why = "it takes longer than 30 seconds"});
  }

  bool begin() override {
    const std::lock_guard lock(mutex_);
    if (state_ == State::waits) {
      state_ = State::runs;
    }
    return state_ == State::runs;
  }
  void run() override { answer_ = make_(request_.get()); }
  void end(const TurnEnd &end) override {
    const std::lock_guard lock(mutex_);
    if (state_ == State::given_up) {
      return;
    }
    try {
      if (end.kind != TurnEnd::Kind::kept) {
        answer_ = instead_(request_.get(), end);
      }
    } catch (const std::exception &) {
      return; // there is no memory to tell it: whoever waits gives up
    }
    state_ = State::ended;
    if (wake_) {
      wake_();
    }
  }

private:
  enum class State : std::uint8_t { waits, runs, ended, given_up };

  const OwnedRequest request_;
  const MakeAnswer make_;
  const InsteadOfAnswer instead_;
  std::mutex mutex_;
  State state_ = State::waits;
  Response answer_;
  std::function<void()> wake_;
};

/// Something that is looked at within a turn, by a thread that waits for it.
class LookInTurn : public TurnWork {
public:
  explicit LookInTurn(std::function<void()> look) : look_(std::move(look)) {}
  void run() override {
    try {
      look_();
    } catch (const std::exception &) {
      error_ = std::current_exception();
    }
  }
  void end(const TurnEnd & /*end*/) override { ended_.set_value(); }
  void wait() {
    ended_.get_future().wait();
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

private:
  const std::function<void()> look_;
  std::exception_ptr error_;
  std::promise<void> ended_;
};

void look_within(Replica &replica, const Scope &scope, std::function<void()> look) {
  const auto work = std::make_shared<LookInTurn>(std::move(look));
  replica.add(scope, work);
  work->wait();
}

class AwaitedInTurns : public Awaited {
public:
  AwaitedInTurns(Replica &replica, Scope scope, std::shared_ptr<Awaited> awaited)
      : replica_(replica), scope_(std::move(scope)), awaited_(std::move(awaited)) {}

  milliseconds patience() const override { return awaited_->patience(); }
  void wake_by(std::function<void()> wake) override {
    awaited_->wake_by(wake);
    alarm_.emplace(replica_, std::move(wake));
  }
  std::optional<Response> look() override {
    std::optional<Response> found;
    look_within(replica_, scope_, [&] { found = awaited_->look(); });
    return found;
  }
  Response give_up() override {
    std::optional<Response> last;
    look_within(replica_, scope_, [&] { last = awaited_->give_up(); });
    return last ? *std::move(last) : awaited_->give_up();
  }

private:
  Replica &replica_;
  const Scope scope_;
  const std::shared_ptr<Awaited> awaited_;
  std::optional<Replica::Alarm> alarm_;
};

class StreamInTurns : public Stream {
public:
  StreamInTurns(Replica &replica, Scope scope, std::shared_ptr<Stream> stream)
      : replica_(replica), scope_(std::move(scope)), stream_(std::move(stream)) {}

  std::optional<std::string> next() override {
    std::optional<std::string> text = ""; // where the store does not work: nothing is known to be new
    look_within(replica_, scope_, [&] { text = stream_->next(); });
    return text;
  }

private:
  Replica &replica_;
  const Scope scope_;
  const std::shared_ptr<Stream> stream_;
};

} // namespace

Response answer_in_turn(Replica &replica, const Scope &scope, const Request &request, MakeAnswer make,
                        InsteadOfAnswer instead) {
  Response response;
  auto answer = std::make_shared<AnswerOfTurn>(request, std::move(make), std::move(instead));
  response.awaited = answer;
  replica.add(scope, std::move(answer));
  return response;
}

Response followed_in_turns(Replica &replica, const Scope &scope, Response response) {
  if (response.awaited) {
    response.awaited = std::make_shared<AwaitedInTurns>(replica, scope, std::move(response.awaited));
  }
  if (response.stream) {
    response.stream = std::make_shared<StreamInTurns>(replica, scope, std::move(response.stream));
  }
  return response;
}

} // namespace flow::mock
