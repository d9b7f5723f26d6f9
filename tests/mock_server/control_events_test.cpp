#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

#include "tests/mock_server/receiver.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::body_of;
using test::Json;
using test::kFailed;
using test::kNow;
using test::pointer_in;
using test::Receiver;
using test::Steered;

constexpr int kAlways = 1000; ///< failures of a receiver that never takes an event
constexpr std::int64_t kMinute = 60'000;

void listen(Steered &mock, const Receiver &receiver) {
  ASSERT_EQ(mock.steer("PUT", "/webhook", {{"url", receiver.url()}, {"clientId", "mine"}}).status, 200);
}

TEST(Events, TellWhenARunEnds) {
  Receiver receiver;
  Steered mock;
  listen(mock, receiver);
  const std::string made = mock.retried(kFailed);
  const Json event = receiver.events(1).front();
  EXPECT_EQ(event["event"]["id"], made);
  EXPECT_EQ(event["event"]["header"]["_adobeio"]["eventCode"], "sources_flow_run_success");
  EXPECT_EQ(event["event"]["header"]["_adobeio"]["imsOrgId"], "{ORG_ID}");
  EXPECT_EQ(event["event"]["metrics"]["statusSummary"]["status"], "success");
  EXPECT_EQ(event["recipient_client_id"], "mine");
}

TEST(Events, FollowTheClockInTheOrderOfTheEnds) {
  Receiver receiver;
  Steered mock;
  listen(mock, receiver);
  for (const auto &[id, after_ms, outcome] :
       {std::tuple("second", 2000, "success"), {"first", 1000, "failed"}, {"never", 999999, "failed"}}) {
    mock.steer("POST", "/runs",
               {{"id", id},
                {"flowId", test::kNightlyFlow},
                {"state", "in-progress"},
                {"ends", {{"afterMs", after_ms}, {"outcome", outcome}}}});
  }
  mock.steer("PUT", "/clock", {{"advanceMs", 3000}});
  const auto events = receiver.events(2);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0][0]["messages"][0]["value"]["id"], "first") << "a failure has an envelope of its own";
  EXPECT_EQ(events[0][0]["messages"][0]["_eventNotificationMeta"]["type"], "sources_flow_run_failed");
  EXPECT_EQ(events[1]["event"]["id"], "second");
}

TEST(Events, AreToldThoughNobodyAsksForTheRun) {
  Receiver receiver;
  Steered mock([](Settings &settings) { settings.seed.defaults.duration_ms = 1000; });
  listen(mock, receiver);
  const std::string made = mock.retried(kFailed);
  mock.clock->advance(1000); // time passes by itself: the control API is not asked
  EXPECT_EQ(receiver.events(1).front()["event"]["id"], made);
}

TEST(Events, TellOfRunsThatTheControlApiOrAnUpdateEnds) {
  Receiver receiver;
  Steered mock;
  listen(mock, receiver);
  mock.steer("PUT", "/runs/" + std::string(test::kInProgress) + "/state", {{"state", "failed"}});
  EXPECT_EQ(receiver.events(1).front()[0]["messages"][0]["value"]["id"], test::kInProgress);
  mock.steer("PUT", "/runs/" + std::string(test::kInProgress) + "/state", {{"state", "success"}});
  EXPECT_EQ(body_of(mock.steer("GET", "/events"))["events"].size(), 1U) << "it had ended before";
}

/// The log of a sandbox's events, once every attempt has been made whose time has come.
Json log_of(Steered &mock) {
  for (;;) {
    const Json log = body_of(mock.steer("GET", "/events"));
    if (log.at("due") == 0) {
      return log.at("events");
    }
    std::this_thread::yield();
  }
}

/// When an event's attempts were made, in minutes since the test began.
std::vector<std::int64_t> minutes_of(const Json &event) {
  std::vector<std::int64_t> minutes;
  for (const Json &attempt : event.at("attempts")) {
    minutes.push_back((attempt.at("atMs").get<std::int64_t>() - kNow) / kMinute);
  }
  return minutes;
}

using Minutes = std::vector<std::int64_t>;

TEST(Events, AreTriedAgainAndLogged) {
  Receiver receiver(2);
  Steered mock;
  listen(mock, receiver);
  mock.retried(kFailed);
  mock.steer("PUT", "/clock", {{"advanceMs", 60 * kMinute}});
  const std::string id = receiver.events(1).front()["event_id"];
  const Json log = log_of(mock);
  EXPECT_EQ(log.at(0)["id"], id);
  EXPECT_EQ(log.at(0)["state"], "delivered");
  ASSERT_EQ(log.at(0)["attempts"].size(), 3U);
  EXPECT_EQ(log.at(0)["attempts"][0]["status"], 503);
  EXPECT_EQ(log.at(0)["attempts"][2]["status"], 204);
}

