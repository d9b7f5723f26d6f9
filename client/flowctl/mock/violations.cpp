#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"

namespace flow::client {

namespace {

std::string text_of_violations(const Json &answer, bool of_all) {
  std::vector<Row> rows{{"TIME (UTC)", "CLAUSE", "REQUEST", "PLACE", "HOW TO FIX IT"}};
  const Json &violations = at(answer, "violations");
  for (const Json &violation : violations) {
    rows.push_back({instant(at(violation, "atMs")), text(at(violation, "clause")),
                    text(at(violation, "method")) + " " + text(at(violation, "path")),
                    text(at(violation, "place")), text(at(violation, "mend"))});
  }
  if (of_all) {
    add_owners(rows, violations);
  }
  const std::int64_t total = number(at(answer, "total")).value_or(0);
  if (total == 0) {
    return "no violations\n";
  }
  const auto shown = static_cast<std::int64_t>(violations.size());
  return table(rows) + (total > shown ? std::to_string(total) + " in all\n" : "");
}

} // namespace

void add_mock_violations(CLI::App &mock, Session &session) {
  struct Given {
    bool of_all = false, clear = false;
  };
  CLI::App &command =
      add_mock_command(mock, "violations", "List requests that broke the contract, and how to fix them");
  const auto given = std::make_shared<Given>();
  command.add_flag("--any-sandbox", given->of_all,
                   "Violations in all sandboxes, and by requests that reached none");
  command.add_flag("--clear", given->clear, "Delete them");
  on_mock_call(command, session, [given](const MockSettings &mock) -> MockCall {
    const std::string target = path(mock, "/violations", given->of_all);
    if (given->clear) {
      return {{"DELETE", target}, sentence("the violations are deleted")};
    }
    return {{"GET", target},
            [given](const Json &answer) { return text_of_violations(answer, given->of_all); }};
  });
}

} // namespace flow::client
