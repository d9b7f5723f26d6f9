#pragma once

#include <optional>

#include "contracts/model/contract.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/sandbox/transaction.hpp"

/// What holds of connections, source and target connections alone, beyond their descriptors. `before` is null
/// for one that is made; of one that is changed, what is as before is not checked.
namespace flow::mock {

/// Whether a connection may be so. Errors: 1300 (a change that its spec does not support), 1415 (an auth that
/// its spec does not have).
std::optional<Error> check_connection(Transaction &transaction, const contract::Json &connection,
                                      const contract::Json *before);

/// Whether a source or target connection may be so. Errors: 1331 (delimiter), 1332 (a base connection where
/// there is none); of a source connection also 1327 (format), 1330 (a table without columns).
std::optional<Error> check_end_of_flow(const contract::Json &connection, const contract::Json *before);
std::optional<Error> check_source_connection(Transaction &transaction, const contract::Json &connection,
                                             const contract::Json *before);

/// Gives a new connection of the HTTP API its inlet, and what else it shows where it was not given: its name,
/// a sourceId of that name, and that no authentication is required (http).
void complete_connection(Transaction &transaction, contract::Json &connection);

/// Gives a new flow of a webhook, which has no connection that could have one, its inlet: one by
/// GenericStreamingAEP (chatlio, pendo) whose source connection names no base connection (inferred).
void give_inlet_to_flow(Transaction &transaction, contract::Json &flow);

/// Gives a source or target connection what the service knows of its base connection (inheritedAttributes).
/// A source connection of the data lake or the profile store that names none gets the sandbox's own, which
/// the service makes (destinations; that connections list it, and that there is one for each is assumed).
void complete_end_of_flow(Transaction &transaction, contract::Json &connection);

} // namespace flow::mock