TEST(Events, CountTheirRetriesInAHeader) {
  Receiver receiver(2);
  Steered mock;
  listen(mock, receiver);
  mock.steer("PUT", "/clock", {{"frozen", true}});
  mock.retried(kFailed);
  mock.steer("PUT", "/clock", {{"advanceMs", 3 * kMinute}});
  const auto heads = receiver.heads(3);
  EXPECT_EQ(heads[0].find("x-adobe-retry-count"), std::string::npos) << heads[0];
  EXPECT_NE(heads[1].find("\r\nx-adobe-retry-count: 1"), std::string::npos) << heads[1];
  EXPECT_NE(heads[2].find("\r\nx-adobe-retry-count: 2"), std::string::npos) << heads[2];
}

TEST(Events, OfAFrozenHourAreThoseOfAnHour) {
  Receiver receiver(kAlways);
  Steered mock;
  listen(mock, receiver);
  mock.steer("PUT", "/clock", {{"frozen", true}});
  mock.retried(kFailed);
  mock.steer("POST", "/runs",
             {{"id", "later"},
              {"flowId", test::kNightlyFlow},
              {"state", "in-progress"},
              {"ends", {{"afterMs", 20 * kMinute}, {"outcome", "failed"}}}});
  mock.steer("PUT", "/clock", {{"advanceMs", 60 * kMinute}});
  const Json log = log_of(mock);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(minutes_of(log[0]), (Minutes{0, 1, 3, 7, 15, 30, 45, 60}));
  EXPECT_EQ(minutes_of(log[1]), (Minutes{20, 21, 23, 27, 35, 50}));
  EXPECT_EQ(log[0]["state"], "pending");
  EXPECT_EQ(receiver.heads(14).size(), 14U);
  mock.steer("PUT", "/clock", {{"advanceMs", 24 * 60 * kMinute}});
  EXPECT_EQ(log_of(mock)[0]["state"], "failed") << "given up after 24 hours";
}

TEST(Events, FollowTheCommonClockToo) {
  Receiver receiver(kAlways);
  Steered mock;
  listen(mock, receiver);
  mock.admin("PUT", "/clock", {{"frozen", true}});
  mock.retried(kFailed);
  mock.admin("PUT", "/clock", {{"advanceMs", 7 * kMinute}});
  EXPECT_EQ(minutes_of(log_of(mock)[0]), (Minutes{0, 1, 3, 7}));
}

TEST(Events, AreTriedAgainThoughNobodyAsks) {
  Receiver receiver(1);
  Steered mock;
  listen(mock, receiver);
  const std::string made = mock.retried(kFailed);
  log_of(mock);                 // the first attempt has failed
  mock.clock->advance(kMinute); // time passes by itself: the control API is not asked
  EXPECT_EQ(receiver.events(1).front()["event"]["id"], made);
}

TEST(Events, FollowAScheduleOfTheTestsOwn) {
  Receiver receiver(kAlways);
  Steered mock;
  mock.steer("PUT", "/clock", {{"frozen", true}});
  mock.steer("PUT", "/webhook",
             {{"url", receiver.url()},
              {"retry", {{"firstDelayMs", kMinute}, {"maxDelayMs", kMinute}, {"forMs", 3 * kMinute}}}});
  mock.retried(kFailed);
  mock.steer("PUT", "/clock", {{"advanceMs", 60 * kMinute}});
  const Json log = log_of(mock);
  EXPECT_EQ(minutes_of(log[0]), (Minutes{0, 1, 2, 3}));
  EXPECT_EQ(log[0]["state"], "failed");
}

TEST(Events, HoldUpNeitherTheClockNorTheEnd) {
  std::promise<void> arrived;
  client::RawServer silent([&](int connection) {
    arrived.set_value();
    char byte = 0;
    while (::recv(connection, &byte, 1, 0) > 0) {
    }
  });
  Steered mock;
  mock.steer("PUT", "/webhook", {{"url", silent.url()}, {"timeoutMs", 60000}});
  const auto begun = std::chrono::steady_clock::now();
  mock.retried(kFailed);
  arrived.get_future().wait();
  EXPECT_EQ(mock.steer("PUT", "/clock", {{"advanceMs", 24 * 60 * kMinute}}).status, 200);
  EXPECT_EQ(body_of(mock.steer("GET", "/events"))["due"], 1);
  EXPECT_EQ(mock.steer("DELETE", "/webhook").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30)) << "who waits, waits 60 s";
}

TEST(Events, AreDeliveredOnceMoreOnRequest) {
  Receiver receiver;
  Steered mock;
  listen(mock, receiver);
  mock.retried(kFailed);
  const std::string id = receiver.events(1).front()["event_id"];
  EXPECT_EQ(mock.steer("POST", "/events/" + id + "/redeliver").status, 202);
  const auto events = receiver.events(2);
  EXPECT_EQ(events[1], events[0]);
  EXPECT_EQ(mock.steer("POST", "/events/nobody/redeliver").status, 404);
}

