#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/clause.hpp"

/// Which clauses speak of an exchange: the application's traffic, judged by the same data as a server.
namespace flow::contract {

/// Headers or query parameters wherever they are kept: a view of a vector of pairs of texts, or of structs
/// of two. The vector must outlive it.
class Fields {
public:
  Fields() = default;
  template <typename Field>
  // NOLINTNEXTLINE(google-explicit-constructor): a view, as std::span is
  Fields(const std::vector<Field> &fields)
      : first_(fields.data()), size_(fields.size()), at_([](const void *first, std::size_t index) {
          const auto &[name, value] = static_cast<const Field *>(first)[index];
          return std::pair<std::string_view, std::string_view>(name, value);
        }) {}

  std::size_t size() const { return size_; }
  /// Name and value.
  std::pair<std::string_view, std::string_view> operator[](std::size_t index) const {
    return at_(first_, index);
  }

private:
  const void *first_ = nullptr;
  std::size_t size_ = 0;
  std::pair<std::string_view, std::string_view> (*at_)(const void *, std::size_t) = nullptr;
};

/// One request and what was answered, as any server shows it. All are views.
struct Exchange {
  std::string_view
      operation{}; ///< "retry_run" (identify() in operations.hpp); empty: the request asks for none
  std::string_view method{};
  std::string_view path{}; ///< as it was sent, below the service's path
  Fields headers{};        ///< of the request, in any case; with Content-Length where it came
  Fields query{};          ///< decoded; with the fields of a form
  std::string_view body{};
  int status = 0;
  std::string_view answer{}; ///< body of the answer
};

/// A clause by its place among those of all subjects(), counted from 0: the same as long as the data is.
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

/// The clauses that hold in one reading and say what they apply to, ready for looking up.
class Rules {
public:
  /// Made once for each reading, for the life of the process.
  static const Rules &of(const Reading &reading);

  /// Calls `each(ClauseNumber)` for every clause that speaks of the exchange, in their order. Allocates
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
