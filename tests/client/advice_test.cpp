#include <string>

#include <gtest/gtest.h>

#include "client/flowctl/advice.hpp"
#include "contracts/model/errors.hpp"

namespace flow::client {

namespace {

Error error_of_entry(const contract::ErrorEntry &entry) {
  Error error("an error");
  error.advice = entry.advice;
  error.place = entry.place;
  return error;
}

TEST(Advice, OnAHeaderSaysWhereFlowctlTakesItFrom) {
  for (const contract::ErrorEntry &entry : contract::errors()) {
    const bool is_a_setting = entry.place.starts_with("header ") && entry.place != "header fields" &&
                              entry.place != "header x-flow-mock-expect" &&
                              !entry.place.starts_with("header Content-");
    if (is_a_setting) {
      EXPECT_TRUE(advice_on(error_of_entry(entry), "r").starts_with(entry.advice + " With flowctl: "))
          << entry.name;
    }
  }
}

TEST(Advice, NamesTheRun) {
  EXPECT_TRUE(
      advice_on(error_of_entry(contract::error("state-refuses")), "r-1").ends_with("flowctl get r-1"));
}

TEST(Advice, SaysHowLongTheServerAsksToWait) {
  Error error = error_of_entry(contract::error("rate-limited"));
  error.retry_after = std::chrono::milliseconds(1500);
  EXPECT_EQ(advice_on(error, ""), error.advice + " The server asks to try again in 2 s.");
  error.advice = "";
  EXPECT_EQ(advice_on(error, ""), "The server asks to try again in 2 s.");
}

} // namespace

} // namespace flow::client
