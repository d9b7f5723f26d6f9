#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

std::string text_of_expectation(const Json &expectation) {
  std::vector<std::string> clauses;
  for (const Json &clause : at(expectation, "clauses")) {
    clauses.push_back(plain(clause));
  }
  return printable("expected of the next " +
                   counted(number(at(expectation, "requests")).value_or(0), "request") + ": " +
                   joined(clauses, ", ")) +
         "\n";
}

} // namespace

void add_mock_expect(CLI::App &mock, Session &session) {
  struct Given {
    std::vector<std::string> clauses;
    std::int64_t requests = 1;
  };
  CLI::App &command = add_mock_command(
      mock, "expect", "Announce clauses that the next requests break on purpose, which is then no violation");
  const auto given = std::make_shared<Given>();
  command.add_option("CLAUSE", given->clauses, "Ids of clauses; each is broken at least once")
      ->required()
      ->type_name("...");
  command.add_option("--requests", given->requests, "Number of requests within which they are broken")
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->type_name("N")
      ->capture_default_str();
  on_mock_call(command, session, [given](const MockSettings &mock) -> MockCall {
    return {{"POST", sandbox_path(mock, "/expectations"),
             body_of({{"clauses", given->clauses}, {"requests", given->requests}})},
            text_of_expectation};
  });
}

} // namespace flow::client
