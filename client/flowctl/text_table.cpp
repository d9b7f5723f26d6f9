#include "client/flowctl/text_table.hpp"

#include <algorithm>

namespace flow::client {

std::string printable(std::string text) {
  for (char &c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) {
      c = ' ';
    }
  }
  return text;
}

std::string line(std::string_view name, const std::string &value, std::size_t column) {
  std::string text = printable(std::string(name));
  text.append(column - std::min(column - 1, text.size()), ' ');
  return text + printable(value) + "\n";
}

std::string table(const std::vector<Row> &rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row &row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string text;
  for (const Row &row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string cell = row[column].empty() ? "-" : printable(row[column]);
      const bool is_last = column + 1 == row.size();
      text += cell +
              (is_last ? "\n" : std::string(widths[column] + 2 - std::min(cell.size(), widths[column]), ' '));
    }
  }
  return text;
}

} // namespace flow::client
