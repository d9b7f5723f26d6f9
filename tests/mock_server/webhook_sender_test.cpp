#include "mock_server/webhooks/webhook_sender.hpp"

#include <deque>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "mock_server/webhooks/events_json.hpp"

namespace flow::mock {
namespace {

using contract::Json;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kPatience{20}; ///< before a test that hangs fails
constexpr std::int64_t kStart = 1000;         ///< the sandbox's time when a test begins
constexpr std::int64_t kMinute = 60'000;

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
    return [this](const std::string &url, const HttpHeaders &headers, const std::string &body,
                  milliseconds timeout,
                  const std::stop_token &stop) { return take(url, headers, body, timeout, stop); };
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
  /// The headers of each post, beside those that every one has.
  [[nodiscard]] std::vector<HttpHeaders> headers() const {
    const std::lock_guard guard(mutex_);
    return headers_;
  }

private:
  PostResult take(const std::string &url, const HttpHeaders &headers, const std::string &body,
                  milliseconds timeout, const std::stop_token &stop) {
    EXPECT_EQ(url, "http://receiver/");
    EXPECT_EQ(timeout, milliseconds(10000));
    std::unique_lock guard(mutex_);
    bodies_.push_back(body);
    headers_.push_back(headers);
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
  std::vector<HttpHeaders> headers_;
  Answers results_;
  bool dead_;
};

Event event_of(const std::string &id, std::int64_t at_ms = kStart) {
  return {.id = id,
          .code = "sources_flow_run_failed",
          .run_id = "run of " + id,
          .at_ms = at_ms,
          .body = R"({"event_id":")" + id + R"("})"};
}

using Times = std::vector<std::int64_t>;

/// A sender in a sandbox whose time stands still until the test moves it.
struct Sending {
  explicit Sending(Receiver &receiver, RetrySchedule retry = {})
      : sender(std::make_unique<WebhookSender>(Webhook{.url = "http://receiver/", .retry = retry}, kStart,
                                               receiver.post(), [this] { return real_time; })) {}

  void send(const std::string &id) const { sender->send(event_of(id)); }

  /// The sandbox's time becomes so much later than at the start.
  void advance_to(std::int64_t after_start_ms) const { sender->advance_to(kStart + after_start_ms, false); }

  /// Waits until every attempt has been made whose time has come.
  [[nodiscard]] testing::AssertionResult done() const {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (sender->log().due > 0) {
      if (std::chrono::steady_clock::now() > end) {
        return testing::AssertionFailure() << "still under way";
      }
      std::this_thread::yield();
    }
    return testing::AssertionSuccess();
  }

  [[nodiscard]] EventRecord record(const std::string &id) const {
    for (const EventRecord &record : sender->log().events) {
      if (record.event.id == id) {
        return record;
      }
    }
    throw std::out_of_range(id);
  }

  [[nodiscard]] DeliveryState state(const std::string &id) const { return record(id).state; }

  /// When its attempts began, since the start.
  [[nodiscard]] Times times(const std::string &id) const {
    Times times;
    for (const Attempt &attempt : record(id).attempts) {
      times.push_back(attempt.at_ms - kStart);
    }
    return times;
  }

