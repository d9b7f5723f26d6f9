#include "tests/mock_server/journal.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "mock_server/journal/journal.hpp"

/// Of this thread.
static thread_local std::uint64_t allocations = 0;

void *operator new(std::size_t size) {
  ++allocations;
  void *memory = std::malloc(size); // NOLINT(cppcoreguidelines-no-malloc): this is what new is made of
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
void operator delete(void *memory) noexcept {
  std::free(memory); // NOLINT(cppcoreguidelines-no-malloc)
}
void operator delete(void *memory, std::size_t /*size*/) noexcept {
  std::free(memory); // NOLINT(cppcoreguidelines-no-malloc)
}

/// The journal: what is kept of the traffic, what never is, and what can be asked of it.
namespace flow::mock::test {
namespace {

/// A journal that notes plain exchanges.
struct Notes {
  explicit Notes(std::size_t capacity) : journal(capacity, numbers) {}

  void add(const Ask &asked, const Response &response = {}, const Trace &trace = {}, std::int64_t at_ms = 0) {
    journal.add(asked.request(), response, trace, {}, {.at_ms = at_ms, .duration_us = 1});
  }
  std::vector<JournalEntry> all() const { return journal.find({}, 1000); }

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
  Trace trace;
  trace.run = "r";
  trace.made_run = "m";
  trace.faults = "f1";
  trace.operation = "retry_run";
  trace.error = "bad-request";
  notes.add(Ask{.method = "POST", .target = "/long?x=1", .body = std::string(9000, 'x')},
            {.status = 400, .headers = {{"x-request-id", "id"}}, .body = std::string(9000, 'y')}, trace);
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
  const Response response{.headers = {{"x-request-id", std::string(36, 'i')}},
                          .body = std::string(3000, 'y')};
  Trace trace;
  trace.run = kFailed;
  trace.made_run = kSuccess;
  Verdict verdict;
  verdict.add(0);
  const auto add = [&] {
    notes.journal.add(request, response, trace, verdict, {.at_ms = 1, .duration_us = 1});
  };
  add();
  add();
  const std::uint64_t before = allocations;
  for (int i = 0; i < 10; ++i) {
    add();
  }
  EXPECT_EQ(allocations, before);
}

TEST(Journal, KeepsTheBeginningOfLongTextsAndSaysSo) {
  Notes notes(1);
  Ask asked{.method = "POST", .target = "/" + std::string(3000, 't'), .body = "{" + std::string(9000, ' ')};
  asked.add("x-long", std::string(8000, 'h')).add("x-longer", std::string(8000, 'h')).add("x-last", "kept");
  notes.add(asked, {.body = "[" + std::string(5000, ' ')});
  const JournalEntry entry = notes.all().at(0);
  EXPECT_EQ(entry.target.size(), JournalEntry::kTargetBytes);
  EXPECT_EQ(entry.body.size(), JournalEntry::kBodyBytes);
  EXPECT_EQ(entry.answer.size(), JournalEntry::kBodyBytes);
  EXPECT_LE(entry.headers.size(), JournalEntry::kHeaderBytes);
  EXPECT_EQ(entry.headers.find("x-longer"), std::string::npos);
  EXPECT_NE(entry.headers.find("x-last: kept\n"), std::string::npos);
  EXPECT_TRUE(entry.target_cut && entry.headers_cut && entry.body_cut && entry.answer_cut);
}

TEST(Journal, TakesExchangesFromManyThreads) {
  Notes notes(100);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&notes] {
      for (int n = 0; n < 500; ++n) {
        notes.add(retry(kFailed));
        notes.journal.times({.run = "r"});
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

/// All that is kept of an entry, in one text.
std::string texts_of(const JournalEntry &entry) {
  return entry.method + entry.target + entry.headers + entry.body + entry.answer_headers + entry.answer +
         entry.run + entry.made_run + entry.faults + entry.request_id;
}

TEST(JournalSecrets, AreNeverKept) {
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"Authorization", "Bearer S3CRET"}, {"AUTHORIZATION", "S3CRET"},
      {"authorisation", "Bearer S3CRET"}, {"Cookie", "s=S3CRET"},
      {"Proxy-Authorization", "S3CRET"},  {"x-api-key", "S3CRET"},
      {"X-Client-Secret", "S3CRET"},      {"x-auth-token", "S3CRET"},
      {"x-PassWord", "S3CRET"},           {"x-misplaced", "bearer S3CRET"},
      {"x-basic", "Basic S3CRET"}};
  for (const auto &[name, value] : headers) {
    Notes notes(1);
    notes.add(Ask{.method = "GET", .target = "/", .headers = {{name, value}}}, {.headers = {{name, value}}});
    EXPECT_EQ(texts_of(notes.all().at(0)).find("S3CRET"), std::string::npos) << name;
    EXPECT_NE(notes.all().at(0).headers.find(name + ": (not kept)\n"), std::string::npos) << name;
  }
  for (const std::string target :
       {"/x?access_token=S3CRET", "/x?a=1&client_secret=S3CRET&b=2", "/x?%74oken=S3CRET", "/x?to%6ben=S3CRET",
        "/x?%zz=S3CRET", "/x?Password=S3CRET", "http://user:S3CRET@host/x", "http://user:S3CRET@host?a",
        "/ims/token/v3?a=S3CRET", "/ims/token/v9?a=S3CRET", "/x?client_assertion=S3CRET"}) {
    Notes notes(1);
    notes.add(Ask{.method = "GET", .target = target});
    EXPECT_EQ(texts_of(notes.all().at(0)).find("S3CRET"), std::string::npos) << target;
  }
  for (const std::string body :
       {R"({"token":"S3CRET"})", R"({"a":{"client_secret" : "S3C\"RET S3CRET"},"b":1})",
        R"({"password":12,"t":1})", R"({"token":["S3CRET"]})", R"({"token":{"a":"S3CRET"}})",
        R"({"\u0074oken":"S3CRET"})", R"({"access_token":"S3CRET)", R"([{"Authorization":"Bearer S3CRET"}])",
        "client_secret=S3CRET&a=b", "token: S3CRET", R"("token S3CRET")"}) {
    Notes notes(1);
    notes.add(Ask{.method = "POST", .target = "/x", .body = body}, {.body = body});
    EXPECT_EQ(texts_of(notes.all().at(0)).find("S3CRET"), std::string::npos) << body;
    EXPECT_EQ(texts_of(notes.all().at(0)).find(":12"), std::string::npos) << body;
  }
}

