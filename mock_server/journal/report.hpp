#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/journal/coverage.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/violation_log.hpp"
#include "mock_server/settings.hpp"

/// What was seen of the traffic, in the forms of contracts/data/control-api.openapi.json and of a terminal.
namespace flow::mock {

/// One exchange of the journal; `organisation` and `sandbox`: empty where it reached none.
contract::Json exchange_json(const JournalEntry &entry, std::string_view organisation,
                             std::string_view sandbox);

/// The same in brief: no headers, bodies and clauses, but whether it was a breach (`violated`).
contract::Json brief_exchange_json(const JournalEntry &entry, std::string_view organisation,
                                   std::string_view sandbox);

/// {"count","firstMs","lastMs","shortestGapMs"} of moments in any order; those there are none of are null.
contract::Json count_json(std::vector<std::int64_t> times);

/// One breach: {"clause","title","place","mend","method","path",…}.
contract::Json violation_json(const ViolationEntry &entry);

/// Whether traffic can be a case of the clause, in the reading of the settings.
bool can_be_exercised(const contract::Clause &clause, const Settings &settings);

/// {"total","exercised","clauses":[{"id","title","exercised"}]} of all clauses that traffic can be a case of,
/// in the reading and edition of the settings.
contract::Json coverage_json(const Coverage &coverage, const Settings &settings);

/// A paragraph of each clause that was broken: what, where first, how often, what to change.
std::string violations_text(const ViolationLog &log);

/// A paragraph of each assumed clause that an exchange rested on: what it says, where first, how often. Empty
/// where none did.
std::string assumed_text(const Coverage &coverage);

/// What to change where a violation was expected and did not come.
std::string_view mend_of(const ViolationEntry &entry);

} // namespace flow::mock
