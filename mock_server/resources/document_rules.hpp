#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "contracts/model/contract.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/sandbox/transaction.hpp"

/// What a document has to keep to, by its resource's descriptor and by what holds of that resource alone.
namespace flow::mock {

/// How large a document may become by changes, each of which is bounded: as JSON text, in bytes, and in
/// arrays and objects within one another. Some levels less than a body may have: a snapshot adds its own
/// (assumed).
inline constexpr std::size_t kLargestDocument = std::size_t{1024} * 1024;
inline constexpr std::size_t kDeepestDocument = 48;

/// How many arrays and objects stand within one another; 0: it is neither.
std::size_t depth_of(const contract::Json &json);

/// Error 1000 where a document is larger than it may be, and a change has not found it so (`before`, or
/// null).
std::optional<Error> check_size(const contract::Resource &resource, const contract::Json &document,
                                const contract::Json *before);

/// Whether the fields that a caller gives are the caller's, and of their kinds. Errors: 1000 (no such field),
/// 1312 (value), 1368 (mode), 1410 and 1456 (state).
std::optional<Error> check_given(const contract::Resource &resource, const contract::Json &given);

/// Whether a document may be so, made or changed; `before` is null for one that is made. Of one that is
/// changed only the changes are checked: what a seed has given may be otherwise. What it refers to gets the
/// version that it does not name: the newest (openapi). Errors: 1304 (a field is missing), 1414 (a
/// field that is fixed), those of its references, and those that are its resource's own.
std::optional<Error> check_document(Transaction &transaction, const contract::Resource &resource,
                                    contract::Json &document, const contract::Json *before);

/// Gives a document, made or changed, what the service knows of it; `before` as above.
void complete_document(Transaction &transaction, const contract::Resource &resource, contract::Json &document,
                       const contract::Json *before);

/// Whether the field of a document is not as it was before; so it is of every one that is made.
bool is_changed(const contract::Json &document, const contract::Json *before, const std::string &field);

} // namespace flow::mock
