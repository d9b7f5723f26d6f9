#include <algorithm>
#include <cctype>
#include <chrono>
#include <iostream>
#include <list>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "contracts/model/embedded_file.hpp"
#include "contracts/suite/run.hpp"
#include "mock_server/service.hpp"
#include "tests/contracts/each_reading.hpp"
#include "tests/contracts/mutant.hpp"

namespace flow::contract::with_mutants {
std::span<const EmbeddedFile> embedded_files();
} // namespace flow::contract::with_mutants

/// The proof that the suite can fail: each clause has mutants, servers that break this rule alone, and the
/// suite has to see it. All run in this process, without a socket.
namespace flow::contract {

namespace {

using Ids = std::set<std::string>;

/// A mutant beside its clause in clauses/*.json.
struct Entry {
  std::string clause;
  std::size_t number; ///< among the clause's
  Json mutant;
};

void PrintTo(const Entry &entry, std::ostream *out) {
  *out << entry.clause;
}

std::vector<Entry> entries() {
  std::vector<Entry> all;
  for (const EmbeddedFile &file : with_mutants::embedded_files()) {
    const Json document = Json::parse(file.text);
    for (const Json &clause : document.at("clauses")) {
      std::size_t number = 0;
      for (const Json &mutant : clause.value("mutants", Json::array())) {
        all.push_back({.clause = clause.at("id"), .number = ++number, .mutant = mutant});
      }
    }
  }
  return all;
}

const Clause &clause_named(const std::string &id) {
  const auto found = matching(id);
  return **std::find_if(found.begin(), found.end(), [&](const Clause *each) { return each->id == id; });
}

mock::Settings settings_for(const Reading &reading) {
  mock::Settings settings;
  settings.reading = reading;
  return settings;
}

/// The usual reading but for what the clause needs.
Reading reading_for(const Clause &clause) {
  Reading reading;
  for (const auto &[matter, choice] : clause.reading) {
    reading.take(matter + "=" + choice);
  }
  return reading;
}

/// The mock in a reading, as a mutant has it; without one, honest.
class Server {
public:
  explicit Server(const Reading &reading, const Json *mutant = nullptr)
      : service_(settings_for(reading)), target_(Target::mock(service_url("http://mock"))) {
    target_.reading = reading;
    if (mutant != nullptr) {
      mutant_.emplace(*mutant);
    }
  }

  std::vector<const Clause *> clauses() const { return fitting(matching(""), target_); }

  Verdict judge(const Clause &clause) {
    heard_.clear();
    return run_clause(clause, target_, [&](const HttpRequest &request) { return answer(request); });
  }

  /// The calls of the clause that was judged last.
  const std::vector<Call> &heard() const { return heard_; }

  bool is_mutant_for(const std::vector<Call> &calls) const {
    return mutant_ && mutant_->can_be_met_by(calls);
  }

private:
  /// What the server adds for a client is added here, too.
  HttpResponse answer(const HttpRequest &request) {
    const std::string origin = target_.base_url.substr(0, target_.base_url.size() - kBasePath.size());
    Call call{.method = request.method,
              .target = request.url.substr(origin.size()),
              .headers = request.headers,
              .body = request.body.value_or("")};
    if (request.body) {
      call.headers.emplace_back("Content-Length", std::to_string(request.body->size()));
    }
    if (call.target.starts_with(kBasePath)) {
      call.target.erase(0, kBasePath.size());
    }
    heard_.push_back(call);
    const Honest honest = [&](const Call &asked) { return ask(asked); };
    const mock::Response response = mutant_ ? mutant_->answer(call, honest) : honest(call);
    HttpResponse received;
    received.status = response.status;
    received.headers = response.headers;
    received.body = response.body;
    if (!received.header("Content-Type")) {
      received.headers.emplace_back("Content-Type", "application/json");
    }
    return received;
  }

  mock::Response ask(const Call &call) {
    // The token service and ad-hoc activation are not below the service path.
    const bool is_at_origin = call.target.starts_with("/ims/") || call.target.starts_with("/data/core/");
    const std::string target = (is_at_origin ? "" : std::string(kBasePath)) + call.target;
    mock::Request request;
    request.method = call.method;
    request.target = target;
    request.body = call.body;
    for (const auto &[name, value] : call.headers) {
      request.headers.push_back({name, value});
    }
    return service_.handle(request);
  }

