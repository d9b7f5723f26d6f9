#pragma once

#include <string_view>
#include <vector>

#include "contracts/judge/judge.hpp"
#include "mock_server/http/http_message.hpp"

/// What a test declares of one request: `x-flow-mock-expect: CLAUSE[,CLAUSE]` names clauses that it breaks on
/// purpose.
namespace flow::mock {

/// Whether an application can break that clause, and it holds in the reading.
bool can_be_broken(contract::ClauseNumber number, const contract::Reading &reading);

/// Whether requests that break it name their sandbox, so that what is expected of a sandbox can be broken.
bool names_its_sandbox(contract::ClauseNumber number);

struct ExpectedClauses {
  std::vector<contract::ClauseNumber> clauses; ///< each once
  std::string_view
      unknown{}; ///< the first name that is no clause's with a violation; empty: none. Of the request.
};

ExpectedClauses expected_clauses(const Request &request, const contract::Reading &reading);

} // namespace flow::mock
