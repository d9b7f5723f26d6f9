#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

std::string text_of_coverage(const Json &answer) {
  std::vector<Row> rows{{"EXERCISED", "CLAUSE", "TITLE"}};
  for (const Json &clause : at(answer, "clauses")) {
    rows.push_back(
        {at(clause, "exercised") == true ? "yes" : "no", text(at(clause, "id")), text(at(clause, "title"))});
  }
  const std::string sum = plain(at(answer, "exercised")) + " of " + plain(at(answer, "total"));
  return table(rows) + printable(sum) + " clauses exercised\n";
}

} // namespace

void add_mock_coverage(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(
      mock, "coverage", "List the clauses of the contract, and which of them requests have exercised");
  const auto clear = std::make_shared<bool>(false);
  command.add_flag("--clear", *clear, "Reset the coverage");
  on_mock_call(command, session, [clear](const MockSettings & /*mock*/) -> MockCall {
    if (*clear) {
      return {{"DELETE", "/coverage"}, sentence("no clause counts as exercised any more")};
    }
    return {{"GET", "/coverage"}, text_of_coverage};
  });
}

} // namespace flow::client
