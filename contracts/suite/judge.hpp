#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/http_sender.hpp"
#include "contracts/clause.hpp"
#include "contracts/suite/bindings.hpp"

namespace flow::contract {

/// One way in which an answer is not what it must be.
struct Deviation {
  std::string where; ///< "status", "header Allow", "body /etag"
  std::string expected;
  std::string received;
};

/// Compares what was received with what is expected; empty when all holds. Pure.
std::vector<Deviation> judge(const Expectation &expected, const HttpResponse &received,
                             const Bindings &bindings);

/// The value a capture takes out of an answer; none where the answer has none.
std::optional<Json> captured(const Capture &capture, const HttpResponse &received);

} // namespace flow::contract
