#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

inline constexpr std::array kAllFootings{Footing::documented, Footing::inferred, Footing::assumed,
                                         Footing::none};
static_assert(kAllFootings.size() == kFootings);

/// "documented", "inferred", "assumed" or "none"
std::string_view to_string(Footing footing);

/// Of an exchange of which `footing` is known so far, with one more clause.
Footing with_clause(Footing footing, contract::ClauseNumber clause);

/// The first exchange that was a case of a clause, without secrets.
struct FirstCase {
  std::string method;
  std::string path;         ///< as sent, without the query
  std::uint64_t number = 0; ///< of the exchange, as in the journal
};

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

  /// Whether the first case of that clause is noted, without waiting for anyone.
  bool has_first(contract::ClauseNumber clause) const;
  /// Notes it, unless one is.
  void note_first(contract::ClauseNumber clause, const FirstCase &first);
  std::optional<FirstCase> first(contract::ClauseNumber clause) const;

  void clear();

private:
  std::size_t column_of(Footing footing) const { return clauses_ + static_cast<std::size_t>(footing); }

  std::size_t clauses_;
  Counters counts_;                          ///< a column for each clause, then one for each footing
  std::vector<std::atomic<bool>> has_first_; ///< by clause
  mutable std::mutex mutex_;
  std::map<contract::ClauseNumber, FirstCase> firsts_;
};

} // namespace flow::mock
