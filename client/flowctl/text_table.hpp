#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Text for people. Hidden characters that came from a server are spelled out (common/printable.hpp).
namespace flow::client {

using Row = std::vector<std::string>;

/// "name      value", ends with a line break.
std::string line(std::string_view name, const std::string &value, std::size_t column = 10);

/// How a table is shown to people. Without anything: to programs, which get every character.
struct TableForm {
  std::optional<std::size_t> columns = {}; ///< the room of a line; UUIDs are shortened, then the widest cells
  bool has_colours = false;                ///< of the states of runs
  bool tells_if_empty = false;
};

/// Columns as wide as what is in them, the last one as long as it is; an empty cell is "-". The first row is
/// the heading and says how many columns there are.
std::string table(const std::vector<Row> &rows, const TableForm &form);

/// As standard output is: on a terminal as wide as that, unless all tables were set to be wide.
std::string table(const std::vector<Row> &rows);
void set_wide_tables();

} // namespace flow::client
