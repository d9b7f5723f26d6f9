#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "client/flowctl/time_text.hpp"

/// Times and durations as people write them.
namespace flow::client {

namespace {

using std::chrono::milliseconds;

const Time kNow{milliseconds(1651587123456)}; // 2022-05-03T14:12:03.456Z

std::string read(const std::string &text) {
  return utc_with_ms(parse_time(text, kNow));
}

TEST(TimeText, IsReadInManyForms) {
  EXPECT_EQ(read("-1d"), "2022-05-02 14:12:03.456");
  EXPECT_EQ(read("-90m"), "2022-05-03 12:42:03.456");
  EXPECT_EQ(read("+2h"), "2022-05-03 16:12:03.456");
  EXPECT_EQ(read("today"), "2022-05-03 00:00:00.000");
  EXPECT_EQ(read("yesterday"), "2022-05-02 00:00:00.000");
  EXPECT_EQ(read("2022-04-30"), "2022-04-30 00:00:00.000");
  EXPECT_EQ(read("2022-05-03T14:00:00+02:00"), "2022-05-03 12:00:00.000");
  EXPECT_EQ(read("1651587123"), "2022-05-03 14:12:03.000");
  EXPECT_EQ(read("1651587123456"), "2022-05-03 14:12:03.456");
}

TEST(TimeText, InAnotherFormIsRefusedWithThoseThereAre) {
  for (const char *text : {"", "-", "+", "-1", "-1x", "- 1d", "tomorrow", "2022-02-30", "2022-5-3",
                           "2022-05-03T14:00", "-100000d", "+9000000d", "-9999999999999999d", "1d"}) {
    try {
      ADD_FAILURE() << text << " is read as " << read(text);
    } catch (const std::invalid_argument &error) {
      EXPECT_NE(std::string(error.what()).find(kTimeForms), std::string::npos);
    }
  }
}

TEST(TimeText, ATimeOutMayBeANumberOfSeconds) {
  EXPECT_EQ(parse_duration_or_seconds("5"), milliseconds(5000));
  EXPECT_EQ(parse_duration_or_seconds("0.25"), milliseconds(250));
  EXPECT_EQ(parse_duration_or_seconds("5m"), milliseconds(300000));
  for (const char *text : {"-1", "nan", "inf", "1e300", "400000000", "soon", "", "5 m"}) {
    EXPECT_THROW(parse_duration_or_seconds(text), std::invalid_argument) << text;
  }
}

} // namespace

} // namespace flow::client