  std::chrono::steady_clock::time_point real_time; ///< moved only while a receiver is asked
  std::unique_ptr<WebhookSender> sender;
};

TEST(WebhookSender, DeliversAtOnceWhatIsAnsweredWith2xx) {
  for (const int status : {200, 204, 299}) {
    Receiver receiver(Answers{answer(status)});
    const Sending sending(receiver);
    sending.send("a");
    ASSERT_TRUE(sending.done());
    EXPECT_EQ(sending.state("a"), DeliveryState::delivered) << status;
    EXPECT_EQ(sending.times("a"), (Times{0}));
    EXPECT_EQ(receiver.bodies(), std::vector<std::string>{event_of("a").body});
  }
}

TEST(WebhookSender, TriesAgainUntilItIsDelivered) {
  Receiver receiver({answer(500), no_answer("gone"), answer(429)});
  const Sending sending(receiver);
  sending.send("a");
  sending.advance_to(60 * kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered);
  const std::vector<Attempt> attempts = sending.record("a").attempts;
  ASSERT_EQ(attempts.size(), 4);
  EXPECT_EQ(attempts[0].result.status, 500);
  EXPECT_EQ(attempts[1].result.error, "gone");
  EXPECT_EQ(attempts[2].result.status, 429);
  EXPECT_EQ(attempts[3].result.status, 200);
}

TEST(WebhookSender, AnHourThatPassesAtOnceHasTheDocumentedAttemptsOfAnHour) {
  Receiver receiver(Answers(100, answer(503)));
  const Sending sending(receiver);
  sending.send("a");
  sending.advance_to(60 * kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.times("a"), (Times{0, kMinute, 3 * kMinute, 7 * kMinute, 15 * kMinute, 30 * kMinute,
                                       45 * kMinute, 60 * kMinute}));
  EXPECT_EQ(sending.state("a"), DeliveryState::pending);
}

TEST(WebhookSender, OnlyAnswersThatMayBecomeOthersAreRetried) {
  for (const int status : {429, 500, 503, 504, 506, 599}) {
    Receiver receiver(Answers{answer(status)});
    const Sending sending(receiver);
    sending.send("a");
    ASSERT_TRUE(sending.done());
    EXPECT_EQ(sending.state("a"), DeliveryState::pending) << status;
  }
  for (const int status : {302, 400, 404, 410, 428, 499, 505, 600}) {
    Receiver receiver(Answers{answer(status)});
    const Sending sending(receiver);
    sending.send("a");
    ASSERT_TRUE(sending.done());
    EXPECT_EQ(sending.state("a"), DeliveryState::failed) << status;
  }
}

TEST(WebhookSender, NoAttemptIsMadeBeforeItsTime) {
  Receiver receiver(Answers(100, answer(503)));
  const Sending sending(receiver);
  sending.send("a");
  sending.advance_to(kMinute - 1);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(receiver.bodies().size(), 1);
  sending.advance_to(kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(receiver.bodies().size(), 2);
}

TEST(WebhookSender, GivesUpAfterADay) {
  Receiver receiver(Answers(200, answer(503)));
  const Sending sending(receiver);
  sending.send("a");
  sending.advance_to(3 * 24 * 60 * kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::failed);
  EXPECT_EQ(sending.times("a").size(), 100);
  EXPECT_EQ(sending.times("a").back(), 24 * 60 * kMinute);
}

TEST(WebhookSender, KeepsToAScheduleOfItsOwn) {
  Receiver receiver(Answers(100, answer(503)));
  const Sending sending(receiver, {.first_delay_ms = 10, .max_delay_ms = 30, .for_ms = 100});
  sending.send("a");
  sending.advance_to(kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::failed);
  EXPECT_EQ(sending.times("a"), (Times{0, 10, 30, 60, 90}));
}

TEST(WebhookSender, CountsItsRetriesInAHeader) {
  Receiver receiver({answer(500), answer(500)});
  const Sending sending(receiver);
  sending.send("a");
  sending.advance_to(3 * kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_TRUE(sending.sender->redeliver("a"));
  ASSERT_TRUE(sending.done());
  const HttpHeaders first;
  EXPECT_EQ(receiver.headers(),
            (std::vector<HttpHeaders>{
                first, {{"x-adobe-retry-count", "1"}}, {{"x-adobe-retry-count", "2"}}, first}));
}

TEST(WebhookSender, EventsOfTheTimeThatPassesAreDeliveredInItsOrder) {
  Receiver receiver(Answers(100, answer(503)));
  const Sending sending(receiver);
  sending.send("a");
  // As a sandbox whose time was moved tells them: what happened meanwhile, then how late it is.
  sending.sender->send(event_of("b", kStart + 2 * kMinute));
  sending.advance_to(4 * kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.times("a"), (Times{0, kMinute, 3 * kMinute}));
  EXPECT_EQ(sending.times("b"), (Times{2 * kMinute, 3 * kMinute}));
  std::string order;
  for (const std::string &body : receiver.bodies()) {
    order += body.at(body.size() - 3);
  }
  EXPECT_EQ(order, "aabab");
}

TEST(WebhookSender, AnAttemptUnderWayWhenTimeIsMovedIsFollowedByThoseOfThatTime) {
  Receiver receiver(Answers(100, answer(503)), true);
  Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(receiver.await(1));
  sending.advance_to(3 * kMinute);
  EXPECT_EQ(sending.sender->log().due, 1);
  sending.real_time += milliseconds(500); // the time that stands still does not follow
  receiver.revive();
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.times("a"), (Times{0, kMinute, 3 * kMinute}));
}

TEST(WebhookSender, WhereTimeRunsASlowReceiverIsAskedLater) {
  Receiver receiver(Answers{answer(503)}, true);
  Sending sending(receiver);
  sending.send("a");
  sending.send("b");
  ASSERT_TRUE(receiver.await(1));
  sending.real_time += milliseconds(9000);
  sending.sender->advance_to(kStart + 9000, true);
  receiver.revive();
  ASSERT_TRUE(sending.done());
  sending.sender->advance_to(kStart + 9000 + kMinute, true);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.times("a"), (Times{0, 9000 + kMinute})) << "a minute after it failed";
  EXPECT_EQ(sending.times("b"), (Times{9000}));
  EXPECT_EQ(sending.record("a").attempts.at(0).duration_ms, 9000);
}

TEST(WebhookSender, SaysHowManyAttemptsAreDue) {
  Receiver receiver(Answers(100, answer(503)), true);
  const Sending sending(receiver);
  EXPECT_EQ(sending.sender->log().due, 0);
  for (const char *id : {"a", "b", "c"}) {
    sending.send(id);
  }
  ASSERT_TRUE(receiver.await(1));
  EXPECT_EQ(sending.sender->log().due, 3) << "one is under way, two are still to be begun";
  receiver.revive();
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(receiver.bodies().size(), 3);
}

TEST(WebhookSender, TimeDoesNotGoBack) {
  Receiver receiver(Answers(100, answer(503)));
  const Sending sending(receiver);
  sending.advance_to(kMinute);
  sending.advance_to(0);
  sending.sender->send(event_of("a", kStart));
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.times("a"), (Times{kMinute}));
}

TEST(WebhookSender, APostThatCannotBeMadeIsAFailedAttempt) {
  const Post post = [](auto &&...) -> PostResult { throw std::runtime_error("no more threads"); };
  WebhookSender sender({.url = "http://receiver/"}, 0, post);
  sender.send(event_of("a"));
  while (sender.log().due > 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(sender.log().events.at(0).attempts.at(0).result.error, "no more threads");
}

TEST(WebhookSender, AnEventThatWaitsForItsNextAttemptHoldsBackNoOther) {
  Receiver receiver(Answers{answer(500)});
  const Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(sending.done());
  sending.send("b");
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("b"), DeliveryState::delivered);
  EXPECT_EQ(sending.state("a"), DeliveryState::pending);
  EXPECT_EQ(sending.record("a").attempts.size(), 1);
}

TEST(WebhookSender, RedeliversWhatFailedWithAllAttemptsAnew) {
  Receiver receiver(Answers(3, answer(500)));
  const Sending sending(receiver, {.first_delay_ms = 10, .for_ms = 10});
  sending.send("a");
  sending.advance_to(kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::failed);
  EXPECT_TRUE(sending.sender->redeliver("a"));
  sending.advance_to(2 * kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered) << "its third attempt failed, too";
  EXPECT_EQ(sending.times("a"), (Times{0, 10, kMinute, kMinute + 10}));
}

TEST(WebhookSender, RedeliversWhatWasDelivered) {
  Receiver receiver;
  const Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(sending.done());
  EXPECT_TRUE(sending.sender->redeliver("a"));
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered);
  EXPECT_EQ(receiver.bodies().size(), 2);
  EXPECT_FALSE(sending.sender->redeliver("b"));
}

