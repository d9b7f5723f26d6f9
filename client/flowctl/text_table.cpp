#include "client/flowctl/text_table.hpp"

#include <algorithm>

#include "common/printable.hpp"

namespace flow::client {

std::string line(std::string_view name, const std::string &value, std::size_t column) {
  std::string text = printable(name);
  text.append(column - std::min(column - 1, width_of(text)), ' ');
  return text + printable(value) + "\n";
}

std::string table(const std::vector<Row> &rows) {
  std::vector<Row> shown = rows;
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (Row &row : shown) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      row[column] = row[column].empty() ? "-" : printable(row[column]);
      widths[column] = std::max(widths[column], width_of(row[column]));
    }
  }
  std::string text;
  for (const Row &row : shown) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const bool is_last = column + 1 == row.size();
      text += row[column];
      text += is_last ? "\n" : std::string(widths[column] + 2 - width_of(row[column]), ' ');
    }
  }
  return text;
}

} // namespace flow::client
