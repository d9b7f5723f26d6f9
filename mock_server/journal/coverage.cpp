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

Coverage::Coverage() : clauses_(contract::clause_count()), counts_(clauses_ + kFootings) {}

} // namespace flow::mock
