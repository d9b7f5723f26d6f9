#include "client/flowctl/text_table.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "client/flowctl/terminal.hpp"
#include "common/printable.hpp"

namespace flow::client {

std::string line(std::string_view name, const std::string &value, std::size_t column) {
  std::string text = printable(name);
  text.append(column - std::min(column - 1, width_of(text)), ' ');
  return text + printable(value) + "\n";
}

namespace {

constexpr std::size_t kBetween = 2; // spaces
constexpr std::string_view kCut = "…";

bool are_wide = false;

/// The first characters, and that there are more.
std::string cut(const std::string &text, std::size_t width) {
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U; // a character, in UTF-8
    if (begins && ++shown == width) {
      break;
    }
  }
  return text.substr(0, end) + std::string(kCut);
}

bool is_uuid(const std::string &text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() == kForm.size() &&
         std::equal(text.begin(), text.end(), kForm.begin(), [](char c, char form) {
           return form == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

std::vector<std::size_t> widths_of(const std::vector<Row> &rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row &row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], width_of(row[column]));
    }
  }
  return widths;
}

std::size_t line_of(const std::vector<std::size_t> &widths) {
  return std::accumulate(widths.begin(), widths.end(), kBetween * (widths.size() - 1));
}

/// Cuts cells until a line has room; narrow columns stay as they are.
void fit(std::vector<Row> &rows, std::size_t room) {
  constexpr std::size_t kOfUuid = 9;    // "4fb0418e…"
  constexpr std::size_t kNarrowest = 8; // of a column that is cut
  if (line_of(widths_of(rows)) <= room) {
    return;
  }
  for (Row &row : rows) {
    for (std::string &cell : row) {
      cell = is_uuid(cell) ? cut(cell, kOfUuid) : cell;
    }
  }
  std::vector<std::size_t> widths = widths_of(rows);
  for (auto widest = widths.begin(); line_of(widths) > room; --*widest) {
    widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) {
      break;
    }
  }
  for (Row &row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      row[column] = width_of(row[column]) > widths[column] ? cut(row[column], widths[column]) : row[column];
    }
  }
}

/// "\x1b[31m", or nothing: of a cell that is the state of a run.
std::string_view colour_of(std::string_view cell) {
  constexpr std::string_view kRed = "\x1b[31m";
  constexpr std::string_view kGreen = "\x1b[32m";
  constexpr std::string_view kYellow = "\x1b[33m";
  return cell == "failed"    ? kRed
         : cell == "success" ? kGreen
         : cell == "in progress" || cell == "in-progress" || cell == "success-without-records"
             ? kYellow
             : std::string_view();
}

} // namespace

std::string table(const std::vector<Row> &rows, const TableForm &form) {
  std::vector<Row> shown = rows;
  for (Row &row : shown) {
    for (std::string &cell : row) {
      cell = cell.empty() ? "-" : printable(cell);
    }
  }
  if (form.columns) {
    fit(shown, *form.columns);
  }
  const std::vector<std::size_t> widths = widths_of(shown);
  std::string text;
  for (const Row &row : shown) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const bool is_last = column + 1 == row.size();
      const std::string_view colour = form.has_colours ? colour_of(row[column]) : std::string_view();
      text += std::string(colour) + row[column] + (colour.empty() ? "" : "\x1b[0m");
      text += is_last ? "\n" : std::string(widths[column] + kBetween - width_of(row[column]), ' ');
    }
  }
  return text + (form.tells_if_empty && rows.size() == 1 ? "(none)\n" : "");
}

std::string table(const std::vector<Row> &rows) {
  return table(rows, {.columns = are_wide ? std::nullopt : terminal_columns(),
                      .has_colours = may_have_colours(),
                      .tells_if_empty = is_terminal(Stream::out)});
}

void set_wide_tables() {
  are_wide = true;
}

} // namespace flow::client
