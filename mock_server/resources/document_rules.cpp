#include "mock_server/resources/document_rules.hpp"

#include <algorithm>
#include <string>

#include "mock_server/resources/connection_rules.hpp"
#include "mock_server/resources/documents.hpp"
#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/flow_rules.hpp"

namespace flow::mock {

namespace {

using contract::Json;
using contract::Reference;
using contract::Resource;

bool is_missing(const Json &document, const std::string &field) {
  const auto found = document.find(field);
  return found == document.end() || found->is_null() || *found == "";
}

/// What refers to a specification: {"id","version"}.
std::optional<Error> check_specification(const Json &given, const std::string &field) {
  for (const char *member : {"id", "version"}) {
    const auto found = given.find(member);
    const bool is_absent = found == given.end() || found->is_null();
    if (is_absent && member == std::string_view("id")) {
      return Error("field-missing").with("field", field + ".id");
    }
    if (!is_absent && !found->is_string()) {
      return field_invalid(field + "." + member, "it must be of type string");
    }
  }
  return std::nullopt;
}

Error unknown_reference(const Reference &reference, const Resource &other, const std::string &id) {
  Error error(reference.unknown.empty() ? other.error_name("not-found") : reference.unknown);
  error.with("id", id).with("field", reference.field).with("reason", "there is none of that id");
  error.resource_id = id;
  return error;
}

std::optional<Error> check_reference(Transaction &transaction, const Reference &reference, Json &document) {
  const auto field = document.find(reference.field);
  if (field == document.end() || field->is_null()) {
    return std::nullopt;
  }
  if (field->is_object()) {
    if (auto error = check_specification(*field, reference.field)) {
      return error;
    }
  }
  const Resource &other = contract::resource(reference.to);
  const auto documents = documents_of(transaction, other);
  for (const std::string &id : ids_in(document, reference.field)) {
    if (id.empty() && field->is_array()) {
      continue; // which is refused as no id at all
    }
    const auto referred = documents->find(id);
    if (!referred) {
      return unknown_reference(reference, other, id);
    }
    if (field->is_object() && is_missing(*field, "version")) {
      (*field)["version"] = referred->value("version", "1.0");
    }
    if (!reference.same.empty() && ids_in(document, reference.same) != ids_in(*referred, reference.same)) {
      return Error("spec-invalid")
          .with("field", reference.same)
          .with("id",
                ids_in(document, reference.same).empty() ? "" : ids_in(document, reference.same).front())
          .with("reason", "the " + other.singular + " in " + reference.field + " has another");
    }
  }
  return std::nullopt;
}

bool is_changed(const Json &document, const Json *before, const std::string &field) {
  return before == nullptr || document.value(field, Json()) != before->value(field, Json());
}

} // namespace

std::optional<Error> check_given(const Resource &resource, const Json &given) {
  for (const auto &member : given.items()) {
    const contract::ResourceField *field = resource.field(member.key());
    if (field == nullptr) {
      return member.key() == "mode" && resource.name == "flows"
                 ? Error("mode-in-body")
                 : Error("bad-request")
                       .with("reason", "a " + resource.singular + " has no field " + member.key());
    }
    if (field->read_only && member.key() == "state") {
      return resource.name == "flows"
                 ? Error("state-in-create")
                 : Error("state-refused").with("state", member.value().dump()).with("allowed", "none here");
    }
    if (field->read_only) {
      return field_invalid(member.key(), "it is set by the service");
    }
    if (const std::string_view wrong = wrong_kind(field->kind, member.value()); !wrong.empty()) {
      return field_invalid(member.key(), wrong);
    }
  }
  return std::nullopt;
}

std::optional<Error> check_document(Transaction &transaction, const Resource &resource, Json &document,
                                    const Json *before) {
  for (const std::string &field : resource.required) {
    // A seed may have left it out.
    if (is_missing(document, field) && (before == nullptr || !is_missing(*before, field))) {
      return Error("field-missing").with("field", field);
    }
  }
  for (const std::string &field : resource.fixed) {
    if (before != nullptr && is_changed(document, before, field)) {
      return Error("spec-fixed").with("field", field);
    }
  }
  for (const Reference &reference : resource.references) {
    if (is_changed(document, before, reference.field)) {
      if (auto error = check_reference(transaction, reference, document)) {
        return error;
      }
    }
  }
  if (resource.name == "connections") {
    return check_connection(transaction, document);
  }
  if (resource.name == "sourceConnections" || resource.name == "targetConnections") {
    return check_end_of_flow(document);
  }
  return resource.name == "flows" ? check_flow_document(transaction, document, before) : std::nullopt;
}

void complete_document(Transaction &transaction, const Resource &resource, Json &document,
                       const Json *before) {
  if (resource.name == "connections" && before == nullptr) {
    complete_connection(transaction, document);
  } else if (resource.name == "sourceConnections" || resource.name == "targetConnections") {
    complete_end_of_flow(transaction, document);
  } else if (resource.name == "flows" && (is_changed(document, before, "sourceConnectionIds") ||
                                          is_changed(document, before, "targetConnectionIds"))) {
    complete_flow(transaction, document);
  }
}

} // namespace flow::mock
