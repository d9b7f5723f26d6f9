#include "contracts/suite/plan.hpp"

#include <algorithm>
#include <map>

#include "common/printable.hpp"

namespace flow::contract {

namespace {

std::string_view plural(WriteKind kind) {
  switch (kind) {
  case WriteKind::retry:
    return "retries of";
  case WriteKind::create:
    return "creations of";
  case WriteKind::update:
    return "updates of";
  case WriteKind::other:
    return "other writes to";
  }
  return "";
}

std::string padded(std::size_t number) {
  constexpr std::size_t kWidth = 6;
  const std::string digits = std::to_string(number);
  return std::string(kWidth - std::min(kWidth, digits.size()), ' ') + digits + " ";
}

} // namespace

std::size_t Plan::writes() const {
  std::size_t number = 0;
  for (const PlannedClause &planned : clauses) {
    number += planned.writes.size();
  }
  return number;
}

Plan plan_of(std::span<const Clause *const> clauses, const Target &target,
             std::optional<std::size_t> max_writes) {
  Plan plan;
  std::size_t sent = 0;
  bool is_full = false;
  for (const Clause *clause : clauses) {
    PlannedClause &planned = plan.clauses.emplace_back(PlannedClause{.clause = clause});
    if (auto reason = obstacle(*clause, target)) {
      planned.skipped = *std::move(reason);
      continue;
    }
    std::vector<Write> writes = writes_of(*clause, target);
    is_full = is_full || (max_writes && sent + writes.size() > *max_writes);
    if (!writes.empty() && is_full) {
      planned.skipped = "it would write " + std::to_string(writes.size()) + " times, and --max-writes " +
                        std::to_string(*max_writes) + " is used up";
      continue;
    }
    sent += writes.size();
    planned.writes = std::move(writes);
    plan.reads += static_cast<std::size_t>(
        std::count_if(clause->when.begin(), clause->when.end(),
                      [](const Step &step) { return !flow::contract::writes(step); }));
  }
  return plan;
}

std::string plan_text(const Plan &plan, const Target &target, bool with_skipped) {
  const auto skipped = std::count_if(plan.clauses.begin(), plan.clauses.end(),
                                     [](const PlannedClause &planned) { return !planned.skipped.empty(); });
  std::string text = "plan for " + target.base_url;
  text += target.is_shared() ? ", sandbox " + target.sandbox : "";
  text += ": " + std::to_string(plan.clauses.size()) + " clauses, " + std::to_string(skipped) + " skipped\n";
  text += padded(plan.reads) + "reads, and more if lists have several pages\n";
  std::map<std::pair<WriteKind, std::string>, std::size_t> numbers;
  for (const PlannedClause &planned : plan.clauses) {
    for (const Write &write : planned.writes) {
      ++numbers[{write.kind, write.subject}];
    }
  }
  for (const auto &[write, number] : numbers) {
    text += padded(number) + std::string(plural(write.first)) + " " + write.second + "\n";
  }
  text += padded(plan.writes()) + "writes in all\n";
  for (const PlannedClause &planned : plan.clauses) {
    if (with_skipped && !planned.skipped.empty()) {
      text += "  skipped  " + planned.clause->id + "  " + planned.skipped + "\n";
    }
  }
  return printable_lines(text);
}

} // namespace flow::contract
