#include "contracts/judge/judge.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/text.hpp"
#include "contracts/model/json_place.hpp"

namespace flow::contract {

namespace {

using Kind = ValueCondition::Kind;

bool is_any(std::string_view text, const std::vector<std::string> &values) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

bool is_like_any(std::string_view text, const std::vector<std::string> &forms) {
  return std::any_of(forms.begin(), forms.end(),
                     [&](const std::string &form) { return is_like(text, form); });
}

bool is_so(const ValueCondition &way, std::string_view value) {
  return (way.is.empty() || is_any(value, way.is)) && !is_any(value, way.is_not) &&
         (way.like.empty() || is_like_any(value, way.like)) && !is_like_any(value, way.unlike) &&
         (!way.number || *way.number == is_digits(value));
}

/// What of one header or query parameter a way may ask for.
struct Given {
  std::size_t count = 0;
  bool filled = false; ///< a value is not empty
  bool fits = false;   ///< a value is as the way asks
};

bool is_fulfilled(const ValueCondition &way, const Given &given) {
  switch (way.kind) {
  case Kind::missing:
    return given.count == 0;
  case Kind::empty:
    return given.count > 0 && !given.filled;
  case Kind::present:
    return given.filled;
  case Kind::twice:
    return given.count > 1;
  case Kind::value:
    return given.fits;
  }
  return false;
}

template <typename SameName>
bool holds_of(const NamedCondition &condition, const Fields &fields, SameName same_name) {
  return std::any_of(condition.ways.begin(), condition.ways.end(), [&](const ValueCondition &way) {
    Given given;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto field = fields[i];
      if (same_name(field.first, condition.name)) {
        ++given.count;
        given.filled = given.filled || !field.second.empty();
        given.fits = given.fits || (way.kind == Kind::value && is_so(way, field.second));
      }
    }
    return is_fulfilled(way, given);
  });
}

bool has_header(const Fields &headers, std::string_view name) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (equal_ignoring_case(headers[i].first, name)) {
      return true;
    }
  }
  return false;
}

/// `sent`: whether there is a body at all, if only an empty one.
bool holds_of(const ValueConditions &ways, std::string_view body, bool sent) {
  const std::string_view text = trimmed(body);
  return ways.empty() || std::any_of(ways.begin(), ways.end(), [&](const ValueCondition &way) {
           return is_fulfilled(way, {.count = sent ? 1U : 0U,
                                     .filled = !text.empty(),
                                     .fits = way.kind == Kind::value && is_so(way, text)});
         });
}

bool holds_of(const NamedCondition &condition, std::string_view json) {
  const auto place = JsonPlace::find(json, condition.name);
  return std::any_of(condition.ways.begin(), condition.ways.end(), [&](const ValueCondition &way) {
    return is_fulfilled(way, {.count = place ? 1U : 0U,
                              .filled = place && !place->is_empty(),
                              .fits = place && way.kind == Kind::value && is_so(way, place->text())});
  });
}

bool all_hold_of(const std::vector<NamedCondition> &conditions, std::string_view json) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const NamedCondition &condition) { return holds_of(condition, json); });
}

/// Whether `is_meant(name, whether a page documents it for the operation)` holds of a parameter.
template <typename Test> bool has_parameter(const Exchange &exchange, Test is_meant) {
  const auto &all = operations();
  const auto operation = std::find_if(
      all.begin(), all.end(), [&](const OperationEntry &entry) { return entry.name == exchange.operation; });
  if (operation == all.end()) {
    return false;
  }
  for (std::size_t i = 0; i < exchange.query.size(); ++i) {
    const std::string_view name = exchange.query[i].first;
    if (is_meant(name, is_any(name, operation->parameters))) {
      return true;
    }
  }
  return false;
}

bool has_undocumented(const Exchange &exchange) {
  return has_parameter(exchange, [](std::string_view, bool is_documented) { return !is_documented; });
}

bool has_repeated(const Exchange &exchange) {
  return has_parameter(exchange, [&](std::string_view name, bool is_documented) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < exchange.query.size(); ++i) {
      count += exchange.query[i].first == name ? 1 : 0;
    }
    return is_documented && count > 1;
  });
}

bool is_plain(const Applies &applies) {
  return applies.method.empty() && applies.headers.empty() && applies.query.empty() &&
         !applies.undocumented && !applies.repeated && applies.path.empty() && applies.body.empty() &&
         applies.body_at.empty() && applies.answer_at.empty();
}

/// The conditions that neither the operation, nor the error, nor the status decides; the dear ones last.
bool rest_holds(const Applies &applies, const Exchange &exchange) {
  const auto same = [](std::string_view a, std::string_view b) { return a == b; };
  return holds_of(applies.method, exchange.method, true) && holds_of(applies.path, exchange.path, true) &&
         std::all_of(applies.query.begin(), applies.query.end(),
                     [&](const auto &condition) { return holds_of(condition, exchange.query, same); }) &&
         (!applies.undocumented || has_undocumented(exchange)) &&
         (!applies.repeated || has_repeated(exchange)) &&
         std::all_of(applies.headers.begin(), applies.headers.end(),
                     [&](const auto &condition) {
                       return holds_of(condition, exchange.headers, equal_ignoring_case);
                     }) &&
         (applies.body.empty() ||
          holds_of(applies.body, exchange.body,
                   !exchange.body.empty() || has_header(exchange.headers, "Content-Length"))) &&
         all_hold_of(applies.body_at, exchange.body) && all_hold_of(applies.answer_at, exchange.answer);
}

