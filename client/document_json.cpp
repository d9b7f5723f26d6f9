#include "client/document_json.hpp"

namespace flow::client {

Document document_of(const Json &entity) {
  return Document{.id = text(at(entity, "id")),
                  .name = text(at(entity, "name")),
                  .state = text(at(entity, "state")),
                  .etag = etag(entity),
                  .created_at = time(at(entity, "createdAt")),
                  .updated_at = time(at(entity, "updatedAt")),
                  .json = entity.dump()};
}

std::optional<Document> read_document(const std::string &answer) {
  Document document = document_of(entity_of(answer));
  return document.id.empty() ? std::nullopt : std::optional(std::move(document));
}

std::optional<ChangedDocument> read_changed_document(const std::string &answer) {
  const Json entity = entity_of(answer);
  ChangedDocument changed{.id = text(at(entity, "id")), .etag = etag(entity), .json = entity.dump()};
  return changed.id.empty() ? std::nullopt : std::optional(std::move(changed));
}

std::optional<ChangedDocument> read_patched_document(const std::string &answer) {
  return answer.empty() ? ChangedDocument() : read_changed_document(answer);
}

} // namespace flow::client