TEST(WebhookSender, RedeliversAtOnceWhatWaitsForItsNextAttempt) {
  Receiver receiver(Answers{answer(500)});
  const Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(sending.done());
  EXPECT_TRUE(sending.sender->redeliver("a"));
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered);
  sending.advance_to(60 * kMinute); // past the attempt it waited for
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(receiver.bodies().size(), 2);
}

TEST(WebhookSender, RedeliversWhatIsBeingPostedOnceThatIsDone) {
  Receiver receiver({}, true);
  const Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(receiver.await(1));
  EXPECT_TRUE(sending.sender->redeliver("a"));
  receiver.revive();
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.record("a").attempts.size(), 2);
}

TEST(WebhookSender, StopsWhileAReceiverDoesNotAnswer) {
  Receiver receiver({}, true);
  Sending sending(receiver);
  sending.send("a"); // would the dead one hold up sending, the next line would hang
  ASSERT_TRUE(receiver.await(1));
  sending.send("b");
  const auto begun = std::chrono::steady_clock::now();
  sending.sender.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
  EXPECT_EQ(receiver.bodies().size(), 1);
}

TEST(WebhookSender, StopsWhileAnEventWaitsForItsNextAttempt) {
  Receiver receiver(Answers{answer(500)});
  Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(sending.done());
  const auto begun = std::chrono::steady_clock::now();
  sending.sender.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
}

