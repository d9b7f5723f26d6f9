#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "contracts/judge/judge.hpp"
#include "mock_server/journal/counters.hpp"

namespace flow::mock {

/// What an exchange rests on: the weakest standing among the clauses that it is a case of.
enum class Footing {
  documented, ///< nothing but documented clauses
  inferred,   ///< an inferred one among them, and none that is assumed
  assumed,    ///< an assumed one among them
  none        ///< it is a case of no clause
};

inline constexpr std::size_t kFootings = 4;

/// "documented", "inferred", "assumed" or "none".
std::string_view to_string(Footing footing);

/// Of an exchange of which `footing` is known so far, with one more clause.
Footing with_clause(Footing footing, contract::ClauseNumber clause);

/// How many exchanges since the start have been a case of each clause, and what they rest on. No reset
/// touches it. Safe to use from several threads.
class Coverage {
public:
  Coverage();

  void count(contract::ClauseNumber clause) { counts_.add(clause); }
  /// Once for each exchange that was judged.
  void count(Footing footing) { counts_.add(column_of(footing)); }

  /// How many exchanges were a case of it.
  std::uint64_t times(contract::ClauseNumber clause) const { return counts_.sum(clause); }
  /// How many exchanges rest on just that.
  std::uint64_t times(Footing footing) const { return counts_.sum(column_of(footing)); }
  bool is_exercised(contract::ClauseNumber clause) const { return times(clause) > 0; }

  void clear() { counts_.clear(); }

private:
  std::size_t column_of(Footing footing) const { return clauses_ + static_cast<std::size_t>(footing); }

  std::size_t clauses_;
  Counters counts_; ///< a column for each clause, then one for each footing
};

} // namespace flow::mock
