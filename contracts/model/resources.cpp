#include "contracts/model/resources.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "contracts/model/embedded_file.hpp"

namespace flow::contract {

namespace {

using Json = nlohmann::ordered_json;

ValueKind kind_named(const std::string &name) {
  constexpr std::array<std::pair<std::string_view, ValueKind>, 8> kKinds = {{{"text", ValueKind::text},
                                                                             {"status", ValueKind::status},
                                                                             {"number", ValueKind::number},
                                                                             {"time", ValueKind::time},
                                                                             {"object", ValueKind::object},
                                                                             {"objects", ValueKind::objects},
                                                                             {"texts", ValueKind::texts},
                                                                             {"any", ValueKind::any}}};
  const auto found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const auto &each) { return each.first == name; });
  if (found == kKinds.end()) {
    throw std::out_of_range("resources: a field is no " + name);
  }
  return found->second;
}

std::vector<ResourceField> fields_in(const Json &entries) {
  std::vector<ResourceField> fields;
  for (const Json &entry : entries) {
    fields.push_back({.path = entry.at("name"),
                      .openapi = entry.value("openapi", ""),
                      .kind = kind_named(entry.at("kind")),
                      .read_only = entry.value("readOnly", false),
                      .kept = entry.value("kept", false)});
  }
  return fields;
}

std::vector<Reference> references_in(const Json &entries) {
  std::vector<Reference> references;
  for (const Json &entry : entries) {
    references.push_back({.field = entry.at("field"),
                          .to = entry.at("to"),
                          .unknown = entry.value("unknown", ""),
                          .same = entry.value("same", ""),
                          .in_use = entry.value("inUse", "")});
  }
  return references;
}

std::vector<ResourceVerb> verbs_in(const Json &entries) {
  std::vector<ResourceVerb> verbs;
  for (const auto &entry : entries.items()) {
    const Json &verb = entry.value();
    verbs.push_back({.verb = entry.key(),
                     .query = verb.value("query", std::vector<std::string>()),
                     .has_query = verb.contains("query"),
                     .answer = verb.contains("answer") ? verb["answer"].dump() : "",
                     .ops = verb.value("ops", std::vector<std::string>())});
  }
  return verbs;
}

std::vector<Resource> read_resources() {
  std::vector<Resource> all;
  for (const EmbeddedFile &file : catalogue::embedded_files()) {
    if (file.name.starts_with("resources/")) {
      const Json json = Json::parse(file.text);
      all.push_back({.name = json.at("name"),
                     .singular = json.at("singular"),
                     .plural = json.at("plural"),
                     .is_catalogue = json.value("catalogue", false),
                     .fields = fields_in(json.at("fields")),
                     .required = json.value("required", std::vector<std::string>()),
                     .fixed = json.value("fixed", std::vector<std::string>()),
                     .references = references_in(json.value("references", Json::array())),
                     .verbs = verbs_in(json.value("operations", Json::object()))});
    }
  }
  return all;
}

} // namespace

const ResourceField *Resource::field(std::string_view field_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const ResourceField &each) {
    return each.path == field_name || (!field_name.empty() && each.openapi == field_name);
  });
  return found == fields.end() || !found->is_at_top() ? nullptr : &*found;
}

const ResourceVerb *Resource::verb(std::string_view verb_name) const {
  const auto found = std::find_if(verbs.begin(), verbs.end(),
                                  [&](const ResourceVerb &each) { return each.verb == verb_name; });
  return found == verbs.end() ? nullptr : &*found;
}

std::string Resource::error_name(std::string_view what) const {
  std::string error = singular + "-" + std::string(what);
  std::replace(error.begin(), error.end(), ' ', '-');
  return error;
}

const std::vector<Resource> &resources() {
  static const std::vector<Resource> all = read_resources();
  return all;
}

const Resource &resource(std::string_view name) {
  const auto &all = resources();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Resource &each) { return each.name == name; });
  if (found == all.end()) {
    throw std::out_of_range("no resource is named " + std::string(name));
  }
  return *found;
}

const std::vector<ResourceField> &fields_of_run() {
  static const std::vector<ResourceField> &fields = resource("runs").fields;
  return fields;
}

const ResourceField *field_of_run(std::string_view name) {
  static const Resource &runs = resource("runs");
  return runs.field(name);
}

} // namespace flow::contract
