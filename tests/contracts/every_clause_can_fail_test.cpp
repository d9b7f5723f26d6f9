#include <algorithm>
#include <cctype>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "contracts/suite/run.hpp"
#include "mock_server/http_edge.hpp"
#include "mock_server/service.hpp"
#include "tests/contracts/breakage.hpp"

namespace flow::contract {

namespace {

using breaking::Breakage;
using breaking::Call;
using Ids = std::set<std::string>;

Call call_of(const mock::Request &request) {
  Call call{.method = std::string(request.method),
            .target = std::string(request.target),
            .headers = {},
            .body = std::string(request.body)};
  if (call.target.starts_with(kBasePath)) {
    call.target.erase(0, kBasePath.size());
  }
  for (const mock::HeaderField &field : request.headers) {
    call.headers.emplace_back(field.name, field.value);
  }
  return call;
}

mock::Response ask(mock::FlowService &service, const Call &call) {
  // The token service is not below the service path.
  const std::string target = (call.target.starts_with("/ims/") ? "" : std::string(kBasePath)) + call.target;
  mock::Request request;
  request.method = call.method;
  request.target = target;
  request.body = call.body;
  for (const auto &[name, value] : call.headers) {
    request.headers.push_back({name, value});
  }
  return service.handle(request);
}

mock::Settings settings_for(const std::string &reading, const std::string &edition) {
  mock::Settings settings;
  settings.reading = reading == "openapi" ? mock::Reading::openapi : mock::Reading::tutorial;
  settings.edition = edition == "2022" ? mock::Edition::of_2022 : mock::Edition::newest;
  return settings;
}

/// The mock in a reading and edition (the usual ones where empty), with one rule broken. An empty rule breaks
/// none.
class BrokenServer {
public:
  BrokenServer(breaking::Rule rule, const std::string &reading, const std::string &edition)
      : service_(settings_for(reading, edition)), rule_(std::move(rule)),
        edge_([this](const mock::Request &request) { return answer(request); }) {
    target_ = Target::mock(service_url("http://127.0.0.1:" + std::to_string(edge_.start("127.0.0.1", 0))));
    target_.reading = reading.empty() ? target_.reading : reading;
    target_.edition = edition.empty() ? target_.edition : edition;
  }

  const Target &target() const { return target_; }

private:
  mock::Response answer(const mock::Request &request) {
    if (!rule_) {
      return service_.handle(request);
    }
    const std::lock_guard lock(rule_mutex_); // a rule may remember
    return rule_(call_of(request), [this](const Call &call) { return ask(service_, call); });
  }

  mock::FlowService service_;
  breaking::Rule rule_;
  std::mutex rule_mutex_;
  mock::HttpEdge edge_;
  Target target_;
};

std::string told(const Verdict &verdict) {
  std::string text = verdict.clause->id + " " + verdict.reason;
  for (const Deviation &deviation : verdict.deviations) {
    text +=
        "\n  " + deviation.where + ": expected " + deviation.expected + ", received " + deviation.received;
  }
  return text;
}

std::vector<Breakage> breakages() {
  std::vector<Breakage> all;
  for (const auto &some :
       {breaking::breakages_of_retry(), breaking::breakages_of_runs_and_etags(),
        breaking::breakages_of_headers_and_order(), breaking::breakages_of_errors_and_routes(),
        breaking::breakages_of_list(), breaking::breakages_of_flows(), breaking::breakages_of_create(),
        breaking::breakages_of_update(), breaking::breakages_of_tokens(),
        breaking::breakages_of_readings()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

const Clause &clause_of(const Breakage &breakage) {
  for (const Clause *clause : matching(breakage.clause)) {
    if (clause->id == breakage.clause) {
      return *clause;
    }
  }
  throw std::out_of_range("no clause " + std::string(breakage.clause));
}

class EveryClause : public testing::TestWithParam<Breakage> {};

TEST_P(EveryClause, CanFail) {
  const Breakage &breakage = GetParam();
  const Clause &clause = clause_of(breakage);
  BrokenServer server(breakage.rule, clause.reading, clause.edition);
  Ids expected(breakage.companions.begin(), breakage.companions.end());
  expected.emplace(breakage.clause);

  Ids broken;
  std::string account;
  for (const Verdict &verdict : run_clauses(fitting(matching(""), server.target()), server.target())) {
    ASSERT_NE(verdict.outcome, Outcome::skipped) << told(verdict);
    if (verdict.outcome == Outcome::broken) {
      broken.insert(verdict.clause->id);
      account += told(verdict) + "\n";
    }
  }
  EXPECT_EQ(broken, expected) << account;
}

std::string name_of(const testing::TestParamInfo<Breakage> &info) {
  std::string name(info.param.clause);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Suite, EveryClause, testing::ValuesIn(breakages()), name_of);

TEST(Breakages, AreOneForEachClause) {
  std::vector<std::string> broken;
  for (const Breakage &breakage : breakages()) {
    broken.emplace_back(breakage.clause);
  }
  std::vector<std::string> clauses;
  for (const Clause *clause : matching("")) {
    clauses.push_back(clause->id);
  }
  std::sort(broken.begin(), broken.end());
  std::sort(clauses.begin(), clauses.end());
  EXPECT_EQ(broken, clauses);
}

TEST(TheMock, KeepsEveryClauseInEachReadingAndEdition) {
  for (const char *reading : {"tutorial", "openapi"}) {
    for (const char *edition : {"newest", "2022"}) {
      BrokenServer server({}, reading, edition);
      for (const Verdict &verdict : run_clauses(fitting(matching(""), server.target()), server.target())) {
        EXPECT_EQ(verdict.outcome, Outcome::held) << reading << ", " << edition << ": " << told(verdict);
      }
    }
  }
}

TEST(TheMock, KeepsEveryClauseInAnyOrder) {
  BrokenServer server({}, "", "");
  auto clauses = fitting(matching(""), server.target());
  std::reverse(clauses.begin(), clauses.end());
  for (const Verdict &verdict : run_clauses(clauses, server.target())) {
    EXPECT_EQ(verdict.outcome, Outcome::held) << told(verdict);
  }
}

} // namespace

} // namespace flow::contract
