#include <string>

#include <gtest/gtest.h>

#include "contracts/model/reading.hpp"
#include "tests/mock_server/child_process.hpp"

namespace flow::mock::test {
namespace {

TEST(FlowMock, PrintsEveryMatterWithItsChoicesAndAStarAtThoseInForce) {
  ChildProcess process({"--reading", "op=RE_TRIGGER", "--edition", "2022", "readings"});
  EXPECT_EQ(process.exit_code(), 0) << process.error_text();
  const contract::Reading in_force = contract::Reading::of({"op=RE_TRIGGER", "zero-records=refused"});
  std::string expected;
  for (const contract::Matter &matter : contract::matters()) {
    expected += matter.name + ": " + matter.about + "\n";
    for (const contract::Choice &choice : matter.choices) {
      expected += (in_force.is(matter.name, choice.name) ? "* " : "  ") + choice.name + ": " + choice.says +
                  (choice.openapi ? " [openapi]" : "") + "\n";
    }
  }
  EXPECT_EQ(process.output(), expected);
}

TEST(FlowMock, KnowsItsReadingsAndEditionsOnly) {
  for (const char *option :
       {"--reading=other", "--reading=", "--reading=op=other", "--edition=2021", "--edition=older"}) {
    EXPECT_EQ(ChildProcess({"--port", "0", option}).exit_code(), 2) << option;
  }
}

TEST(FlowMock, TakesNoEditionThatContradictsAReading) {
  ChildProcess refused({"--port", "0", "--reading", "zero-records=refused", "--edition", "newest"});
  EXPECT_EQ(refused.exit_code(), 2);
  EXPECT_NE(refused.error_text().find("--reading says zero-records=refused"), std::string::npos)
      << refused.error_text();
  ChildProcess agreed({"--reading", "zero-records=refused", "--edition", "2022", "readings"});
  EXPECT_EQ(agreed.exit_code(), 0) << agreed.error_text();
}

} // namespace
} // namespace flow::mock::test
