#pragma once

#include <optional>
#include <string>

#include "contracts/suite/html_report.hpp"
#include "contracts/suite/plan.hpp"

namespace flow::contract {

/// How a run of the suite ends.
enum class Ending {
  all_held,
  broken,
  given_up ///< the server stopped answering, and the clauses after that were skipped
};

/// What a run of the suite reports, and to where.
struct Reporting {
  std::string junit;                             ///< the XML file to write; empty for none
  std::string json;                              ///< likewise the JSON file
  std::string sarif;                             ///< likewise
  std::string html;                              ///< likewise
  const std::optional<EarlierOutcomes> &earlier; ///< that the HTML compares with
  bool github;                                   ///< annotations on standard output, and the job's summary
  bool failures_only;                            ///< clauses that held or were skipped have no line
  std::string secret;                            ///< never shown
  bool all_decide;                               ///< else only the documented clauses decide how it ends
};

/// Runs each clause as a GoogleTest test, `<subject>.<rest of the id>`, and prints the report on standard
/// output. So the report's files, sharding (GTEST_SHARD_INDEX, GTEST_TOTAL_SHARDS) and the like are
/// GoogleTest's. Once per process. Throws FileError where the file cannot be written.
Ending run_as_tests(const Plan &plan, const Target &target, const Ask &ask, const Reporting &reporting);

} // namespace flow::contract
