#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/resources/source_kind.hpp"
#include "mock_server/sandbox/transaction.hpp"

/// What holds of flows alone, beyond their descriptor.
namespace flow::mock {

/// Where a flow takes its data from, as its flow spec and its source connection say.
struct FlowSource {
  SourceKind kind = SourceKind::batch;
  std::string spec_id;
  std::string format; ///< data.format; empty: any
};
FlowSource source_of_flow(Transaction &transaction, const contract::Json &flow);

/// The delta column of its copy transformation (on-demand-ingestion), or an empty text.
std::string delta_column_of(const contract::Json &transformations);

/// What a flow to a destination exports, as its runs' summaries name it (destinations): "segment:ID" of each
/// segment selector of its transformations; "dataset:ID" of each data set of its source connection (assumed).
std::vector<std::string> entities_of(const contract::Json &transformations);
std::vector<std::string> data_sets_of(Transaction &transaction, const contract::Json &flow);

/// Whether a flow may be so, made or changed; `before` is null for one that is made. Errors: 1320, 1321 (ids
/// of connections), 1413 (specs), those of the schedule (sources-errors, 1317, 1360 to 1364, 1366, 1397,
/// 1403, 1404), and those of source_flow_rules.hpp. A draft may lack what it needs.
std::optional<Error> check_flow_document(Transaction &transaction, const contract::Json &flow,
                                         const contract::Json *before);

/// Whether a flow of a source can have its target connection, which may have gone since it was a draft.
/// Errors: 1306, 1307, 1325.
std::optional<Error> check_target_of_flow(Transaction &transaction, const contract::Json &flow);

/// Gives a flow, made or changed, what the service knows of its connections (inheritedAttributes).
void complete_flow(Transaction &transaction, contract::Json &flow);

} // namespace flow::mock
