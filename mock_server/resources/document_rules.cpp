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
  return found == document.end() || is_left_out(*found);
}

/// What runs show of their flow's specification without escaping it.
bool is_version(const Json &version) {
  constexpr std::size_t kLongest = 128;
  const auto &text = version.get_ref<const std::string &>();
  return !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
  });
}

/// What refers to a specification: {"id","version"}. A version that is a number (cloud-parquet) becomes its
/// text.
std::optional<Error> check_specification(Json &given, const std::string &field) {
  if (const auto version = given.find("version"); version != given.end() && version->is_number()) {
    *version = version->dump();
  }
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

/// A field that both have has to be the same in both.
std::optional<Error> check_same(const Reference &reference, const Resource &other, const Json &document,
                                const Json &referred) {
  const std::vector<std::string> its = ids_in(document, reference.same);
  const std::vector<std::string> others = ids_in(referred, reference.same);
  if (reference.same.empty() || its.empty() || others.empty() || its == others) {
    return std::nullopt;
  }
  return Error("spec-invalid")
      .with("field", reference.same)
      .with("id", its.front())
      .with("reason", "the " + other.singular + " in " + reference.field + " has another");
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
    if (id.empty()) {
      return field_invalid(reference.field, "it must not be empty");
    }
    const auto referred = documents->find(id);
    if (!referred) {
      return unknown_reference(reference, other, id);
    }
    const bool has_version = field->is_object() && other.is_catalogue;
    if (has_version && is_missing(*field, "version") && transaction.reading().is("spec-version", "422")) {
      return Error("spec-version-missing").with("field", reference.field + ".version");
    }
    if (has_version && is_missing(*field, "version")) {
      (*field)["version"] = referred->value("version", "1.0");
    }
    if (has_version && !is_version((*field)["version"])) {
      return field_invalid(reference.field + ".version", "it must be 1 to 128 letters, digits, - and .");
    }
    if (has_version) { // what else is given with them, is not kept
      *field = Json({{"id", id}, {"version", (*field)["version"]}});
    }
    if (auto error = check_same(reference, other, document, *referred)) {
      return error;
    }
  }
  return std::nullopt;
}

/// What a schedule gives as null or as an empty text counts as left out.
void forget_absent(Json &flow) {
  const auto schedule = flow.find("scheduleParams");
  if (schedule == flow.end() || !schedule->is_object()) {
    return;
  }
  for (const char *member : {"startTime", "frequency", "interval", "backfill", "endTime"}) {
    const auto given = schedule->find(member);
    if (given != schedule->end() && is_left_out(*given)) {
      schedule->erase(given);
    }
  }
}

} // namespace

bool is_changed(const Json &document, const Json *before, const std::string &field) {
  return before == nullptr || document.value(field, Json()) != before->value(field, Json());
}

std::size_t depth_of(const Json &json) {
  std::size_t deepest = 0;
  if (json.is_structured()) {
    for (const Json &each : json) {
      deepest = std::max(deepest, depth_of(each));
    }
  }
  return deepest + (json.is_structured() ? 1 : 0);
}

std::optional<Error> check_size(const Resource &resource, const Json &document, const Json *before) {
  const auto refuse = [&](const std::string &bound) {
    return Error("bad-request").with("reason", "it makes the " + resource.singular + " " + bound);
  };
  const std::size_t size = document.dump().size();
  if (size > kLargestDocument && (before == nullptr || size > before->dump().size())) {
    return refuse("larger than " + std::to_string(kLargestDocument / 1024) + " KiB");
  }
  const std::size_t depth = depth_of(document);
  if (depth > kDeepestDocument && (before == nullptr || depth > depth_of(*before))) {
    return refuse("nested more than " + std::to_string(kDeepestDocument) + " levels deep");
  }
  return std::nullopt;
}

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
    if (is_changed(document, before, reference.field) ||
        (!reference.same.empty() && is_changed(document, before, reference.same))) {
      if (auto error = check_reference(transaction, reference, document)) {
        return error;
      }
    }
  }
  if (resource.name == "connections") {
    return check_connection(transaction, document, before);
  }
  if (resource.name == "sourceConnections") {
    return check_source_connection(transaction, document, before);
  }
  if (resource.name == "targetConnections") {
    return check_end_of_flow(document, before);
  }
  return resource.name == "flows" ? check_flow_document(transaction, document, before) : std::nullopt;
}

void complete_document(Transaction &transaction, const Resource &resource, Json &document,
                       const Json *before) {
  if (resource.name == "connections" && before == nullptr) {
    complete_connection(transaction, document);
  } else if (resource.name == "sourceConnections" || resource.name == "targetConnections") {
    if (is_changed(document, before, "baseConnectionId")) {
      complete_end_of_flow(transaction, document);
    }
  } else if (resource.name == "flows") {
    forget_absent(document);
    if (is_changed(document, before, "sourceConnectionIds") ||
        is_changed(document, before, "targetConnectionIds")) {
      complete_flow(transaction, document);
    }
    if (before == nullptr) {
      give_inlet_to_flow(transaction, document);
    }
  }
}

} // namespace flow::mock