const std::vector<const Clause *> &numbered_clauses() {
  static const auto clauses = [] {
    std::vector<const Clause *> all;
    for (const Subject &subject : subjects_without_steps()) {
      for (const Clause &clause : subject.clauses) {
        all.push_back(&clause);
      }
    }
    return all;
  }();
  return clauses;
}

// Slots of the table: 0 for none, then the entries in their order. Of entries with one name, the first
// counts.

std::size_t slot_of(std::string_view operation) {
  if (operation.empty()) {
    return 0;
  }
  const auto &all = operations();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const OperationEntry &entry) { return entry.name == operation; });
  return found == all.end() ? 0 : 1 + static_cast<std::size_t>(found - all.begin());
}

std::size_t slot_of(const ErrorEntry *error) {
  return error == nullptr ? 0 : 1 + static_cast<std::size_t>(error - errors().data());
}

bool operation_fits(const Applies &applies, std::string_view operation) {
  return applies.operations.empty() || is_any(operation, applies.operations);
}

/// Whether the answer shows what the clause asks for: another reason that is answered alike will do.
bool error_fits(const Applies &applies, const ErrorEntry *error) {
  if (!applies.error.empty() && (error == nullptr || !is_alike(*error, contract::error(applies.error)))) {
    return false;
  }
  return !applies.form || (error != nullptr && error->form == *applies.form);
}

} // namespace

std::size_t clause_count() {
  return numbered_clauses().size();
}

const Clause &clause(ClauseNumber number) {
  return *numbered_clauses().at(number);
}

std::optional<ClauseNumber> clause_number(std::string_view id) {
  const auto &all = numbered_clauses();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Clause *candidate) { return candidate->id == id; });
  return found == all.end() ? std::nullopt : std::optional(static_cast<ClauseNumber>(found - all.begin()));
}

bool is_violation(ClauseNumber number) {
  return clause(number).violation.has_value();
}

bool speaks_of(const Applies &applies, const Exchange &exchange) {
  return operation_fits(applies, exchange.operation) &&
         error_fits(applies, error_in(exchange.status, exchange.answer)) &&
         (applies.status == 0 || applies.status == exchange.status) && rest_holds(applies, exchange);
}

Judgement judge(const Exchange &exchange, const Clause &clause, const Step *step, const Bindings &bindings) {
  Judgement judgement;
  judgement.is_case = step != nullptr || (clause.applies && speaks_of(*clause.applies, exchange));
  judgement.is_violation = step == nullptr && judgement.is_case && clause.violation;
  if (step != nullptr) {
    judgement.deviations = deviations(exchange, step->then, bindings);
  }
  return judgement;
}

const Rules &Rules::of(const Reading &reading) {
  static std::mutex mutex;
  static std::list<std::pair<Reading, Rules>> all; // each made when it is first asked for: a mock needs one
  const std::lock_guard lock(mutex);
  const auto made =
      std::find_if(all.begin(), all.end(), [&](const auto &each) { return each.first == reading; });
  return made != all.end() ? made->second : all.emplace_back(reading, Rules(reading)).second;
}

Rules::Rules(const Reading &reading) : candidates_((operations().size() + 1) * (errors().size() + 1)) {
  for (std::size_t i = 0; i < clause_count(); ++i) {
    const auto number = static_cast<ClauseNumber>(i);
    const Clause &each = clause(number);
    if (each.applies && reading.has_all(each.reading)) {
      add(number, *each.applies);
    }
  }
}

void Rules::add(ClauseNumber number, const Applies &applies) {
  const std::size_t error_slots = errors().size() + 1;
  std::vector<std::size_t> fitting;
  for (std::size_t error = 0; error < error_slots; ++error) {
    if (error_fits(applies, error == 0 ? nullptr : &errors()[error - 1])) {
      fitting.push_back(error);
    }
  }
  const Applies *rest = is_plain(applies) ? nullptr : &applies;
  for (std::size_t operation = 0; operation <= operations().size(); ++operation) {
    if (!operation_fits(applies, operation == 0 ? "" : std::string_view(operations()[operation - 1].name))) {
      continue;
    }
    for (const std::size_t error : fitting) {
      candidates_[operation * error_slots + error].push_back(
          {.number = number, .status = applies.status, .rest = rest});
    }
  }
}

std::span<const Rules::Candidate> Rules::candidates(const Exchange &exchange, const ErrorEntry *error) const {
  return candidates_[slot_of(exchange.operation) * (errors().size() + 1) + slot_of(error)];
}

bool Rules::holds(const Candidate &candidate, const Exchange &exchange) {
  return (candidate.status == 0 || candidate.status == exchange.status) &&
         (candidate.rest == nullptr || rest_holds(*candidate.rest, exchange));
}

} // namespace flow::contract
