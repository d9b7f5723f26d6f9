#include "mock_server/pipeline/judge.hpp"

#include <string>
#include <utility>
#include <vector>

#include "mock_server/pipeline/exchange.hpp"

namespace flow::mock {

void Verdict::add(contract::ClauseNumber number) {
  violated = violated || contract::is_violation(number);
  footing = with_clause(footing, number);
  if (count < clauses.size()) {
    clauses.at(count++) = number;
  } else if (contract::is_violation(number)) {
    clauses.back() = number; // what is broken says more than what is the case
  }
}

Verdict judge(const Exchange &exchange, const contract::Rules &rules, Coverage &coverage) {
  const Request &request = exchange.request;
  Verdict verdict;
  if (request.method == "HEAD") {
    return verdict;
  }
  const std::string_view path = exchange.parsed.path;
  const contract::OperationEntry *operation = exchange.asked.identified.operation;
  contract::Exchange shown{
      .operation = exchange.asked.operation(),
      .method = request.method,
      .path = path.substr(path.starts_with(contract::kBasePath) ? contract::kBasePath.size() : 0),
      .headers = request.headers,
      .query = exchange.parsed.target.query,
      .body = request.body,
      .status = exchange.response.status,
      .answer = exchange.response.body};
  std::vector<std::pair<std::string, std::string>> fields;
  if (operation != nullptr && operation->body == "form") {
    fields = parse_parameters(request.body).value_or(fields);
    fields.insert(fields.end(), exchange.parsed.target.query.begin(), exchange.parsed.target.query.end());
    shown.query = fields;
  }
  verdict.is_judged = true;
  rules.applying(shown, [&](contract::ClauseNumber number) {
    verdict.add(number);
    coverage.count(number);
  });
  coverage.count(verdict.footing);
  return verdict;
}

} // namespace flow::mock
