#include "mock_server/journal/expected.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace flow::mock {

namespace {

void read_names(std::string_view names, const contract::Reading &reading, ExpectedClauses &expected) {
  constexpr std::string_view kBetween = ", \t";
  for (std::size_t begin = names.find_first_not_of(kBetween); begin < names.size();
       begin = names.find_first_not_of(kBetween, begin)) {
    const std::size_t end = std::min(names.find_first_of(kBetween, begin), names.size());
    const std::string_view name = names.substr(begin, end - begin);
    const auto number = contract::clause_number(name);
    if (number && can_be_broken(*number, reading)) {
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

bool can_be_broken(contract::ClauseNumber number, const contract::Reading &reading) {
  return contract::is_violation(number) && reading.has_all(contract::clause(number).reading);
}

bool names_its_sandbox(contract::ClauseNumber number) {
  const contract::Applies &applies = *contract::clause(number).applies;
  const bool is_below_the_service =
      std::none_of(applies.operations.begin(), applies.operations.end(), [](const std::string &operation) {
        return !operation.empty() && contract::operation(operation).is_token;
      });
  return is_below_the_service && std::none_of(applies.headers.begin(), applies.headers.end(),
                                              [](const contract::NamedCondition &each) {
                                                return equal_ignoring_case(each.name, "x-gw-ims-org-id") ||
                                                       equal_ignoring_case(each.name, "x-sandbox-name");
                                              });
}

ExpectedClauses expected_clauses(const Request &request, const contract::Reading &reading) {
  ExpectedClauses expected;
  for (const HeaderField &field : request.headers) {
    if (equal_ignoring_case(field.name, "x-flow-mock-expect")) {
      read_names(field.value, reading, expected);
    }
  }
  return expected;
}

} // namespace flow::mock
