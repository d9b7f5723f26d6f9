#include "contracts/suite/registered_tests.hpp"

#include <iostream>
#include <memory>

#include <sys/mman.h>

#include <gtest/gtest.h>

#include "common/file_place.hpp"
#include "common/printable.hpp"
#include "common/whole_file.hpp"
#include "contracts/suite/report.hpp"

namespace flow::contract {

namespace {

/// What the tests of one run share.
struct Session {
  const Target &target;
  const std::string &secret;
  HttpSender sender{target.ca_file};
  std::vector<Verdict> verdicts{};
};

class ClauseTest : public testing::Test {
public:
  ClauseTest(const Clause &clause, Session &session) : clause_(clause), session_(session) {}

private:
  void TestBody() override {
    const Verdict &verdict =
        session_.verdicts.emplace_back(run_clause(clause_, session_.target, session_.sender));
    if (verdict.outcome == Outcome::skipped) {
      GTEST_SKIP() << printable(verdict.reason);
    }
    if (verdict.outcome == Outcome::broken) {
      ADD_FAILURE() << explanation(verdict, session_.secret);
    }
  }

  const Clause &clause_;
  Session &session_;
};

/// The report, in place of GoogleTest's own.
class Reporter : public testing::EmptyTestEventListener {
public:
  explicit Reporter(const Session &session) : session_(session) {}

private:
  void OnTestSuiteStart(const testing::TestSuite &suite) override { std::cout << suite.name() << "\n"; }

  void OnTestEnd(const testing::TestInfo &) override {
    std::cout << line(session_.verdicts.back()) << std::endl;
  }

  void OnTestProgramEnd(const testing::UnitTest &) override {
    for (const Verdict &verdict : session_.verdicts) {
      if (verdict.outcome == Outcome::broken) {
        std::cout << "\n" << verdict.clause->id << ": " << explanation(verdict, session_.secret);
      }
    }
    std::cout << "\n" << summary(session_.verdicts) << std::endl;
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

void register_test(const Clause &clause, Session &session) {
  const std::string suite(clause.subject());
  const std::string name = clause.id.substr(suite.size() + 1);
  const std::string file = "contracts/clauses/" + suite + ".json";
  testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, file.c_str(), 1,
                        [&clause, &session]() -> testing::Test * { return new ClauseTest(clause, session); });
}

} // namespace

bool run_as_tests(std::span<const Clause *const> clauses, const Target &target, const std::string &junit,
                  const std::string &secret) {
  const Kept report;
  if (!junit.empty()) {
    testing::GTEST_FLAG(output) = "xml:" + report.path();
  }
  std::string program = "flow-contract";
  std::vector<char *> arguments = {program.data(), nullptr};
  int count = 1;
  testing::InitGoogleTest(&count, arguments.data());

  Session session{.target = target, .secret = secret};
  for (const Clause *clause : clauses) {
    register_test(*clause, session);
  }
  auto &listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(std::make_unique<Reporter>(session).release());
  const bool all_held = RUN_ALL_TESTS() == 0;
  if (!junit.empty()) {
    report.write_to(junit);
  }
  return all_held;
}

} // namespace flow::contract
