#include "mock_server/events/webhook_sender.hpp"

#include <deque>
#include <stdexcept>

#include <gtest/gtest.h>

#include "mock_server/events/events_json.hpp"
#include "tests/mock_server/support.hpp"

namespace flow::mock {
namespace {

using contract::Json;
using std::chrono::milliseconds;
using test::SetClock;

constexpr std::chrono::seconds kPatience{20}; ///< before a test that hangs fails

/// A steady time in which every delay is over at once, or, if held, none ever is.
class FlyingTime final : public DeliveryTime {
public:
  explicit FlyingTime(bool held = false) : held_(held) {}

  [[nodiscard]] Instant now() const override {
    const std::lock_guard guard(mutex_);
    return now_;
  }

  void wait(std::unique_lock<std::mutex> &lock, std::condition_variable &changed,
            std::optional<Instant> until) override {
    {
      const std::lock_guard guard(mutex_);
      if (until && !held_) {
        delays_.push_back(std::chrono::duration_cast<milliseconds>(*until - now_).count());
        now_ = *until;
        return;
      }
      ++idle_;
    }
    is_idle_.notify_all();
    changed.wait(lock);
  }

  void advance(milliseconds time) {
    const std::lock_guard guard(mutex_);
    now_ += time;
  }

  [[nodiscard]] std::vector<std::int64_t> delays() const {
    const std::lock_guard guard(mutex_);
    return delays_;
  }

  /// Waits until `condition` holds when the sender has nothing to do.
  testing::AssertionResult await(const std::function<bool()> &condition) {
    for (;;) {
      std::unique_lock guard(mutex_);
      const std::uint64_t seen = idle_;
      guard.unlock();
      if (condition()) {
        return testing::AssertionSuccess();
      }
      guard.lock();
      if (!is_idle_.wait_for(guard, kPatience, [&] { return idle_ != seen; })) {
        return testing::AssertionFailure() << "never came";
      }
    }
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable is_idle_;
  Instant now_;
  bool held_;
  std::uint64_t idle_ = 0; ///< how often there was nothing to do
  std::vector<std::int64_t> delays_;
};

using Answers = std::deque<PostResult>;

PostResult answer(int status) {
  return {.status = status, .error = {}};
}

PostResult no_answer(const std::string &why) {
  return {.status = 0, .error = why};
}

/// Answers posts with what it was told to, then with 200; a dead one never answers.
class Receiver {
public:
  explicit Receiver(Answers results = {}, bool dead = false) : results_(std::move(results)), dead_(dead) {}

  Post post() {
    return [this](const std::string &url, const std::string &body, milliseconds timeout,
                  const std::stop_token &stop) { return take(url, body, timeout, stop); };
  }

  /// Lets a dead one answer from now on.
  void revive() {
    const std::lock_guard guard(mutex_);
    dead_ = false;
    changed_.notify_all();
  }

  /// Waits until so many posts have come.
  testing::AssertionResult await(std::size_t posts) {
    std::unique_lock guard(mutex_);
    return changed_.wait_for(guard, kPatience, [&] { return bodies_.size() >= posts; })
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << bodies_.size() << " posts";
  }

  [[nodiscard]] std::vector<std::string> bodies() const {
    const std::lock_guard guard(mutex_);
    return bodies_;
  }

private:
  PostResult take(const std::string &url, const std::string &body, milliseconds timeout,
                  const std::stop_token &stop) {
    EXPECT_EQ(url, "http://receiver/");
    EXPECT_EQ(timeout, milliseconds(5000));
    std::unique_lock guard(mutex_);
    bodies_.push_back(body);
    changed_.notify_all();
    if (!changed_.wait_for(guard, stop, kPatience, [this] { return !dead_; })) {
      return no_answer("stopped");
    }
    if (results_.empty()) {
      return answer(200);
    }
    PostResult result = results_.front();
    results_.pop_front();
    return result;
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> bodies_;
  Answers results_;
  bool dead_;
};

Event event_of(const std::string &id) {
  return {.id = id,
          .code = "sources_flow_run_failed",
          .run_id = "run of " + id,
          .at_ms = 7,
          .body = R"({"event_id":")" + id + R"("})"};
}

struct Sending {
  explicit Sending(Receiver &receiver, Webhook webhook = {.url = "http://receiver/"}, bool held = false)
      : time(std::make_shared<FlyingTime>(held)),
        sender(std::make_unique<WebhookSender>(webhook, clock, receiver.post(), time)) {}

