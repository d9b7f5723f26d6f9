#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contracts/model/contract.hpp"
#include "mock_server/resources/operation.hpp"

/// What the operations that change a document share.
namespace flow::mock {

/// {"id","etag"}, as creates, patches and actions answer.
std::string id_and_etag(const contract::Json &document);

/// If-Match against a document's etag. Errors: 1403, 1404-412.
std::optional<Error> check_version_of(const Call &call, const contract::Json &document, bool required);

/// Whether a document's state allows what changes or deletes it. Errors: 1416 (connections); of flows 1420
/// (disabling), 1457 (update) and 1458 (delete).
std::optional<Error> check_can_change(const Call &call, const contract::Json &document);

/// Notes who has changed a document and when, and gives it a fresh etag.
void mark_changed(contract::Json &document, Transaction &transaction, const Call &call);

/// Notes in a flow what was done last: "create", "update" with its patch (openapi, update-dataflows), or an
/// action's op (assumed).
void note_operation(contract::Json &document, const contract::Resource &resource,
                    const std::string &operation, std::int64_t now_ms, const contract::Json *patch = nullptr);

/// Whether a text can be an id in a path: 1 to 128 letters, digits, -, . and _.
bool is_plain_id(std::string_view id);

} // namespace flow::mock
