#pragma once

#include <optional>

#include "contracts/model/contract.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/sandbox/transaction.hpp"

/// What a document has to keep to, by its resource's descriptor and by what holds of that resource alone.
namespace flow::mock {

/// Whether the fields that a caller gives are the caller's, and of their kinds. Errors: 1000 (no such field),
/// 1312 (value), 1368 (mode), 1410 and 1456 (state).
std::optional<Error> check_given(const contract::Resource &resource, const contract::Json &given);

/// Whether a document may be so, made or changed; `before` is null for one that is made. What it refers to
/// gets the version that it does not name: the newest (openapi). Errors: 1304 (a field is missing), 1414 (a
/// field that is fixed), those of its references, and those that are its resource's own.
std::optional<Error> check_document(Transaction &transaction, const contract::Resource &resource,
                                    contract::Json &document, const contract::Json *before);

/// Gives a document, made or changed, what the service knows of it; `before` is null for one that is made.
void complete_document(Transaction &transaction, const contract::Resource &resource, contract::Json &document,
                       const contract::Json *before);

} // namespace flow::mock
