#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"

/// The HTML of reports: one document each that stands alone, reads without scripts, and names no other host.
/// Functions return HTML. What they take is text of any kind, from servers too, unless it is said to be HTML.
namespace flow::report {

/// Bytes of a text that are shown at most.
inline constexpr std::size_t kLongestText = 2000;

/// Rows of a table that are shown at most.
inline constexpr std::size_t kMostRows = 1000;

/// On one line, as text and nothing else: hidden characters are spelled out ("\u{202e}", as printable()
/// does); what is beyond `longest` bytes is cut off and counted.
std::string escaped(std::string_view text, std::size_t longest = kLongestText);

/// The same, but line feeds are kept.
std::string escaped_lines(std::string_view text, std::size_t longest = kLongestText);

std::string code(std::string_view text);

/// A block of lines.
std::string preformatted(std::string_view text, std::size_t longest = kLongestText);

/// What a chip says in colour besides its word.
enum class Tone { plain, good, bad, warn, info };

std::string chip(Tone tone, std::string_view word);

/// Documented, inferred or assumed.
std::string standing_chip(contract::Standing standing);

struct Figure {
  std::string name;
  std::string value;
};

std::string figures(const std::vector<Figure> &all);

/// Names and their values, which are HTML.
std::string facts(const std::vector<std::pair<std::string, std::string>> &all);

std::string heading(std::string_view text);
std::string paragraph(std::string_view text);

/// What a reader may open: a summary, which is HTML, and the HTML behind it.
std::string foldable(std::string_view summary, std::string_view content, bool open = false);

/// A table that scrolls by itself.
class Table {
public:
  /// `name` is for readers that hear it. A column whose heading begins with '#' holds numbers.
  Table(std::string_view name, std::initializer_list<std::string_view> headings);

  /// Cells are HTML, as many as there are headings. Of more than kMostRows the rest is only counted.
  void add(std::initializer_list<std::string> cells);

  bool empty() const { return count_ == 0; }
  std::string html() const;

private:
  std::string name_;
  std::string head_;
  std::vector<bool> is_number_;
  std::string rows_;
  std::size_t count_ = 0;
};

/// A whole report.
struct Page {
  std::string program; ///< that writes it, "flow-mock"
  std::string title;
  std::string body;    ///< HTML
  contract::Json data; ///< an object: what a later report compares itself with (earlier.hpp)
};

std::string html_of(const Page &page);

/// The element that holds a page's data begins so, and no text of a page can.
inline constexpr std::string_view kDataBegin = R"(<script type="application/json" id="report-data">)";
inline constexpr std::string_view kDataEnd = "</script>";

/// Of the data's form: a page with another one cannot be compared with.
inline constexpr std::uint64_t kFormat = 1;

} // namespace flow::report