  mock::FlowService service_;
  Target target_;
  std::optional<Mutant> mutant_;
  std::vector<Call> heard_;
};

/// A clause and the calls that it makes of the honest mock.
struct Heard {
  const Clause *clause;
  std::vector<Call> calls;
};

/// Every clause that holds in the reading.
const std::vector<Heard> &heard_in(const Reading &reading) {
  static std::list<std::pair<Reading, std::vector<Heard>>> all;
  const auto known =
      std::find_if(all.begin(), all.end(), [&](const auto &each) { return each.first == reading; });
  if (known != all.end()) {
    return known->second;
  }
  std::vector<Heard> heard;
  Server honest(reading);
  for (const Clause *clause : honest.clauses()) {
    honest.judge(*clause);
    heard.push_back({.clause = clause, .calls = honest.heard()});
  }
  return all.emplace_back(reading, std::move(heard)).second;
}

std::string told(const Verdict &verdict) {
  std::string text = verdict.clause->id + " " + verdict.reason;
  for (const Deviation &deviation : verdict.deviations) {
    text +=
        "\n  " + deviation.where + ": expected " + deviation.expected + ", received " + deviation.received;
  }
  return text;
}

/// Counts what was caught, and how long it took.
class Mutants : public testing::TestWithParam<Entry> {
protected:
  static void SetUpTestSuite() {
    begin_ = std::chrono::steady_clock::now();
    caught_ = 0;
    played_ = 0;
  }
  static void TearDownTestSuite() {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
    std::cout << caught_ << " of " << played_ << " mutants caught, in " << took.count() << " s\n";
  }

  static inline std::chrono::steady_clock::time_point begin_;
  static inline std::size_t caught_ = 0;
  static inline std::size_t played_ = 0;
};

TEST_P(Mutants, AreCaughtByTheirClause) {
  const Entry &entry = GetParam();
  const Clause &clause = clause_named(entry.clause);
  Server server(reading_for(clause), &entry.mutant);
  Ids expected = entry.mutant.value("also", Ids());
  expected.insert(entry.clause);
  Ids broken;
  std::string account;
  for (const Heard &each : heard_in(reading_for(clause))) {
    if (!server.is_mutant_for(each.calls)) {
      continue; // it is answered as by the honest mock, which keeps every clause
    }
    const Verdict verdict = server.judge(*each.clause);
    ASSERT_NE(verdict.outcome, Outcome::skipped) << told(verdict);
    if (verdict.outcome == Outcome::broken) {
      broken.insert(each.clause->id);
      account += told(verdict) + "\n";
    }
  }
  ++played_;
  caught_ += broken.contains(entry.clause) ? 1 : 0;
  EXPECT_EQ(broken, expected) << account;
}

std::string name_of(const testing::TestParamInfo<Entry> &info) {
  std::string name =
      info.param.clause + (info.param.number > 1 ? "_" + std::to_string(info.param.number) : "");
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, Mutants, testing::ValuesIn(entries()), name_of);

TEST(EveryClause, HasAMutant) {
  Ids with_mutant;
  for (const Entry &entry : entries()) {
    with_mutant.insert(entry.clause);
  }
  for (const Clause *clause : matching("")) {
    EXPECT_TRUE(with_mutant.contains(clause->id)) << clause->id;
  }
}

TEST(ClauseFiles, WithTheirMutantsAreInShape) {
  for (const EmbeddedFile &file : with_mutants::embedded_files()) {
    EXPECT_NO_THROW(read_subject(file.name, file.text)) << file.name;
  }
  for (const Entry &entry : entries()) {
    for (const std::string &id : entry.mutant.value("also", Ids())) {
      EXPECT_TRUE(clause_number(id)) << entry.clause << " names " << id;
    }
  }
}

TEST(TheMock, KeepsEveryClauseInEachReading) {
  for (const Reading &reading : each_reading()) {
    Server server(reading);
    for (const Clause *clause : server.clauses()) {
      const Verdict verdict = server.judge(*clause);
      EXPECT_EQ(verdict.outcome, Outcome::held) << told(reading) << ": " << told(verdict);
    }
  }
}

TEST(TheMock, KeepsEveryClauseInAnyOrder) {
  Server server{Reading()};
  std::vector<const Clause *> clauses = server.clauses();
  std::reverse(clauses.begin(), clauses.end());
  for (const Clause *clause : clauses) {
    const Verdict verdict = server.judge(*clause);
    EXPECT_EQ(verdict.outcome, Outcome::held) << told(verdict);
  }
}

TEST(Mutant, OfAnUnknownNameIsRefused) {
  EXPECT_THROW(Mutant(Json::parse(R"({"when": {"request": "GET /runs/{no such run}"}})")), std::out_of_range);
}

} // namespace

} // namespace flow::contract
