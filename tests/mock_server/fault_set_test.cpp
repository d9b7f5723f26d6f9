#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/faults/fault_set.hpp"
#include "tests/mock_server/support.hpp"

/// Adding, listing and taking faults.
namespace flow::mock {
namespace {

using namespace test;

const Ask kAsked = retry(kFailed);
const Request kRequest = kAsked.request();

Json hang(Json more = Json::object()) {
  more["type"] = "hang";
  return more;
}

TEST(FaultSet, ShowsWhatWasAddedWithWhatItCounted) {
  FaultSet set;
  const Json entry = {
      {"type", "status"},
      {"attributes", {{"status", 429}, {"retryAfterS", 2}}},
      {"match", {{"method", "POST"}, {"path", "/runs/*/action"}, {"headers", {{"x-api-key", "{API_KEY}"}}}}},
      {"times", 3},
      {"probability", 0.999999},
      {"seed", 5}};
  Json shown = {{"id", "f1"}};
  shown.update(entry);
  shown.update({{"at", "request"}, {"matched", 0}, {"left", 3}});
  EXPECT_EQ(set.add(entry), shown);
  const Ask elsewhere = get(kFailed);
  set.take(kRequest);
  set.take(elsewhere.request());
  set.take(kRequest);
  shown["matched"] = 2;
  shown["left"] = 1;
  EXPECT_EQ(set.list(), Json::array({shown}));
  EXPECT_EQ(set.find("f1"), shown);
  EXPECT_EQ(set.find("f2"), std::nullopt);
}

TEST(FaultSet, LetsThoseThroughThatComeBefore) {
  FaultSet set;
  set.add(hang({{"after", 2}, {"times", 1}}));
  EXPECT_EQ(names(set.take(kRequest)), "");
  EXPECT_EQ(names(set.take(kRequest)), "");
  EXPECT_EQ(set.find("f1")->at("matched"), 0);
  EXPECT_EQ(set.unmet().size(), 1);
  EXPECT_EQ(names(set.take(kRequest)), "f1");
  EXPECT_EQ(names(set.take(kRequest)), "");
  EXPECT_EQ(set.find("f1")->at("matched"), 1);
  EXPECT_TRUE(set.unmet().empty());
}

TEST(FaultSet, OneWithoutTimesLastsUntilItIsRemoved) {
  FaultSet set;
  EXPECT_TRUE(set.add(hang()).at("left").is_null());
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(names(set.take(kRequest)), "f1");
  }
  EXPECT_EQ(set.find("f1")->at("matched"), 100);
  EXPECT_TRUE(set.remove("f1"));
  EXPECT_FALSE(set.remove("f1"));
  EXPECT_EQ(names(set.take(kRequest)), "");
}

TEST(FaultSet, GivesIdsThatAreFree) {
  FaultSet set;
  set.add(hang({{"id", "f2"}}));
  EXPECT_EQ(set.add(hang()).at("id"), "f1");
  EXPECT_EQ(set.add(hang()).at("id"), "f3");
  set.clear();
  EXPECT_EQ(set.list(), Json::array());
  EXPECT_EQ(set.add(hang()).at("id"), "f4") << "an id speaks of one fault only";
}

TEST(FaultSet, RefusesAnIdThatIsTaken) {
  FaultSet set;
  set.add(hang({{"id", "mine"}}));
  EXPECT_THROW(set.add(hang({{"id", "mine"}})), FaultIdTaken);
  EXPECT_EQ(set.list().size(), 1U);
}

TEST(FaultSet, HoldsNoMoreThanItsBound) {
  FaultSet set;
  for (std::size_t i = 0; i < FaultSet::kMost; ++i) {
    set.add(hang());
  }
  EXPECT_THROW(set.add(hang()), TooManyFaults);
  set.remove("f7");
  EXPECT_EQ(set.add(hang()).at("id"), "f101");
}

TEST(FaultSet, IsEmptyWhenNoneIsLeft) {
  FaultSet set;
  EXPECT_TRUE(set.empty());
  set.add(hang({{"times", 2}}));
  EXPECT_FALSE(set.empty());
  set.take(kRequest);
  EXPECT_FALSE(set.empty());
  set.take(kRequest);
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.find("f1")->at("left"), 0);
  set.add(hang());
  EXPECT_FALSE(set.empty());
  EXPECT_EQ(names(set.take(kRequest)), "f2");
  set.remove("f2");
  EXPECT_TRUE(set.empty());
  set.add(hang());
  set.clear();
  EXPECT_TRUE(set.empty());
}