TEST(JournalSecrets, LeaveTheRestReadable) {
  Notes notes(1);
  notes.add(Ask{.method = "POST",
                .target = "/x?op=re-trigger&client_secret=s&continuationToken=c&flag",
                .body = R"({"a":"the token","password":"p","b":[1,{"c":"d"}]})"},
            {.body = "{\"id\":\"r\"}"});
  const JournalEntry entry = notes.all().at(0);
  EXPECT_EQ(entry.target, "/x?op=re-trigger&client_secret=(not kept)&continuationToken=c&flag");
  EXPECT_EQ(entry.body, R"({"a":"the token","password":"(not kept)","b":[1,{"c":"d"}]
})");
  EXPECT_EQ(entry.answer, R"({"id":"r"})");
EXPECT_FALSE(entry.body_cut);
}

TEST(JournalSecrets, OfTheTokenServiceAreNowhereInWhatTheControlApiTells) {
  Stage stage;
  const Response given = stage(Ask{.method = "POST",
                                   .target = "/ims/token/v3?scope=openid",
                                   .body = "grant_type=client_credentials&client_id=ID0&client_secret=S3CRET",
                                   .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
  ASSERT_EQ(given.status, 200) << given.body;
  const std::string token = body_of(given).at("access_token");
  stage(get(kFailed).set("Authorization", "Bearer " + token));
  const std::string all = told(stage, "/requests").dump();
  EXPECT_EQ(all.find(token), std::string::npos);
  EXPECT_EQ(all.find("S3CRET"), std::string::npos);
  EXPECT_EQ(all.find("ID0"), std::string::npos);
  EXPECT_EQ(all.find("{API_KEY}"), std::string::npos);
  EXPECT_NE(all.find("/ims/token/v3"), std::string::npos);
}

TEST(Journal, TellsARetryWhole) {
  Stage stage;
  const Response answer = stage(retry(kFailed));
  const Json all = told_of_sandbox(stage, "/requests");
  EXPECT_EQ(all.at("dropped"), 0);
  EXPECT_EQ(all.at("capacity"), 1000);
  ASSERT_EQ(all.at("requests").size(), 1U);
  const Json entry = all["requests"][0];
  EXPECT_EQ(entry.at("organisation"), "{ORG_ID}");
  EXPECT_EQ(entry.at("sandbox"), "{SANDBOX_NAME}");
  EXPECT_EQ(entry.at("atMs"), kNow);
  EXPECT_EQ(entry.at("method"), "POST");
  EXPECT_EQ(entry.at("target"), run_path(kFailed) + "/action?op=re-trigger");
  EXPECT_EQ(entry.at("headers").at(0), (Json{{"name", "Authorization"}, {"value", "(not kept)"}}));
  EXPECT_EQ(entry.at("headers").at(3), (Json{{"name", "x-sandbox-name"}, {"value", "{SANDBOX_NAME}"}}));
  EXPECT_EQ(entry.at("status"), 200);
  EXPECT_EQ(entry.at("answerBody"), answer.body);
  EXPECT_EQ(entry.at("operation"), "retry_run");
  EXPECT_EQ(entry.at("run"), kFailed);
  EXPECT_EQ(entry.at("madeRun"), body_of(answer).at("id"));
  EXPECT_EQ(entry.at("requestId"), header(answer, "x-request-id"));
  EXPECT_EQ(entry.at("cut"), Json::array());
  EXPECT_FALSE(entry.at("clauses").empty());
  EXPECT_FALSE(entry.contains("error"));
}

TEST(Journal, DoesNotNoteTheControlApi) {
  Stage stage;
  told(stage, "/sandboxes");
  EXPECT_TRUE(told(stage, "/requests").at("requests").empty());
}

// "Was this run retried exactly twice, at least 5 s apart?"
TEST(Verification, CountsTheRetriesOfARunAndTheShortestTimeBetweenThem) {
  Stage stage;
  const std::string retries = "/requests/count?operation=retry_run&run=" + std::string(kZeroRecords);
  EXPECT_EQ(told_of_sandbox(stage, retries), (Json{{"count", 0},
                                                   {"firstMs", nullptr},
                                                   {"lastMs", nullptr},
                                                   {"shortestGapMs", nullptr},
                                                   {"dropped", 0},
                                                   {"capacity", 1000}}));
  stage(retry(kZeroRecords));
  EXPECT_EQ(told_of_sandbox(stage, retries).at("shortestGapMs"), nullptr);
  stage(get(kZeroRecords));
  const auto moved = stage(admin("PUT", std::string(kSandbox) + "/clock", R"({"advanceMs":5000})"));
  ASSERT_EQ(moved.status, 200) << moved.body;
  stage(retry(kFailed));
  stage(retry(kZeroRecords));
  const Json twice = told_of_sandbox(stage, retries);
  EXPECT_EQ(twice.at("count"), 2);
  EXPECT_EQ(twice.at("firstMs"), kNow);
  EXPECT_EQ(twice.at("lastMs"), kNow + 5000);
  EXPECT_EQ(twice.at("shortestGapMs"), 5000);
  stage.clock->advance(1000);
  stage(retry(kZeroRecords));
  EXPECT_EQ(told_of_sandbox(stage, retries).at("count"), 3);
  EXPECT_EQ(told_of_sandbox(stage, retries).at("shortestGapMs"), 1000);
}

TEST(Verification, FiltersByWhatIsAskedFor) {
  Stage stage;
  const std::string made = body_of(stage(retry(kFailed))).at("id"); // 1
  stage.clock->advance(10);
  stage(get(kFailed));          // 2
  stage(retry(kSuccess));       // 3: 400, a violation
  stage(get(kNoSuchRun));       // 4: 404
  stage(read("/runs?limit=1")); // 5
  const auto numbers = [&](const std::string &filter) {
    Numbers found;
    const Json body = told_of_sandbox(stage, "/requests?" + filter);
    for (const Json &entry : body.at("requests")) {
      found.push_back(entry.at("number"));
    }
    EXPECT_EQ(told_of_sandbox(stage, "/requests/count?" + filter).at("count"), found.size()) << filter;
    return found;
  };
  EXPECT_EQ(numbers(""), (Numbers{1, 2, 3, 4, 5}));
  EXPECT_EQ(numbers("method=post"), (Numbers{1, 3}));
  EXPECT_EQ(numbers("path=/runs/*/action"), (Numbers{1, 3}));
  EXPECT_EQ(numbers("path=/runs/*"), (Numbers{2, 4}));
  EXPECT_EQ(numbers("path=" + percent_encoded(run_path(kFailed))), Numbers{2});
  EXPECT_EQ(numbers("operation=get_run"), (Numbers{2, 4}));
  EXPECT_EQ(numbers("run=" + made), Numbers{1});
  EXPECT_EQ(numbers("run=" + std::string(kSuccess)), Numbers{3});
  EXPECT_EQ(numbers("status=404"), Numbers{4});
  EXPECT_EQ(numbers("clause=retry/state/with-records"), Numbers{3});
  EXPECT_EQ(numbers("violated=true"), Numbers{3});
  EXPECT_EQ(numbers("violated=false"), (Numbers{1, 2, 4, 5}));
  EXPECT_EQ(numbers("toMs=" + std::to_string(kNow)), Numbers{1});
  EXPECT_EQ(numbers("fromMs=" + std::to_string(kNow + 10) + "&method=GET"), (Numbers{2, 4, 5}));
  EXPECT_EQ(numbers("fault=f1"), Numbers{});
  EXPECT_EQ(told_of_sandbox(stage, "/requests?limit=2").at("requests").at(0).at("number"), 4);
}

TEST(Verification, RefusesWhatItDoesNotUnderstandAndNamesIt) {
  Stage stage;
  for (const std::string filter :
       {"colour=red", "status=ok", "status=99", "limit=-1", "limit=10001", "fromMs=x", "toMs=-1",
        "operation=retry", "clause=retry/nothing", "violated=yes", "method=GET&method=POST"}) {
    const Response refused = stage(admin("GET", std::string(kSandbox) + "/requests?" + filter));
    EXPECT_EQ(refused.status, 400) << filter;
    EXPECT_EQ(body_of(refused).at("errors").at(0).at("source").at("pointer"),
              filter.substr(0, filter.find('=')))
        << refused.body;
  }
  EXPECT_EQ(stage(admin("GET", "/requests/count?limit=1")).status, 400);
  EXPECT_EQ(stage(admin("DELETE", "/requests?run=r")).status, 400);
}

TEST(Journal, OfASandboxIsItsOwn) {
  Stage stage;
  stage(retry(kFailed));
  stage(retry(kFailed).set("x-sandbox-name", "other"));
  stage(retry(kFailed).set("x-sandbox-name", "other"));
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count").at("count"), 1);
  const std::string other = "/sandboxes/%7BORG_ID%7D/other";
  EXPECT_EQ(told(stage, other + "/requests/count").at("count"), 2);
  EXPECT_EQ(told(stage, "/requests/count").at("count"), 3);
  EXPECT_EQ(stage(admin("DELETE", other + "/requests")).status, 200);
  EXPECT_EQ(told(stage, other + "/requests/count").at("count"), 0);
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count").at("count"), 1);
  EXPECT_EQ(stage(admin("POST", std::string(kSandbox) + "/reset")).status, 200);
  EXPECT_EQ(told(stage, "/requests/count").at("count"), 0);
}

TEST(Journal, OfTheWholeMockIsInOrderAndHasWhatReachedNoSandbox) {
  Stage stage;
  stage(retry(kFailed));
  stage(Ask{.method = "GET", .target = "/nowhere", .headers = {}});
  stage(retry(kFailed).set("x-sandbox-name", "other"));
  stage(retry(kFailed));
  const Json all = told(stage, "/requests").at("requests");
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].at("number"), i + 1);
  }
  EXPECT_FALSE(all[1].contains("sandbox"));
  EXPECT_EQ(all[2].at("sandbox"), "other");
  EXPECT_EQ(told(stage, "/requests?limit=2").at("requests").at(0).at("number"), 3);
  EXPECT_EQ(stage(admin("POST", "/reset")).status, 200);
  EXPECT_TRUE(told(stage, "/requests").at("requests").empty());
}

TEST(Journal, NotesWhatIsRefusedInTheSandboxItNames) {
  Stage stage;
  stage(get(kFailed));
  stage(get(kFailed).drop("Authorization"));
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count?status=401").at("count"), 1);
}

TEST(Journal, IsAsLargeAsTheSettingsSay) {
  Stage stage([](Settings &settings) { settings.journal_size = 2; });
  for (int i = 0; i < 5; ++i) {
    stage(get(kFailed));
  }
  const Json all = told_of_sandbox(stage, "/requests");
  EXPECT_EQ(all.at("requests").size(), 2U);
  EXPECT_EQ(all.at("dropped"), 3);
  EXPECT_EQ(all.at("capacity"), 2);
  EXPECT_EQ(told_of_sandbox(stage, "/requests/count").at("dropped"), 3);
}

} // namespace
} // namespace flow::mock::test
