#pragma once

#include <span>
#include <string>

#include "contracts/suite/run.hpp"

/// The verdicts of a run in forms that programs read. `secret` is never shown.
namespace flow::contract {

/// {"clauses": [{"id", "outcome", "standing", "title", "requirement", "source", "reason", "curl": […],
/// "deviations": [{"where", "expected", "received"}]}], "held", "broken", "findings", "skipped"}; "outcome"
/// is held, broken, finding or skipped; of a clause that held, neither requests nor deviations.
std::string as_json(std::span<const Verdict> verdicts, std::string_view secret);

/// Workflow commands of GitHub Actions: an annotation for each broken clause, and a warning for each finding.
std::string as_annotations(std::span<const Verdict> verdicts, std::string_view secret);

/// Markdown for a job's summary: how many held, and a table of those that did not.
std::string as_markdown(std::span<const Verdict> verdicts, std::string_view secret);

} // namespace flow::contract
