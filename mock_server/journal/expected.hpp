#pragma once

#include <string_view>
#include <vector>

#include "contracts/judge/judge.hpp"
#include "mock_server/http_message.hpp"

/// What a test declares of one request: `x-flow-mock-expect: CLAUSE[,CLAUSE]` names clauses that it breaks on
/// purpose.
namespace flow::mock {

struct ExpectedClauses {
  std::vector<contract::ClauseNumber> clauses; ///< each once
  std::string_view
      unknown{}; ///< the first name that is no clause's with a violation; empty: none. Of the request.
};

ExpectedClauses expected_clauses(const Request &request);

} // namespace flow::mock
