#include <string>

#include <gtest/gtest.h>

#include "contracts/contract.hpp"
#include "tests/mock_server/child_process.hpp"

namespace flow::mock::test {
namespace {

TEST(FlowMock, PrintsEveryReadingWithBothItsSides) {
  ChildProcess process({"readings"});
  EXPECT_EQ(process.exit_code(), 0) << process.error_text();
  std::string::size_type place = 0;
  for (const contract::Conflict &conflict : contract::conflicts()) {
    for (const std::string &text : {conflict.matter, conflict.tutorial, conflict.openapi}) {
      place = process.output().find(text, place);
      ASSERT_NE(place, std::string::npos) << "not there, or not in its place: " << text;
      place += text.size();
    }
  }
}

TEST(FlowMock, KnowsItsReadingsAndEditionsOnly) {
  for (const char *option : {"--reading=other", "--reading=", "--edition=2021", "--edition=older"}) {
    EXPECT_EQ(ChildProcess({"--port", "0", option}).exit_code(), 2) << option;
  }
}

} // namespace
} // namespace flow::mock::test
