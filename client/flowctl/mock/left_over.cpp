#include "client/flowctl/mock/left_over.hpp"

#include <array>

#include "client/flowctl/mock/answer_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

/// "run 4fb0… " or "flow 3abe… ", in the sandbox if it is told.
std::string owner_of(const Json &entry) {
  const std::string run = text(at(entry, "run"));
  const std::string sandbox = text(at(entry, "sandbox"));
  return (run.empty() ? "flow " + text(at(entry, "flow")) : "run " + run) +
         (sandbox.empty() ? "" : " (" + sandbox + ")");
}

std::string line_of_outcomes(const Json &script) {
  Json left = {{"retries", at(script, "left")}};
  return "outcomes of " + owner_of(script) + " not taken: " + script_of(left);
}

std::string line_of_fault(const Json &fault) {
  const std::string left = plain(at(fault, "left"));
  return "fault " + text(at(fault, "id")) + " (" +
         joined({text(at(fault, "type")), pairs(at(fault, "attributes"), "=")}, " ") + ") fell on " +
         counted(number(at(fault, "matched")).value_or(0), "request") +
         (left.empty() ? "" : ", " + left + " still to come");
}

std::string line_of_run(const Json &run) {
  return owner_of(run) + " was put there, and no request has asked for it";
}

std::string line_of_run_in_progress(const Json &run) {
  const std::string ends = duration(at(run, "endsInMs"));
  return owner_of(run) + " is in progress" + (ends.empty() ? "" : ", and ends in " + ends);
}

std::string line_of_violation(const Json &violation) {
  return "violation of " + text(at(violation, "clause")) + " by " + text(at(violation, "method")) + " " +
         text(at(violation, "path"));
}

struct Kind {
  const char *member;
  std::string (*line)(const Json &entry);
};
constexpr std::array kKinds{Kind{"outcomes", line_of_outcomes}, Kind{"faults", line_of_fault},
                            Kind{"runs", line_of_run}, Kind{"inProgress", line_of_run_in_progress},
                            Kind{"violations", line_of_violation}};

} // namespace

std::string text_of_left_over(const Json &answer, const std::string &nothing) {
  std::string lines;
  for (const Kind &kind : kKinds) {
    for (const Json &entry : at(answer, kind.member)) {
      lines += printable(kind.line(entry)) + "\n";
    }
  }
  return lines.empty() ? nothing : lines;
}

bool is_anything_left(const Json &answer) {
  for (const char *always : {"outcomes", "faults", "runs"}) {
    list_in(answer, always);
  }
  bool is_left = false;
  for (const Kind &kind : kKinds) {
    is_left = is_left || !at(answer, kind.member).empty();
  }
  return is_left;
}

} // namespace flow::client
