#include "contracts/report/page.hpp"

#include "common/printable.hpp"
#include "contracts/report/look.hpp"

namespace flow::report {

namespace {

bool is_inside_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// The beginning of a text, which does not end within a character.
std::string_view beginning_of(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) {
    return text;
  }
  std::size_t end = longest;
  while (end > 0 && is_inside_character(text[end]) && longest - end < 4) {
    --end;
  }
  return text.substr(0, end);
}

std::string with_entities(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  for (const char c : text) {
    switch (c) {
    case '&':
      html += "&amp;";
      break;
    case '<':
      html += "&lt;";
      break;
    case '>':
      html += "&gt;";
      break;
    case '"':
      html += "&quot;";
      break;
    case '\'':
      html += "&#39;";
      break;
    default:
      html += c;
    }
  }
  return html;
}

std::string with_what_is_cut(const std::string &html, std::string_view text, std::string_view shown) {
  const std::size_t cut = text.size() - shown.size();
  return cut == 0 ? html : html + " … (" + std::to_string(cut) + " more bytes)";
}

std::string element(const std::string &name, const std::string &html) {
  return "<" + name + ">" + html + "</" + name + ">";
}

std::string_view class_of(Tone tone) {
  switch (tone) {
  case Tone::plain:
    return "chip";
  case Tone::good:
    return "chip good";
  case Tone::bad:
    return "chip bad";
  case Tone::warn:
    return "chip warn";
  case Tone::info:
    return "chip info";
  }
  return "chip";
}

/// JSON that cannot end the element it stands in, and hides nothing from who reads the source.
std::string data_text(const contract::Json &data) {
  std::string text;
  for (const char c : printable_json(data.dump(-1, ' ', false, contract::Json::error_handler_t::replace))) {
    text += c == '<' ? "\\u003c" : std::string(1, c);
  }
  return text;
}

} // namespace

std::string escaped(std::string_view text, std::size_t longest) {
  const std::string_view shown = beginning_of(text, longest);
  return with_what_is_cut(with_entities(printable(shown)), text, shown);
}

std::string escaped_lines(std::string_view text, std::size_t longest) {
  const std::string_view shown = beginning_of(text, longest);
  return with_what_is_cut(with_entities(printable_lines(shown)), text, shown);
}

std::string code(std::string_view text) {
  return element("code", escaped(text));
}

std::string preformatted(std::string_view text, std::size_t longest) {
  return "<pre>\n" + escaped_lines(text, longest) + "</pre>\n"; // the first line feed is not shown
}

std::string chip(Tone tone, std::string_view word) {
  return "<span class=\"" + std::string(class_of(tone)) + "\">" + escaped(word) + "</span>";
}

std::string standing_chip(contract::Standing standing) {
  const Tone tone = standing == contract::Standing::documented ? Tone::good
                    : standing == contract::Standing::inferred ? Tone::info
                                                               : Tone::warn;
  return chip(tone, to_string(standing));
}

std::string figures(const std::vector<Figure> &all) {
  std::string html = "<dl class=\"figures\">\n";
  for (const Figure &figure : all) {
    html += "<div><dt>" + escaped(figure.name) + "</dt><dd>" + escaped(figure.value) + "</dd></div>\n";
  }
  return html + "</dl>\n";
}

std::string facts(const std::vector<std::pair<std::string, std::string>> &all) {
  std::string html = "<dl class=\"facts\">\n";
  for (const auto &[name, value] : all) {
    html += "<dt>" + escaped(name) + "</dt><dd>" + value + "</dd>\n";
  }
  return html + "</dl>\n";
}

std::string heading(std::string_view text) {
  return element("h2", escaped(text)) + "\n";
}

std::string paragraph(std::string_view text) {
  return element("p", escaped_lines(text)) + "\n";
}

std::string foldable(std::string_view summary, std::string_view content, bool open) {
  return std::string(open ? "<details class=\"subject\" open>" : "<details class=\"subject\">") +
         "<summary>" + std::string(summary) + "</summary>\n" + std::string(content) + "</details>\n";
}

Table::Table(std::string_view name, std::initializer_list<std::string_view> headings) : name_(escaped(name)) {
  for (const std::string_view heading : headings) {
    const bool is_number = heading.starts_with('#');
    is_number_.push_back(is_number);
    head_ += std::string("<th scope=\"col\"") + (is_number ? " class=\"number\">" : ">") +
             escaped(heading.substr(is_number ? 1 : 0)) + "</th>";
  }
}

void Table::add(std::initializer_list<std::string> cells) {
  if (count_++ >= kMostRows) {
    return;
  }
  std::size_t column = 0;
  rows_ += "<tr>";
  for (const std::string &cell : cells) {
    rows_ += (is_number_.at(column++) ? "<td class=\"number\">" : "<td>") + cell + "</td>";
  }
  rows_ += "</tr>\n";
}

std::string Table::html() const {
  std::string html = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + name_ +
                     "\"><table>\n<thead><tr>" + head_ + "</tr></thead>\n<tbody>\n" + rows_ +
                     "</tbody>\n</table></div>\n";
  if (count_ > kMostRows) {
    html += paragraph("… and " + std::to_string(count_ - kMostRows) + " more.");
  }
  return html;
}

std::string html_of(const Page &page) {
  contract::Json data = {{"report", page.program}, {"format", kFormat}};
  data.update(page.data);
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         // Were something taken for markup after all, it could neither run nor fetch anything.
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n<title>" +
         escaped(page.title) + "</title>\n<style>\n" + std::string(look()) + std::string(report_style()) +
         "</style>\n</head>\n<body>\n<main>\n<h1>" + escaped(page.title) + "</h1>\n" + page.body +
         "</main>\n" + std::string(kDataBegin) + data_text(data) + std::string(kDataEnd) +
         "\n</body>\n</html>\n";
}

} // namespace flow::report
