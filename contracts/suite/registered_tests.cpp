#include "contracts/suite/registered_tests.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>

#include <sys/mman.h>

#include <gtest/gtest.h>

#include "common/file_place.hpp"
#include "common/printable.hpp"
#include "common/whole_file.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/report_forms.hpp"
#include "contracts/suite/sarif.hpp"
#include "contracts/suite/verdicts.hpp"

namespace flow::contract {

namespace {

constexpr int kMostUnanswered = 5; ///< clauses in a row

/// What the tests of one run share.
struct Session {
  const Target &target;
  const Ask &ask;
  const Reporting &reporting;
  std::vector<Verdict> verdicts{};
  int unanswered = 0; ///< clauses in a row, up to now

  bool has_given_up() const { return unanswered >= kMostUnanswered; }
  const Verdict &judge(const PlannedClause &planned);
};

const Verdict &Session::judge(const PlannedClause &planned) {
  const Clause &clause = *planned.clause;
  if (has_given_up() || !planned.skipped.empty()) {
    return verdicts.emplace_back(
        Verdict{.clause = &clause,
                .outcome = Outcome::skipped,
                .reason = has_given_up() ? "the server stopped answering" : planned.skipped});
  }
  Verdict verdict = run_clause(clause, target, ask);
  unanswered = verdict.unanswered ? unanswered + 1 : 0;
  const bool decides = reporting.all_decide || clause.standing == Standing::documented;
  if (verdict.outcome == Outcome::broken && !decides) {
    verdict.outcome = Outcome::finding;
  }
  return verdicts.emplace_back(std::move(verdict));
}

class ClauseTest : public testing::Test {
public:
  ClauseTest(const PlannedClause &planned, Session &session) : planned_(planned), session_(session) {}

private:
  void TestBody() override {
    const Verdict &verdict = session_.judge(planned_);
    if (verdict.outcome == Outcome::skipped) {
      GTEST_SKIP() << printable(verdict.reason);
    }
    if (verdict.outcome == Outcome::finding) {
      GTEST_SKIP() << "finding: " << explanation(verdict, session_.reporting.secret);
    }
    if (verdict.outcome == Outcome::broken) {
      ADD_FAILURE() << explanation(verdict, session_.reporting.secret);
    }
  }

  const PlannedClause &planned_;
  Session &session_;
};

/// The report, in place of GoogleTest's own.
class Reporter : public testing::EmptyTestEventListener {
public:
  explicit Reporter(const Session &session) : session_(session) {}

private:
  void OnTestSuiteStart(const testing::TestSuite &suite) override {
    if (!session_.reporting.failures_only) {
      std::cout << suite.name() << "\n";
    }
  }

  void OnTestEnd(const testing::TestInfo &) override {
    const Verdict &verdict = session_.verdicts.back();
    if (deviates(verdict) || !session_.reporting.failures_only) {
      std::cout << line(verdict) << std::endl;
    }
  }

  void OnTestProgramEnd(const testing::UnitTest &) override {
    const auto &verdicts = session_.verdicts;
    if (const std::string hint = broken_alike(verdicts, session_.reporting.secret); !hint.empty()) {
      std::cout << "\n" << hint << "\n";
    }
    for (const Verdict &verdict : verdicts) {
      if (deviates(verdict)) {
        std::cout << "\n" << verdict.clause->id << ": " << explanation(verdict, session_.reporting.secret);
      }
    }
    std::cout << "\n" << summary(verdicts) << std::endl;
  }

  const Session &session_;
};

/// Takes GoogleTest's report, which it would write with no regard for links, full disks and missing folders.
class Kept {
public:
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_.number()); }

  void write_to(const std::string &file) const { write_whole(file, read_whole(path())); }

private:
  Descriptor file_{succeeded(::memfd_create("junit", MFD_CLOEXEC))};
};

/// The files of the report besides GoogleTest's.
void write_forms(const Session &session) {
  const Reporting &reporting = session.reporting;
  const std::string_view secret = reporting.secret;
  const auto &verdicts = session.verdicts;
  if (!reporting.json.empty()) {
    write_whole(reporting.json, as_json(verdicts, secret));
  }
  if (!reporting.sarif.empty()) {
    write_whole(reporting.sarif, as_sarif(verdicts, FLOW_CONTRACT_VERSION, secret));
  }
  if (!reporting.html.empty()) {
    write_whole(reporting.html,
                as_html(verdicts,
                        {.server = session.target.base_url, .secret = secret, .earlier = reporting.earlier}));
  }
}

/// The annotations, and the summary where GitHub says to put it.
void report_to_github(const Session &session) {
  std::cout << as_annotations(session.verdicts, session.reporting.secret) << std::flush;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  if (const char *file = std::getenv("GITHUB_STEP_SUMMARY")) {
    std::ofstream summary(file, std::ios::app); // which other steps of the job write to as well
    summary << as_markdown(session.verdicts, session.reporting.secret) << std::flush;
    if (!summary) {
      throw FileError(std::string(file) + " (GITHUB_STEP_SUMMARY) cannot be written");
    }
  }
}

void register_test(const PlannedClause &planned, Session &session) {
  const std::string suite(planned.clause->subject());
  const std::string name = planned.clause->id.substr(suite.size() + 1);
  const std::string file = "contracts/data/clauses/" + suite + ".json";
  testing::RegisterTest(
      suite.c_str(), name.c_str(), nullptr, nullptr, file.c_str(), 1,
      [&planned, &session]() -> testing::Test * { return new ClauseTest(planned, session); });
}

} // namespace

Ending run_as_tests(const Plan &plan, const Target &target, const Ask &ask, const Reporting &reporting) {
  const Kept report;
  if (!reporting.junit.empty()) {
    testing::GTEST_FLAG(output) = "xml:" + report.path();
  }
  std::string program = "flow-contract";
  std::vector<char *> arguments = {program.data(), nullptr};
  int count = 1;
  testing::InitGoogleTest(&count, arguments.data());

  Session session{.target = target, .ask = ask, .reporting = reporting};
  for (const PlannedClause &planned : plan.clauses) {
    register_test(planned, session);
  }
  auto &listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(std::make_unique<Reporter>(session).release());
  const bool all_held = RUN_ALL_TESTS() == 0;
  if (!reporting.junit.empty()) {
    report.write_to(reporting.junit);
  }
  write_forms(session);
  if (reporting.github) {
    report_to_github(session);
  }
  if (session.has_given_up()) {
    return Ending::given_up;
  }
  return all_held ? Ending::all_held : Ending::broken;
}

} // namespace flow::contract
