#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contracts/judge/bindings.hpp"
#include "contracts/judge/exchange.hpp"
#include "contracts/model/clause.hpp"

namespace flow::contract {

/// One way in which an answer is not what it must be.
struct Deviation {
  std::string where; ///< "status", "header Allow", "body /etag"
  std::string expected;
  std::string received;
};

/// Compares the answer of an exchange with what is expected; empty when all holds. Pure.
std::vector<Deviation> deviations(const Exchange &exchange, const Expectation &expected,
                                  const Bindings &bindings);

/// The value a capture takes out of an answer; none where the answer has none.
std::optional<Json> captured(const Capture &capture, const Exchange &exchange);

} // namespace flow::contract