TEST(Events, OfOneSandboxAreNotToldToAnother) {
  Receiver receiver;
  Steered mock;
  listen(mock, receiver);
  test::Ask elsewhere = test::retry(kFailed);
  mock(elsewhere.set("x-sandbox-name", "elsewhere"));
  const std::string made = mock.retried(kFailed);
  EXPECT_EQ(receiver.events(1).front()["event"]["sandboxName"], "{SANDBOX_NAME}");
  EXPECT_EQ(body_of(mock.steer("GET", "/events"))["events"].size(), 1U);
}

TEST(Events, GoNowhereOnceTheWebhookIsGone) {
  Receiver receiver;
  Steered mock;
  listen(mock, receiver);
  EXPECT_EQ(mock.steer("DELETE", "/webhook").status, 200);
  mock.retried(kFailed);
  EXPECT_EQ(mock.steer("GET", "/events").status, 404);
  EXPECT_EQ(mock.steer("DELETE", "/webhook").status, 404);
  listen(mock, receiver);
  mock.steer("POST", "/reset");
  EXPECT_EQ(mock.steer("GET", "/webhook").status, 404) << "a reset forgets it";
}

TEST(Events, ABadWebhookIsRefusedAtItsPlace) {
  Steered mock;
  EXPECT_EQ(pointer_in(mock.steer("PUT", "/webhook", {{"url", "ftp://x"}})), "/url");
  EXPECT_EQ(pointer_in(mock.steer("PUT", "/webhook", {{"url", "http://x"}, {"retry", {{"forMs", -1}}}})),
            "/retry/forMs");
}

TEST(FaultsOfASandbox, FallOnItAlone) {
  Steered mock;
  ASSERT_EQ(
      mock.steer("POST", "/faults",
                 {{"type", "status"}, {"attributes", {{"status", 429}, {"retryAfterS", 7}}}, {"times", 2}})
          .status,
      201);
  test::Ask elsewhere = test::get(kFailed);
  EXPECT_EQ(mock(elsewhere.set("x-sandbox-name", "elsewhere")).status, 200);
  for (int i = 0; i < 2; ++i) {
    const Response limited = mock.call(test::retry(kFailed));
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(body_of(limited)["error_code"], "429050");
    EXPECT_NE(std::find(limited.headers.begin(), limited.headers.end(),
                        std::pair<std::string, std::string>("Retry-After", "7")),
              limited.headers.end());
  }
  EXPECT_EQ(mock.retried(kFailed), "3fb0418e-1804-45d6-8d56-dd51f05c0baf")
      << "nothing was carried out before";
}

TEST(FaultsOfASandbox, AtTheAnswerSpoilOnlyThat) {
  Steered mock;
  mock.steer("POST", "/faults",
             {{"type", "status"}, {"attributes", {{"status", 504}}}, {"at", "answer"}, {"times", 1}});
  EXPECT_EQ(mock.call(test::retry(kFailed)).status, 504);
  EXPECT_EQ(mock.status("3fb0418e-1804-45d6-8d56-dd51f05c0baf"), "success") << "the retry was carried out";
}

TEST(FaultsOfASandbox, AreInTheJournalWithWhatWasAsked) {
  Steered mock;
  mock.steer("POST", "/faults", {{"id", "down"}, {"type", "status"}, {"attributes", {{"status", 503}}}});
  mock.call(test::retry(kFailed));
  const std::string query = "?fault=down&operation=retry_run&status=503&run=" + std::string(kFailed);
  EXPECT_EQ(body_of(mock.steer("GET", "/requests/count" + query))["count"], 1);
}

TEST(FaultsOfAnySandbox, FallAlsoOnWhatReachesNone) {
  Steered mock;
  mock.admin("POST", "/faults",
             {{"type", "status"}, {"attributes", {{"status", 500}}}, {"match", {{"path", "/ims/token/v3"}}}});
  const test::Ask token{.method = "POST", .target = "/ims/token/v3", .headers = {}};
  EXPECT_EQ(mock(token).status, 500);
  EXPECT_EQ(mock.call(test::get(kFailed)).status, 200);
  mock.admin("DELETE", "/faults/g1");
  EXPECT_EQ(mock(token).status, 400);
}

TEST(FaultsOfASandbox, BadOnesAreRefusedAndCounted) {
  Steered mock;
  EXPECT_EQ(pointer_in(mock.steer("POST", "/faults", {{"type", "nothing"}})), "/type");
  EXPECT_EQ(mock.steer("POST", "/faults", {{"id", "a"}, {"type", "reset"}}).status, 201);
  EXPECT_EQ(mock.steer("POST", "/faults", {{"id", "a"}, {"type", "reset"}}).status, 409);
  EXPECT_EQ(body_of(mock.steer("GET", "/faults/a"))["matched"], 0);
  EXPECT_EQ(mock.steer("DELETE", "/faults/b").status, 404);
}

} // namespace

} // namespace flow::mock