TEST(FaultSet, TimesAreExactThoughManyAskAtOnce) {
  FaultSet set;
  set.add(hang({{"times", 1000}}));
  set.add(hang());
  std::atomic<int> first = 0;
  std::atomic<int> both = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int asked = 0; asked < 500; ++asked) {
        const std::string taken = names(set.take(kRequest));
        first += taken == "f1,f2" ? 1 : 0;
        both += taken.empty() ? 0 : 1;
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(first, 1000);
  EXPECT_EQ(both, 4000);
  EXPECT_EQ(set.find("f1")->at("matched"), 1000);
  EXPECT_EQ(set.find("f2")->at("matched"), 4000);
}

TEST(FaultSet, MayBeChangedWhileItIsTakenFrom) {
  FaultSet set;
  std::atomic<bool> done = false;
  std::thread taking([&] {
    while (!done) {
      for (const auto &fault : set.take(kRequest)) {
        EXPECT_FALSE(fault->id.empty());
      }
    }
  });
  for (int i = 0; i < 200; ++i) {
    const std::string id = set.add(hang()).at("id");
    EXPECT_TRUE(set.find(id).has_value());
    EXPECT_TRUE(set.remove(id));
  }
  done = true;
  taking.join();
  EXPECT_TRUE(set.empty());
}

/// On which of a thousand requests a fault of this entry falls.
std::vector<bool> falls(const Json &entry) {
  FaultSet set;
  set.add(entry);
  std::vector<bool> fell;
  fell.reserve(1000);
  for (int i = 0; i < 1000; ++i) {
    fell.push_back(!set.take(kRequest).empty());
  }
  return fell;
}

TEST(FaultProbability, TheSameSeedGivesTheSameSequence) {
  const auto first = falls(hang({{"probability", 0.25}, {"seed", 9}}));
  EXPECT_EQ(first, falls(hang({{"probability", 0.25}, {"seed", 9}})));
  EXPECT_NE(first, falls(hang({{"probability", 0.25}, {"seed", 10}})));
  EXPECT_NEAR(std::count(first.begin(), first.end(), true), 250, 60);
}

TEST(FaultProbability, NeverAndAlwaysAreSo) {
  EXPECT_EQ(falls(hang({{"probability", 0}})), std::vector<bool>(1000, false));
  EXPECT_EQ(falls(hang({{"probability", 1}})), std::vector<bool>(1000, true));
}

TEST(FaultProbability, ARequestThatItLetsPassDoesNotCount) {
  const auto fell = falls(hang({{"probability", 0.25}, {"times", 5}}));
  EXPECT_EQ(std::count(fell.begin(), fell.end(), true), 5);
  FaultSet set;
  set.add(hang({{"probability", 0}, {"times", 1}}));
  set.add(hang({{"probability", 0}}));
  EXPECT_TRUE(set.take(kRequest).empty());
  EXPECT_EQ(set.list().at(0).at("matched"), 0);
  EXPECT_EQ(set.list().at(0).at("left"), 1);
  EXPECT_EQ(set.unmet().size(), 2) << "what never fell on a request was not met";
}

TEST(FaultProbability, WithoutASeedItIsTheSameEachTimeAndAnotherForEachFault) {
  EXPECT_EQ(falls(hang({{"probability", 0.5}})), falls(hang({{"probability", 0.5}})));
  FaultSet set;
  EXPECT_NE(set.add(hang()).at("seed"), set.add(hang()).at("seed"));
}

/// What is said of an entry that is no fault: "pointer: reason".
std::string refusal_of(const std::string &entry) {
  FaultSet set;
  try {
    set.add(Json::parse(entry));
  } catch (const FaultError &error) {
    EXPECT_EQ(set.list().size(), 0U);
    return error.pointer + ": " + error.what();
  }
  ADD_FAILURE() << entry << " is taken";
  return "";
}

struct BadEntry {
  const char *entry;
  const char *pointer;
  const char *hint; ///< what the message names
};

std::ostream &operator<<(std::ostream &out, const BadEntry &bad) {
  return out << bad.entry;
}

class BadFault : public testing::TestWithParam<BadEntry> {};

