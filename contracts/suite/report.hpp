#pragma once

#include <span>
#include <string>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// What a person needs to see a broken clause for himself: the requirement, where it stands and how surely,
/// the requests as curl commands, expected against received. `secret` is never shown.
std::string explanation(const Verdict &verdict, std::string_view secret);

/// "retry/op/missing" and whether it held, as one line of the report.
std::string line(const Verdict &verdict);

/// The closing line: how many held, were broken, were skipped.
std::string summary(std::span<const Verdict> verdicts);

/// Where at least half of what was judged is broken in the same way: that, and what may be the reason; else
/// empty. A handful of broken clauses is not enough to say so.
std::string broken_alike(std::span<const Verdict> verdicts);

/// One clause as a whole: its requirement, where it stands, its requests and what it expects of the answers.
std::string shown(const Clause &clause);

/// The clauses by subject: id, standing and title.
std::string listed(std::span<const Clause *const> clauses);

/// The same for machines: a JSON array of {id, subject, standing, title, requirement, source, given, reading,
/// edition}.
std::string listed_as_json(std::span<const Clause *const> clauses);

/// docs/rules.md.
std::string rules();

} // namespace flow::contract
