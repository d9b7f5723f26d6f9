#pragma once

#include <array>
#include <cstddef>

#include "contracts/judge/judge.hpp"
#include "mock_server/journal/coverage.hpp"

/// The sixth step of a request: which clauses it and its answer are a case of.
namespace flow::mock {

struct Exchange;

/// The clauses an exchange is a case of, in a place of their own, so that none has to be allocated.
struct Verdict {
  void add(contract::ClauseNumber number);

  std::array<contract::ClauseNumber, 32> clauses{};
  std::size_t count = 0;           ///< of them; what is beyond is not noted
  bool violated = false;           ///< one of them is a breach by the application
  Footing footing = Footing::none; ///< of all of them, noted or not
  bool is_judged = false;
};

/// Judges an exchange that has its answer, before a fault spoils it. The clauses it is a case of count as
/// covered, and so does what it rests on. A HEAD is not judged: no page speaks of it, and a client that only
/// looks breaks nothing.
Verdict judge(const Exchange &exchange, const contract::Rules &rules, Coverage &coverage);

} // namespace flow::mock