  [[nodiscard]] EventRecord record(const std::string &id) const {
    for (const EventRecord &record : sender->log().events) {
      if (record.event.id == id) {
        return record;
      }
    }
    throw std::out_of_range(id);
  }
  testing::AssertionResult await(const std::string &id, DeliveryState state) const {
    return time->await([&] { return record(id).state == state; });
  }

  std::shared_ptr<SetClock> clock = std::make_shared<SetClock>(1000);
  std::shared_ptr<FlyingTime> time;
  std::unique_ptr<WebhookSender> sender;
};

using Delays = std::vector<std::int64_t>;

TEST(WebhookSender, DeliversAtOnceWhatIsAnsweredWith2xx) {
  for (const int status : {200, 204, 299}) {
    Receiver receiver(Answers{answer(status)});
    Sending sending(receiver);
    sending.sender->send(event_of("a"));
    ASSERT_TRUE(sending.await("a", DeliveryState::delivered)) << status;
    EXPECT_EQ(sending.record("a").attempts.size(), 1);
    EXPECT_EQ(receiver.bodies(), std::vector<std::string>{event_of("a").body});
  }
}

TEST(WebhookSender, TriesAgainWithGrowingDelaysUntilItIsDelivered) {
  Receiver receiver({answer(500), no_answer("gone"), answer(302)});
  Sending sending(receiver);
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered));
  const std::vector<Attempt> attempts = sending.record("a").attempts;
  ASSERT_EQ(attempts.size(), 4);
  EXPECT_EQ(attempts[0].result.status, 500);
  EXPECT_EQ(attempts[1].result.error, "gone");
  EXPECT_EQ(attempts[2].result.status, 302);
  EXPECT_EQ(attempts[3].result.status, 200);
  EXPECT_EQ(sending.time->delays(), (Delays{1000, 2000, 4000}));
}

TEST(WebhookSender, GivesUpWhenItsAttemptsAreUsedUp) {
  Receiver receiver(Answers(10, answer(503)));
  Sending sending(receiver, {.url = "http://receiver/", .attempts = 3, .first_delay_ms = 10});
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(sending.await("a", DeliveryState::failed));
  EXPECT_EQ(sending.record("a").attempts.size(), 3);
  EXPECT_EQ(sending.time->delays(), (Delays{10, 20}));
}

TEST(WebhookSender, APostThatCannotBeMadeIsAFailedAttempt) {
  const auto time = std::make_shared<FlyingTime>();
  const Post post = [](auto &&...) -> PostResult { throw std::runtime_error("no more threads"); };
  WebhookSender sender({.url = "http://receiver/", .attempts = 1}, frozen_clock(0), post, time);
  sender.send(event_of("a"));
  ASSERT_TRUE(time->await([&] { return sender.log().events.at(0).state == DeliveryState::failed; }));
  EXPECT_EQ(sender.log().events.at(0).attempts.at(0).result.error, "no more threads");
}

TEST(WebhookSender, AttemptsAreDatedByTheClockAndMeasuredInSteadyTime) {
  Receiver receiver({}, true);
  Sending sending(receiver);
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(receiver.await(1));
  sending.clock->advance(500); // after it began
  sending.time->advance(milliseconds(30));
  receiver.revive();
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered));
  EXPECT_EQ(sending.record("a").attempts.at(0).at_ms, 1000);
  EXPECT_EQ(sending.record("a").attempts.at(0).duration_ms, 30);
}

TEST(WebhookSender, AnEventThatWaitsForItsNextAttemptHoldsBackNoOther) {
  Receiver receiver(Answers{answer(500)});
  Sending sending(receiver, {.url = "http://receiver/"}, true);
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(receiver.await(1));
  sending.sender->send(event_of("b"));
  ASSERT_TRUE(sending.await("b", DeliveryState::delivered));
  EXPECT_EQ(sending.record("a").state, DeliveryState::pending);
  EXPECT_EQ(sending.record("a").attempts.size(), 1);
}

TEST(WebhookSender, RedeliversWhatFailedWithAllAttemptsAnew) {
  Receiver receiver(Answers(3, answer(500)));
  Sending sending(receiver, {.url = "http://receiver/", .attempts = 2});
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(sending.await("a", DeliveryState::failed));
  EXPECT_TRUE(sending.sender->redeliver("a"));
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered)); // its third attempt failed, too
  EXPECT_EQ(sending.record("a").attempts.size(), 4);
}

TEST(WebhookSender, RedeliversWhatWasDelivered) {
  Receiver receiver;
  Sending sending(receiver);
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered));
  EXPECT_TRUE(sending.sender->redeliver("a"));
  ASSERT_TRUE(receiver.await(2));
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered));
  EXPECT_FALSE(sending.sender->redeliver("b"));
}

