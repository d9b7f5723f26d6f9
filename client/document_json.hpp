#pragma once

#include <optional>
#include <string>

#include <flow_client/document.hpp>

#include "client/json_fields.hpp"

namespace flow::client {

/// The document in the answer to `GET /{resource}/{id}`; nothing where the answer holds none.
std::optional<Document> read_document(const std::string &answer);

/// The answer to a change; nothing where it names no document.
std::optional<ChangedDocument> read_changed_document(const std::string &answer);

/// The same of a patch: an answer without a body (202, dest-batch) says only that the patch was accepted, and
/// names nothing.
std::optional<ChangedDocument> read_patched_document(const std::string &answer);

/// One item of a list; empty where its fields were not asked for.
Document document_of(const Json &entity);

} // namespace flow::client
