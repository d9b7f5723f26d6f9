#pragma once

#include <string_view>
#include <variant>

#include "contracts/model/contract.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/http/error.hpp"

/// The patches that the service takes (update-dataflows, update-conn, dest-update): those of RFC 6902 with
/// add, replace and remove.
namespace flow::mock {

/// The operations in a body, an array, or one as an object (openapi): with their ops in lower case. Errors:
/// 1405 (empty), 1000 (not JSON, no operation, or too many), 1365 (a field that is not the caller's, or too
/// deep), 1434 (op).
std::variant<contract::Json, Error> patch_in(std::string_view body, const contract::Resource &resource);

/// What the indexes of a patch count.
enum class Indexes {
  in_sequence, ///< the items that the operations before have left (RFC 6902)
  as_before,   ///< the items before the patch, also behind one that it removes (dest-update)
};

/// The document with all operations of patch_in() carried out, in their order. Errors: 1455 (what is replaced
/// or removed is not there), 1365 (nothing can be added there).
std::variant<contract::Json, Error> patched(contract::Json document, const contract::Json &patch,
                                            Indexes indexes = Indexes::in_sequence);

} // namespace flow::mock
