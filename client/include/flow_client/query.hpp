#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <flow_client/run.hpp>

namespace flow::client {

/// Which runs to list; all that is set must hold (sort-and-filter, openapi).
struct RunQuery {
  std::vector<std::string> ids = {}; ///< any of these
  std::string flow_id = {};
  std::string status = {}; ///< "success", "failed", "inProgress", in any case
  std::optional<Time> started_after = {};
  std::optional<Time> started_before = {};
  /// As the service reads them: "metrics.recordSummary.failedRecordCount>0". One without an operator names
  /// the only fields to return; `Run` is empty where these are not.
  std::vector<std::string> properties = {};
  /// "createdAt", or "-createdAt" for the latest first; several with commas; empty: the latest first.
  std::string orderby = {};
  std::optional<int> page_size =
      {}; ///< of each request (`limit`), at most 100; empty: what the service likes
};

/// Which flows to list; all that is set must hold.
struct FlowQuery {
  std::vector<std::string> ids = {}; ///< any of these
  std::string state = {};            ///< "enabled", "disabled"
  std::vector<std::string> properties = {};
  std::string orderby = {}; ///< as of runs
  std::optional<int> page_size = {};
};

} // namespace flow::client
