#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "contracts/judge/judge.hpp"

namespace flow::mock {

/// What an exchange rests on: the weakest standing among the clauses that it is a case of.
enum class Footing {
  documented, ///< nothing but documented clauses
  inferred,   ///< an inferred one among them, and none that is assumed
  assumed,    ///< an assumed one among them
  none        ///< it is a case of no clause
};

inline constexpr std::size_t kFootings = 4;

/// Of an exchange of which `footing` is known so far, with one more clause.
Footing with_clause(Footing footing, contract::ClauseNumber clause);

/// How many exchanges since the start have been a case of each clause, and what they rest on. No reset
/// touches it. Safe to use from several threads: each counts in a row of its own as long as there are no more
/// threads than rows, so that they do not wait for each other's memory.
class Coverage {
public:
  Coverage();

  void count(contract::ClauseNumber clause);
  /// Once for each exchange that was judged.
  void count(Footing footing);

  /// How many exchanges were a case of it.
  std::uint64_t times(contract::ClauseNumber clause) const;
  /// How many exchanges rest on just that.
  std::uint64_t times(Footing footing) const;
  bool is_exercised(contract::ClauseNumber clause) const { return times(clause) > 0; }

  void clear();

private:
  static constexpr std::size_t kRows = 8;

  void add_at(std::size_t column);
  std::uint64_t sum_of(std::size_t column) const;
  std::size_t column_of(Footing footing) const { return clauses_ + static_cast<std::size_t>(footing); }

  std::size_t clauses_;
  std::size_t width_; ///< of a row: a column for each clause, then one for each footing
  std::vector<std::atomic<std::uint64_t>> counts_;
};

} // namespace flow::mock
