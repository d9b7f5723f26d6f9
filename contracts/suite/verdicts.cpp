#include "contracts/suite/verdicts.hpp"

#include <algorithm>

namespace flow::contract {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
  case Outcome::held:
    return "held";
  case Outcome::broken:
    return "broken";
  case Outcome::finding:
    return "finding";
  case Outcome::skipped:
    return "skipped";
  }
  return "";
}

bool deviates(const Verdict &verdict) {
  return verdict.outcome == Outcome::broken || verdict.outcome == Outcome::finding;
}

std::int64_t count_of(std::span<const Verdict> verdicts, Outcome outcome) {
  return std::count_if(verdicts.begin(), verdicts.end(),
                       [&](const Verdict &verdict) { return verdict.outcome == outcome; });
}

} // namespace flow::contract
