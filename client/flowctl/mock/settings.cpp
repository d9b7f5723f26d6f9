#include <algorithm>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

void add_lines(std::vector<Row> &lines, const std::string &prefix, const Json &object) {
  for (const auto &member : object.items()) {
    const std::string name = prefix + member.key();
    if (member.value().is_object()) {
      add_lines(lines, name + ".", member.value());
    } else {
      lines.push_back({name, plain(member.value())});
    }
  }
}

/// A line per member, nested ones as "outer.inner".
std::string text_of_members(const Json &object) {
  std::vector<Row> members;
  add_lines(members, "", object);
  std::size_t widest = 0;
  for (const Row &member : members) {
    widest = std::max(widest, width_of(printable(member.front())));
  }
  std::string lines;
  for (const Row &member : members) {
    lines += line(member.front(), member.back().empty() ? "-" : member.back(), widest + 2);
  }
  return lines;
}

} // namespace

void add_mock_settings(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(mock, "settings", "Show the settings of the mock");
  on_mock_call(command, session, [](const MockSettings & /*mock*/) -> MockCall {
    return {{"GET", "/settings"}, text_of_members};
  });
}

} // namespace flow::client
