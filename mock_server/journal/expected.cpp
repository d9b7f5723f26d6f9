#include "mock_server/journal/expected.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace flow::mock {

namespace {

void read_names(std::string_view names, ExpectedClauses &expected) {
  constexpr std::string_view kBetween = ", \t";
  for (std::size_t begin = names.find_first_not_of(kBetween); begin < names.size();
       begin = names.find_first_not_of(kBetween, begin)) {
    const std::size_t end = std::min(names.find_first_of(kBetween, begin), names.size());
    const std::string_view name = names.substr(begin, end - begin);
    const auto number = contract::clause_number(name);
    if (number && contract::is_violation(*number)) {
      if (std::find(expected.clauses.begin(), expected.clauses.end(), *number) == expected.clauses.end()) {
        expected.clauses.push_back(*number);
      }
    } else if (expected.unknown.empty()) {
      expected.unknown = name;
    }
    begin = end;
  }
}

} // namespace

ExpectedClauses expected_clauses(const Request &request) {
  ExpectedClauses expected;
  for (const HeaderField &field : request.headers) {
    if (equal_ignoring_case(field.name, "x-flow-mock-expect")) {
      read_names(field.value, expected);
    }
  }
  return expected;
}

} // namespace flow::mock
