#include "mock_server/journal/coverage.hpp"

#include <algorithm>

namespace flow::mock {

namespace {

Footing footing_of(contract::Standing standing) {
  switch (standing) {
  case contract::Standing::documented:
    return Footing::documented;
  case contract::Standing::inferred:
    return Footing::inferred;
  case contract::Standing::assumed:
    break;
  }
  return Footing::assumed;
}

} // namespace

std::string_view to_string(Footing footing) {
  switch (footing) {
  case Footing::documented:
    return contract::to_string(contract::Standing::documented);
  case Footing::inferred:
    return contract::to_string(contract::Standing::inferred);
  case Footing::assumed:
    return contract::to_string(contract::Standing::assumed);
  case Footing::none:
    break;
  }
  return "none";
}

Footing with_clause(Footing footing, contract::ClauseNumber clause) {
  const Footing other = footing_of(contract::clause(clause).standing);
  return footing == Footing::none ? other : std::max(footing, other);
}

Coverage::Coverage()
    : clauses_(contract::clause_count()), counts_(clauses_ + kFootings), has_first_(clauses_) {}

bool Coverage::has_first(contract::ClauseNumber clause) const {
  return has_first_.at(clause).load(std::memory_order_relaxed);
}

void Coverage::note_first(contract::ClauseNumber clause, const FirstCase &first) {
  const std::lock_guard lock(mutex_);
  firsts_.try_emplace(clause, first);
  has_first_.at(clause).store(true, std::memory_order_relaxed);
}

std::optional<FirstCase> Coverage::first(contract::ClauseNumber clause) const {
  const std::lock_guard lock(mutex_);
  const auto found = firsts_.find(clause);
  return found == firsts_.end() ? std::nullopt : std::optional(found->second);
}

void Coverage::clear() {
  const std::lock_guard lock(mutex_);
  firsts_.clear();
  for (std::atomic<bool> &has : has_first_) {
    has.store(false, std::memory_order_relaxed);
  }
  counts_.clear();
}

} // namespace flow::mock