TEST(WebhookSender, DropsTheOldestThatWaitsPast1000AndCountsIt) {
  Receiver receiver({}, true);
  const Sending sending(receiver);
  sending.send("0");
  ASSERT_TRUE(receiver.await(1));
  for (int i = 1; i < 1003; ++i) {
    sending.send(std::to_string(i));
  }
  const EventLog log = sending.sender->log();
  EXPECT_EQ(log.dropped, 3);
  ASSERT_EQ(log.events.size(), 1000);
  EXPECT_EQ(log.events[0].event.id, "0"); // on its way: not dropped
  EXPECT_EQ(log.events[1].event.id, "4");
  EXPECT_EQ(log.events[999].event.id, "1002");
  receiver.revive();
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("1002"), DeliveryState::delivered);
  EXPECT_EQ(receiver.bodies().size(), 1000);
}

TEST(WebhookSender, ForgetsWhatHasEndedBeforeItDropsWhatWaits) {
  Receiver receiver(Answers{answer(500)});
  const Sending sending(receiver);
  sending.send("waits");
  ASSERT_TRUE(sending.done());
  for (int i = 0; i < 999; ++i) {
    sending.send(std::to_string(i));
  }
  ASSERT_TRUE(sending.done());
  sending.send("one more");
  const EventLog log = sending.sender->log();
  EXPECT_EQ(log.dropped, 0);
  ASSERT_EQ(log.events.size(), 1000);
  EXPECT_EQ(log.events[0].event.id, "waits");
  EXPECT_EQ(log.events[1].event.id, "1");
}

TEST(WebhookSender, KeepsTheLast100AttemptsOfAnEvent) {
  Receiver receiver(Answers(1000, answer(500)));
  const Sending sending(receiver, {.first_delay_ms = 1, .max_delay_ms = 1, .for_ms = 500});
  sending.send("a");
  sending.advance_to(kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(receiver.bodies().size(), 501);
  EXPECT_EQ(sending.times("a").size(), 100);
  EXPECT_EQ(sending.times("a").back(), 500);
}

TEST(WebhookSender, ItsLogIsShownAsJson) {
  Receiver receiver(Answers{no_answer("gone")});
  const Sending sending(receiver);
  sending.send("a");
  sending.advance_to(kMinute);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(events_json(*sending.sender, KnownSecrets()), Json::parse(R"({"events":[{
    "id":"a","code":"sources_flow_run_failed","runId":"run of a","atMs":1000,"body":{"event_id":"a"},
    "state":"delivered","attempts":[{"atMs":1000,"error":"gone","durationMs":0},
                                    {"atMs":61000,"status":200,"durationMs":0}]}],"dropped":0,"due":0})"));
}

