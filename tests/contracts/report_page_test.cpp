#include <string>

#include <gtest/gtest.h>

#include "common/whole_file.hpp"
#include "contracts/report/earlier.hpp"
#include "contracts/report/look.hpp"
#include "contracts/report/page.hpp"

/// The HTML of reports, whatever text it is made of, and reading its data again.
namespace flow::report {
namespace {

using contract::Json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

const std::string kHostile = "</script><script>alert(1)</script>&\"'\x1b[31m\u202e\u2066";

std::string page_with(const Json &data, const std::string &program = "flow-mock") {
  return html_of({.program = program, .title = kHostile, .body = paragraph(kHostile), .data = data});
}

/// Why it is refused; empty: it is not.
std::string refusal_of(std::string_view page) {
  try {
    data_of(page, "flow-mock");
    return "";
  } catch (const NoReport &error) {
    return error.what();
  }
}

TEST(Look, IsInEveryPage) {
  EXPECT_TRUE(contains(look(), "prefers-color-scheme: dark"));
  const std::string page = page_with(Json::object());
  EXPECT_TRUE(contains(page, look()));
  EXPECT_TRUE(contains(page, report_style()));
}

TEST(Page, ShowsAnyTextAsText) {
  EXPECT_EQ(escaped("<b a=\"1\" c='2'>&"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
  EXPECT_EQ(escaped("a\u202e\n\x07z\xff"), "a\\u{202e}\\u{a}\\u{7}z\ufffd");
  EXPECT_EQ(escaped_lines("a\n\u202e"), "a\n\\u{202e}");
  const std::string page = page_with({{"name", kHostile}});
  EXPECT_FALSE(contains(page, "<script>"));
  EXPECT_EQ(page.find("<script"), page.rfind("<script")) << "that of the data alone";
  EXPECT_EQ(page.find("</script"), page.rfind("</script"));
  EXPECT_FALSE(contains(page, "\u202e"));
  EXPECT_FALSE(contains(page, "\x1b"));
}

TEST(Page, CutsLongTextsBetweenCharacters) {
  EXPECT_EQ(escaped("abcdef", 6), "abcdef");
  EXPECT_EQ(escaped("abcdefg", 6), "abcdef … (1 more bytes)");
  EXPECT_EQ(escaped("abcd\u20acf", 5), "abcd … (4 more bytes)");
  EXPECT_LT(escaped(std::string(10'000'000, 'x')).size(), kLongestText + 100);
}

TEST(Page, CutsLongTables) {
  Table table("rows", {"Name", "#Count"});
  EXPECT_TRUE(table.empty());
  for (std::size_t i = 0; i < kMostRows + 7; ++i) {
    table.add({"x", "1"});
  }
  EXPECT_TRUE(contains(table.html(), "<td>x</td><td class=\"number\">1</td>"));
  EXPECT_TRUE(contains(table.html(), "… and 7 more."));
}

TEST(Page, AsksForNothingFromAnywhere) {
  const std::string page = page_with(Json::object());
  EXPECT_TRUE(contains(page, "default-src 'none'; style-src 'unsafe-inline'"));
  for (const char *reference : {"http:", "https:", "src=", "href=", "url(", "@import", "<link"}) {
    EXPECT_FALSE(contains(page, reference)) << reference;
  }
}

TEST(Earlier, ReadsTheDataOfAPage) {
  const Json data =
      data_of(page_with({{"names", Json::array({kHostile, "<!--"})}, {"count", 7}}), "flow-mock");
  EXPECT_EQ(list_in(data, "names").at(0), kHostile);
  EXPECT_EQ(list_in(data, "names").at(1), "<!--");
  EXPECT_EQ(count_in(data, "count"), 7U);
}

TEST(Earlier, SaysWhatIsWrongWithOtherFiles) {
  const std::string begin(kDataBegin);
  const std::string whole = page_with(Json::object());
  EXPECT_TRUE(contains(refusal_of(""), "is not a report of flow-mock: it has no report data"));
  EXPECT_TRUE(contains(refusal_of("<html></html>"), "has no report data"));
  EXPECT_TRUE(contains(refusal_of(whole.substr(0, whole.find(kDataEnd))), "damaged: it is cut off"));
  EXPECT_TRUE(contains(refusal_of(begin + "{\"report\":</script>"), "damaged: it is not JSON, at line 1"));
  EXPECT_TRUE(contains(refusal_of(begin + "[]</script>"), "it has no \"report\""));
  EXPECT_TRUE(contains(refusal_of(begin + R"({"report":1})" + "</script>"), "\"report\" is not a text"));
  EXPECT_TRUE(contains(refusal_of(begin + R"({"report":"flow-mock","format":-1})" + "</script>"),
                       "\"format\" is not a count"));
  EXPECT_TRUE(contains(refusal_of(begin + R"({"report":"flow-mock","format":99})" + "</script>"),
                       "of another version of flow-mock"));
  EXPECT_TRUE(contains(refusal_of(page_with(Json::object(), "flow-contract")),
                       "is a report of flow-contract, not of flow-mock"));
  EXPECT_TRUE(contains(refusal_of(begin + std::string(1'000'000, '[') + "</script>"), "damaged: it "));
  EXPECT_EQ(refusal_of(whole), "");
}

TEST(Earlier, MembersOfAnotherKindAreRefused) {
  const Json data = {{"list", Json::array()}, {"text", "x"}};
  EXPECT_THROW(list_in(data, "text"), NoReport);
  EXPECT_THROW(list_in(data, "none"), NoReport);
  EXPECT_THROW(text_in(data, "list"), NoReport);
  EXPECT_THROW(count_in(data, "text"), NoReport);
  EXPECT_THROW(text_in(Json(1), "text"), NoReport);
}

TEST(Earlier, NamesTheFile) {
  const auto read = [](std::string_view page) { return data_of(page, "flow-mock"); };
  EXPECT_THROW(earlier_in("/nowhere/report.html", read), FileError);
  EXPECT_THROW(earlier_in("/", read), FileError);
  EXPECT_THROW(earlier_in("/dev/zero", read), FileError) << "too large";
  try {
    earlier_in("/dev/null", read);
    ADD_FAILURE();
  } catch (const NoReport &error) {
    EXPECT_TRUE(contains(error.what(), "the file /dev/null is not a report of flow-mock")) << error.what();
  }
}

} // namespace
} // namespace flow::report
