#include "common/printable.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace flow {
namespace {

struct Case {
  const char *name;
  std::string text;
  std::string shown;
};

class Printable : public testing::TestWithParam<Case> {};

TEST_P(Printable, ShowsWhatIsThere) {
  EXPECT_EQ(printable(GetParam().text), GetParam().shown);
  EXPECT_EQ(is_printable(GetParam().text), GetParam().text == GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Printable,
    testing::Values(Case{"Ascii", "run \"7\" ~", "run \"7\" ~"}, Case{"Empty", "", ""},
                    Case{"Letters", "Größe 界 😀", "Größe 界 😀"},
                    Case{"JoinedEmoji", "\u200d\u200c", "\u200d\u200c"},
                    Case{"Escape", "\x1b]0;title\x07", "\\u{1b}]0;title\\u{7}"},
                    Case{"LinesAndTabs", "a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"},
                    Case{"Nul", std::string("a\0b", 3), "a\\u{0}b"}, Case{"Delete", "\x7f", "\\u{7f}"},
                    Case{"C1", "\u009b31m", "\\u{9b}31m"},
                    Case{"BidiOverride", "a\u202e\u202ab", "a\\u{202e}\\u{202a}b"},
                    Case{"BidiIsolates", "\u2066\u2069", "\\u{2066}\\u{2069}"},
                    Case{"BidiMarks", "\u200e\u200f\u061c", "\\u{200e}\\u{200f}\\u{61c}"},
                    Case{"Separators", "\u2028\u2029", "\\u{2028}\\u{2029}"},
                    Case{"ByteOrderMark", "\ufeff", "\\u{feff}"},
                    Case{"Tags", "\U000e0001\U000e0041\U000e007f", "\\u{e0001}\\u{e0041}\\u{e007f}"},
                    Case{"RawC1Byte", "\x9b", "\ufffd"}, Case{"CutOff", "a\xe2\x80", "a\ufffd\ufffd"},
                    Case{"Overlong", "\xc0\x9b", "\ufffd\ufffd"},
                    Case{"OverlongEscape", "\xe0\x80\x9b", "\ufffd\ufffd\ufffd"},
                    Case{"Surrogate", "\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
                    Case{"BeyondUnicode", "\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
                    Case{"NeverUtf8", "\xff\xfe", "\ufffd\ufffd"}),
    [](const auto &described) { return described.param.name; });

TEST(PrintableLines, KeepsLineFeedsOnly) {
  EXPECT_EQ(printable_lines("a\nb\rc\x1b"), "a\nb\\u{d}c\\u{1b}");
}

TEST(PrintableJson, IsTheSameDocumentWithoutAHiddenCharacter) {
  const std::string hidden = "\u202e\u009b\x7f\ufeff\U000e0041\u2028é😀";
  const nlohmann::json document = {{hidden, {hidden, 1}}};
  for (const int indent : {-1, 2}) {
    const std::string text = printable_json(document.dump(indent));
    EXPECT_EQ(nlohmann::json::parse(text), document);
    EXPECT_EQ(printable_lines(text), text) << "nothing is left to spell out";
  }
}

TEST(PrintableJson, KeepsNumbersAsTheyWereWritten) {
  EXPECT_EQ(printable_json("{\r\n\t\"a\": 123456789012345678901234567890}"),
            "{ \n\t\"a\": 123456789012345678901234567890}");
}

TEST(WidthOf, CountsCharactersNotBytes) {
  EXPECT_EQ(width_of("Größe"), 5U);
}

} // namespace
} // namespace flow
