#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/judge/answer.hpp"
#include "contracts/judge/bindings.hpp"
#include "contracts/judge/exchange.hpp"
#include "contracts/model/clause.hpp"

/// The only judge of exchanges: whether a clause holds in an exchange, whoever made it and whichever server
/// answered.
namespace flow::contract {

/// A clause by its place among those of all subjects_without_steps(), counted from 0: the same as long as the
/// data is.
using ClauseNumber = std::uint16_t;

std::size_t clause_count();

/// The clause of that number; throws std::out_of_range where there is none.
const Clause &clause(ClauseNumber number);

/// The number of the clause with that id, if there is one.
std::optional<ClauseNumber> clause_number(std::string_view id);

/// Whether an exchange that the clause applies to is a breach of the contract by the application.
bool is_violation(ClauseNumber number);

/// Whether the exchange fulfils every condition.
bool speaks_of(const Applies &applies, const Exchange &exchange);

/// The judgement of an exchange by a clause.
struct Judgement {
  bool is_case = false;                ///< the clause applies to it
  bool is_violation = false;           ///< the application breaks the contract with it
  std::vector<Deviation> deviations{}; ///< by which the server breaks it; empty: none, or it is no case
};

/// Judges an exchange by a clause, by nothing but what any server shows. `step` is which of the clause's the
/// exchange carries out, with what earlier ones bound; none: it is somebody's traffic, whose answer the
/// conditions of the clause ask for themselves.
Judgement judge(const Exchange &exchange, const Clause &clause, const Step *step = nullptr,
                const Bindings &bindings = {});

/// The clauses that hold in one reading and say what they apply to, ready for looking up.
class Rules {
public:
  /// Made once for each reading, for the life of the process.
  static const Rules &of(const Reading &reading);

  /// Calls `each(ClauseNumber)` for every clause that applies to the exchange, in their order. Allocates
  /// nothing; may be called from several threads.
  template <typename Each> void applying(const Exchange &exchange, Each &&each) const {
    for (const Candidate &candidate : candidates(exchange, error_in(exchange.status, exchange.answer))) {
      if (holds(candidate, exchange)) {
        each(candidate.number);
      }
    }
  }

private:
  /// A clause whose operation and error fit.
  struct Candidate {
    ClauseNumber number;
    int status;          ///< 0: any
    const Applies *rest; ///< further conditions; null: none
  };

  explicit Rules(const Reading &reading);
  void add(ClauseNumber number, const Applies &applies);
  std::span<const Candidate> candidates(const Exchange &exchange, const ErrorEntry *error) const;
  static bool holds(const Candidate &candidate, const Exchange &exchange);

  std::vector<std::vector<Candidate>> candidates_; ///< by operation, then error
};

} // namespace flow::contract
