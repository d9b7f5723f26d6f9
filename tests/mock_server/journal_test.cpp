#include "tests/mock_server/journal.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/kept_text.hpp"
#include "tests/mock_server/counted_memory.hpp"
#include "tests/mock_server/exchange.hpp"
#include "tests/mock_server/stored_entries.hpp"

/// The journal: what is kept of the traffic, what never is, and what can be asked of it.
namespace flow::mock::test {
namespace {

Response answer_of(std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {.status = 200, .headers = std::move(headers), .body = std::move(body)};
}

/// A journal that notes plain exchanges.
struct Notes {
  explicit Notes(std::size_t capacity) : Notes(JournalSize{.exchanges = capacity}) {}
  explicit Notes(JournalSize size) : journal(size, numbers) {}

  void add(const Ask &asked, const Response &response = {}, std::int64_t at_ms = 0) {
    const Request request = asked.request();
    add(exchange_of(request, response), at_ms);
  }
  void add(const Exchange &exchange, std::int64_t at_ms = 0) {
    journal.add(exchange, secrets_of(exchange.request, known), {.at_ms = at_ms, .duration_us = 1});
  }
  std::vector<JournalEntry> all() const { return journal.find({}, 1000); }

  KnownSecrets known{std::vector<std::string>{"s33d.s3cr3t"}};
  std::atomic<std::uint64_t> numbers = 0;
  Journal journal;
};

std::vector<std::uint64_t> numbers_of(const std::vector<JournalEntry> &entries) {
  std::vector<std::uint64_t> numbers;
  for (const JournalEntry &entry : entries) {
    numbers.push_back(entry.number);
  }
  return numbers;
}

using Numbers = std::vector<std::uint64_t>;

TEST(Journal, KeepsTheNewestAndSaysHowManyAreGone) {
  Notes notes(3);
  for (int i = 0; i < 5; ++i) {
    notes.add(get("r" + std::to_string(i)));
  }
  const auto all = notes.all();
  EXPECT_EQ(numbers_of(all), (Numbers{3, 4, 5}));
  EXPECT_EQ(all.at(0).target, run_path("r2"));
  EXPECT_EQ(all.at(2).target, run_path("r4"));
  EXPECT_EQ(notes.journal.dropped(), 2U);
}

TEST(Journal, AnswersWithTheLastOnesOfALimit) {
  Notes notes(10);
  for (int i = 0; i < 4; ++i) {
    notes.add(get("r"));
  }
  EXPECT_EQ(numbers_of(notes.journal.find({}, 2)), (Numbers{3, 4}));
  EXPECT_TRUE(notes.journal.find({}, 0).empty());
}

TEST(Journal, BeginsAnewWhenItIsCleared) {
  Notes notes(2);
  for (int i = 0; i < 3; ++i) {
    notes.add(get("old"));
  }
  notes.journal.clear();
  EXPECT_TRUE(notes.all().empty());
  EXPECT_EQ(notes.journal.dropped(), 0U);
  notes.add(get("new"));
  EXPECT_EQ(numbers_of(notes.all()), Numbers{4});
  EXPECT_EQ(notes.all().at(0).target, run_path("new"));
}

TEST(Journal, OfNoCapacityKeepsNothing) {
  Notes notes(0);
  notes.add(get("r"));
  EXPECT_TRUE(notes.all().empty());
  EXPECT_EQ(notes.numbers, 1U);
}

TEST(Journal, LeavesNothingOfAnExchangeInTheSlotItGaveUp) {
  Notes notes(1);
  const Ask asked{.method = "POST", .target = "/long?x=1", .body = std::string(9000, 'x')};
  const Request request = asked.request();
  Exchange exchange =
      exchange_of(request, {.status = 400, .headers = {{"etag", "\"1\""}}, .body = std::string(9000, 'y')});
  exchange.request_id = "a long id";
  exchange.asked.identified.operation = &contract::operations().front();
  exchange.asked.run = "r";
  exchange.made_run = "m";
  exchange.faults = faults_named("f1");
  exchange.error = "bad-request";
  notes.add(exchange);
  notes.add(Ask{.method = "GET", .target = "/", .headers = {}});
  const JournalEntry entry = notes.all().at(0);
  EXPECT_EQ(entry.method + entry.target, "GET/");
  EXPECT_EQ(entry.headers + entry.body + entry.answer_headers + entry.answer, "");
  EXPECT_EQ(entry.run + entry.made_run + entry.faults + entry.request_id, "");
  EXPECT_EQ(std::string(entry.operation) + std::string(entry.error), "");
  EXPECT_FALSE(entry.body_cut || entry.answer_cut || entry.target_cut || entry.headers_cut);
}

TEST(Journal, OnceFullAllocatesNothing) {
  Notes notes(2);
  const Ask asked = retry(kFailed).add("x-more", std::string(500, 'x'));
  const Request request = asked.request();
  Exchange exchange = exchange_of(request, answer_of(std::string(3000, 'y')));
  exchange.request_id = std::string(36, 'i');
  exchange.asked.run = kFailed;
  exchange.made_run = kSuccess;
  exchange.verdict.add(0);
  notes.add(exchange);
  notes.add(exchange);
  const std::uint64_t before = allocations();
  for (int i = 0; i < 10; ++i) {
    notes.add(exchange);
  }
  EXPECT_EQ(allocations(), before);
}

TEST(Journal, KeepsTheBeginningOfLongTextsAndSaysSo) {
  Notes notes(1);
  Ask asked{.method = "POST", .target = "/" + std::string(3000, 't'), .body = "{" + std::string(9000, ' ')};
  asked.add("x-long", std::string(8000, 'h')).add("x-longer", std::string(8000, 'h')).add("x-last", "kept");
  notes.add(asked, answer_of("[" + std::string(5000, ' ')));
  const JournalEntry entry = notes.all().at(0);
  EXPECT_EQ(entry.target.size(), JournalEntry::kTargetBytes);
  EXPECT_EQ(entry.body.size(), JournalEntry::kBodyBytes);
  EXPECT_EQ(entry.answer.size(), JournalEntry::kBodyBytes);
  EXPECT_LE(entry.headers.size(), JournalEntry::kHeaderBytes);
  EXPECT_EQ(entry.headers.find("x-longer"), std::string::npos);
  EXPECT_NE(entry.headers.find("x-last: kept\n"), std::string::npos);
  EXPECT_TRUE(entry.target_cut && entry.headers_cut && entry.body_cut && entry.answer_cut);
}

TEST(Journal, SaysThatATextWasCutThoughItFitsWithoutItsSecrets) {
  std::string body;
  while (body.size() < JournalEntry::kBodyBytes + 100) {
    body += "s33d.s3cr3t,";
  }
  Notes notes(1);
  notes.add(Ask{.method = "POST", .target = "/", .body = body, .headers = {}});
  EXPECT_LT(notes.all().at(0).body.size(), JournalEntry::kBodyBytes);
  EXPECT_TRUE(notes.all().at(0).body_cut);
}

TEST(Journal, LeavesOutAHeaderThatDoesNotFitAndSaysSo) {
  constexpr std::size_t kFits = JournalEntry::kHeaderBytes - 4; // "x: " and "\n" take four
  for (const auto &[name, value, is_kept] : std::vector<std::tuple<std::string, std::string, bool>>{
           {"x", std::string(kFits, 'v'), true},
           {"x", std::string(kFits + 1, 'v'), false},
           {std::string(9000, 'n'), "v", false},
           {"token" + std::string(9000, 'n'), "v", false}}) {
    for (const bool is_of_answer : {false, true}) {
      Notes notes(1);
      Ask asked{.method = "GET", .target = "/", .headers = {}};
      std::vector<std::pair<std::string, std::string>> fields;
      (is_of_answer ? fields : asked.headers) = {{name, value}, {"y", "z"}};
      notes.add(asked, answer_of("", fields));
      const JournalEntry entry = notes.all().at(0);
      const std::string &kept = is_of_answer ? entry.answer_headers : entry.headers;
      EXPECT_EQ(kept, is_kept ? name + ": " + value + "\n" : "y: z\n") << name.substr(0, 9);
      EXPECT_TRUE(entry.headers_cut) << name.substr(0, 9);
    }
  }
}

TEST(Journal, TakesExchangesFromManyThreads) {
  Notes notes(100);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&notes] {
      for (int n = 0; n < 500; ++n) {
        notes.add(retry(kFailed));
        notes.journal.times({});
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  const auto numbers = numbers_of(notes.all());
  ASSERT_EQ(numbers.size(), 100U);
  EXPECT_EQ(numbers.front(), 1901U);
  EXPECT_EQ(numbers.back(), 2000U);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  EXPECT_EQ(notes.journal.dropped(), 1900U);
}

TEST(Journal, KeepsNoMoreThanItsBytesAndSaysHowManyAreGone) {
  Notes notes(JournalSize{.exchanges = 1000, .bytes = 20000});
  const Ask large{.method = "POST", .target = "/x", .body = std::string(3000, ' '), .headers = {}};
  for (int i = 0; i < 50; ++i) {
    notes.add(large, answer_of(std::string(1000, ' ')));
    EXPECT_LE(notes.journal.bytes(), 20000U);
  }
  const auto all = notes.all();
  ASSERT_GE(all.size(), 2U) << "there is room for some";
  EXPECT_EQ(all.back().number, 50U) << "the oldest go first";
  EXPECT_EQ(notes.journal.dropped(), 50U - all.size());
  for (int i = 0; i < 50; ++i) {
    notes.add(Ask{.method = "GET", .target = "/", .headers = {}});
  }
  EXPECT_GT(notes.all().size(), all.size())
      << "of small ones there is room for more, also where large ones were";
}

TEST(Journal, OfFewerBytesThanAnExchangeKeepsNone) {
  Notes notes(JournalSize{.exchanges = 10, .bytes = 100});
  notes.add(get("r"));
  EXPECT_TRUE(notes.all().empty());
  EXPECT_EQ(notes.journal.dropped(), 1U);
}

TEST(Journal, GivesItsMemoryBackWhenItIsCleared) {
  Notes notes(100);
  for (int i = 0; i < 50; ++i) {
    notes.add(retry(kFailed));
  }
  EXPECT_GT(notes.journal.bytes(), 50 * sizeof(JournalEntry));
  EXPECT_EQ(StoredEntries::of(notes.journal).size(), 50U);
  notes.journal.clear();
  EXPECT_EQ(notes.journal.bytes(), 0U);
  EXPECT_TRUE(StoredEntries::of(notes.journal).empty());
}

TEST(Journal, LeavesTheRestOfWhatHoldsSecretsReadable) {
  const std::string body = R"({"a":"the token","password":"p","b":[1,{"c":"d"}]})";
  const std::string kept = R"x({"a":"the token","password":"(not kept)","b":[1,{"c":"d"}]})x";
  const std::string answer = R"({"id":"r"})";
  Notes notes(1);
  notes.add(Ask{.method = "POST",
                .target = "/x?op=re-trigger&client_secret=s&continuationToken=c&flag",
                .body = body},
            answer_of(answer));
  const JournalEntry entry = notes.all().at(0);
  EXPECT_EQ(entry.target, "/x?op=re-trigger&client_secret=(not kept)&continuationToken=c&flag");
  EXPECT_EQ(entry.body, kept);
  EXPECT_EQ(entry.answer, answer);
  EXPECT_FALSE(entry.body_cut);
}

} // namespace
} // namespace flow::mock::test
