#include "common/text.hpp"

#include <gtest/gtest.h>

namespace flow {
namespace {

TEST(Shortened, KeepsWhatIsShortEnough) {
  EXPECT_EQ(shortened("", 3), "");
  EXPECT_EQ(shortened("abc", 3), "abc");
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("abcd", 3), "abc…");
  EXPECT_EQ(shortened("aé", 2), "a…");
  EXPECT_EQ(shortened("aéb", 3), "aé…");
  EXPECT_EQ(shortened("\xbf\xbf\xbf", 2), "…") << "what is no UTF-8 has an end, too";
}

} // namespace
} // namespace flow
