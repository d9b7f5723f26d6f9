#pragma once

#include <span>
#include <string>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// What a person needs to reproduce a broken clause: the requirement, its source and standing, the requests
/// as curl commands, and what was expected and received. `secret` is never shown.
std::string explanation(const Verdict &verdict, std::string_view secret);

/// "retry/op/missing" and whether it held, as one line of the report.
std::string line(const Verdict &verdict);

/// The closing line: how many held, were broken, were skipped.
std::string summary(std::span<const Verdict> verdicts);

/// If at least half of the judged clauses are broken in the same way: that way, and possible reasons;
/// otherwise empty. A few broken clauses are not enough. `secret` is never shown.
std::string broken_alike(std::span<const Verdict> verdicts, std::string_view secret);

/// One whole clause: its requirement, source, requests and expected answers.
std::string shown(const Clause &clause);

/// The clauses by subject: id, standing and title.
std::string listed(std::span<const Clause *const> clauses);

/// The same as JSON: an array of {id, subject, standing, title, requirement, source, given, reading,
/// edition}.
std::string listed_as_json(std::span<const Clause *const> clauses);

/// docs/rules.md.
std::string rules();

} // namespace flow::contract
