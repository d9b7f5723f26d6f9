#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <flow_client/run.hpp>

namespace flow::client {

/// Which runs to list; all conditions that are set must match (sort-and-filter, openapi).
struct RunQuery {
  std::vector<std::string> ids = {}; ///< any of these
  std::string flow_id = {};
  std::string status = {}; ///< "success", "failed", "inProgress", in any case
  std::optional<Time> started_after = {};
  std::optional<Time> started_before = {};
  /// In the service's syntax: "metrics.recordSummary.failedRecordCount>0". One without an operator names the
  /// only fields to return; all other members of `Run` are then empty.
  std::vector<std::string> properties = {};
  /// "createdAt", or "-createdAt" for the latest first; several separated by commas; empty: the latest first.
  std::string orderby = {};
  std::optional<int> page_size = {}; ///< of each request (`limit`), at most 100; empty: the service's default
};

/// Which flows to list; all conditions that are set must match.
struct FlowQuery {
  std::vector<std::string> ids = {}; ///< any of these
  std::string state = {};            ///< "enabled", "disabled"
  std::vector<std::string> properties = {};
  std::string orderby = {}; ///< as for runs
  std::optional<int> page_size = {};
};

} // namespace flow::client