TEST(WebhookSender, ThatIsNotActiveTakesEventsAndPostsNone) {
  Receiver receiver;
  const Sending sending(receiver);
  sending.sender->set_active(false);
  sending.send("a");
  sending.advance_to(kMinute);
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_TRUE(receiver.bodies().empty());
  EXPECT_EQ(sending.state("a"), DeliveryState::pending);
  EXPECT_EQ(sending.sender->kept().size(), 1U);
  sending.sender->set_active(true);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered);
}

TEST(WebhookSender, ThatIsNotActiveAnyMoreEndsWhatIsUnderWay) {
  Receiver receiver({}, true);
  const Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(receiver.await(1));
  sending.send("b");
  sending.sender->set_active(false);
  receiver.revive();
  while (sending.state("a") == DeliveryState::pending) {
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered);
  EXPECT_EQ(sending.state("b"), DeliveryState::pending);
}

/// Lets one take in all that another has.
void follow(WebhookSender &sender, const WebhookSender &other) {
  for (const auto &[key, record] : other.kept()) {
    sender.put_kept(key, record);
  }
}

TEST(WebhookSender, TakesInWhatAnotherHasDelivered) {
  Receiver receiver;
  const Sending sending(receiver);
  Receiver none;
  const Sending passive(none);
  passive.sender->set_active(false);
  passive.send("a");
  follow(*sending.sender, *passive.sender);
  sending.advance_to(0);
  ASSERT_TRUE(sending.done());
  follow(*passive.sender, *sending.sender);
  EXPECT_EQ(passive.state("a"), DeliveryState::delivered);
  EXPECT_EQ(passive.sender->kept(), sending.sender->kept());
  EXPECT_EQ(passive.sender->log().due, 0U) << "nothing of it is left to be posted";
  EXPECT_EQ(passive.sender->log().events.size(), 1U);
}

TEST(WebhookSender, KeepsAttemptsOfWhichOthersDoNotKnow) {
  Receiver receiver({answer(400)});
  const Sending sending(receiver);
  Receiver none;
  const Sending passive(none);
  passive.sender->set_active(false);
  passive.send("a");
  sending.send("a");
  ASSERT_TRUE(sending.done());
  ASSERT_EQ(sending.state("a"), DeliveryState::failed);
  passive.sender->redeliver("a"); // who has not seen the attempt
  follow(*sending.sender, *passive.sender);
  sending.advance_to(0);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered);
  EXPECT_EQ(sending.record("a").attempts.size(), 2U);
}

TEST(WebhookSender, KeepsWhatItIsPostingWhateverOthersSay) {
  Receiver receiver({}, true);
  const Sending sending(receiver);
  sending.send("a");
  ASSERT_TRUE(receiver.await(1));
  const auto kept = sending.sender->kept();
  sending.sender->forget(kept.begin()->first);
  follow(*sending.sender, *sending.sender); // as where another was asked to redeliver it
  receiver.revive();
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(sending.state("a"), DeliveryState::delivered);
  EXPECT_EQ(receiver.bodies().size(), 2U) << "redelivered";
}

TEST(WebhookSender, ForgetsWhatOthersHaveForgotten) {
  Receiver receiver;
  const Sending sending(receiver);
  sending.sender->set_active(false);
  sending.send("a");
  sending.send("b");
  const std::uint64_t revision = sending.sender->revision();
  sending.sender->forget(sending.sender->kept().begin()->first);
  EXPECT_NE(sending.sender->revision(), revision);
  sending.sender->set_active(true);
  ASSERT_TRUE(sending.done());
  EXPECT_EQ(receiver.bodies(), std::vector<std::string>{event_of("b").body});
}

} // namespace
} // namespace flow::mock
