#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/receiver.hpp"
#include "tests/mock_server/replicas.hpp"

namespace flow::mock::test {
namespace {

void listen(Replicas &mocks, std::size_t which, const Receiver &receiver) {
  ASSERT_EQ(mocks.steer(which, "PUT", "/webhook", {{"url", receiver.url()}, {"clientId", "mine"}}).status,
            200);
}

/// Of the runs that have been told of, as often as they were.
std::vector<std::string> runs_in(const std::vector<Json> &events) {
  std::vector<std::string> runs;
  for (const Json &event : events) {
    runs.push_back(event.at("event").at("id"));
  }
  return runs;
}

Json events_of(Replicas &mocks, std::size_t which) {
  return body_of(mocks.steer(which, "GET", "/events")).at("events");
}

bool are_all_delivered(Replicas &mocks, std::size_t which, std::size_t count) {
  const Json events = events_of(mocks, which);
  std::size_t delivered = 0;
  for (const Json &event : events) {
    delivered += event.at("state") == "delivered" ? 1 : 0;
  }
  return delivered == count;
}

TEST(ReplicaWebhook, EachEventIsPostedByOneOfTheMocks) {
  Receiver receiver;
  Replicas mocks([](Settings &) {}, 3);
  listen(mocks, 0, receiver);
  std::set<std::string> made;
  for (std::size_t i = 0; i < 9; ++i) {
    made.insert(mocks.retried(i % 3, kFailed));
  }
  ASSERT_TRUE(comes_true([&] { return are_all_delivered(mocks, 1, 9); }));
  const auto told = runs_in(receiver.events(9));
  EXPECT_EQ(told.size(), 9U) << "none twice";
  EXPECT_EQ(std::set<std::string>(told.begin(), told.end()), made);
  EXPECT_EQ(events_of(mocks, 0), events_of(mocks, 2));
}

TEST(ReplicaWebhook, AnotherTakesOverWhenTheOneThatPostedEnds) {
  Receiver receiver;
  Replicas mocks;
  listen(mocks, 0, receiver);
  mocks.retried(1, kFailed);
  receiver.events(1);
  ASSERT_TRUE(comes_true([&] { return are_all_delivered(mocks, 1, 1); }));
  const StoredName name{.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"};
  const std::size_t first = mocks.things->claimant_of(name) == "1" ? 0 : 1;
  const std::size_t left = 1 - first;
  mocks.end(first);
  mocks.retried(left, kFailed);
  EXPECT_EQ(receiver.events(2).size(), 2U);
  EXPECT_TRUE(comes_true([&] { return are_all_delivered(mocks, left, 2); }));
}

TEST(ReplicaWebhook, ARunThatTimeEndsIsToldOfWithoutARequest) {
  Receiver receiver;
  Replicas mocks;
  listen(mocks, 0, receiver);
  mocks.steer(1, "PUT", "/defaults", {{"outcome", "success"}, {"durationMs", 1000}});
  const std::string made = mocks.retried(1, kFailed);
  mocks.clock->advance(1000);
  EXPECT_EQ(runs_in(receiver.events(1)).front(), made);
}

TEST(ReplicaWebhook, OneThatIsTakenAwayIsToldNothingMore) {
  Receiver receiver;
  Replicas mocks;
  listen(mocks, 0, receiver);
  mocks.retried(0, kFailed);
  receiver.events(1);
  EXPECT_EQ(mocks.steer(1, "DELETE", "/webhook").status, 200);
  mocks.retried(0, kFailed);
  EXPECT_EQ(mocks.steer(0, "GET", "/events").status, 404);
  ASSERT_TRUE(comes_true([&] {
    const std::lock_guard lock(mocks.things->mutex);
    return !mocks.things->sandboxes.at({.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"}).is_watched;
  }));
  EXPECT_EQ(receiver.events(1).size(), 1U);
}

} // namespace
} // namespace flow::mock::test
