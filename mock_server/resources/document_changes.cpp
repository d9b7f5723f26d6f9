#include "mock_server/resources/operation.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "common/text.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/resources/document_answers.hpp"
#include "mock_server/resources/document_rules.hpp"
#include "mock_server/resources/documents.hpp"
#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/json_body.hpp"
#include "mock_server/resources/json_patch.hpp"
#include "mock_server/seed/seeded_documents.hpp"

namespace flow::mock {

namespace {

using contract::Json;
using contract::Resource;

constexpr std::string_view kDraft = "draft";
constexpr int kAccepted = 202;
constexpr int kNoContent = 204;

/// What a body gives; a field that is null counts as absent.
std::variant<Json, Error> given_in(const Call &call, const Resource &resource) {
  auto body = json_object_in(call.request.body);
  if (std::holds_alternative<Error>(body)) {
    return body;
  }
  Json given = Json::object();
  for (const auto &member : std::get<Json>(body).items()) {
    if (!member.value().is_null()) {
      given[member.key()] = member.value();
    }
  }
  if (auto error = check_given(resource, given)) {
    return *std::move(error);
  }
  return given;
}

/// The state of what is made: of `mode` of the query (draft, new-draft).
std::variant<std::string, Error> state_asked_for(const Call &call) {
  const std::string_view mode = parameter(call, "mode");
  if (mode.empty()) {
    return "enabled";
  }
  if (!equal_ignoring_case(mode, kDraft)) {
    return field_invalid("mode", "draft is the only mode", mode);
  }
  return std::string(kDraft);
}

std::optional<Error> check_room(const Documents &documents, const Resource &resource) {
  return documents.count() < kMostDocuments ? std::nullopt
                                            : std::optional(Error("too-many-documents")
                                                                .with("most", std::to_string(kMostDocuments))
                                                                .with("plural", resource.plural));
}

std::string fresh_id(Transaction &transaction, Documents &documents) {
  std::string id = transaction->ids.uuid();
  while (documents.find(id)) {
    id = transaction->ids.uuid();
  }
  return id;
}

/// What the service knows of one that is made.
void add_own_fields(Json &document, Transaction &transaction, const Call &call) {
  const std::int64_t now_ms = transaction.now_ms();
  const Json actor = Json::parse(actor_text(call.credentials));
  document["createdAt"] = now_ms;
  document["updatedAt"] = now_ms;
  for (const char *field : {"createdBy", "updatedBy", "createdClient", "updatedClient"}) {
    document[field] = actor;
  }
  document["sandboxId"] = Json::parse(call.sandbox.id_text);
  document["sandboxName"] = Json::parse(call.sandbox.name_text);
  document["imsOrgId"] = Json::parse(call.sandbox.organisation_text);
  document["etag"] = transaction->ids.etag(now_ms);
  document["version"] = document["etag"];
}

Success created(const Resource &resource, const Json &document, std::string body) {
  Success success{.made_run = ""};
  Response &response = success.response;
  response.status = 201;
  response.headers.emplace_back("Location", std::string(contract::kBasePath) + "/" + resource.name + "/" +
                                                document.at("id").get<std::string>());
  response.body = std::move(body);
  return success;
}

Success without_body(int status) {
  Success success;
  success.response.status = status;
  return success;
}

/// A specification may bring its id.
std::variant<Json, Error> new_specification(Json given, Transaction &transaction, Documents &documents) {
  if (given.contains("id") && documents.find(given["id"].get_ref<const std::string &>())) {
    return field_invalid("id", "there is one of that id; PUT replaces it", given["id"].get<std::string>());
  }
  if (given.contains("id") && !is_plain_id(given["id"].get_ref<const std::string &>())) {
    return field_invalid("id", "it must be 1 to 128 letters, digits, - . and _");
  }
  if (!given.contains("id")) {
    given["id"] = fresh_id(transaction, documents);
  }
  if (!given.contains("version")) {
    given["version"] = "1.0";
  }
  return given;
}

/// The document that a call changes or deletes. Errors: it is not there, its version is another than the one
/// that is named, or none is and one `has_to_be`, its state does not allow it.
std::variant<Json, Error> document_to_change(const Call &call, Documents &documents, bool has_to_be) {
  auto document = documents.find(call.id);
  if (!document) {
    return not_found(call);
  }
  if (auto error = check_version_of(call, *document, has_to_be)) {
    return *std::move(error);
  }
  if (auto error = check_can_change(call, *document)) {
    return *std::move(error);
  }
  return *std::move(document);
}

} // namespace

// POST /{resource}: 201 with id and etag, of a specification the whole of it (openapi, http); of what leads
// to a flow with the id alone, where the reading is dest-batch's
Answer create_document(const Call &call) {
  const Resource &resource = *call.operation.resource;
  auto body = given_in(call, resource);
  if (Error *error = std::get_if<Error>(&body)) {
    return std::move(*error);
  }
  Json document = std::get<Json>(std::move(body));
  auto state = state_asked_for(call);
  if (Error *error = std::get_if<Error>(&state)) {
    return std::move(*error);
  }
  Transaction transaction(call.sandbox, call.now_ms);
  const auto documents = documents_of(transaction, resource);
  if (!resource.is_catalogue) {
    document["state"] = std::get<std::string>(state);
  }
  if (auto error = check_document(transaction, resource, document, nullptr)) {
    return *std::move(error);
  }
  if (auto error = check_room(*documents, resource)) {
    return *std::move(error);
  }
  if (resource.is_catalogue) {
    auto made = new_specification(std::move(document), transaction, *documents);
    if (Error *error = std::get_if<Error>(&made)) {
      return std::move(*error);
    }
    document = in_order(resource, std::get<Json>(made));
    if (auto error = check_size(resource, document, nullptr)) {
      return *std::move(error);
    }
    documents->put(document);
    return created(resource, document, document.dump());
  }
  document["id"] = fresh_id(transaction, *documents);
  add_own_fields(document, transaction, call);
  complete_document(transaction, resource, document, nullptr);
  note_operation(document, resource, "create", transaction.now_ms());
  document = in_order(resource, document);
  if (auto error = check_size(resource, document, nullptr)) {
    return *std::move(error);
  }
  documents->put(document);
  const bool has_id_alone = resource.name != "flows" && call.settings.reading.is("connection-answer", "id");
  return created(resource, document,
                 has_id_alone ? Json({{"id", document.at("id")}}).dump() : id_and_etag(document));
}

// PUT /{resource}/{id} of a specification, without If-Match: 200 with the whole of it (openapi)
Answer put_document(const Call &call) {
  const Resource &resource = *call.operation.resource;
  auto body = given_in(call, resource);
  if (Error *error = std::get_if<Error>(&body)) {
    return std::move(*error);
  }
  Json document = std::get<Json>(std::move(body));
  Transaction transaction(call.sandbox, call.now_ms);
  const auto documents = documents_of(transaction, resource);
  const auto before = documents->find(call.id);
  if (!before) {
    return not_found(call);
  }
  if (document.contains("id") && document["id"] != call.id) {
    return field_invalid("id", "it is not the id in the path", document["id"].get<std::string>());
  }
  document["id"] = std::string(call.id);
  if (!document.contains("version")) {
    document["version"] = before->value("version", "1.0");
  }
  if (auto error = check_document(transaction, resource, document, &*before)) {
    return *std::move(error);
  }
  document = in_order(resource, document);
  if (auto error = check_size(resource, document, &*before)) {
    return *std::move(error);
  }
  documents->put(document);
  Response response;
  response.body = document.dump();
  return Success{.response = std::move(response)};
}

// PATCH /{resource}/{id} with If-Match: 200 with id and new etag (update-conn, update-dataflows, labels), or
// 202 (dest-batch)
Answer patch_document(const Call &call) {
  const Resource &resource = *call.operation.resource;
  auto read = patch_in(call.request.body, resource);
  if (Error *error = std::get_if<Error>(&read)) {
    return std::move(*error);
  }
  const Json &patch = std::get<Json>(read);
  Transaction transaction(call.sandbox, call.now_ms);
  const auto documents = documents_of(transaction, resource);
  auto found = document_to_change(call, *documents, true);
  if (Error *error = std::get_if<Error>(&found)) {
    return std::move(*error);
  }
  const Json &before = std::get<Json>(found);
  auto changed = patched(before, patch,
                         call.settings.reading.is("patch-indexes", "as-before") ? Indexes::as_before
                                                                                : Indexes::in_sequence);
  if (Error *error = std::get_if<Error>(&changed)) {
    return std::move(*error);
  }
  Json document = std::get<Json>(std::move(changed));
  if (const auto wrong = wrong_field(resource, document)) {
    return field_invalid(wrong->field, wrong->reason);
  }
  if (auto error = check_document(transaction, resource, document, &before)) {
    return *std::move(error);
  }
  complete_document(transaction, resource, document, &before);
  mark_changed(document, transaction, call);
  note_operation(document, resource, "update", transaction.now_ms(), &patch);
  document = in_order(resource, document);
  if (auto error = check_size(resource, document, &before)) {
    return *std::move(error);
  }
  documents->put(document);
  if (call.settings.reading.is("patch-answer", "202")) {
    return without_body(kAccepted);
  }
  Response response;
  response.body = id_and_etag(document);
  return Success{.response = std::move(response)};
}

// DELETE /{resource}/{id}: 204 (delete-dataflows, delete-account, openapi), or 202 (dest-delete,
// destinations)
Answer delete_document(const Call &call) {
  const Resource &resource = *call.operation.resource;
  Transaction transaction(call.sandbox, call.now_ms);
  const auto documents = documents_of(transaction, resource);
  auto found = document_to_change(call, *documents, false);
  if (Error *error = std::get_if<Error>(&found)) {
    return std::move(*error);
  }
  if (const auto in_use = error_of_use(transaction, resource, call.id); !in_use.empty()) {
    return Error(in_use).with("id", call.id);
  }
  documents->remove(call.id);
  return without_body(call.settings.reading.is("delete-answer", "202") ? kAccepted : kNoContent);
}

} // namespace flow::mock
