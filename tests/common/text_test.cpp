#include "common/text.hpp"

#include <gtest/gtest.h>

namespace flow {
namespace {

TEST(LowerCase, ChangesAsciiLettersOnly) {
  EXPECT_EQ(lower_case("AZaz09@[`{"), "azaz09@[`{");
  EXPECT_EQ(lower_case("\xc3\x89"), "\xc3\x89") << "É keeps its bytes";
  EXPECT_EQ(lower_case(""), "");
}

TEST(EqualIgnoringCase, ComparesAsciiLettersInAnyCase) {
  EXPECT_TRUE(equal_ignoring_case("Content-Type", "cONTENT-tYPE"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("@[", "`{")) << "they differ by the bit of a letter's case";
}

TEST(Trimmed, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trimmed(" \t\r\n a b\n"), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Trimmed, TakesOnlyTheBlanksAskedFor) {
  EXPECT_EQ(trimmed("\t\na\n ", " \t"), "\na\n");
}

TEST(IsDigits, WantsAtLeastOneAndNothingElse) {
  EXPECT_TRUE(is_digits("0"));
  EXPECT_TRUE(is_digits("0123456789012345678901234567890"));
  for (const char *text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "\xd9\xa3"}) {
    EXPECT_FALSE(is_digits(text)) << text;
  }
}

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
