#include "mock_server/resources/id_source.hpp"

#include <regex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/support.hpp"

namespace flow::mock {
namespace {

TEST(IdSource, UuidsAreOfVersionFour) {
  IdSource ids(1);
  const std::regex form{std::string(test::kUuidForm)};
  for (int i = 0; i < 200; ++i) {
    const std::string id = ids.uuid();
    EXPECT_TRUE(std::regex_match(id, form)) << id;
  }
}

TEST(IdSource, UuidsDoNotRepeat) {
  IdSource ids(IdSource::random_seed());
  std::set<std::string> seen;
  for (int i = 0; i < 20000; ++i) {
    EXPECT_TRUE(seen.insert(ids.uuid()).second);
  }
}

TEST(IdSource, SameSeedGivesTheSameSequence) {
  IdSource one(42);
  IdSource other(42);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(one.uuid(), other.uuid());
    EXPECT_EQ(one.etag(1000), other.etag(1000));
  }
}

TEST(IdSource, OtherSeedsGiveOtherSequences) {
  EXPECT_NE(IdSource(1).uuid(), IdSource(2).uuid());
  EXPECT_NE(IdSource(1).etag(0), IdSource(2).etag(0));
  EXPECT_NE(IdSource(IdSource::random_seed()).uuid(), IdSource(IdSource::random_seed()).uuid());
}

TEST(IdSource, EtagsHaveTheDocumentedFormWithTheirQuotes) {
  IdSource ids(1);
  const std::regex form{std::string(test::kEtagForm)};
  for (int i = 0; i < 200; ++i) {
    const std::string etag = ids.etag(i);
    EXPECT_TRUE(std::regex_match(etag, form)) << etag;
  }
}

TEST(IdSource, EtagsAreDatedAsTheDocumentedOnes) {
  // The monitor example: updated at 1596656113526, etag "b8003af1-0000-0200-0000-5f2b09f10000".
  EXPECT_EQ(IdSource(1).etag(1596656113526).substr(24), "-5f2b09f10000\"");
  EXPECT_EQ(IdSource(1).etag(0).substr(24), "-000000000000\"");
}

TEST(IdSource, EtagsOfOneSecondDiffer) {
  IdSource ids(7);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(ids.etag(1000)).second);
  }
}

TEST(IdSource, ThreadsNeverGetTheSameId) {
  IdSource ids(9);
  std::vector<std::vector<std::string>> taken(8);
  std::vector<std::thread> threads;
  threads.reserve(taken.size());
  for (auto &mine : taken) {
    threads.emplace_back([&ids, &mine] {
      for (int i = 0; i < 500; ++i) {
        mine.push_back(ids.uuid());
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  std::set<std::string> seen;
  for (const auto &mine : taken) {
    seen.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(seen.size(), 8U * 500U);
}

TEST(NameUuid, StandsForItsName) {
  EXPECT_EQ(name_uuid("dev"), name_uuid("dev"));
  EXPECT_NE(name_uuid("dev"), name_uuid("Dev"));
  EXPECT_EQ(name_uuid("dev").size(), 36U);
  EXPECT_EQ(name_uuid("dev")[14], '5');
}

} // namespace
} // namespace flow::mock
