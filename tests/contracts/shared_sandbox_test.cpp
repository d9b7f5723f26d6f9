#include <algorithm>
#include <atomic>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "contracts/suite/patience.hpp"
#include "contracts/suite/plan.hpp"
#include "mock_server/service.hpp"

/// The suite in one sandbox that all clauses share, as on a server other than the mock.
namespace flow::contract {

namespace {

constexpr const char *kOrigin = "http://mock.test";

/// Stands still but where the suite lets time pass.
class SetClock final : public mock::Clock {
public:
  std::int64_t now_ms() const override { return now_ms_; }
  void advance(std::chrono::milliseconds time) { now_ms_ += time.count(); }

private:
  std::atomic<std::int64_t> now_ms_ = 1'700'000'000'000;
};

/// A strict mock with one sandbox, in this process, whose runs last long enough to be updated.
class SharedSandbox : public testing::Test {
protected:
  mock::Settings strict() const {
    mock::Settings settings;
    settings.clock = clock_;
    settings.strict = true;
    mock::Allow &allow = settings.seed.allow;
    allow.tokens = {"t"};
    allow.api_keys = {"k"};
    allow.organisations = {"o@AdobeOrg"};
    allow.sandboxes = {"dev"};
    settings.seed.defaults.duration_ms = 3'600'000;
    return settings;
  }

  SharedSandbox() {
    target_.token = "t";
    target_.api_key = "k";
    target_.org = "o@AdobeOrg";
    target_.sandbox = "dev";
  }

  HttpResponse send(const HttpRequest &request) {
    mock::Request asked;
    asked.method = request.method;
    asked.target = std::string_view(request.url).substr(std::string_view(kOrigin).size());
    asked.body = request.body ? std::string_view(*request.body) : std::string_view();
    for (const auto &[name, value] : request.headers) {
      asked.headers.push_back({name, value});
    }
    const mock::Response response = service_.handle(asked);
    HttpResponse answer{.status = response.status, .headers = {}, .body = std::string(response.body)};
    bool typed = false;
    for (const auto &[name, value] : response.headers) {
      answer.headers.emplace_back(name, value);
      typed = typed || name == "Content-Type";
    }
    if (!typed) {
      answer.headers.emplace_back("Content-Type", "application/json");
    }
    return answer;
  }

  HttpResponse admin(const std::string &method, const std::string &path, const Json &body) {
    return send({.method = method,
                 .url = std::string(kOrigin) + "/__admin/sandboxes/o@AdobeOrg/dev" + path,
                 .headers = {{"Host", "127.0.0.1"}, {"Content-Type", "application/json"}},
                 .body = body.dump()});
  }

  /// Runs in every state and flow of the built-in seed, and some flows and runs of nobody's interest.
  void add_foreign_runs(int number) {
    Json runs = Json::array();
    const auto &flow = target_.states.find("a flow with several runs")->second;
    for (int index = 0; index < number; ++index) {
      const char *const states[] = {"failed", "success", "in-progress"};
      runs.push_back({{"id", "foreign-" + std::to_string(index)},
                      {"flowId", index % 2 == 0 ? flow : "c9cef9cb-c934-4467-8ef9-cbc934546741"},
                      {"createdAt", 1'651'000'000'000 + index},
                      {"state", states[index % 3]}});
    }
    const HttpResponse answer = admin("POST", "/bulk", {{"runs", runs}});
    ASSERT_EQ(answer.status, 200) << answer.body;
  }

  /// The clauses must hold or be skipped, and not too many of these.
  void expect_held(std::vector<const Clause *> clauses) {
    const Ask ask = spaced([this](const HttpRequest &request) { return send(request); },
                           [this](std::chrono::milliseconds time) { clock_->advance(time); });
    std::size_t held = 0;
    for (const Clause *clause : clauses) {
      const Verdict verdict = run_clause(*clause, target_, ask);
      held += verdict.outcome == Outcome::held ? 1 : 0;
      std::string why;
      for (const Deviation &deviation : verdict.deviations) {
        why +=
            deviation.where + ": expected " + deviation.expected + ", received " + deviation.received + "\n";
      }
      EXPECT_TRUE(verdict.outcome != Outcome::broken) << clause->id << "\n" << why;
      if (verdict.outcome == Outcome::skipped) {
        skipped_[clause->id] = verdict.reason;
      }
    }
    const Plan plan = plan_of(clauses, target_, std::nullopt);
    const auto judged = static_cast<std::size_t>(
        std::count_if(plan.clauses.begin(), plan.clauses.end(),
                      [](const PlannedClause &planned) { return planned.skipped.empty(); }));
    EXPECT_EQ(held, judged) << testing::PrintToString(skipped_);
  }

  std::vector<const Clause *> all() const { return fitting(matching(""), target_); }

  std::shared_ptr<SetClock> clock_ = std::make_shared<SetClock>();
  mock::FlowService service_{strict()};
  Target target_ = Target::mock(service_url(kOrigin));
  std::map<std::string, std::string> skipped_;
};

TEST_F(SharedSandbox, HoldsEveryClauseInTheOrderOfTheDocumentation) {
  expect_held(all());
  EXPECT_GT(all().size(), 10 * skipped_.size()) << testing::PrintToString(skipped_);
}

TEST_F(SharedSandbox, HoldsEveryClauseInReverseOrder) {
  auto clauses = all();
  std::reverse(clauses.begin(), clauses.end());
  expect_held(clauses);
}

TEST_F(SharedSandbox, HoldsEveryClauseInAnyOrder) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    auto clauses = all();
    std::shuffle(clauses.begin(), clauses.end(), std::mt19937(seed));
    expect_held(clauses);
  }
}

TEST_F(SharedSandbox, HoldsEveryClauseAgainAndAgain) {
  for (int round = 0; round < 2; ++round) {
    expect_held(all());
  }
}

TEST_F(SharedSandbox, HoldsEveryClauseAmongFiveHundredForeignRuns) {
  add_foreign_runs(500);
  expect_held(all());
}

} // namespace

} // namespace flow::contract
