#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text for people. Hidden characters that came from a server are spelled out (common/printable.hpp).
namespace flow::client {

using Row = std::vector<std::string>;

/// "name      value", ends with a line break.
std::string line(std::string_view name, const std::string &value, std::size_t column = 10);

/// Columns as wide as what is in them, the last one as long as it is; an empty cell is "-". The first row is
/// the heading and says how many columns there are.
std::string table(const std::vector<Row> &rows);

} // namespace flow::client
