#pragma once

#include <optional>

#include "contracts/model/contract.hpp"
#include "mock_server/http/error.hpp"

/// What a flow that brings data from a source has to be, beside its schedule, as far as its flow spec says.
/// A flow spec is one of a source where its attributes say isSourceFlow; it may be null.
namespace flow::mock {

/// Whether a flow of that spec can have its target connection, null where there is none. A spec that goes
/// with the data lake alone takes no other target. Errors: 1306 (none), 1307 (another than the data lake),
/// 1325 (a data lake without dataSetId).
std::optional<Error> check_target(const contract::Json *flow_spec, const contract::Json *target);

/// Whether the transformations of a flow can be read. Error 1392.
std::optional<Error> check_transformations(const contract::Json &flow);

/// Whether a flow has the parameters that its spec requires of Mapping and Copy; `before` is null for one
/// that is made. Errors: 1328 (no Mapping), 1329 (one without mappingId), 1367 (no delta column in one that
/// runs more than once), 1369 (one in a flow that runs once).
std::optional<Error> check_required_params(const contract::Json *flow_spec, const contract::Json &flow,
                                           const contract::Json *before);

} // namespace flow::mock
