#include "mock_server/journal/expectations.hpp"

#include <algorithm>
#include <utility>

namespace flow::mock {

bool Expectations::add(Clauses clauses, std::int64_t requests) {
  const std::lock_guard lock(mutex_);
  if (expectations_.size() >= kMost) {
    return false;
  }
  Clauses missing = clauses;
  expectations_.push_back({.clauses = std::move(clauses), .missing = std::move(missing), .left = requests});
  has_some_ = true;
  return true;
}

Expectations::Taken Expectations::take(std::span<const contract::ClauseNumber> seen) {
  Taken taken;
  if (!has_some_) {
    return taken;
  }
  const std::lock_guard lock(mutex_);
  for (const contract::ClauseNumber clause : seen) {
    bool is_expected = false;
    for (Expectation &expectation : expectations_) {
      const Clauses &clauses = expectation.clauses;
      if (std::find(clauses.begin(), clauses.end(), clause) != clauses.end()) {
        std::erase(expectation.missing, clause);
        is_expected = true;
      }
    }
    if (is_expected) {
      taken.expected.push_back(clause);
    }
  }
  std::erase_if(expectations_, [&](Expectation &expectation) {
    if (--expectation.left > 0) {
      return false;
    }
    taken.missing.insert(taken.missing.end(), expectation.missing.begin(), expectation.missing.end());
    return true;
  });
  has_some_ = !expectations_.empty();
  return taken;
}

contract::Json Expectations::kept() const {
  const auto ids = [](const Clauses &clauses) {
    contract::Json list = contract::Json::array();
    for (const contract::ClauseNumber clause : clauses) {
      list.push_back(contract::clause(clause).id);
    }
    return list;
  };
  contract::Json all = contract::Json::array();
  const std::lock_guard lock(mutex_);
  for (const Expectation &expectation : expectations_) {
    all.push_back({{"clauses", ids(expectation.clauses)},
                   {"missing", ids(expectation.missing)},
                   {"left", expectation.left}});
  }
  return all;
}

void Expectations::put_kept(const contract::Json &kept) {
  const auto clauses = [](const contract::Json &ids) {
    Clauses known;
    for (const contract::Json &id : ids) {
      if (const auto number = contract::clause_number(id.get_ref<const std::string &>())) {
        known.push_back(*number);
      }
    }
    return known;
  };
  std::vector<Expectation> expectations;
  for (const contract::Json &each : kept) {
    expectations.push_back({.clauses = clauses(each.at("clauses")),
                            .missing = clauses(each.at("missing")),
                            .left = each.at("left")});
  }
  const std::lock_guard lock(mutex_);
  expectations_ = std::move(expectations);
  has_some_ = !expectations_.empty();
}

Expectations::Clauses Expectations::missing() const {
  const std::lock_guard lock(mutex_);
  return missing_in(expectations_);
}

Expectations::Clauses Expectations::end() {
  const std::lock_guard lock(mutex_);
  has_some_ = false;
  return missing_in(std::exchange(expectations_, {}));
}

Expectations::Clauses Expectations::missing_in(const std::vector<Expectation> &expectations) {
  Clauses missing;
  for (const Expectation &expectation : expectations) {
    missing.insert(missing.end(), expectation.missing.begin(), expectation.missing.end());
  }
  return missing;
}

} // namespace flow::mock