TEST(WebhookSender, RedeliversAtOnceWhatWaitsForItsNextAttempt) {
  Receiver receiver(Answers{answer(500)});
  Sending sending(receiver, {.url = "http://receiver/"}, true);
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(sending.time->await([&] { return sending.record("a").attempts.size() == 1; }));
  EXPECT_TRUE(sending.sender->redeliver("a"));
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered));
  sending.time->advance(milliseconds(5000)); // past the attempt it waited for
  sending.sender->send(event_of("b"));
  ASSERT_TRUE(sending.await("b", DeliveryState::delivered));
  EXPECT_EQ(receiver.bodies().size(), 3);
}

TEST(WebhookSender, RedeliversWhatIsBeingPostedOnceThatIsDone) {
  Receiver receiver({}, true);
  Sending sending(receiver);
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(receiver.await(1));
  EXPECT_TRUE(sending.sender->redeliver("a"));
  receiver.revive();
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered));
  EXPECT_EQ(sending.record("a").attempts.size(), 2);
}

TEST(WebhookSender, StopsWhileAReceiverDoesNotAnswer) {
  Receiver receiver({}, true);
  Sending sending(receiver);
  sending.sender->send(event_of("a")); // would the dead one hold up sending, the next line would hang
  ASSERT_TRUE(receiver.await(1));
  sending.sender->send(event_of("b"));
  const auto begun = std::chrono::steady_clock::now();
  sending.sender.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
  EXPECT_EQ(receiver.bodies().size(), 1);
}

TEST(WebhookSender, StopsWhileAnEventWaitsForItsNextAttempt) {
  Receiver receiver(Answers{answer(500)});
  auto sender = std::make_unique<WebhookSender>(Webhook{.url = "http://receiver/", .first_delay_ms = 600000},
                                                frozen_clock(0), receiver.post());
  sender->send(event_of("a"));
  ASSERT_TRUE(receiver.await(1));
  const auto begun = std::chrono::steady_clock::now();
  sender.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
}

TEST(WebhookSender, DropsTheOldestThatWaitsPast1000AndCountsIt) {
  Receiver receiver({}, true);
  Sending sending(receiver);
  sending.sender->send(event_of("0"));
  ASSERT_TRUE(receiver.await(1));
  for (int i = 1; i < 1003; ++i) {
    sending.sender->send(event_of(std::to_string(i)));
  }
  const EventLog log = sending.sender->log();
  EXPECT_EQ(log.dropped, 3);
  ASSERT_EQ(log.events.size(), 1000);
  EXPECT_EQ(log.events[0].event.id, "0"); // on its way: not dropped
  EXPECT_EQ(log.events[1].event.id, "4");
  EXPECT_EQ(log.events[999].event.id, "1002");
  receiver.revive();
  ASSERT_TRUE(sending.await("1002", DeliveryState::delivered));
  EXPECT_EQ(receiver.bodies().size(), 1000);
}

TEST(WebhookSender, ForgetsWhatHasEndedBeforeItDropsWhatWaits) {
  Receiver receiver(Answers{answer(500)});
  Sending sending(receiver, {.url = "http://receiver/"}, true);
  sending.sender->send(event_of("waits"));
  ASSERT_TRUE(receiver.await(1));
  for (int i = 0; i < 999; ++i) {
    sending.sender->send(event_of(std::to_string(i)));
  }
  ASSERT_TRUE(sending.await("998", DeliveryState::delivered));
  sending.sender->send(event_of("one more"));
  const EventLog log = sending.sender->log();
  EXPECT_EQ(log.dropped, 0);
  ASSERT_EQ(log.events.size(), 1000);
  EXPECT_EQ(log.events[0].event.id, "waits");
  EXPECT_EQ(log.events[1].event.id, "1");
}

TEST(WebhookSender, ItsLogIsShownAsJson) {
  Receiver receiver(Answers{no_answer("gone")});
  Sending sending(receiver);
  sending.sender->send(event_of("a"));
  ASSERT_TRUE(sending.await("a", DeliveryState::delivered));
  EXPECT_EQ(events_json(*sending.sender, KnownSecrets()), Json::parse(R"({"events":[{
    "id":"a","code":"sources_flow_run_failed","runId":"run of a","atMs":7,"body":{"event_id":"a"},
    "state":"delivered","attempts":[{"atMs":1000,"error":"gone","durationMs":0},
                                    {"atMs":1000,"status":200,"durationMs":0}]}],"dropped":0})"));
}

} // namespace
} // namespace flow::mock
