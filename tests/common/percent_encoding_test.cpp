#include "common/percent_encoding.hpp"

#include <string>

#include <gtest/gtest.h>

namespace flow {
namespace {

TEST(PercentEncoding, LeavesUnreservedCharactersOnly) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a/b?c#d%e f+g"), "a%2Fb%3Fc%23d%25e%20f%2Bg");
  EXPECT_EQ(percent_encoded(std::string("\0\xff", 2)), "%00%FF");
  EXPECT_EQ(percent_encoded(""), "");
}

} // namespace
} // namespace flow
