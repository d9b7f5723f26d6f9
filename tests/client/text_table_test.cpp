#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "client/flowctl/text_table.hpp"

/// Tables as people see them, and as programs do.
namespace flow::client {

namespace {

const std::vector<Row> kRuns{
    {"RUN", "STATE", "FLOW"},
    {"4fb0418e-1804-45d6-8d56-dd51f05c0baf", "failed", "3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d"},
    {"by-hand", "success", "Cloud storage, nightly, of the warehouse in Rome"}};

TEST(Table, ForAProgramHasEveryCharacter) {
  EXPECT_EQ(table(kRuns, {}),
            "RUN                                   STATE    FLOW\n"
            "4fb0418e-1804-45d6-8d56-dd51f05c0baf  failed   3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d\n"
            "by-hand                               success  Cloud storage, nightly, of the "
            "warehouse in Rome\n");
  EXPECT_EQ(table({{"RUN", "STATE"}}, {}), "RUN  STATE\n");
}

TEST(Table, ThatFitsIsLeftAsItIs) {
  EXPECT_EQ(table(kRuns, {.columns = 95}), table(kRuns, {}));
}

TEST(Table, ThatDoesNotFitHasItsIdsShortenedFirst) {
  EXPECT_EQ(table(kRuns, {.columns = 94}),
            "RUN        STATE    FLOW\n"
            "4fb0418e…  failed   3d17a4ff…\n"
            "by-hand    success  Cloud storage, nightly, of the warehouse in Rome\n");
}

TEST(Table, ThatStillDoesNotFitHasItsWidestCellsCut) {
  EXPECT_EQ(table(kRuns, {.columns = 40}), "RUN        STATE    FLOW\n"
                                           "4fb0418e…  failed   3d17a4ff…\n"
                                           "by-hand    success  Cloud storage, nigh…\n");
  EXPECT_EQ(table({{"A", "B"}, {"äöüäöüäöüäöü", "xyz"}}, {.columns = 13}), "A         B\näöüäöüä…  xyz\n");
  EXPECT_NE(table(kRuns, {.columns = 1}).find("\n4fb0418…  failed   3d17a4f…\n"), std::string::npos)
      << "what is narrow stays readable";
}

TEST(Table, HasTheColoursOfStates) {
  EXPECT_EQ(table({{"STATE"}, {"failed"}, {"success"}, {"in progress"}, {"queued"}}, {.has_colours = true}),
            "STATE\n\x1b[31mfailed\x1b[0m\n\x1b[32msuccess\x1b[0m\n\x1b[33min progress\x1b[0m\nqueued\n");
}

TEST(Table, ThatIsEmptySaysSo) {
  EXPECT_EQ(table({{"RUN"}}, {.tells_if_empty = true}), "RUN\n(none)\n");
  EXPECT_EQ(table({{"RUN"}, {"r"}}, {.tells_if_empty = true}), "RUN\nr\n");
}

} // namespace

} // namespace flow::client
