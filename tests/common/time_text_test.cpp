#include "common/time_text.hpp"

#include <gtest/gtest.h>

namespace flow {
namespace {

TEST(TimeText, ATimeIsThatOfItsZone) {
  EXPECT_EQ(rfc3339_ms("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(rfc3339_ms("2026-01-01T00:00:00Z"), 1767225600000);
  EXPECT_EQ(rfc3339_ms("2026-01-01t01:30:00+01:30"), 1767225600000);
  EXPECT_EQ(rfc3339_ms("2025-12-31 19:00:00-05:00"), 1767225600000);
  EXPECT_EQ(rfc3339_ms("2024-02-29T23:59:59z"), 1709251199000);
}

TEST(TimeText, WhatIsFinerThanAMillisecondIsCutOff) {
  EXPECT_EQ(rfc3339_ms("1970-01-01T00:00:00.5Z"), 500);
  EXPECT_EQ(rfc3339_ms("1970-01-01T00:00:00.04Z"), 40);
  EXPECT_EQ(rfc3339_ms("1970-01-01T00:00:00.123999999Z"), 123);
}

TEST(TimeText, OnlyTimesFrom1970To9999AreTaken) {
  EXPECT_EQ(rfc3339_ms("9999-12-31T23:59:59.999Z"), kLatestMs);
  EXPECT_EQ(rfc3339_ms("9999-12-31T23:59:59.999-00:01"), std::nullopt);
  EXPECT_EQ(rfc3339_ms("1970-01-01T00:00:00+00:01"), std::nullopt);
  EXPECT_EQ(rfc3339_ms("1969-12-31T23:59:59Z"), std::nullopt);
}

TEST(TimeText, ATimeThatIsNotRfc3339IsNone) {
  for (const char *text : {"",
                           "now",
                           "2026",
                           "2026-01-01",
                           "2026-01-01T00:00:00",
                           "2026-01-01T00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:60Z",
                           "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00.1234567890Z",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+00:60",
                           "2026-01-01T00:00:00+0100",
                           "2026-01-01T00:00:00Z ",
                           " 2026-01-01T00:00:00Z",
                           "+026-01-01T00:00:00Z",
                           "2026-01-01T-1:00:00Z"}) {
    EXPECT_EQ(rfc3339_ms(text), std::nullopt) << text;
  }
}

TEST(TimeText, ADurationHasAUnit) {
  EXPECT_EQ(duration_ms("500ms"), 500);
  EXPECT_EQ(duration_ms("90s"), 90'000);
  EXPECT_EQ(duration_ms("15m"), 900'000);
  EXPECT_EQ(duration_ms("1h"), 3'600'000);
  EXPECT_EQ(duration_ms("2d"), 172'800'000);
  for (const char *text :
       {"", "1", "h", "1 h", "1H", "-1h", "+1h", "1.5h", "1w", "99999999999999999999h", "9999999999d"}) {
    EXPECT_EQ(duration_ms(text), std::nullopt) << text;
  }
}

} // namespace
} // namespace flow
