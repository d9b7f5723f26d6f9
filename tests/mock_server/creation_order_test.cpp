#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/resources/creation_order.hpp"

/// The order of documents by the time of their making: what a page of a listing looks at.
namespace flow::mock {

namespace {

constexpr std::uint64_t kMany = 100'000;

/// As many documents, two of each time, and how often one of them is looked at.
class CountedDocuments final : public Collection {
public:
  CountedDocuments() {
    for (std::uint64_t number = 0; number < kMany; ++number) {
      order_.add({time_of(number), number});
    }
  }

  [[nodiscard]] std::uint64_t size() const override { return kMany; }
  [[nodiscard]] Access access(const Query &query) const override { return order_.access(query); }
  bool holds(std::uint64_t /*number*/, const Filter & /*filter*/) override { return true; }
  SortKey key(std::uint64_t number, const Path &path) override {
    ++looks;
    return path.front().name == "createdAt" ? SortKey(time_of(number)) : SortKey(std::to_string(number));
  }
  std::string text(std::uint64_t /*number*/) override { return ""; }

  void remove(std::uint64_t number) { order_.remove({time_of(number), number}); }

  std::uint64_t looks = 0;

private:
  static std::int64_t time_of(std::uint64_t number) { return static_cast<std::int64_t>(number / 2); }

  CreationOrder order_;
};

Query query_by(const std::vector<SortField> &order) {
  Query query;
  query.order = order;
  query.limit = 3;
  return query;
}

const SortField kByTime{.path = {{.name = "createdAt"}}};
const SortField kByTimeDown{.path = {{.name = "createdAt"}}, .descending = true};
const SortField kByName{.path = {{.name = "name"}}};

TEST(CreationOrder, APageLooksAtLittleMoreThanItHolds) {
  constexpr std::uint64_t kFew = 40;
  for (const auto &order :
       std::vector<std::vector<SortField>>{{kByTime}, {kByTimeDown}, {kByTimeDown, kByName}}) {
    CountedDocuments documents;
    Query query = query_by(order);
    for (int page = 0; page < 3; ++page) {
      documents.looks = 0;
      const Page found = select(query, documents);
      EXPECT_EQ(found.items.size(), 3U);
      EXPECT_LT(documents.looks, kFew);
      query.after = found.next;
    }
  }
}

TEST(CreationOrder, GoesUpAndDownAndOnBehindAPosition) {
  CountedDocuments documents;
  Query up = query_by({kByTime});
  EXPECT_EQ(select(up, documents).items, std::vector<std::uint64_t>({0, 1, 2}));
  up.after = select(up, documents).next;
  documents.remove(3);
  EXPECT_EQ(select(up, documents).items, std::vector<std::uint64_t>({4, 5, 6}));
  Query down = query_by({kByTimeDown});
  EXPECT_EQ(select(down, documents).items, std::vector<std::uint64_t>({99'999, 99'998, 99'997}));
  down.after = select(down, documents).next;
  documents.remove(99'997); // where it goes on behind
  EXPECT_EQ(select(down, documents).items, std::vector<std::uint64_t>({99'996, 99'995, 99'994}));
}

TEST(CreationOrder, CountsWithoutLooking) {
  CountedDocuments documents;
  documents.remove(7);
  Query query = query_by({kByTime});
  query.count = true;
  EXPECT_EQ(select(query, documents).count, kMany - 1);
  EXPECT_EQ(documents.looks, 0U);
}

TEST(CreationOrder, OfAnotherFieldLooksAtAll) {
  CountedDocuments documents;
  const Query query = query_by({kByName});
  EXPECT_EQ(select(query, documents).items, std::vector<std::uint64_t>({0, 1, 10}));
  EXPECT_EQ(documents.looks, kMany);
}

} // namespace

} // namespace flow::mock