TEST_P(BadFault, IsRefusedWithItsPlaceAndWhatIsWanted) {
  const std::string said = refusal_of(GetParam().entry);
  EXPECT_TRUE(said.starts_with(std::string(GetParam().pointer) + ": ")) << said;
  EXPECT_NE(said.find(GetParam().hint), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(
    FaultSet, BadFault,
    testing::Values(
        BadEntry{R"([])", "", "must be an object"}, BadEntry{R"({})", "", "'type'"},
        BadEntry{R"({"type":"fire"})", "/type", "latency, status"},
        BadEntry{R"({"type":1})", "/type", "latency, status"},
        BadEntry{R"({"type":"hang","time":1})", "", "'time'"},
        BadEntry{R"({"type":"hang","id":"a b"})", "/id", "letters"},
        BadEntry{R"({"type":"hang","id":""})", "/id", "letters"},
        BadEntry{R"({"type":"hang","id":"a,b"})", "/id", "letters"},
        BadEntry{R"({"type":"hang","at":"night"})", "/at", "request"},
        BadEntry{R"({"type":"hang","times":0})", "/times", "1 to"},
        BadEntry{R"({"type":"hang","times":"3"})", "/times", "1 to"},
        BadEntry{R"({"type":"hang","times":1e300})", "/times", "1 to"},
        BadEntry{R"({"type":"hang","probability":1.5})", "/probability", "0 to 1"},
        BadEntry{R"({"type":"hang","seed":-1})", "/seed", "0 to"},
        BadEntry{R"({"type":"hang","seed":18446744073709551615})", "/seed", "0 to"},
        BadEntry{R"({"type":"hang","attributes":{"x":1}})", "/attributes", "'x'"},
        BadEntry{R"({"type":"hang","attributes":[]})", "/attributes", "none"},
        BadEntry{R"({"type":"hang","match":{"method":"post"}})", "/match/method", "upper case"},
        BadEntry{R"({"type":"hang","match":{"path":"runs"}})", "/match/path", "begins with '/'"},
        BadEntry{R"({"type":"hang","match":{"path":"/runs?op=x"}})", "/match/path", "without query"},
        BadEntry{R"({"type":"hang","match":{"headers":{"a":1}}})", "/match/headers/a", "exact value"},
        BadEntry{R"({"type":"hang","match":{"headers":{"a~b":1}}})", "/match/headers/a~0b", "exact value"},
        BadEntry{R"({"type":"hang","match":{"headers":{"a b":"1"}}})", "/match/headers", "header names"},
        BadEntry{R"({"type":"hang","match":{"sandbox":"x"}})", "/match", "'sandbox'"},
        BadEntry{R"({"type":"latency"})", "", "'attributes'"},
        BadEntry{R"({"type":"latency","attributes":{}})", "/attributes", "'latencyMs'"},
        BadEntry{R"({"type":"latency","attributes":{"latencyMs":-1}})", "/attributes/latencyMs",
                 "0 to 300000"},
        BadEntry{R"({"type":"latency","attributes":{"latencyMs":300001}})", "/attributes/latencyMs",
                 "300000"},
        BadEntry{R"({"type":"latency","attributes":{"latencyMs":"1"}})", "/attributes/latencyMs", "300000"},
        BadEntry{R"({"type":"latency","attributes":{"latencyMs":1},"at":"request"})", "/at", "always"},
        BadEntry{R"({"type":"status","attributes":{"status":418}})", "/attributes/status", "429, 500"},
        BadEntry{R"({"type":"status","attributes":{"status":403,"errorCode":"401013"}})",
                 "/attributes/errorCode",
                 "with status 403 errorCode is one of 403010, 403000, 403003, 403025, 2120-403, 1009-403"},
        BadEntry{R"({"type":"status","attributes":{"status":502,"errorCode":"403025"}})",
                 "/attributes/errorCode", "with status 502 no errorCode is documented"},
        BadEntry{R"({"type":"status","attributes":{"status":403,"errorCode":403025}})",
                 "/attributes/errorCode", "403025"},
        BadEntry{R"({"type":"hang","after":-1})", "/after", "0 to"},
        BadEntry{R"({"type":"hang","match":{"operation":"retry"}})", "/match/operation",
                 "retry_run, activate_ad_hoc"},
        BadEntry{R"({"type":"status","attributes":{"status":429,"retryAfterS":1.5}})",
                 "/attributes/retryAfterS", "seconds"},
        BadEntry{R"({"type":"truncate","attributes":{"bytes":-1}})", "/attributes/bytes",
                 "bytes of the body"},
        BadEntry{R"({"type":"slow-body","attributes":{"bytesPerSecond":0}})", "/attributes/bytesPerSecond",
                 "1 to"}));

TEST(FaultSet, EndlessTextsAreRefusedToo) {
  const std::string text(1'000'000, 'A');
  for (const Json &entry :
       {hang({{"id", text}}), hang({{"match", {{"method", text}}}}),
        hang({{"match", {{"path", "/" + text}}}}), hang({{"match", {{"headers", {{text, "a"}}}}}}),
        hang({{"match", {{"headers", {{"a", text}}}}}})}) {
    FaultSet set;
    EXPECT_THROW(set.add(entry), FaultError);
  }
}

} // namespace
} // namespace flow::mock
